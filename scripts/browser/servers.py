"""What is around the browser: servers of hostile pages, one that takes everything, and a name that points at the lake."""

import json
import queue
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# The smallest image that there is: one pixel.
IMAGE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)
# What a page must not learn, as files that a browser loads from anywhere.
SECRETS = {
    "secret.txt": ("text/plain", b"secret words"),
    "secret.png": ("image/png", IMAGE),
    "secret.js": ("text/javascript", b"window.leaked = 'secret script';"),
    "secret.css": ("text/css", b"body { color: red }"),
    "secret.html": ("text/html", b"<script>parent.postMessage('secret page', '*')</script>"),
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def answer(self, status: int, kind: str, body: bytes, headers=()):
        self.send_response(status)
        for name, value in [("content-type", kind), ("content-length", str(len(body))), *headers]:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def serve(address: str, handler) -> str:
    """Serves on a free port until the process ends; answers `host:port`."""
    server = ThreadingHTTPServer((address, 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return "%s:%d" % server.server_address[:2]


class Hostile:
    """A server of pages, which keeps what they report."""

    def __init__(self, address: str):
        self.pages: dict[str, bytes] = {}
        self.reports: queue.Queue[dict] = queue.Queue()
        outer = self

        class Pages(Handler):
            def do_GET(self):
                page = outer.pages.get(self.path)
                self.answer(200 if page else 404, "text/html; charset=utf-8", page or b"")

            def do_POST(self):
                outer.reports.put(json.loads(self.body()))
                self.answer(204, "text/plain", b"")

        self.address = serve(address, Pages)


class Control:
    """A server that any page may use: it records what comes, and answers as an unguarded lake would."""

    def __init__(self):
        self.seen: list[tuple[str, str]] = []
        outer = self

        class Open(Handler):
            def handle_any(self):
                self.body()
                outer.seen.append((self.command, self.path))
                name = self.path.split("?")[0].rsplit("/", 1)[-1]
                kind, body = SECRETS.get(name, ("text/plain", b"done"))
                allowed = [("access-control-allow-" + what, "*") for what in ("origin", "methods", "headers")]
                self.answer(200, kind, body, allowed)

            do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_HEAD = handle_any

        self.address = serve("127.0.0.1", Open)

    def attacks(self) -> set[str]:
        """The attacks that came; a preflight alone is none."""
        return {path.split("/")[1] for method, path in self.seen if method != "OPTIONS"}


class Rebound:
    """An address of the attacker's on the lake's own port. It hands out one page; whatever else is asked of it reaches
    the target with every byte as the browser sent it. That is what the lake sees after the attacker's name server has
    changed its mind; the page's origin stays the same."""

    PAGE = b"/hostile-page"

    def __init__(self, target: str):
        host, port = target.rsplit(":", 1)
        self.target = (host, int(port))
        self.page = b""
        self.listener = socket.create_server(("127.0.0.2", int(port)), backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket):
        with client:
            begin = client.recv(65536)
            if begin.startswith(b"GET " + self.PAGE):
                head = "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close\r\n"
                client.sendall(f"{head}content-length: {len(self.page)}\r\n\r\n".encode() + self.page)
                return
            with socket.create_connection(self.target) as lake:
                lake.sendall(begin)
                threading.Thread(target=copy, args=(client, lake), daemon=True).start()
                copy(lake, client)


def copy(source: socket.socket, sink: socket.socket):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass
