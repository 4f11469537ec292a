"""What strangers sent, on the terminal of whoever reads it with the command: a terminal gets nothing that it would obey, and
a pipe gets the exact bytes."""

import json
import os
import pty
import re
import selectors
import subprocess
import tty

from case import QUARANTINE, Case
from wire import CLIENT, FORM, Reply, quote

# A title, a line from the clipboard, a report of the cursor; in C0 and in C1; and marks that show text in another order.
STEERING = {
    "a title": "\x1b]0;owned\x07",
    "the clipboard": "\x1b]52;c;b3duZWQ=\x1b\\",
    "an erased screen": "\x1b[2J\x1b[H",
    "a request": "\x1b[6n",
    "backspaces": "safe\b\b\b\bevil",
    "a return": "safe\revil",
    "a form feed": "a\x0cb\x0bc",
    "DEL": "a\x7fb",
    "C1": "\x9b2J\x9d0;owned\x9c",
    "overrides": "\u202egpj.exe\u202c",
    "isolates": "\u2066a\u2067b\u2068c\u2069",
    "marks": "a\u200eb\u200fc\u061cd",
    "separators": "a\u2028b\u2029c",
}
IN_EVERY_FORM = ("a title", "C1", "marks")
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
# What the progress of the command itself writes on standard error, where that is a terminal, and the colours of its log.
OWN = re.compile(r"\x1b\[[0-9;?]*[A-GKmhl]|\r")
PATIENCE_SECONDS = 120


def cases(world, rng):
    for what, text in STEERING.items():
        sql = "SELECT '" + text.replace("'", "''") + "' AS word"
        for form in ("csv", "json", "ndjson", "columns", "table") if what in IN_EVERY_FORM else ("csv", "json"):
            query = ("query", sql, "--format", form)
            then = is_document_of(text) if form == "json" else obeys_nothing
            yield Case(f"query {form}: {what}", in_a_terminal(*query), (0,), then=then)
            if form == "csv":
                yield Case(f"query {form} through a pipe: {what}", through_a_pipe(*query), (0,), then=has(text))
        yield Case(f"a mistake in SQL: {what}", in_a_terminal("query", f'SELECT "{text}" FROM flights'), (1, 2), then=obeys_nothing)
        yield Case(f"a mistake in a filter: {what}", in_a_terminal("rows", "flights", "--where", f"{text}=eq.1"), (1, 2), then=obeys_nothing)
        yield Case(f"an event to quarantine: {what}", publish(text), (200,), writes=(QUARANTINE,))
    lists = (("list",), ("list", "--json"), ("show", "--limit", "200"), ("show", "--limit", "200", "--json"), ("replay", "--dry-run"), ("discard", "--all"))
    for arguments in lists:
        yield Case(f"quarantine {' '.join(arguments)}", in_a_terminal("quarantine", *arguments), (0, 1), then=obeys_nothing)
    for arguments in (("dataset", "status"), ("dataset", "status", "--json"), ("dataset", "list"), ("doctor",), ("named-query", "list")):
        yield Case(" ".join(arguments), in_a_terminal(*arguments), (0, 1, 2), then=obeys_nothing)


def publish(text):
    """A dataset that nobody defined, in a body that is no JSON: both are in the reason, or beside it."""

    def act(world):
        name = "&MessageAttributes.entry.1.Name=dataset&MessageAttributes.entry.1.Value.DataType=String"
        body = f"Action=Publish&TopicArn={world.names['topic']}&Message={quote('no JSON: ' + text)}"
        # A value that is no name goes to quarantine, too.
        body += name + f"&MessageAttributes.entry.1.Value.StringValue={quote('flight' + text)}"
        reply = world.cloud("/", FORM, CLIENT, method="POST", body=body.encode()).send()
        # SNS takes no text with some of these: the event is what matters.
        if reply.status == 400:
            body = f"Action=Publish&TopicArn={world.names['topic']}&Message={quote('no JSON: ' + printable(text))}"
            reply = world.cloud("/", FORM, CLIENT, method="POST", body=body.encode()).send()
        return reply

    return act


def printable(text):
    """Without what XML and SNS do not have."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)


def environment(world):
    return world.environment() | {"AWS_ENDPOINT_URL": world.names["aws"], "TERM": "xterm-256color"}


def in_a_terminal(*arguments):
    def act(world):
        # One for each stream: progress is on one of them only.
        out, of_out = pty.openpty()
        err, of_err = pty.openpty()
        for stream in (of_out, of_err):
            # What is written arrives as it is.
            tty.setraw(stream)
        process = subprocess.Popen(
            [world.binary, *arguments], stdin=subprocess.DEVNULL, stdout=of_out, stderr=of_err, env=environment(world)
        )
        os.close(of_out)
        os.close(of_err)
        written = read_all(out, err)
        status = process.wait(PATIENCE_SECONDS)
        return [Reply(status, body=written[out]), Reply(status, body=OWN.sub("", written[err].decode()).encode())]

    return act


def read_all(*streams):
    """Both to their ends, so that neither is full while the other is waited for."""
    written, open_streams = {stream: b"" for stream in streams}, set(streams)
    with selectors.DefaultSelector() as selector:
        for stream in streams:
            selector.register(stream, selectors.EVENT_READ)
        while open_streams:
            for key, _ in selector.select(PATIENCE_SECONDS):
                try:
                    data = os.read(key.fd, 65536)
                except OSError:
                    # So Linux says that nobody has the other end any more.
                    data = b""
                written[key.fd] += data
                if not data:
                    selector.unregister(key.fd)
                    open_streams.discard(key.fd)
                    os.close(key.fd)
    return written


def through_a_pipe(*arguments):
    def act(world):
        done = subprocess.run(
            [world.binary, *arguments], stdin=subprocess.DEVNULL, capture_output=True, env=environment(world), timeout=PATIENCE_SECONDS
        )
        return Reply(done.returncode, body=done.stdout)

    return act


def obeys_nothing(_, replies):
    for stream, reply in zip(("standard output", "standard error"), replies, strict=True):
        # The end of a line of CSV.
        text = reply.body.decode(errors="replace").replace("\r\n", "\n")
        found = OBEYED.search(text)
        if found:
            return f"{stream} has {found.group()!r}: {text[max(0, found.start() - 60) : found.end() + 40]!r}"
    if not any(reply.body for reply in replies):
        return "it said nothing"
    return None


def is_document_of(text):
    """JSON is escaped as JSON does it, so who copies it has the same text."""

    def then(world, replies):
        wrong = obeys_nothing(world, replies)
        found = [] if wrong else json.loads(replies[0].body)
        return wrong or (None if found == [{"word": text}] else f"expected the text, found {found!r}")

    return then


def has(text):
    def then(_, replies):
        found = replies[0].body.decode()
        return None if text in found else f"expected {text!r}, found {found[:200]!r}"

    return then
