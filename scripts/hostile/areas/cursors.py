"""Cursors and queries' ids: forged, cut, of another query, of another key, and again."""

import base64
import string
import struct
import time

from case import Case, http
from wire import link

UUID = "01234567-89ab-cdef-0123-456789abcdef"


class Made:
    """A finished query of a key, the address of its second page, and that page."""

    def __init__(self, world, key, form="json", order="flight_id"):
        self.header = world.keys[key].header()
        target = f"/v1/datasets/flights/rows?limit=40&order={order}&format={form}"
        first = world.api(target, self.header, ("Prefer", "respond-async")).send()
        assert first.status == 202, f"expected 202 of a request that does not wait, found {first}"
        self.location = first.header("location")
        for _ in range(200):
            page = world.api(f"{self.location}/rows?limit=7&format={form}", self.header).send()
            if page.status != 409:
                break
            time.sleep(0.05)
        self.next = link(page)
        assert page.status == 200 and self.next, f"there is no second page: {page.status} {page.headers}"
        self.cursor = self.next.split("cursor=")[1].split("&")[0]
        self.page = world.api(self.next, self.header).send()
        self.world = world

    def with_cursor(self, cursor, *headers, others=""):
        return self.world.api(f"{self.location}/rows?cursor={cursor}{others}", *(headers or (self.header,)))


def cases(world, rng):
    made = Made(world, "reader")
    yield from forged(made, rng)
    yield from of_others(world, made)
    yield from again(world, made)
    yield from ids(world)


def forged(made, rng):
    cursor = made.cursor
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    table = {
        "empty": "",
        "one letter": "A",
        "not base64": "%21%21%21",
        "with padding": cursor + "=",
        "with padding, encoded": cursor + "%3D%3D",
        "twice": cursor + cursor,
        "backwards": cursor[::-1],
        "in upper case": cursor.upper(),
        "with a space before it": "%20" + cursor,
        "with a line feed after it": cursor + "%0A",
        "with a NUL after it": cursor + "%00",
        "zeroes": "A" * len(cursor),
        "8,000 letters": "A" * 8000,
        "invalid UTF-8": "%ff%fe",
        "a path": "..%2f..%2faccess%2fkeys.json",
        "SQL": "1%27%20OR%201=1",
        "null": "null",
        "-1": "-1",
        "a huge number": "9" * 30,
        "of another alphabet": cursor.replace("-", "+").replace("_", "/") + "+",
        "the signature alone": encode(raw[-16:]),
        "the payload alone": encode(raw[:-16]),
        "of another version": encode(b"\x02" + raw[1:]),
        "of offset 0": encode(raw[:1] + struct.pack(">Q", 0) + raw[9:]),
        "of the last offset": encode(raw[:1] + struct.pack(">Q", 2**64 - 1) + raw[9:]),
        "of the last row": encode(raw[:9] + struct.pack(">Q", 2**64 - 1) + raw[17:]),
        "of a huge limit": encode(raw[:17] + struct.pack(">Q", 2**64 - 1) + raw[25:]),
        "of another form": encode(raw[:25] + b"csv" + raw[-16:]),
        "with a signature of zeroes": encode(raw[:-16] + bytes(16)),
        "signed with nothing": encode(raw[:-16]) + encode(bytes(16)),
    }
    for what, text in table.items():
        yield http(f"forged: {what}", made.with_cursor(text), 400)
    for length in sorted(rng.sample(range(1, len(cursor)), 12)):
        yield http(f"cut to {length} letters", made.with_cursor(cursor[:length]), 400)
    letters = string.ascii_letters + string.digits + "-_"
    for number in range(25):
        at = rng.randrange(len(cursor))
        # The last letter has bits that mean nothing: changed there too, it must not be taken.
        changed = cursor[:at] + rng.choice(letters.replace(cursor[at], "")) + cursor[at + 1 :]
        yield http(f"forged {number}: another letter at {at}", made.with_cursor(changed), 400)
    for number in range(10):
        bits = bytearray(raw)
        bits[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
        yield http(f"forged {number}: a bit", made.with_cursor(encode(bytes(bits))), 400)
    yield http("given twice", made.with_cursor(cursor, others=f"&cursor={cursor}"), 400)
    yield http("in a request for rows of a dataset", made.world.api(f"/v1/datasets/flights/rows?cursor={cursor}", made.header), 400)
    yield http("without a name", made.world.api(f"{made.location}/rows?={cursor}", made.header), 400)


def encode(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def of_others(world, made):
    twin, other = Made(world, "reader", order="price"), Made(world, "analyst")
    yield http("of another query of the same key", made.with_cursor(twin.cursor), 400)
    yield http("of another key's query, on one's own", made.with_cursor(other.cursor), 400)
    yield as_of_nobody("one's own, on another key's query", world, other.location, made.cursor, made.header)
    for name in ("analyst", "narrow", "bounded"):
        yield as_of_nobody(f"another key's page: {name}", world, made.location, made.cursor, world.keys[name].header())
    for name in ("revoked", "expired"):
        yield http(f"another key's page: {name}", world.api(made.next, world.keys[name].header()), 401)
    yield http("a page without a key", world.api(made.next), 401)
    csv = Made(world, "reader", "csv")
    yield http("of another form of another query", made.with_cursor(csv.cursor), 400)
    narrow = world.keys["narrow"].header()
    yield as_of_nobody("narrow: a page of csv that is the reader's", world, csv.location, csv.cursor, narrow)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        yield http(f"{method} of a page", world.api(made.next, made.header, method=method), 405)


def as_of_nobody(name, world, location, cursor, header):
    """A page of somebody else's query answers as one of a query that there never was."""
    nobody = f"/v1/queries/{UUID}"
    requests = [world.api(f"{path}/rows?cursor={cursor}", header) for path in (location, nobody)]
    id = location.rsplit("/", 1)[1]
    return Case(name, lambda _: [request.send() for request in requests], (410,), then=lambda _, replies: (
        None if replies[0].body.replace(id.encode(), UUID.encode()) == replies[1].body else f"the answers differ: {replies}"
    ))


def again(world, made):
    """Used again, it is the same page, whatever was asked in between."""
    for number in range(3):
        request = world.api(made.next, made.header)
        yield Case(f"the same page again: {number}", lambda _: request.send(), (200,), then=lambda _, replies: (
            None if replies[0].body == made.page.body else "it is another page"
        ))
    for name, value in (("format", "csv"), ("limit", "1"), ("limit", "10000")):
        request = world.api(f"{made.location}/rows?cursor={made.cursor}&{name}={value}", made.header)
        # It says how its page is made, and another word on that is refused.
        yield http(f"the cursor with {name}={value}", request, 200, 400)


def ids(world):
    header = world.keys["owner"].header()
    table = {
        "of nobody": UUID,
        "in upper case": UUID.upper(),
        "in braces": "%7B" + UUID + "%7D",
        "too short": UUID[:-1],
        "a path up": "..%2F..%2Faccess%2Fkeys.json",
        "a path up, twice encoded": "..%252F..%252Faccess",
        "dots": "..",
        "an encoded dot": "%2e%2e",
        "a NUL": UUID + "%00",
        "a wildcard": "*",
        "a suffix": UUID + ".csv",
        "another object's name": "queries%2F" + UUID,
        "long": "a" * 2000,
        "of letters outside of ASCII": "%C3%A9" * 8,
        "a space": "%20",
        "a slash at its end": UUID + "%2F",
        "a line feed": UUID + "%0A",
        "SQL": "%27%20OR%20%271%27=%271",
    }
    for what, id in table.items():
        for path in (f"/v1/queries/{id}", f"/v1/queries/{id}/rows"):
            yield http(f"id {what}: {path[-5:]}", world.api(path, header), 404)
    yield http("id of invalid UTF-8", world.api("/v1/queries/%ff%fe", header), 400)
    for what in ("of nobody", "a path up", "a wildcard", "another object's name"):
        yield http(f"DELETE of id {what}", world.api(f"/v1/queries/{table[what]}", header, method="DELETE"), 404)
