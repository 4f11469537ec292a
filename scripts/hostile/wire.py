"""HTTP/1.1 over a socket: requests as bytes, well-formed or not, and the answers that come."""

import base64
import hashlib
import json
import re
import socket
import time
import urllib.parse
from dataclasses import dataclass, field

# In place of a status: the connection was closed, or nothing came in time.
CLOSED, SILENT = 0, -1
PATIENCE_SECONDS = 30.0
# How long an answer that is one too many may take to come.
EXTRA_SECONDS = 0.1


@dataclass(frozen=True)
class Reply:
    """One answer; of a connection that gave none, a status of `CLOSED` or `SILENT`."""

    status: int
    headers: tuple = ()
    body: bytes = b""

    def header(self, name):
        return next((value for found, value in self.headers if found == name.lower()), None)

    def json(self):
        return json.loads(self.body)

    def text(self):
        """Everything that the sender gets to read."""
        return "\n".join(f"{name}: {value}" for name, value in self.headers) + "\n" + self.body.decode(errors="replace")


@dataclass(frozen=True)
class Request:
    """A request to one of the lake's ports. Whatever is set goes out as it is."""

    port: int
    method: str = "GET"
    target: str = "/"
    headers: tuple = ()
    body: bytes = b""
    host: str | None = None
    timeout: float = field(default=PATIENCE_SECONDS, compare=False)

    def encode(self):
        names = {name.lower() for name, _ in self.headers}
        host = self.host if self.host is not None else f"127.0.0.1:{self.port}"
        lines = [f"{self.method} {self.target} HTTP/1.1"]
        if "host" not in names and host:
            lines.append(f"Host: {host}")
        if not names & {"content-length", "transfer-encoding"} and (self.body or self.method in ("POST", "PUT")):
            lines.append(f"Content-Length: {len(self.body)}")
        lines += [f"{name}: {value}" for name, value in self.headers]
        if "connection" not in names:
            lines.append("Connection: close")
        return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + self.body

    def send(self):
        return converse(self.port, [self.encode()], 1, self.timeout, self.method == "HEAD")[0]


def converse(port, pieces, answers, timeout=PATIENCE_SECONDS, is_head=False, pause=0.0):
    """Sends the pieces one after the other on one connection. Answers the replies: one for each of `answers`, in which
    a connection that ends early gives `CLOSED` or `SILENT` once, and a last one if more came than were asked for."""
    deadline = time.monotonic() + timeout
    replies, data = [], b""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        for number, piece in enumerate(pieces):
            if number and pause:
                time.sleep(pause)
            try:
                connection.sendall(piece)
            except OSError:
                # It has said why already, or will not.
                break
        while len(replies) < answers:
            reply, data = take(data, is_head)
            if reply:
                # 1xx is not the answer yet.
                if reply.status >= 200:
                    replies.append(reply)
                continue
            more = receive(connection, deadline - time.monotonic())
            if not more:
                last, _ = take(data, is_head, is_over=more is not None)
                replies.append(last or Reply(SILENT if more is None else CLOSED, body=data))
                return replies
            data += more
        if answers > 1 or len(pieces) > 1 or b"\r\nConnection: close" not in pieces[-1]:
            data += receive(connection, EXTRA_SECONDS) or b""
        extra, _ = take(data, False, is_over=True)
        return replies + ([extra] if extra else [])


def receive(connection, seconds):
    """Bytes; empty if the connection is over, None if nothing came."""
    connection.settimeout(max(seconds, 0.001))
    try:
        return connection.recv(1 << 16)
    except TimeoutError:
        return None
    except OSError:
        return b""


def take(data, is_head, is_over=False):
    """The first answer in the data, if it is whole, and what is behind it."""
    head, separator, rest = data.partition(b"\r\n\r\n")
    if not separator or not head.startswith(b"HTTP/"):
        return None, data
    first, *lines = head.decode("latin-1").split("\r\n")
    status = int(first.split(" ")[1])
    headers = tuple((name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines))
    named = dict(headers)
    if is_head or status < 200 or status in (204, 304):
        return Reply(status, headers), rest
    if "chunked" in named.get("transfer-encoding", ""):
        body, rest = unchunk(rest)
        return (Reply(status, headers, body), rest) if body is not None else (None, data)
    if "content-length" in named:
        length = int(named["content-length"])
        if len(rest) < length:
            return None, data
        return Reply(status, headers, rest[:length]), rest[length:]
    return (Reply(status, headers, rest), b"") if is_over else (None, data)


def unchunk(data):
    body = b""
    while True:
        size, separator, rest = data.partition(b"\r\n")
        if not separator:
            return None, data
        length = int(size.split(b";")[0], 16)
        if len(rest) < length + 2:
            return None, data
        if length == 0:
            return body, rest[2:]
        body, data = body + rest[:length], rest[length + 2 :]


def quote(text):
    return urllib.parse.quote(text, safe="")


def json_body(value):
    return json.dumps(value).encode()


def link(reply):
    """Where the next page is."""
    found = re.search(r'<([^>]*)>; rel="next"', reply.header("link") or "")
    return found and found.group(1)


JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")
# Every client of AWS sends credentials, of which the local lake takes any.
# The service in the scope is the one that is asked.
CLIENT_OF_S3 = ("Authorization", "AWS4-HMAC-SHA256 Credential=local/20261123/us-west-2/s3/aws4_request, SignedHeaders=host, Signature=0")
CLIENT = ("Authorization", "AWS4-HMAC-SHA256 Credential=local/20261123/us-west-2/sns/aws4_request, SignedHeaders=host, Signature=0")


def bearer(secret):
    return ("Authorization", f"Bearer {secret}")


def md5(body):
    """What S3 asks of a request that deletes several objects."""
    return "Content-MD5", base64.b64encode(hashlib.md5(body).digest()).decode()
