"""Bodies: of another type, in another charset, deeper and longer than is taken, and not what they say they are."""

import gzip
import zlib

from case import QUARANTINE, http
from wire import JSON, json_body, md5

SQL = b'{"sql": "SELECT 1 AS one"}'


def cases(world, rng):
    yield from types(world)
    yield from broken(world)
    yield from made(world, rng)
    yield from lengths(world)
    yield from forms(world)


def post(world, body, *headers):
    return world.api("/v1/queries", world.keys["analyst"].header(), *headers, method="POST", body=body)


def types(world):
    """JSON is taken as JSON and as nothing else: what a browser sends without asking first is none of it."""
    for kind in (
        "text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
        "text/html", "text/json", "application/xml", "application/octet-stream", "application/jsonx", "text/x+json",
        "application/x-ndjson", "json", "application/", "/json", "*/*", "application/*", "text/plain; application/json",
        "text/plain, application/json", "application/json, text/plain", "application\\json", "applicatıon/json", "", " ", ";", "null",
    ):  # fmt: skip
        yield http(f"Content-Type {kind!r}", post(world, SQL, ("Content-Type", kind)), 415)
    yield http("no Content-Type", post(world, SQL), 415)
    yield http("two Content-Types", post(world, SQL, JSON, ("Content-Type", "text/plain")), 400, 415)
    for kind in ("application/json", "Application/JSON", "application/json; charset=utf-8", "application/json;charset=UTF-8", " application/json "):
        yield http(f"Content-Type {kind!r}", post(world, SQL, ("Content-Type", kind)), 200)
    packed = gzip.compress(SQL)
    for coding in ("gzip", "deflate", "br", "zstd", "compress", "identity, gzip", "x"):
        yield http(f"Content-Encoding {coding}", post(world, packed, JSON, ("Content-Encoding", coding)), 415)
    # The body is good JSON as it is, and the header says otherwise: whoever believed the header would read something else.
    for coding, named in (("br", "br"), ("BR", "br"), ("gzip", "gzip"), ("identity, br", "br"), ("aws-chunked", "aws-chunked")):
        yield http(f"plain JSON as Content-Encoding {coding}", post(world, SQL, JSON, ("Content-Encoding", coding)), 415, says=(f"Content-Encoding: {named}",))
    for charset in ("utf-16", "UTF-16", '"utf-16"', "utf-16; charset=utf-8", "utf-7"):
        named = charset.split(";")[0].strip('"').lower()
        kind = f"application/json; charset={charset}"
        yield http(f"plain JSON as {kind}", post(world, SQL, ("Content-Type", kind)), 415, says=(f"charset={named}",))
    both = post(world, SQL, ("Content-Type", "application/json; charset=utf-16"), ("Content-Encoding", "br"))
    yield http("plain JSON as UTF-16 and br", both, 415, says=("charset=utf-16",))
    for charset, text in (("utf-16", SQL.decode().encode("utf-16")), ("utf-16le", SQL.decode().encode("utf-16-le")), ("utf-32", SQL.decode().encode("utf-32")), ("utf-7", b"+AHs-")):
        yield http(f"in {charset}", post(world, text, ("Content-Type", f"application/json; charset={charset}")), 415)


def broken(world):
    deep = b"[" * 50_000
    table = {
        "nothing": b"",
        "a blank": b" ",
        "null": b"null",
        "true": b"true",
        "a number": b"1",
        "a text": b'"SELECT 1"',
        "an array": b"[]",
        "an array of one": b"[" + SQL + b"]",
        "an empty object": b"{}",
        "no end": SQL[:-1],
        "more behind it": SQL + b"x",
        "twice": SQL + SQL,
        "a comment": b'{"sql": "SELECT 1" /* x */}',
        "a trailing comma": b'{"sql": "SELECT 1",}',
        "single quotes": b"{'sql': 'SELECT 1'}",
        "no quotes": b'{sql: "SELECT 1"}',
        "a BOM": b"\xef\xbb\xbf" + SQL,
        "a NUL before it": b"\0" + SQL,
        "a NUL behind it": SQL + b"\0",
        "a NUL in a text": b'{"sql": "SELECT 1\0"}',
        "a NUL's escape in the SQL": b'{"sql": "SELECT 1\\u0000"}',
        "invalid UTF-8": b'{"sql": "SELECT \'\xff\'"}',
        "an overlong form": b'{"sql": "SELECT \'\xc0\xaf\'"}',
        "half a surrogate": b'{"sql": "SELECT \'\\ud800\'"}',
        "half a surrogate in UTF-8": b'{"sql": "SELECT \'\xed\xa0\x80\'"}',
        "an escape that is none": b'{"sql": "SELECT \\x41"}',
        "a line feed in a text": b'{"sql": "SELECT\n1"}',
        "sql twice": b'{"sql": "SELECT 1", "sql": "SELECT 2"}',
        "limit twice": b'{"sql": "SELECT 1", "limit": 1, "limit": 2}',
        "another member": b'{"sql": "SELECT 1", "key": "x"}',
        "__proto__": b'{"sql": "SELECT 1", "__proto__": {}}',
        "SQL as an array": b'{"sql": ["SELECT 1"]}',
        "SQL as an object": b'{"sql": {"$ne": null}}',
        "SQL as a number": b'{"sql": 1}',
        "SQL as null": b'{"sql": null}',
        "SQL of another case": b'{"SQL": "SELECT 1"}',
        "parameters as an object": b'{"sql": "SELECT 1", "parameters": {}}',
        "parameters as a text": b'{"sql": "SELECT 1", "parameters": "x"}',
        "parameters as null": b'{"sql": "SELECT 1", "parameters": null}',
        "a limit of 1e400": b'{"sql": "SELECT 1", "limit": 1e400}',
        "a limit of NaN": b'{"sql": "SELECT 1", "limit": NaN}',
        "a limit of a thousand digits": b'{"sql": "SELECT 1", "limit": ' + b"9" * 1000 + b"}",
        "deep": deep,
        "deep, and closed": deep + b"]" * 50_000,
        "deep in a parameter": b'{"sql": "SELECT 1", "parameters": [' + deep + b"]" * 50_000 + b"]}",
        "objects, deep": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        "wide": b"{" + b",".join(b'"m%d": 1' % n for n in range(20_000)) + b"}",
        "many parameters": b'{"sql": "SELECT 1", "parameters": [' + b",".join([b"1"] * 50_000) + b"]}",
        "a form": b"sql=SELECT+1",
        "XML": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
        "gzip": gzip.compress(SQL),
        "zlib": zlib.compress(SQL),
    }
    for what, body in table.items():
        yield http(f"a body of {what}", post(world, body, JSON), 400)


def made(world, rng):
    """One byte of a good body is another one: it is what it says then, or refused; never a fault of the lake's."""
    good = json_body({"sql": "SELECT code FROM flights WHERE flight_id = ?", "parameters": [3], "limit": 2})
    for number in range(40):
        body = bytearray(good)
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(body))
            kind = rng.choice(("set", "drop", "double"))
            if kind == "set":
                body[at] = rng.choice((0, 34, 39, 44, 58, 91, 92, 123, 125, 127, 128, 255, rng.randrange(256)))
            elif kind == "drop":
                del body[at]
            else:
                body[at:at] = body[at : at + 1]
        yield http(f"mutation {number}: {bytes(body)!r}", post(world, bytes(body), JSON), 200, 400)


def lengths(world):
    long = json_body({"sql": "SELECT 1", "x": "x" * 300_000})
    yield http("300 KB", post(world, long, JSON), 413)
    yield http("8 MB", post(world, b" " * 8_000_000 + SQL, JSON), 413)
    body = json_body({"sql": "SELECT 1 AS one"}) + b" " * (256 * 1024 - 26)
    assert len(body) == 256 * 1024
    yield http("256 KiB, just", post(world, body, JSON), 200)
    yield http("256 KiB and a byte", post(world, body + b" ", JSON), 413)
    yield http("a body of GET", world.api("/v1/datasets", world.keys["reader"].header(), body=b"x" * 1000), 200)
    yield http("a body of 1 MB of GET", world.api("/v1/datasets", world.keys["reader"].header(), body=b"x" * 1_000_000), 200, 413)
    yield http("a body of DELETE", world.api("/v1/queries/x", world.keys["reader"].header(), method="DELETE", body=b"x"), 404)
    for path in ("/v1/datasets", "/v1/datasets/flights", "/v1/datasets/flights/rows", "/v1/queries/x", "/openapi.json", "/healthz"):
        for method in ("POST", "PUT", "PATCH"):
            yield http(f"{method} {path}", world.api(path, world.keys["owner"].header(), JSON, method=method, body=SQL), 405)


def forms(world):
    """Bodies of the AWS protocols. A publish that is refused stores nothing."""
    topic = world.names["topic"]
    publish = f"Action=Publish&TopicArn={topic}"
    table = {
        "no message": publish,
        "an empty message": f"{publish}&Message=",
        "no topic": "Action=Publish&Message=x",
        "another topic": f"Action=Publish&TopicArn={topic}2&Message=x",
        "another account's topic": f"Action=Publish&TopicArn={topic.replace('000000000000', '111111111111')}&Message=x",
        "a topic that is none": "Action=Publish&TopicArn=x&Message=x",
        "a phone": "Action=Publish&PhoneNumber=%2B15550100&Message=x",
        "257 KiB": f"{publish}&Message={'x' * 263_168}",
        "an attribute without a value": f"{publish}&Message=x&MessageAttributes.entry.1.Name=dataset",
        "an attribute of no type": f"{publish}&Message=x&MessageAttributes.entry.1.Name=dataset&MessageAttributes.entry.1.Value.StringValue=sink",
        "an attribute's name with a path": f"{publish}&Message=x&MessageAttributes.entry.1.Name=../x&MessageAttributes.entry.1.Value.DataType=String&MessageAttributes.entry.1.Value.StringValue=x",
        "no action": "Message=x",
        "an action that is none": "Action=DropEverything&Version=2010-03-31",
        "another version": "Action=Publish&Version=1999-01-01&Message=x",
        "a batch of none": f"Action=PublishBatch&TopicArn={topic}",
        "a batch of eleven": f"Action=PublishBatch&TopicArn={topic}" + "".join(f"&PublishBatchRequestEntries.member.{n}.Id={n}&PublishBatchRequestEntries.member.{n}.Message=x" for n in range(1, 12)),
        "a batch with an id twice": f"Action=PublishBatch&TopicArn={topic}" + "".join(f"&PublishBatchRequestEntries.member.{n}.Id=a&PublishBatchRequestEntries.member.{n}.Message=x" for n in (1, 2)),
        "an id with a path": f"Action=PublishBatch&TopicArn={topic}&PublishBatchRequestEntries.member.1.Id=../x&PublishBatchRequestEntries.member.1.Message=x",
        "another topic's creation": "Action=CreateTopic&Name=other",
        "a deletion of the topic": f"Action=DeleteTopic&TopicArn={topic}",
        "a subscription of a stranger": f"Action=Subscribe&TopicArn={topic}&Protocol=http&Endpoint=http://127.0.0.1:1/",
        "a role": "Action=AssumeRole&Version=2011-06-15&RoleArn=x",
    }  # fmt: skip
    for what, text in table.items():
        yield http(f"SNS: {what}", world.form_call(text), 400, 404, 413, 501)
    yield http("SNS: a message of NUL is no event", world.form_call(f"{publish}&Message=%00"), 200, writes=(QUARANTINE,))
    xml = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file://%s">]>' % str(world.outside).encode()
    laughs = b'<!DOCTYPE l [<!ENTITY a "' + b"x" * 1000 + b'">' + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 20) for n in range(8)) + b"]>"
    for what, body in {
        "an entity of a file": xml + b"<Delete><Object><Key>&e;</Key></Object></Delete>",
        "a billion laughs": laughs + b"<Delete><Object><Key>&i;</Key></Object></Delete>",
        "deep XML": b"<a>" * 50_000,
        "no XML": b"{}",
        "nothing": b"",
        "1,001 keys": b"<Delete>" + b"<Object><Key>landing/sink/x</Key></Object>" * 1001 + b"</Delete>",
    }.items():  # fmt: skip
        yield http(f"?delete with {what}", world.cloud("/tributary?delete", md5(body), method="POST", body=body), 400)
    for what, headers in {
        "a digest that is another one's": (("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="),),
        "a digest that is none": (("Content-MD5", "x"),),
        "a checksum that is another one's": (("x-amz-checksum-sha256", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),),
        "a payload's hash that is another one's": (("x-amz-content-sha256", "0" * 64),),
        "chunks that are none": (("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"), ("x-amz-decoded-content-length", "5")),
        "chunks of no length": (("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),),
        "two checksums": (("x-amz-checksum-sha256", "x"), ("x-amz-checksum-crc32", "x")),
    }.items():
        yield http(f"PUT with {what}", world.cloud("/tributary/hostile", *headers, method="PUT", body=b"hostile"), 400, 411)
