"""HTTP as no client writes it. What is no HTTP is refused, and nothing that hides in a body is a request."""

import json

from case import Case, http
from wire import CLIENT, CLOSED, FORM, SILENT, converse

REFUSED = (400, CLOSED)
# A write that would be seen, in the middle of another request.
HIDDEN = b"PUT /tributary/hostile/hidden HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 6\r\n\r\nhidden"


def cases(world, rng):
    for port, name, target in ((world.http, "API", b"/healthz"), (world.aws, "AWS", b"/tributary?list-type=2&prefix=none")):
        host = b"Host: 127.0.0.1:%d\r\n" % port
        yield from request_lines(port, name, host, target)
        yield from headers(port, name, host, target)
        yield from lengths(port, name, host, world.keys["analyst"].secret.encode())
        yield from cut(port, name, host, target, rng)
        yield from noise(port, name, rng)
    yield from hidden(world)
    yield from pipelines(world)
    yield from targets(world)


def raw(name, port, data, *statuses, answers=1, **others):
    pieces = data if isinstance(data, list) else [data]
    return Case(name, lambda _: converse(port, pieces, answers, 5), statuses, **others)


def request_lines(port, name, host, target):
    close = host + b"Connection: close\r\n\r\n"
    for what, line in {
        "HTTP/0.9": b"GET " + target + b"\r\n",
        "no target": b"GET HTTP/1.1\r\n",
        "no version": b"GET " + target + b"\r\n",
        "HTTP/2 in words": b"GET " + target + b" HTTP/2.0\r\n",
        "HTTP/3": b"GET " + target + b" HTTP/3\r\n",
        "HTTP/1.9": b"GET " + target + b" HTTP/1.9\r\n",
        "http/1.1": b"GET " + target + b" http/1.1\r\n",
        "HTTPS/1.1": b"GET " + target + b" HTTPS/1.1\r\n",
        "HTTP/1.1.1": b"GET " + target + b" HTTP/1.1.1\r\n",
        "HTTP/11": b"GET " + target + b" HTTP/11\r\n",
        "HTTP/-1": b"GET " + target + b" HTTP/-1\r\n",
        "two blanks": b"GET  " + target + b" HTTP/1.1\r\n",
        "tabs": b"GET\t" + target + b"\tHTTP/1.1\r\n",
        "a blank before": b" GET " + target + b" HTTP/1.1\r\n",
        "a NUL in the method": b"GE\0T " + target + b" HTTP/1.1\r\n",
        "a NUL in the target": b"GET " + target + b"\0 HTTP/1.1\r\n",
        "a blank in the target": b"GET " + target + b" x HTTP/1.1\r\n",
        "a carriage return in the target": b"GET " + target + b"\rx HTTP/1.1\r\n",
        "a method in brackets": b"<GET> " + target + b" HTTP/1.1\r\n",
        "a method with a colon": b"GET: " + target + b" HTTP/1.1\r\n",
        "a method with a slash": b"GET/ " + target + b" HTTP/1.1\r\n",
        "nothing": b"\r\n\r\n\r\n",
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200 + b"\r\n",
        "a preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "a greeting of SSH": b"SSH-2.0-OpenSSH_9.6\r\n",
        "a command of Redis": b"*1\r\n$8\r\nFLUSHALL\r\n",
        "a command of SMTP": b"EHLO x\r\n",
    }.items():  # fmt: skip
        # What has no request in it, and is no error yet, may be waited for; the sender is the one who gives up.
        yield raw(f"{name}: request line, {what}", port, line + close, *REFUSED, 505)
    yield raw(f"{name}: a target of 100 KB", port, b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + close, 400, 414, 431)
    yield raw(f"{name}: a method of 100 KB", port, b"A" * 100_000 + b" / HTTP/1.1\r\n" + close, *REFUSED, 308, 404, 405, 431, 501)


def headers(port, name, host, target):
    first = b"GET " + target + b" HTTP/1.1\r\n"
    close = b"Connection: close\r\n\r\n"
    for what, header in {
        "a blank before the colon": b"X-A : b\r\n",
        "a tab before the colon": b"X-A\t: b\r\n",
        "no colon": b"X-A\r\n",
        "no name": b": b\r\n",
        "a folded line": b"X-A: b\r\n c\r\n",
        "a folded first line": b" X-A: b\r\n",
        "a NUL in the name": b"X\0A: b\r\n",
        "a NUL in the value": b"X-A: b\0c\r\n",
        "a carriage return in the value": b"X-A: b\rc\r\n",
        "a line of a carriage return alone": b"X-A: b\r\r\n",
        "a control character in the name": b"X-\x01: b\r\n",
        "a quote in the name": b'X"A: b\r\n',
        "a letter outside of ASCII in the name": "X-é: b\r\n".encode(),
        "a bracket in the name": b"X(A): b\r\n",
    }.items():
        yield raw(f"{name}: header, {what}", port, first + host + header + close, *REFUSED)
    yield raw(f"{name}: 1,000 headers", port, first + host + b"".join(b"X-%d: a\r\n" % n for n in range(1000)) + close, 400, 431)
    yield raw(f"{name}: a header of 1 MB", port, first + host + b"X-A: " + b"a" * 1_000_000 + b"\r\n" + close, 400, 431, CLOSED)
    yield raw(f"{name}: a header's name of 70 KB", port, first + host + b"X" * 70_000 + b": a\r\n" + close, 400, 431, CLOSED)
    yield raw(f"{name}: Host twice", port, first + host + host + close, 400, 403)
    yield raw(f"{name}: Host twice, the second foreign", port, first + host + b"Host: evil.example\r\n" + close, 400, 403)
    yield raw(f"{name}: Host twice, the first foreign", port, first + b"Host: evil.example\r\n" + host + close, 400, 403)
    yield raw(f"{name}: no Host", port, first + close, 400, 403)
    yield raw(f"{name}: an empty Host", port, first + b"Host:\r\n" + close, 400, 403)
    yield raw(f"{name}: bare line feeds, Host among them", port, first.replace(b"\r\n", b"\n") + host.replace(b"\r\n", b"\n") + b"Connection: close\n\n", 200, 400)


def lengths(port, name, host, key):
    """Bodies of which two readers would think differently where they end."""
    post = b"POST /tributary/hostile HTTP/1.1\r\n" + host
    body = b"\r\n0\r\n\r\n" + HIDDEN
    for what, header in {
        "two lengths": b"Content-Length: 0\r\nContent-Length: 5\r\n",
        "a list of lengths": b"Content-Length: 0, 5\r\n",
        "a negative length": b"Content-Length: -1\r\n",
        "a length with a sign": b"Content-Length: +5\r\n",
        "a length in hexadecimal": b"Content-Length: 0x5\r\n",
        "a length with a point": b"Content-Length: 5.0\r\n",
        "a length with a blank in it": b"Content-Length: 1 0\r\n",
        "an empty length": b"Content-Length:\r\n",
        "a length beyond 64 bits": b"Content-Length: 18446744073709551617\r\n",
        "a length of letters": b"Content-Length: five\r\n",
        "chunked, then identity": b"Transfer-Encoding: chunked, identity\r\n",
        "chunked, then gzip": b"Transfer-Encoding: chunked, gzip\r\n",
        "gzip, then chunked": b"Transfer-Encoding: gzip, chunked\r\n",
        "gzip, then chunked in a line of its own": b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
        "chunked twice in lines of their own": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "an empty coding before chunked": b"Transfer-Encoding: , chunked\r\n",
        "a coding in the next line": b"Transfer-Encoding:\r\n chunked\r\n",
        "a coding that is none": b"Transfer-Encoding: xchunked\r\n",
        "an empty coding": b"Transfer-Encoding:\r\n",
        "identity": b"Transfer-Encoding: identity\r\n",
        "chunked in quotes": b'Transfer-Encoding: "chunked"\r\n',
        "chunked and a form feed": b"Transfer-Encoding: \x0cchunked\r\n",
        "chunked and a blank before the colon": b"Transfer-Encoding : chunked\r\n",
    }.items():
        yield raw(f"{name}: {what}", port, post + header + b"\r\n" + body, *REFUSED, 501)
    # What hides behind the chunks is no request all the same.
    twice = post + b"Transfer-Encoding: chunked, chunked\r\nConnection: close\r\n" + body
    yield raw(f"{name}: chunked twice over", port, twice, 400, 403, 404, 405, 415, 501, CLOSED, then=alone)
    if name == "API":
        post = b"POST /v1/queries HTTP/1.1\r\n" + host + b"Authorization: Bearer %s\r\nContent-Type: application/json\r\n" % key
    else:
        # A client's: the chunks are what is wrong with it.
        post += b"Authorization: AWS4-HMAC-SHA256 x\r\n"
    chunked = post + b"Transfer-Encoding: chunked\r\n\r\n"
    for what, chunks in {
        "a size that is none": b"x\r\nabc\r\n0\r\n\r\n",
        "a negative size": b"-1\r\n\r\n0\r\n\r\n",
        "a size beyond 64 bits": b"fffffffffffffffff\r\nabc\r\n",
        "a size with 0x": b"0x3\r\nabc\r\n0\r\n\r\n",
        "a size of a thousand digits": b"0" * 1000 + b"3\r\nabc\r\n0\r\n\r\n",
        "a chunk longer than it says": b"3\r\nabcdef\r\n0\r\n\r\n",
        "an extension of 1 MB": b"3;" + b"a" * 1_000_000 + b"\r\nabc\r\n0\r\n\r\n",
        "bare line feeds": b"3\nabc\n0\n\n",
        "trailers of 1 MB": b"0\r\n" + b"X-A: " + b"a" * 1_000_000 + b"\r\n\r\n",
    }.items():
        yield raw(f"{name}: chunks, {what}", port, chunked + chunks, 400, 405, 413, 415, 501, CLOSED, then=alone)


def cut(port, name, host, target, rng):
    """A request that stops anywhere, and nobody there any more: nothing comes of it, and nothing stays."""
    whole = b"PUT /tributary/hostile HTTP/1.1\r\n" + host + b"Content-Length: 40\r\n\r\n" + b"x" * 40
    for at in sorted(rng.sample(range(1, len(whole) - 1), 8)):
        yield Case(f"{name}: cut after {at} bytes", lambda _, at=at: converse(port, [whole[:at]], 1, 0.05), (SILENT, CLOSED, 400, 405, 404))


def noise(port, name, rng):
    for number in range(15):
        data = rng.randbytes(rng.randint(1, 400)) + b"\r\n\r\n"
        yield raw(f"{name}: noise {number}", port, data, *REFUSED, SILENT)
    good = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: */*\r\nConnection: close\r\n\r\n" % port
    for number in range(15):
        data = bytearray(good)
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(len(data) - 4)] = rng.choice((0, 9, 10, 13, 32, 58, 127, 128, 255, rng.randrange(256)))
        # Whatever it has become, it is answered, and by nothing that is the lake's fault.
        yield raw(f"{name}: mutation {number}", port, bytes(data), 200, 400, 403, 404, 405, 431, 501, 505, CLOSED, SILENT)


def hidden(world):
    """A request in the body of another: with a length and chunks at once, the body ends where the chunks do, or the
    request is refused. What comes behind it on the same connection is never answered."""
    host = b"Host: 127.0.0.1:%d\r\n" % world.aws
    inner = HIDDEN.replace(b"127.0.0.1", b"127.0.0.1:%d" % world.aws)
    both = b"POST / HTTP/1.1\r\n" + host + b"Content-Type: application/x-www-form-urlencoded\r\n"
    chunked = b"0\r\n\r\n" + inner
    for what, lines in {
        "CL and TE": b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n" % len(chunked),
        "TE and CL": b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n" % len(chunked),
        "CL, and TE in capitals": b"Content-Length: %d\r\nTransfer-Encoding: CHUNKED\r\n" % len(chunked),
        "CL, and TE of two": b"Content-Length: %d\r\nTransfer-Encoding: identity, chunked\r\n" % len(chunked),
        "CL, and TE twice": b"Content-Length: %d\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n" % len(chunked),
        "CL of 4, and TE": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "CL of 0, and TE": b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
    }.items():
        yield raw(f"hidden by {what}", world.aws, both + lines + b"\r\n" + chunked, 400, 403, 501, CLOSED, then=alone)
    # In a body that is one, it is a body.
    for what, path in (("SNS", b"/"), ("an object", b"/tributary?delete"), ("a query", b"/v1/queries")):
        port = world.http if what == "a query" else world.aws
        data = b"POST " + path + b" HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % (port, len(inner)) + inner
        yield raw(f"in the body of {what}", port, data, 400, 401, 403, 415, then=alone)
    upgrade = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: %s\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n"
    for protocol in (b"h2c", b"websocket", b"TLS/1.0"):
        yield raw(f"an upgrade to {protocol.decode()}", world.http, upgrade % (world.http, protocol), 200, 400)
    for name, value in (("Expect", "100-continue"), ("Expect", "200-ok")):
        request = world.cloud("/", FORM, CLIENT, (name, value), method="POST", body=b"Action=x")
        yield http(f"{name}: {value}", request, 417, 501)


def alone(_, replies):
    return f"another answer came: {replies[1].status} {replies[1].body[:100]!r}" if len(replies) > 1 else None


def pipelines(world):
    """Requests one behind the other get their own answers, in order."""
    key = world.keys["reader"].secret.encode()
    get = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n"
    with_key, without = b"Authorization: Bearer %s\r\n" % key, b""
    rows = b"/v1/datasets/flights/rows?limit=1"
    for number, keys in enumerate(((with_key, without), (without, with_key, without), (with_key,) * 5, (without,) * 20)):
        data = b"".join(get % (rows, world.http, key) for key in keys)
        wanted = [200 if key else 401 for key in keys]
        yield Case(f"pipeline {number}: a key for one is none for the next", lambda _, data=data, n=len(keys): converse(world.http, [data], n), (200, 401), then=lambda _, replies, wanted=wanted: (
            None if [reply.status for reply in replies] == wanted else f"expected {wanted}, found {[reply.status for reply in replies]}"
        ))
    for path in (b"/v1/datasets/canary/rows", b"/v1/datasets/absent/rows"):
        data = get % (rows, world.http, with_key) + get % (path, world.http, with_key)
        yield Case(f"pipeline: {path.decode()} behind what is allowed", lambda _, data=data: converse(world.http, [data], 2), (200, 404))
    many = get % (b"/healthz", world.http, b"")
    yield Case("a pipeline of 200", lambda _: converse(world.http, [many * 200], 200), (200,), then=lambda _, replies: (
        None if len(replies) == 200 else f"{len(replies)} answers"
    ))
    slow = [bytes([byte]) for byte in get % (b"/healthz", world.http, b"Connection: close\r\n")]
    yield Case("a byte at a time", lambda _: converse(world.http, slow, 1, pause=0.001), (200,))


def targets(world):
    """Targets that are no path, and paths in forms that a reader might tidy up."""
    key = world.keys["reader"].header()
    wanted = {
        "*": (400, 404), "": (400,), "?": (308, 400), "#": (400, 308), "//": (404,), "///v1/datasets": (404,), "/v1//datasets": (404,),
        "/v1/datasets/": (308,), "/./v1/datasets": (404,), "/v1/../v1/datasets": (404,), "/v1/datasets/../datasets": (404,),
        "/v1/datasets/flights/../canary/rows": (404,), "/v1/datasets/flights/%2e%2e/canary/rows": (404,), "/v1/datasets/flights%2frows": (404,),
        "/v1/datasets/flights%2f..%2fcanary": (404,), "/v1/datasets/flights%00": (404,), "/v1/datasets/flights%00/rows": (404,),
        "/v1/datasets/flights;x/rows": (404,), "/v1/datasets/flights.json": (404,), "/v1/datasets/FLIGHTS/rows": (404,), "/V1/datasets": (404,),
        "/v1/datasets/flights%20/rows": (404,), "/v1/datasets/%66lights/rows?limit=1": (200,), "/v1/datasets/%ff/rows": (400,),
        "/v1/datasets/%/rows": (400, 404), "/v1/datasets/%zz/rows": (400, 404), "/v1/datasets/%u0066lights/rows": (400, 404), "/v1%2fdatasets": (404,),
        "/v1/datasets\\flights": (400, 404), "/v1/datasets/flights/rows/": (308,), "/v1/datasets/flights/rows#x": (200, 400, 404),
        "/v1/datasets/ｆlights/rows": (400, 404), "/access/keys.json": (404,), "/..%2faccess%2fkeys.json": (404,), "/%2e%2e/%2e%2e/etc/passwd": (404,),
        "/../../../../etc/passwd": (404,), "/docs/../access": (404,), "/metrics": (404,), "/debug/pprof": (404,), "/.env": (404,), "/.git/config": (404,),
        "/server-status": (404,), "/actuator/env": (404,), "/2015-03-31/functions/x/invocations": (404,), "/2018-06-01/runtime/invocation/next": (404,),
        "/latest/meta-data/": (404,), "/v1/datasets/flights/rows?limit=1&limit=2": (400,), "/v1/datasets/flights/rows?limit": (400,),
        "/v1/datasets/flights/rows?%00=eq.1": (400,), "/v1/datasets/flights/rows?code=eq.%00": (200,), "/v1/datasets/flights/rows?code=eq.%": (400,),
        "/v1/datasets/flights/rows?code=eq.%ff": (400,), "/v1/datasets/flights/rows?code=eq.%ed%a0%80": (400,), "/v1/datasets/flights/rows?code=eq.%c0%af": (400,),
        "/v1/datasets/flights/rows?select=canary(*)": (400,), "/v1/datasets/flights/rows?select=code::text": (400,),
        "/v1/datasets/flights/rows?order=code;drop": (400,), "/v1/datasets/flights/rows?code=eq.x'%20OR%20'1'='1": (200,),
        "/v1/datasets/flights/rows?code=fts.x": (400,), "/v1/datasets/flights/rows?$path=like.*": (400,), "/v1/datasets/flights/rows?\"$path\"=like.*": (400,),
        "/v1/datasets/flights/rows?or=(" + "or(" * 500 + "code.eq.x" + ")" * 501: (400,), "/v1/datasets/flights/rows?" + "&".join(["code=eq.x"] * 200): (400,),
        "/v1/datasets/flights/rows?code=eq." + "x" * 8192: (414,), "/v1/datasets/flights/rows?flight_id=in.(" + ",".join(map(str, range(1200))) + ")": (200, 400),
        "/v1/datasets/flights/rows?flight_id=eq.99999999999999999999": (400,), "/v1/datasets/flights/rows?flight_id=eq.1e400": (400,), "/v1/datasets/flights/rows?price=eq.NaN": (400,),
    }  # fmt: skip
    for target, statuses in wanted.items():
        yield http(f"target {target[:90]!r}", world.api(target, key), *statuses, then=no_rows_of_injection)
    for method in ("TRACE", "CONNECT", "PATCH", "PUT", "POST", "PROPFIND", "MKCOL", "LOCK", "PURGE", "DEBUG", "get", "GETT", "X" * 30):
        request = world.api("/v1/datasets/flights/rows", key, method=method)
        yield http(f"method {method}", request, *((400, 405) if method == "CONNECT" else (405,)), then=lambda _, replies: (
            "it sends the key back" if world.keys["reader"].secret in replies[0].text() else None
        ))
    for target in ("http://evil.example/v1/datasets", "https://evil.example/", f"http://evil.example:{world.http}/healthz", "ftp://x/", "http://[::1/", "http://", "evil.example:443"):
        yield http(f"absolute form {target}", world.api(target, key), 400, 403)
    own = world.api(f"http://127.0.0.1:{world.http}/v1/datasets", key)
    yield http("absolute form of its own address", own, 200)
    yield http("absolute form of its own address, another Host", world.api(own.target, key, host="evil.example"), 400, 403)


def no_rows_of_injection(_, replies):
    """A filter that is no value's matches nothing."""
    if replies[0].status != 200 or not replies[0].body.startswith(b"["):
        return None
    return None if len(json.loads(replies[0].body)) <= 100 else "more rows than the default limit"
