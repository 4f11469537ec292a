"""What is small and becomes large: packed messages, partitions, texts that SQL grows, patterns. Refused, or done in
little memory and time; the process is there afterwards."""

import base64
import gzip
import json
import socket
import struct
import threading
import time
from datetime import UTC, datetime, timedelta

from case import QUARANTINE, Case, http
from wire import quote
from world import PARTITIONS

# The most seconds that one of these may take, in a build without optimization on a busy machine.
SECONDS = 30
# More than the lake may have files, as `ulimit -n` has it for most.
WAITING = 1100
MIB = 1024 * 1024


def cases(world, rng):
    yield from packed(world)
    yield from partitions(world)
    yield from growth(world)
    yield from patterns(world)
    yield from many_at_once(world)


def publish(world, message, encoding=None, dataset="sink"):
    entries = {"dataset": dataset} | ({"content-encoding": encoding} if encoding else {})
    attributes = "".join(
        f"&MessageAttributes.entry.{n}.Name={name}&MessageAttributes.entry.{n}.Value.DataType=String&MessageAttributes.entry.{n}.Value.StringValue={quote(value)}"
        for n, (name, value) in enumerate(entries.items(), 1)
    )
    return world.form_call(f"Action=Publish&TopicArn={world.names['topic']}&Message={quote(message)}{attributes}")


def bounded(name, act, *statuses, then=None, **others):
    """A case that is over in time."""
    def timed(world):
        world.began = time.monotonic()
        replies = act(world)
        world.took = time.monotonic() - world.began
        return replies

    def check(world, replies):
        if world.took > SECONDS:
            return f"it took {world.took:.0f} s, and may take {SECONDS}"
        return then(world, replies) if then else None

    return Case(name, timed, statuses, then=check, **others)


# Messages


def zstd(size, byte=b"x", window=None):
    """A frame of a few bytes that unpacks to so many: blocks that repeat one byte. No library is needed for that."""
    frame = struct.pack("<I", 0xFD2FB528)
    # Without a single segment, with the window's own byte: 2^(10 + exponent).
    frame += bytes([0, (window or 7) << 3])
    block = 128 * 1024
    count = -(-size // block)
    for number in range(count):
        header = (block << 3) | (1 << 1) | (number == count - 1)
        frame += struct.pack("<I", header)[:3] + byte
    return base64.b64encode(frame).decode()


def packed_gzip(data, times=1):
    for _ in range(times):
        data = gzip.compress(data, 9)
    return base64.b64encode(data).decode()


def landed_nothing(world, before):
    new = landed(world) - before
    return f"it landed: {sorted(new)[:2]}" if new else None


def landed(world):
    return {path.relative_to(world.bucket) for path in (world.bucket / "landing/sink").rglob("*") if path.is_file()}


def refused(name, world, message, encoding):
    def act(world):
        world.landed = landed(world)
        return publish(world, message, encoding).send()

    return bounded(f"message: {name}", act, 200, then=lambda world, _: landed_nothing(world, world.landed), writes=(QUARANTINE,))


def packed(world):
    blanks = b" " * (64 * MIB)
    event = json.dumps({"at": datetime.now(UTC).isoformat(), "id": 1, "text": world.payload_mark}).encode()
    table = {
        "gzip of 64 MiB of blanks": (packed_gzip(blanks), "gzip"),
        "gzip of 64 MiB of brackets": (packed_gzip(b"[" * (64 * MIB)), "gzip"),
        "gzip of 64 MiB of one text": (packed_gzip(b'{"text": "' + b"x" * (64 * MIB) + b'"}'), "gzip"),
        "gzip of 17 MiB, and an event behind it": (packed_gzip(b" " * (17 * MIB) + event), "gzip"),
        "gzip of gzip of 64 MiB": (packed_gzip(blanks, 2), "gzip"),
        "gzip of gzip of gzip": (packed_gzip(blanks, 3), "gzip"),
        "1,000 members of gzip": (base64.b64encode(gzip.compress(b" " * 100_000) * 1000).decode(), "gzip"),
        "gzip that is cut": (base64.b64encode(gzip.compress(blanks[: 8 * MIB])[:-200]).decode(), "gzip"),
        "gzip with another sum": (base64.b64encode(gzip.compress(event)[:-8] + bytes(8)).decode(), "gzip"),
        "gzip with noise behind it": (base64.b64encode(gzip.compress(event) + b"noise" * 100).decode(), "gzip"),
        "gzip with a name of 60 KB": (base64.b64encode(b"\x1f\x8b\x08\x08" + bytes(6) + b"a" * 60_000).decode(), "gzip"),
        "zstd of 1 GiB": (zstd(1024 * MIB), "zstd"),
        "zstd of 1 GiB of brackets": (zstd(1024 * MIB, b"["), "zstd"),
        "zstd of 8 GiB": (zstd(4 * 1024 * MIB), "zstd"),
        "zstd with a window of 2 GiB": (zstd(MIB, window=21), "zstd"),
        "zstd with a window of a TiB": (zstd(MIB, window=31), "zstd"),
        "zstd that is cut": (zstd(MIB)[:-8], "zstd"),
        "zstd called gzip": (zstd(MIB), "gzip"),
        "gzip called zstd": (packed_gzip(event), "zstd"),
        "deep arrays, packed": (packed_gzip(b"[" * 1_000_000 + b"]" * 1_000_000), "gzip"),
        "deep objects, packed": (packed_gzip(b'{"a":' * 500_000), "gzip"),
        "a million fields, packed": (packed_gzip(b"{" + b",".join(b'"f%d":1' % n for n in range(1_000_000)) + b"}"), "gzip"),
        "a text of escapes, packed": (packed_gzip(b'{"text": "' + b"\\u0001" * 2_000_000 + b'"}'), "gzip"),
        "15 MiB of empty arrays": (packed_gzip(b"[" + b"[]," * 5_000_000 + b"[]]"), "gzip"),
        "a number of 10 MB": (packed_gzip(b'{"id": ' + b"9" * 10_000_000 + b"}"), "gzip"),
        "15 MiB of lines that are no JSON": (packed_gzip(b"x\n" * 7_500_000), "gzip"),
    }  # fmt: skip
    for what, (message, encoding) in table.items():
        if len(message) < 250_000:
            yield refused(what, world, message, encoding)
        else:
            # More than a message may have: SNS refuses it.
            yield http(f"message: {what}, too long", publish(world, message, encoding), 400, 413)
    many = b"".join(b'{"at":"%s","id":%d}\n' % (datetime.now(UTC).isoformat().encode(), 2_000_000 + n) for n in range(60_000))
    yield bounded("message: 60,000 events", lambda world: publish(world, base64.b64encode(gzip.compress(b"{}\n" * 60_000)).decode(), "gzip").send(), 200, writes=(QUARANTINE,))
    assert len(many) < 16 * MIB


def partitions(world):
    """One message opens no more partitions than the setting allows; what exceeds it is kept in quarantine."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    for number, hours in ((100, 1), (1000, 1), (5000, 1), (1000, 24), (400, 24 * 30)):
        lines = "\n".join(json.dumps({"at": (now - timedelta(hours=hours * n)).isoformat(), "id": 3_000_000 + n}) for n in range(number))
        message = packed_gzip(lines.encode())
        yield bounded(f"partitions: {number} of every {hours} hours", lambda world, message=message: opened(world, message), 200, writes=(QUARANTINE,), then=few)


def opened(world, message):
    world.partitions = {path.parent for path in landed(world)}
    return publish(world, message, "gzip").send()


def few(world, _):
    new = {path.parent for path in landed(world)} - world.partitions
    return f"one message made {len(new)} partitions, and may make {PARTITIONS}" if len(new) > PARTITIONS else None


# SQL


def growth(world):
    """Each multiplies what it is given. It is refused by its size, as the caller's mistake, or is small."""
    nested = "code"
    for _ in range(4):
        nested = f"replace({nested}, 'Q', '{'Q' * 250}')"
    wide = "code"
    for _ in range(8):
        wide = f"concat({wide}, {wide})" if len(wide) < 8000 else f"{wide}"
    joined = " CROSS JOIN ".join(f"flights AS f{n}" for n in range(8))
    refused = {
        "replace in replace": f"SELECT length({nested}) FROM flights",
        "replace of every place": "SELECT " + "replace(" * 5 + "code" + ", '', 'xxxxxxxxxxxxxxxxxxxx')" * 5 + " FROM flights",
        "lpad": "SELECT lpad(code, 2000000000, 'x') FROM flights",
        "rpad": "SELECT rpad(code, 2000000000, 'x') FROM flights",
        "repeat": "SELECT repeat(code, 2000000000) FROM flights",
        "repeat of an array": "SELECT cardinality(repeat(1, 2000000000)) FROM flights",
        "sequence": "SELECT cardinality(sequence(1, 2000000000)) FROM flights",
        "flatten": "SELECT flatten(ARRAY[sequence(1, 100000000), sequence(1, 100000000)])",
        "combinations": "SELECT combinations(sequence(1, 50), 5)",
        "ngrams": "SELECT ngrams(split(code, ''), 1000000) FROM flights",
        "split": "SELECT cardinality(split(lpad('x', 100000000, 'x'), 'x'))",
        "transform in transform": "SELECT transform(sequence(1, 100000), x -> transform(sequence(1, 100000), y -> y))",
        "reduce": "SELECT reduce(sequence(1, 1000000), 'x', (s, x) -> s || s, s -> s)",
        "format": "SELECT format('%2000000000d', flight_id) FROM flights",
        "to_base64 of lpad": "SELECT to_base64(to_utf8(lpad('x', 1000000000, 'x')))",
        "a power": "SELECT CAST(power(10, 300) AS decimal(38,0))",
    }  # fmt: skip
    for what, statement in refused.items():
        yield bounded(f"SQL: {what}", lambda world, statement=statement: world.sql(statement).send(), 400, growth_mib=1024)
    # They compute until they come to a bound, which may be after the answer that they go on.
    computed = {
        "regexp_replace": "SELECT " + "regexp_replace(" * 6 + "code" + ", '.', '$0$0$0$0$0$0$0$0')" * 6 + " FROM flights",
        "array_agg of a join": f"SELECT cardinality(array_agg(f0.code)) FROM {joined}",
        "listagg of a join": f"SELECT listagg(f0.code, 'x') WITHIN GROUP (ORDER BY f0.code) FROM {joined}",
        "a map of a join": f"SELECT map_agg(f0.flight_id, f1.code) FROM {joined}",
    }  # fmt: skip
    for what, statement in computed.items():
        yield bounded(f"SQL: {what}", lambda world, statement=statement: stopped(world, statement), 200, 202, 400, growth_mib=1024)
    allowed = {
        "concat in concat": f"SELECT length({wide}) FROM flights",
        "a sum over a join of 2.5 million rows": "SELECT count(*) FROM flights AS a CROSS JOIN flights AS b CROSS JOIN flights AS c CROSS JOIN flights AS d",
        "an order of a join": "SELECT a.code FROM flights AS a CROSS JOIN flights AS b CROSS JOIN flights AS c ORDER BY a.code, b.code, c.code, a.flight_id LIMIT 3",
        "distinct of a join": "SELECT count(DISTINCT a.code || b.code || c.code) FROM flights AS a CROSS JOIN flights AS b CROSS JOIN flights AS c",
        "windows of a join": "SELECT max(n) FROM (SELECT row_number() OVER (ORDER BY a.code, b.code) AS n FROM flights AS a CROSS JOIN flights AS b)",
        "50 unions": " UNION ALL ".join(["SELECT code FROM flights"] * 50),
        "a CASE of 100 branches": "SELECT CASE " + " ".join(f"WHEN flight_id = {n} THEN {n}" for n in range(100)) + " END FROM flights",
        "an IN of 1,000": "SELECT code FROM flights WHERE flight_id IN (" + ", ".join(map(str, range(1000))) + ")",
    }  # fmt: skip
    for what, statement in allowed.items():
        yield bounded(f"SQL: {what}", lambda world, statement=statement: world.sql(statement).send(), 200, 400, growth_mib=1024)
    endless = "SELECT count(*) FROM " + " CROSS JOIN ".join(f"flights AS f{n}" for n in range(9)) + " WHERE f0.code < f8.code"
    yield bounded("SQL: a join that never ends, and is stopped", lambda world: stopped(world, endless), 200, 202, growth_mib=1024)


def stopped(world, statement):
    """A query that goes on after its 202 ends when it is cancelled."""
    request = world.sql(statement)
    first = type(request)(request.port, request.method, request.target, (*request.headers, ("Prefer", "respond-async")), request.body).send()
    if first.status != 202:
        return [first]
    location, header = first.header("location"), world.keys["analyst"].header()
    replies = [first, world.api(location, header, method="DELETE").send()]
    for _ in range(200):
        state = world.api(location, header).send()
        if state.json().get("state") not in ("queued", "running"):
            break
        time.sleep(0.05)
    assert state.json()["state"] in ("cancelled", "failed"), f"the query is {state.json()['state']}, 10 s after it was cancelled"
    return [*replies, state]


def patterns(world):
    """Regular expressions that take a backtracking engine for ever, or much memory. Athena has one."""
    key = world.keys["reader"].header()
    def filtered(pattern):
        return lambda world: world.api(f"/v1/datasets/flights/rows?code=match.{quote(pattern)}", key).send()

    def in_sql(pattern):
        return lambda world: world.sql(f"SELECT code FROM flights WHERE regexp_like(code, '{pattern}')").send()

    for pattern in (
        "(a+)+$", "(a*)*$", "(a|a)*$", "(a|aa)+$", "(.*)*x", "((a+)+)+$", "([a-z]+)*$", "(a+)+b", "(x+x+)+y", "(\\w+\\s?)*$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(?:a+)+$", "(.+)+$",
    ):  # fmt: skip
        yield bounded(f"pattern {pattern} in a filter", filtered(pattern), 400)
        yield bounded(f"pattern {pattern} in SQL", in_sql(pattern), 400)
    # Whether so few repetitions are many is the lake's to say; that they end is not.
    yield bounded("pattern (a{1,10}){1,10}$ in a filter", filtered("(a{1,10}){1,10}$"), 200, 400)
    for pattern in ("a{1000}{1000}", "((a{100}){100}){100}", "(" * 200 + "a" + ")" * 200, "[" + "a-z" * 2000, "(?=a)", "(a)\\1", "\\w{100}", "^\\w{1,64}@\\w{1,255}$", "\\pL{1000}", "(?<n>a)", "a" * 3000, "(?i)" * 200, "\\", "[", "*", "(?P<"):
        yield bounded(f"pattern {pattern[:30]} in a filter", lambda world, pattern=pattern: world.api(f"/v1/datasets/flights/rows?code=match.{quote(pattern)}", key).send(), *((200, 400) if pattern in ("(" * 200 + "a" + ")" * 200, "a" * 3000, "(?<n>a)", "(?i)" * 200) else (400,)))
    for pattern in ("%" * 3000, "%a" * 1000 + "b", "_" * 3000):
        yield bounded(f"LIKE {pattern[:20]}", lambda world, pattern=pattern: world.api(f"/v1/datasets/flights/rows?code=like.{quote(pattern.replace('%', '*'))}", key).send(), 200, 400, 414)


def many_at_once(world):
    """Many callers at the same time: each gets an answer, and the process stays."""
    joined = "SELECT count(*) FROM flights AS a JOIN flights AS b ON a.flight_id = b.flight_id JOIN flights AS c ON b.flight_id = c.flight_id WHERE a.price > ?"

    def joins(world):
        return at_once([world.sql(joined, parameters=[number]) for number in range(12)])

    # 429 is what says that there are too many.
    yield bounded("12 joins with themselves at once", joins, 200, 429)
    yield bounded("the same, again", joins, 200, 429)
    sleepers = [world.api("/v1/datasets/flights/rows?limit=40", world.keys["reader"].header(), ("If-None-Match", f'"{n}"')) for n in range(60)]
    for name, port in (("API", world.http), ("AWS", world.aws)):
        yield bounded(f"{name}: {WAITING} half-sent requests", lambda world, port=port: half_sent(world, port), 200)
    yield bounded("60 requests at once", lambda _: at_once(sleepers), 200, 429, 503)


def half_sent(world, port):
    """More connections than the lake has room for, each with half of a request: others are answered all the same."""
    waiting = []
    try:
        for _ in range(WAITING):
            connection = socket.create_connection(("127.0.0.1", port), timeout=5)
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127")
            waiting.append(connection)
        return [world.api("/healthz").send(), world.cloud("/tributary/datasets/flights.json").send()]
    finally:
        for connection in waiting:
            connection.close()


def at_once(requests):
    replies = [None] * len(requests)

    def one(number):
        replies[number] = requests[number].send()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return replies
