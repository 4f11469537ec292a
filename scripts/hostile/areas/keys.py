"""API keys: what gets in, what a key may do, and whether an answer tells what exists."""

import re
import string
import time

from case import Case, http
from wire import JSON, Request, bearer, json_body, quote

# The paths that want a key, with a dataset that is there and one that is not.
PATHS = (
    "/v1/datasets",
    "/v1/datasets/flights",
    "/v1/datasets/canary",
    "/v1/datasets/absent",
    "/v1/datasets/flights/rows?limit=1",
    "/v1/datasets/canary/rows?limit=1",
    "/v1/datasets/absent/rows?limit=1",
    "/v1/named-queries",
    "/v1/named-queries/absent/rows",
    "/v1/queries/01234567-89ab-cdef-0123-456789abcdef",
    "/v1/queries/01234567-89ab-cdef-0123-456789abcdef/rows",
)
FLIGHT = "/v1/datasets/flights/rows?limit=1"


def cases(world, rng):
    yield from without_a_key(world)
    yield from malformed(world)
    yield from mutated(world, rng)
    yield from in_odd_places(world)
    yield from that_hold_no_longer(world)
    yield from existence(world, rng)
    yield from rights(world)
    yield from of_others(world)
    yield from bytes_scanned(world)


def without_a_key(world):
    for path in PATHS:
        for method in ("GET", "HEAD"):
            yield http(f"no key: {method} {path}", world.api(path, method=method), 401)
    yield http("no key: SQL", world.api("/v1/queries", JSON, method="POST", body=b'{"sql": "SELECT 1"}'), 401)
    yield http("no key: DELETE of a query", world.api("/v1/queries/01234567-89ab-cdef-0123-456789abcdef", method="DELETE"), 401)
    for path in ("/openapi.json", "/docs"):
        yield Case(f"no key: {path} names no dataset", sender(world.api(path)), (200,), then=names_nothing)


def names_nothing(_, replies):
    text = replies[0].text()
    named = [name for name in ("canary", "flights", "sink") if name in text]
    return f"who has no key is told of {named}" if named else None


def malformed(world):
    secret = world.keys["owner"].secret
    prefix, id, random = secret.split("_")
    table = {
        "empty": "",
        "a space": " ",
        "the prefix": "trib_",
        "no secret": f"trib_{id}",
        "no id": f"trib__{random}",
        "id and secret swapped": f"trib_{random}_{id}",
        "id alone": id,
        "secret alone": random,
        "another prefix": f"trab_{id}_{random}",
        "no prefix": f"{id}_{random}",
        "in upper case": secret.upper(),
        "a character less": secret[:-1],
        "a character more": secret + "0",
        "twice": secret + secret,
        "twice with a comma": f"{secret},{secret}",
        "twice with a space": f"{secret} {secret}",
        "in quotes": f'"{secret}"',
        "in angle brackets": f"<{secret}>",
        "percent-encoded": quote(secret.replace("_", "%5F")),
        "another check": secret[:-4] + "0000",
        "half of it": secret[: len(secret) // 2],
        "a wildcard": f"trib_{id}_*",
        "a SQL wildcard": "trib_%_%",
        "SQL": "' OR '1'='1",
        "a path": "../../access/keys.json",
        "null": "null",
        "undefined": "undefined",
        "zeroes": f"trib_{id}_" + "0" * len(random),
        "the hash's length": "0" * 64,
        "8 KiB": "a" * 8192,
        "underscores": "_" * 70,
        "a letter of Greek": secret.replace("trib", "τrib"),
        "full width": "".join(chr(ord(c) + 0xFEE0) for c in secret),
        "a zero-width space": secret[:10] + "\u200b" + secret[10:],
        "a tab in it": secret[:10] + "\t" + secret[10:],
        "a NUL's escape": secret + "%00",
    }
    for what, text in table.items():
        yield http(f"Bearer, {what}", world.api(FLIGHT, ("Authorization", f"Bearer {text}")), 401)
        yield http(f"X-Api-Key, {what}", world.api(FLIGHT, ("X-Api-Key", text)), 401)
    for what, text in {"NUL": "\0", "DEL": "\x7f", "BEL": "\x07"}.items():
        yield http(f"X-Api-Key with {what}", world.api(FLIGHT, ("X-Api-Key", secret + text)), 400, 401)
    for scheme in ("Basic", "Digest", "Token", "ApiKey", "Negotiate", "AWS4-HMAC-SHA256", "Bearer,", "Bearer:", "BearerBearer", ""):
        yield http(f"the scheme {scheme!r}", world.api(FLIGHT, ("Authorization", f"{scheme} {secret}".strip())), 401)


def mutated(world, rng):
    """A key that is one change away from one that holds."""
    letters = string.ascii_lowercase + string.digits
    for number in range(30):
        secret = world.keys["owner"].secret
        kind = rng.choice(("replace", "swap", "drop", "insert", "case"))
        at = rng.randrange(5, len(secret) - 1)
        changed = {
            "replace": lambda: secret[:at] + rng.choice(letters.replace(secret[at], "")) + secret[at + 1 :],
            "swap": lambda: secret[:at] + secret[at + 1] + secret[at] + secret[at + 2 :],
            "drop": lambda: secret[:at] + secret[at + 1 :],
            "insert": lambda: secret[:at] + rng.choice(letters) + secret[at:],
            "case": lambda: secret[:at] + secret[at].swapcase() + secret[at + 1 :],
        }[kind]()
        if changed == secret:
            changed = secret[::-1]
        yield http(f"mutation {number}: {kind} at {at}", world.api(FLIGHT, bearer(changed)), 401)


def in_odd_places(world):
    secret = world.keys["owner"].secret
    good = bearer(secret)
    for name in ("api_key", "apikey", "key", "token", "access_token", "Authorization", "X-Api-Key", "x-api-key"):
        yield http(f"in the query as {name}", world.api(f"{FLIGHT}&{name}={secret}"), 401)
        yield http(f"in a cookie as {name}", world.api(FLIGHT, ("Cookie", f"{name}={secret}")), 401)
    for name in ("Proxy-Authorization", "X-Authorization", "X-Amz-Security-Token", "Api-Key", "X-Forwarded-Authorization", "X_Api_Key"):
        yield http(f"in the header {name}", world.api(FLIGHT, (name, f"Bearer {secret}")), 401)
    yield http("in the path", world.api(f"/{secret}/v1/datasets"), 404)
    yield http("Authorization twice", world.api(FLIGHT, good, good), 401)
    yield http("X-Api-Key twice", world.api(FLIGHT, ("X-Api-Key", secret), ("X-Api-Key", secret)), 401)
    yield http("a good and a bad Authorization", world.api(FLIGHT, bearer("x"), good), 401)
    yield http("a bad X-Api-Key before a good Authorization", world.api(FLIGHT, ("X-Api-Key", "x"), good), 401)
    yield http("an empty X-Api-Key before a good Authorization", world.api(FLIGHT, ("X-Api-Key", ""), good), 401)
    yield http("a good X-Api-Key and a bad Authorization", world.api(FLIGHT, ("X-Api-Key", secret), bearer("x")), 200)
    body = json_body({"sql": "SELECT 1", "key": secret})
    yield http("in the body", world.api("/v1/queries", JSON, method="POST", body=body), 401)
    yield http("as a form", world.api("/v1/queries", method="POST", body=f"key={secret}".encode()), 401)
    credentials = Request(world.http, "GET", f"http://owner:{secret}@127.0.0.1:{world.http}{FLIGHT}")
    yield http("in the authority of an absolute address", credentials, 400, 401, 403)
    yield http("in a folded header", world.api(FLIGHT, ("Authorization", f"Bearer\r\n {secret}")), 400)
    yield http("in X-Forwarded-For and Forwarded", world.api(FLIGHT, ("X-Forwarded-For", "127.0.0.1"), ("Forwarded", "for=127.0.0.1")), 401)
    for name in ("X-Original-Url", "X-Rewrite-Url", "X-Forwarded-Prefix"):
        request = world.api("/healthz", (name, "/v1/datasets/canary/rows"))
        yield http(f"{name} to another path", request, 200, says=('"status":"ok"',))
    request = world.api(FLIGHT, ("X-Http-Method-Override", "DELETE"), ("X-Amz-Target", "AWSGlue.DeleteTable"))
    yield http("another method in a header", request, 401)


def that_hold_no_longer(world):
    for name in ("revoked", "expired"):
        header = world.keys[name].header()
        for path in PATHS:
            yield http(f"{name}: {path}", world.api(path, header), 401, says=("unknown, revoked or expired",))
        yield http(f"{name}: SQL", world.sql("SELECT 1", name), 401)
        yield http(f"{name}: as X-Api-Key", world.api(FLIGHT, ("X-Api-Key", world.keys[name].secret)), 401)


def existence(world, rng):
    """To who may not see it, a dataset that is there answers as one that is not: status, headers and words."""
    paths = {
        "the dataset": "/v1/datasets/{}",
        "its rows": "/v1/datasets/{}/rows?limit=1",
        "a bad parameter": "/v1/datasets/{}/rows?nothing=eq.1",
        "a column of it": "/v1/datasets/{}/rows?song=eq.x",
        "a bad limit": "/v1/datasets/{}/rows?limit=-1",
        "a bad format": "/v1/datasets/{}/rows?format=x",
        "a parameter of none": "/v1/datasets/{}?x=1",
        "an order": "/v1/datasets/{}/rows?order=canary_id",
        "a select": "/v1/datasets/{}/rows?select=count()",
        "a named query of its name": "/v1/named-queries/{}/rows",
        "a query of its name": "/v1/queries/{}",
    }
    preferences = (("Prefer", "respond-async"), ("Accept", "text/csv"), ("If-None-Match", world.etag), ("Accept", "nothing/at-all"))
    for who in ("reader", "analyst", "narrow", "bounded"):
        for what, path in paths.items():
            yield alike(world, f"{who}: {what}", path, world.keys[who].header())
    for name, value in preferences:
        yield alike(world, f"reader: its rows with {name}: {value}", paths["its rows"], world.keys["reader"].header(), (name, value))
    statements = (
        "SELECT * FROM {}", "SELECT 1 FROM flights, {}", "SELECT 1 FROM {}.song", "SELECT * FROM tributary.{}",
        'SELECT * FROM "{}"', "SELECT (SELECT count(*) FROM {})", "WITH a AS (SELECT * FROM {}) SELECT 1 FROM a",
        "SELECT 1 FROM flights UNION SELECT canary_id FROM {}", "SELECT {}.song FROM flights", "SELECT * FROM awsdatacatalog.tributary.{}",
    )  # fmt: skip
    for statement in statements:
        yield twice_sql(world, statement)
    # With a spelling that is near: no suggestion names what the sender may not see.
    for _ in range(10):
        at = rng.randrange(6)
        near = "canary"[:at] + rng.choice("xqzjk") + "canary"[at + 1 :]
        for path in ("/v1/datasets/{}", "/v1/datasets/{}/rows"):
            request = world.api(path.format(near), world.keys["reader"].header())
            yield Case(f"reader: no suggestion for {path.format(near)}", sender(request), (404,), then=lambda _, replies: (
                "it says canary" if "canary" in replies[0].text() else None
            ))
    for path in ("/v1/datasets", "/openapi.json", "/docs", "/v1/named-queries"):
        request = world.api(path, world.keys["reader"].header())
        yield Case(f"reader: {path} has no canary", sender(request), (200,), then=lambda _, replies: (
            "it has canary" if "canary" in replies[0].text() else None
        ))


def sender(request):
    return lambda _: request.send()


def alike(world, name, path, *headers):
    # Of the same length, and as far from every name that can be seen.
    there, not_there = (world.api(path.format(dataset), *headers) for dataset in ("canary", "kanzzy"))
    statuses = (400, 404) if "queries" not in path else (404,)
    return Case(f"{name}: there, as what is not", lambda _: (there.send(), not_there.send()), statuses, then=same)


def twice_sql(world, statement):
    there, not_there = (world.sql(statement.format(name)) for name in ("canary", "kanzzy"))
    return Case(f"analyst: {statement}", lambda _: (there.send(), not_there.send()), (400,), then=same)


def same(_, replies):
    first, second = (normal(reply) for reply in replies)
    return None if first == second else f"the answers differ: {first} and {second}"


def normal(reply):
    headers = sorted(pair for pair in reply.headers if pair[0] != "date")
    # A query's id is its own, whatever it asked.
    body = re.sub(rb'"query_id":"[^"]*"', b"", reply.body)
    return reply.status, headers, body.replace(b"kanzzy", b"canary")


def rights(world):
    rows = "/v1/datasets/flights/rows?limit={}&format={}"
    narrow = world.keys["narrow"].header()
    for form in ("json", "columns", "ndjson", "parquet", "arrow"):
        yield http(f"a format that the key does not allow: {form}", world.api(rows.format(3, form), narrow), 403)
    yield http("the format by Accept", world.api("/v1/datasets/flights/rows?limit=3", narrow, ("Accept", "application/json")), 403, 406)
    for limit in (4, 10_000):
        yield http(f"more rows than the key allows: {limit}", world.api(rows.format(limit, "csv"), narrow), 403)
    for limit in (10**18, 2**64, -1, "1e3", "%2B3", "3.0", "0x3", "٣"):
        yield http(f"a limit of {limit}", world.api(rows.format(limit if isinstance(limit, int) else quote(limit) if limit == "٣" else limit, "csv"), narrow), 400, 403)
    lines = lambda _, replies: None if len(replies[0].body.splitlines()) <= 4 else "it answers more than 3 rows"
    yield Case("no limit: as many as the key allows", sender(world.api("/v1/datasets/flights/rows?format=csv", narrow)), (200,), then=lines)
    for name in ("reader", "narrow"):
        yield http(f"{name}: SQL that the key does not allow", world.sql("SELECT 1", name), 403)
    yield Case("one request in a minute", slow_twice, (200, 429), then=lambda _, replies: (
        None if [reply.status for reply in replies] == [200, 429] and replies[1].header("retry-after") else f"{replies}"
    ))


def slow_twice(world):
    request = world.api(FLIGHT, world.keys["slow"].header())
    return request.send(), request.send()


def of_others(world):
    """A query of one key is not there for another one."""
    yield Case("a query of the owner: its state, rows and end, asked by others", ask_others, (404,))
    yield Case("a query of the owner: its rows in every form", ask_others_for_forms, (404,))


def handed_over(world, key="owner", target="/v1/datasets/canary/rows?limit=5"):
    reply = world.api(target, world.keys[key].header(), ("Prefer", "respond-async")).send()
    assert reply.status == 202, f"expected 202 of a request that does not wait, found {reply}"
    return reply.header("location")


def ask_others(world):
    location = handed_over(world)
    replies = []
    for name in ("reader", "analyst", "narrow"):
        header = world.keys[name].header()
        for method, path in (("GET", location), ("GET", f"{location}/rows"), ("DELETE", location), ("HEAD", f"{location}/rows")):
            replies.append(world.api(path, header, method=method).send())
    return replies


def ask_others_for_forms(world):
    location = handed_over(world)
    header = world.keys["analyst"].header()
    return [world.api(f"{location}/rows?format={form}&limit=1", header).send() for form in ("json", "csv", "parquet", "arrow", "ndjson")]


def bytes_scanned(world):
    """A key with a bound on bytes gets no row of a query that scans more, however it asks."""
    bounded = world.keys["bounded"].header()
    rows = "/v1/datasets/flights/rows?limit=40"
    yield http("more bytes than the key allows: rows", world.api(rows, bounded), 413)
    yield http("more bytes than the key allows: SQL", world.sql("SELECT * FROM flights", "bounded"), 413)
    for form in ("json", "csv", "parquet"):
        yield Case(f"more bytes than the key allows: respond-async, {form}", lambda world, form=form: later(world, f"{rows}&format={form}"), (403, 413))
    for wait in (0, 1):
        yield Case(f"more bytes than the key allows: wait={wait}", lambda world, wait=wait: waiting(world, rows, wait), (403, 413))
    yield Case("more bytes than the key allows: SQL, respond-async", later_sql, (403, 413))


def later(world, target):
    header = world.keys["bounded"].header()
    first = world.api(target, header, ("Prefer", "respond-async")).send()
    return of_location(world, first, header)


def waiting(world, target, wait):
    header = world.keys["bounded"].header()
    return of_location(world, world.api(target + "&order=price", header, ("Prefer", f"wait={wait}")).send(), header)


def later_sql(world):
    request = world.sql("SELECT * FROM flights WHERE price > ?", "bounded", [0])
    first = Request(request.port, request.method, request.target, (*request.headers, ("Prefer", "respond-async")), request.body)
    return of_location(world, first.send(), world.keys["bounded"].header())


def of_location(world, first, header):
    """The rows of a query that was handed over, when it is over."""
    if first.status != 202:
        return first
    for _ in range(100):
        reply = world.api(first.header("location") + "/rows", header).send()
        if reply.status != 409 or "not-finished" not in reply.text():
            return reply
        time.sleep(0.05)
    return reply
