"""Lambda events as no service of AWS makes them, to the functions' own binaries on a small Runtime API."""

import base64
import copy
import json
import sys
from datetime import UTC, datetime, timedelta

from case import QUARANTINE, Case
from wire import Reply
from world import HERE

sys.path.append(str(HERE.parent / "lambda"))
from runtime import Function  # noqa: E402

EVENTS = HERE.parents[1] / "events"
TOPIC = "arn:aws:sns:us-west-2:000000000000:tributary"
QUEUE = "arn:aws:sqs:us-west-2:000000000000:tributary-ingest"
MANY = {"Records": [{}] * 20_000}
# What is no event for any of the functions.
NO_EVENTS = {
    "nothing": b"",
    "half of an object": b'{"Records": [',
    "deep": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "NUL": b"\0",
    "invalid UTF-8": b'{"Records": "\xff"}',
    "a BOM": b"\xef\xbb\xbf{}",
    "null": b"null",
    "a number": b"1",
    "a text": b'"Records"',
    "an array": b"[]",
    "an empty object": b"{}",
    "records as a text": b'{"Records": "x"}',
    "records as an object": b'{"Records": {}}',
    "records of null": b'{"Records": [null]}',
    "records of numbers": b'{"Records": [1, 2]}',
    "records of nothing": json.dumps(MANY).encode(),
}
NO_JSON = {"nothing", "half of an object", "deep", "deep objects", "NUL", "invalid UTF-8", "a BOM"}


class Functions:
    """The binaries, each started when it is first asked, on the lake of the canary."""

    def __init__(self, world):
        self.world, self.running = world, {}
        self.directory = world.directory / "functions"
        self.directory.mkdir(exist_ok=True)

    def invoke(self, name, event, seconds=60):
        function = self.running.get(name)
        if not function or function.process.poll() is not None:
            log = self.directory / f"{name}.txt"
            if log not in self.world.logs:
                self.world.logs.append(log)
            function = Function(
                self.world.functions / name, log, self.world.names["aws"], TRIBUTARY_CATALOG_CACHE="0s", TRIBUTARY_SQL="on",
                TRIBUTARY_OPEN_ACCESS="off", TRIBUTARY_TOPICS=f"{TOPIC},{QUEUE}", TRIBUTARY_MESSAGE_PARTITIONS="50",
            )  # fmt: skip
            function.ready()
            self.running[name] = function
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        answer = function.invoke(payload, seconds)
        return Reply(500 if answer.error else 200, body=answer.body)

    def close(self):
        for function in self.running.values():
            function.process.kill()
            function.process.wait()
            function.runtime.close()


def sample(name):
    return json.loads((EVENTS / f"{name}.json").read_text())


def cases(world, rng):
    functions = Functions(world)
    try:
        for name in ("ingest", "compact", "register", "query"):
            for what, payload in NO_EVENTS.items():
                # The API answers whatever is JSON: 400, in the form of Lambda's answers.
                answers = name == "query" and what not in NO_JSON
                yield invoked(functions, name, f"no event: {what}", payload, 200 if answers else 500, says=('"statusCode":400',) if answers else ())
        yield from messages(world, functions)
        yield from notifications(functions)
        yield from requests(world, functions, rng)
    finally:
        functions.close()


def invoked(functions, name, what, event, *statuses, **others):
    return Case(f"{name}: {what}", lambda _: functions.invoke(name, event), statuses, **others)


# ingest


def notification(message, topic=TOPIC, at=None, dataset="sink", **others):
    at = at or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    sns = {
        "Type": "Notification", "MessageId": "1d0ff7fd-60bc-5961-8e18-4a6ecc01f3c1", "TopicArn": topic, "Subject": None, "Message": message,
        "Timestamp": at, "SignatureVersion": "1", "Signature": "x", "SigningCertUrl": "https://x", "UnsubscribeUrl": "https://x",
        "MessageAttributes": {"dataset": {"Type": "String", "Value": dataset}} if dataset else {},
    } | others  # fmt: skip
    return {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": f"{TOPIC}:x", "Sns": sns}]}


def queued(message, sent=None, id="message-1", dataset="sink", **others):
    sent = sent if sent is not None else str(int(datetime.now(UTC).timestamp() * 1000))
    record = sample("ingest/raw-delivery")["Records"][0]
    record["attributes"] |= {"SentTimestamp": sent}
    return {"Records": [record | {"messageId": id, "body": message, "messageAttributes": {"dataset": {"stringValue": dataset, "dataType": "String"}}} | others]}


def through_sqs(sns, sent=None):
    body = dict(sns["Records"][0]["Sns"])
    attributes = {"SentTimestamp": sent or str(int(datetime.now(UTC).timestamp() * 1000))}
    record = sample("ingest/sns-through-sqs")["Records"][0]
    return {"Records": [record | {"body": json.dumps(body), "attributes": record["attributes"] | attributes}]}


def landed(world):
    datasets = (world.bucket / "landing" / name for name in ("sink", "drain"))
    return {str(path.relative_to(world.bucket)) for directory in datasets for path in directory.rglob("*") if path.is_file()}


def messages(world, functions):
    mark = world.payload_mark
    ids = iter(range(1_000_000, 2_000_000))
    event = lambda: json.dumps({"at": datetime.now(UTC).isoformat(), "id": next(ids), "text": mark})

    def refused(what, made, *statuses):
        """Nothing of it lands."""
        def act(world):
            world.landed = landed(world)
            return functions.invoke("ingest", made)

        def then(world, _):
            new = landed(world) - world.landed
            return f"it landed: {sorted(new)[:2]}" if new else None

        return Case(f"ingest: {what}", act, statuses or (200,), writes=(QUARANTINE,), then=then)

    for what, topic in {
        "another topic": f"{TOPIC}2",
        "another account's topic": TOPIC.replace("0" * 12, "1" * 12),
        "another region's topic": TOPIC.replace("us-west-2", "us-east-1"),
        "a topic of a path": f"{TOPIC}/../canary",
        "a topic in capitals": TOPIC.upper(),
        "a topic with a blank": TOPIC + " ",
        "no topic": "",
        "a topic of 600 bytes": "arn:aws:sns:us-west-2:000000000000:" + "a" * 600,
    }.items():
        yield refused(f"SNS of {what}", notification(event(), topic))
        yield refused(f"SNS through SQS of {what}", through_sqs(notification(event(), topic)))
    now = datetime.now(UTC)
    for what, at in {
        "the year 9999": "9999-12-31T23:59:59.000Z",
        "the year 0": "0000-01-01T00:00:00.000Z",
        "1969": "1969-12-31T23:59:59.000Z",
        "1970": "1970-01-01T00:00:00.000Z",
        "two days from now": (now + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "no time": "yesterday",
        "a number": "1795428299341",
        "a year of five digits": "+10000-01-01T00:00:00.000Z",
    }.items():
        # Of a dataset without a time of its own, the message's decides the partition.
        timeless = lambda: notification(json.dumps({"id": next(ids)}), at=at, dataset="drain")
        yield refused(f"SNS of {what}", timeless(), 200, 500)
        yield refused(f"SNS through SQS of {what}", through_sqs(timeless()), 200, 500)
        # The event's own time is of the same year: it is no better for that.
        yield refused(f"SNS of {what}, and its event", notification(json.dumps({"at": at, "id": next(ids)}), at=at), 200, 500)
        yield refused(f"SNS through SQS of {what}, and its event", through_sqs(notification(json.dumps({"at": at, "id": next(ids)}), at=at)), 200, 500)
    for what, sent in {"9999": "253402300799000", "1969": "-1", "letters": "x", "nothing": "", "beyond 64 bits": "9" * 30, "a fraction": "1.5"}.items():
        yield refused(f"SQS sent at {what}", queued(f'{{"id": {next(ids)}, "text": "{mark}"}}', sent, dataset="drain"), 200, 500)
    for what, at in {"9999": "9999-01-01T00:00:00Z", "1960": "1960-01-01T00:00:00Z", "next week": (now + timedelta(days=7)).isoformat(), "30 years ago": (now - timedelta(days=365 * 30)).isoformat()}.items():
        yield refused(f"an event of {what}", notification(json.dumps({"at": at, "id": next(ids)})))
    for what, dataset in {
        "a path": "../access", "a path to the canary": "sink/../canary", "a NUL": "sink\0", "capitals": "SINK", "a blank": " sink", "a star": "*",
        "600 bytes": "a" * 600, "nobody": "nobody", "SQL": "sink; DROP TABLE canary", "a quarantine": "_unrouted", "dots": "..", "a percent": "%2e%2e",
    }.items():  # fmt: skip
        yield refused(f"for the dataset of {what}", notification(event(), dataset=dataset))
    for what, message in {
        "no JSON": "x", "nothing": "", "a number": "1", "null": "null", "a text": '"x"', "NaN": '{"at": NaN}', "single quotes": "{'id': 1}", "a comment": '{"id": 1 /* */}',
        "a name twice": '{"id": 1, "id": 2, "at": "2026-11-23T00:00:00Z"}', "half a surrogate": '{"id": 1, "text": "\\ud800"}', "65 levels": '{"seats":' + "[" * 64 + "]" * 64 + "}",
        "100,000 levels": "[" * 100_000, "10,001 fields": json.dumps({f"f{n}": 1 for n in range(10_001)}), "a number of 1,000 digits": '{"id": ' + "9" * 1000 + ', "at": "2026-11-23T00:00:00Z"}',
        "an id beyond 64 bits": '{"id": 9223372036854775808, "at": "2026-11-23T00:00:00Z"}', "an id as a text": '{"id": "1", "at": "2026-11-23T00:00:00Z"}', "control characters": "{\"id\": 1, \"text\": \"\x01\"}",
        "XML": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', "an event over 1 MiB": json.dumps({"id": 1, "text": "x" * 1_100_000}),
    }.items():  # fmt: skip
        yield refused(f"a message of {what}", notification(message))
    for what, change in {
        "a confirmation": {"Type": "SubscriptionConfirmation"}, "a message of an object": {"Message": {}},
        "a message of null": {"Message": None}, "an id of 600 bytes": {"MessageId": "a" * 600}, "no id": {"MessageId": None},
        "attributes of a text": {"MessageAttributes": "x"}, "attributes of null": {"MessageAttributes": {"dataset": None}}, "an attribute of an array": {"MessageAttributes": {"dataset": {"Type": "String.Array", "Value": "[]"}}},
        "an attribute of bytes": {"MessageAttributes": {"dataset": {"Type": "Binary", "Value": "//8="}}},
    }.items():  # fmt: skip
        yield refused(f"SNS of {what}", notification(event(), **change), 200, 500)
    for what, encoding, body in (
        ("an encoding that is none", "br", base64.b64encode(b"{}").decode()), ("gzip that is none", "gzip", base64.b64encode(b"{}").decode()),
        ("base64 that is none", "gzip", "!!!"), ("zstd that is none", "zstd", base64.b64encode(b"\x28\xb5\x2f\xfd").decode()), ("two encodings", "gzip, gzip", "H4sIAAAAAAAA"),
    ):  # fmt: skip
        attributes = {"dataset": {"Type": "String", "Value": "sink"}, "content-encoding": {"Type": "String", "Value": encoding}}
        yield refused(f"a body of {what}", notification(body, MessageAttributes=attributes))
    yield Case("ingest: 10,000 messages of which one is bad", lambda _: functions.invoke("ingest", {"Records": [queued(event(), id=f"m{n}")["Records"][0] for n in range(2_000)] + queued("x", id="bad")["Records"]}), (200,), writes=(QUARANTINE,))
    for what, source in {"no source": None, "a source of nobody": "aws:nobody", "a source of S3": "aws:s3", "a queue of another account": None}.items():
        made = queued(event(), eventSourceARN=QUEUE.replace("0" * 12, "1" * 12)) if "queue" in what else queued(event(), eventSource=source)
        yield refused(f"SQS of {what}", made, 200, 500)


# compact and register


def notifications(functions):
    """What they are told only says where to look, and these places are none."""
    like = sample("compact/s3-through-sqs")
    inner = json.loads(like["Records"][0]["body"])

    def s3(key, bucket="tributary", **others):
        event = copy.deepcopy(inner)
        event["Records"] = event["Records"][:1]
        event["Records"][0]["s3"]["object"]["key"] = key
        event["Records"][0]["s3"]["bucket"]["name"] = bucket
        event["Records"][0] |= others
        return {"Records": [like["Records"][0] | {"body": json.dumps(event)}]}

    keys = {
        "a path up": "landing/sink/../../access/keys.json", "an encoded path up": "landing%2Fsink%2F..%2F..%2Faccess", "the canary's commit": "commits/canary/dt=2026-11-23/0000000009.json",
        "a partition that is none": "landing/sink/dt=yesterday/x.ndjson.zst", "a partition of dots": "landing/sink/../x.ndjson.zst", "no partition": "landing/sink/x", "nothing": "",
        "a dataset that is none": "landing/NOBODY/dt=2026-11-23/x.ndjson.zst", "invalid escapes": "landing/%zz/%ff", "a NUL": "landing/sink/dt=2026-11-23/%00", "8 KB": "landing/" + "a" * 8192,
        "the keys": "access/keys.json", "a daily partition of an hourly dataset": "landing/sink/dt=2026-11-23/x.ndjson.zst",
    }  # fmt: skip
    for name in ("compact", "register"):
        for what, key in keys.items():
            yield invoked(functions, name, f"S3 names {what}", s3(key), 200, 500)
        yield invoked(functions, name, "S3 names another bucket", s3("landing/sink/dt=2026-11-23/hour=01/x.ndjson.zst", "elsewhere"), 200, 500)
        for what, event in {
            "a dataset of a path": {"dataset": "../access", "partition": "dt=2026-11-23"},
            "a dataset of nobody": {"dataset": "nobody", "partition": "dt=2026-11-23"},
            "a partition of a path": {"dataset": "canary", "partition": "dt=2026-11-23/../.."},
            "a partition that is none": {"dataset": "canary", "partition": "yesterday"},
            "an hourly partition of a daily dataset": {"dataset": "canary", "partition": "dt=2026-11-23/hour=01"},
            "a daily partition of an hourly dataset": {"dataset": "sink", "partition": "dt=2026-11-23"},
            "a number": {"dataset": 1, "partition": 2},
            "more than it knows": {"dataset": "canary", "partition": "dt=2026-11-23", "rebuild": {"drop": True}, "rollback": "x"},
            "a rollback to nothing": {"rollback": {"dataset": "canary", "partition": "dt=2026-11-23", "to": -1}},
            "a repair of everything": {"repair": "*"},
            "the vacuum of a path": {"vacuum": {"dataset": "../x"}},
        }.items():
            # Where there is no such dataset there is nothing to do; register looks at no rows of a partition that is none.
            nothing = what == "a dataset of nobody" or name == "register" and "partition of" in what
            yield invoked(functions, name, f"directly, {what}", event, *((200, 500) if nothing else (500,)))


# query


def requests(world, functions, rng):
    like = sample("query/rows")
    like["rawPath"], like["rawQueryString"] = "/v1/datasets/flights/rows", "limit=1"
    like["headers"] |= {"authorization": f"Bearer {world.keys['reader'].secret}"}

    def gateway(what, *statuses, error=False, says=(), **change):
        event = copy.deepcopy(like)
        for name, value in change.items():
            if value is ...:
                event.pop(name, None)
            elif name == "http":
                event["requestContext"]["http"] |= value
            elif name == "headers":
                event["headers"] |= value
            else:
                event[name] = value

        def act(_):
            reply = functions.invoke("query", event)
            answer = {} if reply.status == 500 else reply.json()
            return reply if reply.status == 500 else Reply(answer["statusCode"], tuple(answer["headers"].items()), (answer.get("body") or "").encode())

        return Case(f"query: {what}", act, statuses, says=says)

    post = {"rawPath": "/v1/queries", "rawQueryString": "", "http": {"method": "POST", "path": "/v1/queries"}}
    analyst = {"authorization": f"Bearer {world.keys['analyst'].secret}", "content-type": "application/json"}
    sql = json.dumps({"sql": "SELECT 1 AS one"})
    yield gateway("as it should be", 200)
    yield gateway("SQL as it should be", 200, **post, headers=analyst, body=sql)
    yield gateway("SQL in base64", 200, **post, headers=analyst, body=base64.b64encode(sql.encode()).decode(), isBase64Encoded=True)
    for what, body in {
        "JSON": sql, "one letter": "e", "no padding": base64.b64encode(sql.encode() + b"xx").decode().rstrip("="), "a line feed": base64.b64encode(sql.encode()).decode() + "\n",
        "the alphabet of URLs": "_-_-", "a NUL": "\0", "letters outside of ASCII": "é", "padding alone": "====", "2 MB of nothing": "!" * 2_000_000,
    }.items():  # fmt: skip
        yield gateway(f"base64 of {what}", 400, **post, headers=analyst, body=body, isBase64Encoded=True)
    yield gateway("base64 of what is no UTF-8", 400, **post, headers=analyst, body="//79", isBase64Encoded=True)
    yield gateway("base64 of nothing", 400, **post, headers=analyst, body="", isBase64Encoded=True)
    yield gateway("no body", 400, **post, headers=analyst)
    yield gateway("no key", 401, headers={"authorization": ""})
    yield gateway("no type of the body", 415, **post, headers={"authorization": analyst["authorization"]}, body=sql)
    yield gateway("a body as text", 415, **post, headers=analyst | {"content-type": "text/plain"}, body=sql)
    yield gateway("a body of GET in broken base64", 400, body="!", isBase64Encoded=True)
    for what, path, statuses in (
        ("no slash", "v1/datasets/flights/rows", (200, 404)), ("a slash more", "//v1/datasets", (200, 404)), ("nothing", "", (308,)), ("dots", "/v1/datasets/../datasets/canary", (404,)),
        ("a NUL", "/v1/datasets/\0", (404,)), ("a line feed", "/v1/datasets/x\r\ny: z", (404,)), ("a question mark", "/v1/datasets/flights/rows?limit=2", (404,)), ("a fragment", "/v1/datasets#x", (404,)),
        ("letters outside of ASCII", "/v1/datasets/ﬂights", (404,)), ("half an escape", "/v1/datasets/%", (400, 404)), ("an absolute address", "http://evil.example/v1/datasets", (404,)),
        ("70,000 letters", "/" + "a" * 70_000, (414,)), ("the canary", "/v1/datasets/canary/rows", (404,)),
    ):  # fmt: skip
        yield gateway(f"a path of {what}", *statuses, rawPath=path, rawQueryString="", http={"path": path})
    for what, query, statuses in (
        ("a NUL", "a=\0", (400,)), ("a line feed", "a=b\r\nc: d", (400,)), ("70,000 letters", "a=" + "b" * 70_000, (414,)), ("letters outside of ASCII", "é=ü", (400,)), ("a fragment", "limit=1#x", (400,)),
        ("blanks", "limit=1&code=eq.a b", (200,)),
    ):  # fmt: skip
        yield gateway(f"a query of {what}", *statuses, rawQueryString=query)
    for what, headers, statuses in (
        ("a line feed in a value", {"x-a": "b\r\nx-c: d"}, (400,)), ("a NUL in a value", {"x-a": "\0"}, (400,)), ("a blank in a name", {"x a": "b"}, (400,)), ("an empty name", {"": "b"}, (400,)),
        ("a value of a number", {"x-a": 1}, (400,)), ("a foreign host", {"host": "evil.example"}, (200,)), ("a host that is none", {"host": "a b\r\n"}, (200, 400)), ("letters outside of ASCII", {"x-a": "é"}, (200, 400)),
        ("1 MB", {"x-a": "a" * 1_000_000}, (200, 400, 431)), ("two keys", {"x-api-key": "x"}, (401,)), ("a scheme that is none", {"x-forwarded-proto": "a b"}, (200, 400)),
    ):  # fmt: skip
        yield gateway(f"headers with {what}", *statuses, headers=headers)
    # Without a method it is a GET, and with another version it is what its members say.
    yield gateway("an empty method", 200, 400, 405, http={"method": ""})
    yield gateway("another version", 200, 400, version="1.0")
    for method in ("G E T", "GET\r\n", "\0", "a" * 10_000, "é"):
        yield gateway(f"the method {method[:20]!r}", 400, 405, http={"method": method})
    yield gateway("no method", 400, requestContext={})
    for name in ("rawPath", "rawQueryString", "headers", "isBase64Encoded", "routeKey", "requestContext"):
        statuses = {"rawPath": (308,), "rawQueryString": (200,), "headers": (401,), "isBase64Encoded": (200,), "routeKey": (200,), "requestContext": (400,)}[name]
        yield gateway(f"no {name}", *statuses, **{name: ...})
        yield gateway(f"{name} of null", 200, 308, 400, 401, 404, **{name: None} if name != "headers" else {"cookies": None})
    # What is no request of an HTTP API is told what would be right, and is no function error.
    for what, event in {
        "null": None, "a number": 1, "a text": "GET /healthz", "a list": [], "nothing": {}, "an S3 event": {"Records": []}, "a REST API's": sample("query/rest-api"),
        "a load balancer's": {"httpMethod": "GET", "path": "/healthz", "requestContext": {"elb": {}}}, "200 levels": json.loads("[" * 200 + "]" * 200),
    }.items():  # fmt: skip
        yield invoked(functions, "query", f"an event of another form: {what}", event, 200, says=("malformed-request", "payload format 2.0"))
    text = json.dumps(like)
    for number in range(20):
        data = bytearray(text.encode())
        for _ in range(rng.randint(1, 3)):
            data[rng.randrange(len(data))] = rng.choice(b'"{}[]:,0\\ \x00\xff')
        yield invoked(functions, "query", f"mutation {number}", bytes(data), 200, 500)
