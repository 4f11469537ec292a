"""What a page of another site has a browser send to a lake on its visitor's machine. It is refused, with 403, by both
ports, and nothing comes of it; what the lake's own pages and clients send is answered."""

import base64

from case import QUARANTINE, Case, http
from wire import CLIENT, CLIENT_OF_S3, FORM, JSON, json_body, md5, quote

FOREIGN = (
    "https://evil.example", "http://evil.example", "null", "http://localhost.evil.example", "http://127.0.0.1.evil.example",
    "http://evil-localhost", "http://127.0.0.1:1", "https://127.0.0.1:1", "file://", "chrome-extension://abcdefghijklmnop", "http://[::2]",
    "http://0.0.0.0", "http://192.168.0.1", "http://127.0.0.1@evil.example", "x", "", "http://", "*",
)  # fmt: skip
HOSTS = (
    "evil.example", "evil.example:{}", "127.0.0.1.evil.example:{}", "localhost.evil.example:{}", "evil-localhost:{}", "notlocalhost:{}",
    "192.168.0.1:{}", "10.0.0.1", "0.0.0.0:{}", "[::]:{}", "169.254.169.254", "metadata.google.internal", "tributary.s3.amazonaws.com",
    "sns.us-west-2.amazonaws.com", "127.0.0.1:{}.evil.example", "127.0.0.1 evil.example", "evil.example#127.0.0.1", "user@evil.example:{}",
    "localhost,evil.example", "a.localhost.evil.example:{}", "localhostx", "x:y:z",
)  # fmt: skip
OWN_HOSTS = ("127.0.0.1:{}", "localhost:{}", "LOCALHOST:{}", "lake.localhost:{}", "127.0.0.1")


def cases(world, rng):
    targets = list(reads(world)) + list(changes(world))
    for name, make in targets:
        for origin in FOREIGN if name in ("rows", "publish", "?delete") else FOREIGN[:4]:
            yield refused(f"{name}: Origin {origin!r}", make(("Origin", origin)))
        yield refused(f"{name}: Sec-Fetch-Site cross-site", make(("Sec-Fetch-Site", "cross-site")))
        yield refused(f"{name}: cross-site, without an Origin, as an image", make(("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "no-cors"), ("Sec-Fetch-Dest", "image")))
        yield refused(f"{name}: a page of another port", make(("Origin", "http://localhost:1"), ("Sec-Fetch-Site", "same-site")))
        for host in HOSTS if name in ("rows", "object") else HOSTS[:4]:
            yield refused(f"{name}: Host {host}", make(host=host.format(make().port)), 400)
    yield from rebinding(world)
    yield from preflights(world, targets)
    yield from without_a_preflight(world)
    yield from own(world)


def refused(name, request, *others):
    return http(name, request, 403, *others, then=lets_nobody_read)


def lets_nobody_read(_, replies):
    granted = [name for name, _ in replies[0].headers if name.startswith("access-control-allow")]
    return f"it lets the page read the answer: {granted}" if granted else None


def reads(world):
    key = world.keys["reader"].header()
    yield "rows", lambda *headers, **others: world.api("/v1/datasets/flights/rows?limit=1", key, *headers, **others)
    yield "datasets", lambda *headers, **others: world.api("/v1/datasets", key, *headers, **others)
    yield "description", lambda *headers, **others: world.api("/openapi.json", *headers, **others)
    yield "object", lambda *headers, **others: world.cloud("/tributary/datasets/flights.json", *headers, **others)
    yield "listing", lambda *headers, **others: world.cloud("/tributary?list-type=2", *headers, **others)


def changes(world):
    """Each is a simple request: no browser asks before it sends one."""
    topic, plain = world.names["topic"], ("Content-Type", "text/plain;charset=UTF-8")
    message = quote('{"at": "2026-01-01T00:00:00Z", "id": 1}')
    publish = f"Action=Publish&TopicArn={topic}&Message={message}".encode()
    keys = b"<Delete><Object><Key>access/keys.json</Key></Object></Delete>"
    sql = json_body({"sql": "SELECT 1 AS one"})
    glue = json_body({"DatabaseName": "tributary", "Name": "canary"})
    key = world.keys["analyst"].header()

    def post(port, path, body, *headers):
        return lambda *more, **others: (world.api if port == "http" else world.cloud)(path, *headers, *more, method="POST", body=body, **others)

    yield "publish", post("aws", "/", publish, FORM)
    yield "publish as text", post("aws", "/", publish, plain)
    yield "?delete", post("aws", "/tributary?delete", keys, plain, md5(keys))
    yield "SQL", post("http", "/v1/queries", sql, JSON, key)
    yield "SQL as text", post("http", "/v1/queries", sql, plain, key)
    yield "Glue", post("aws", "/", glue, plain, ("X-Amz-Target", "AWSGlue.DeleteTable"))
    yield "an object by PUT", lambda *headers, **others: world.cloud("/tributary/hostile", *headers, method="PUT", body=b"x", **others)
    yield "an object's end", lambda *headers, **others: world.cloud("/tributary/access/keys.json", *headers, method="DELETE", **others)
    yield "a form's upload", post("aws", "/tributary", b"--x\r\n\r\n--x--", ("Content-Type", "multipart/form-data; boundary=x"))


def rebinding(world):
    """The page's own name leads to this machine now: Host and Origin agree, and are not the lake's."""
    for make in (
        lambda *headers, **others: world.api("/v1/datasets", *headers, **others),
        lambda *headers, **others: world.cloud("/tributary/access/keys.json", *headers, **others),
        lambda *headers, **others: world.cloud("/tributary/access/keys.json", *headers, method="DELETE", **others),
    ):
        host = f"rebound.example:{make().port}"
        what = f"{make().method} {make().target}"
        yield refused(f"rebinding: {what}", make(("Origin", f"http://{host}"), ("Sec-Fetch-Site", "same-origin"), host=host))
        yield refused(f"rebinding, without an Origin: {what}", make(host=host))


def preflights(world, targets):
    for name, make in targets:
        for method in ("PUT", "DELETE"):
            request = make(("Origin", "https://evil.example"), ("Access-Control-Request-Method", method), ("Access-Control-Request-Headers", "content-type,authorization,x-amz-target"), ("Access-Control-Request-Private-Network", "true"))
            asked = type(request)(request.port, "OPTIONS", request.target, request.headers)
            yield refused(f"preflight of {method}: {name}", asked)


def without_a_preflight(world):
    """The same bodies without any sign of a browser, where the body's type alone must be enough."""
    keys = b"<Delete><Object><Key>access/keys.json</Key></Object></Delete>"
    quiet = b"<Delete><Quiet>true</Quiet><Object><Key>access/keys.json</Key></Object></Delete>"
    for what, body in (("keys", keys), ("keys, quiet", quiet), ("a commit", keys.replace(b"access/keys.json", b"commits/canary/x"))):
        for kind in ("text/plain", "application/xml", ""):
            request = world.cloud("/tributary?delete", ("Content-Type", kind), method="POST", body=body)
            yield http(f"?delete of {what} as {kind or 'nothing'}, without a digest", request, 400 if "xml" in kind else 403)
            signed = world.cloud("/tributary?delete", CLIENT_OF_S3, ("Content-Type", kind), method="POST", body=body)
            yield http(f"?delete of {what} as {kind or 'nothing'}, without a digest, of a client", signed, 400)
    sql = json_body({"sql": "SELECT 1 AS one"})
    key = world.keys["analyst"].header()
    for what, headers in {"no type": (), "text": (("Content-Type", "text/plain"),), "a form": (FORM,), "multipart": (("Content-Type", "multipart/form-data; boundary=x"),)}.items():
        yield http(f"SQL as {what}", world.api("/v1/queries", key, *headers, method="POST", body=sql), 415)
    for target in ("AWSGlue.DeleteTable", "AmazonAthena.StartQueryExecution", "AWSGlue.DeleteDatabase"):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            request = world.cloud("/", ("X-Amz-Target", target), ("Content-Type", kind), method="POST", body=b'{"DatabaseName": "nobody", "Name": "nobody"}')
            yield http(f"{target} as {kind}", request, 415)
    yield http("a form's upload", world.cloud("/tributary", ("Content-Type", "multipart/form-data; boundary=x"), method="POST", body=b"--x--"), 403, 501)
    basic = base64.b64encode(b"owner:" + world.keys["owner"].secret.encode()).decode()
    yield http("a password of a browser", world.api("/v1/datasets", ("Authorization", f"Basic {basic}")), 401)


def own(world):
    """What must go on: clients that are no browsers, and pages and addresses of the lake itself."""
    key = world.keys["reader"].header()
    rows = "/v1/datasets/flights/rows?limit=1"
    for host in OWN_HOSTS:
        yield http(f"own: Host {host}", world.api(rows, key, host=host.format(world.http)), 200)
        if host != "lake.localhost:{}":
            yield http(f"own: Host {host} of AWS", world.cloud("/tributary/datasets/flights.json", host=host.format(world.aws)), 200)
    yield http("own: a bucket in Host", world.cloud("/datasets/flights.json", host=f"tributary.localhost:{world.aws}"), 200)
    yield http("own: an address typed", world.api("/docs", ("Sec-Fetch-Site", "none"), ("Sec-Fetch-Mode", "navigate")), 200)
    yield http("own: the lake's own page", world.api(rows, key, ("Origin", f"http://127.0.0.1:{world.http}"), ("Sec-Fetch-Site", "same-origin")), 200)
    yield http("own: a client without a browser's headers", world.api(rows, key), 200)
    message = quote('{"at": "2026-01-01T00:00:00Z", "id": 2}')
    attribute = "MessageAttributes.entry.1.Name=dataset&MessageAttributes.entry.1.Value.DataType=String&MessageAttributes.entry.1.Value.StringValue=sink"
    yield http("own: a publish", world.form_call(f"Action=Publish&TopicArn={world.names['topic']}&Message={message}&{attribute}"), 200, writes=(QUARANTINE,))
    body = b"<Delete><Object><Key>hostile/absent</Key></Object></Delete>"
    yield http("own: ?delete with its digest", world.cloud("/tributary?delete", md5(body), method="POST", body=body), 200)
