"""A Lambda Runtime API for one process and one invocation, with as little of its own as can be: what it takes is counted as
the process's."""

import os
import selectors
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lambda"))
from runtime import variables  # noqa: E402

PATIENCE = 60
ANSWER = "/invocation/"


class Once:
    """Starts the process, hands it one event, and takes the answer."""

    def __init__(self, command: list[str], event: bytes, endpoint: str, work: Path, **settings: str):
        self.command, self.work = command, work
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        api = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.environment = variables(Path(command[-1]), api, endpoint) | settings
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(event)}\r\n"
            "Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n"
            f"Lambda-Runtime-Deadline-Ms: {int((time.time() + PATIENCE) * 1000)}\r\n"
            "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-west-2:000000000000:function:tributary\r\n"
            "Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0\r\n\r\n"
        )
        self.next = head.encode() + event

    def run(self) -> tuple[float, bool, bytes]:
        """Milliseconds from before the start of the process to its answer; whether that is an error; and the answer."""
        with (self.work / "cold.log").open("wb") as log:
            began = time.perf_counter()
            process = subprocess.Popen(self.command, env=self.environment, stdout=log, stderr=log)
            try:
                path, body, done = self.serve(process)
            finally:
                process.kill()
                process.wait()
                self.listener.close()
        return (done - began) * 1000, path.endswith("/error"), body

    def serve(self, process):
        waiting, received = selectors.DefaultSelector(), {}
        waiting.register(self.listener, selectors.EVENT_READ)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and process.poll() is None:
            for key, _ in waiting.select(0.5):
                if key.fileobj is self.listener:
                    connection, _ = self.listener.accept()
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    waiting.register(connection, selectors.EVENT_READ)
                    received[connection] = b""
                    continue
                connection = key.fileobj
                data = connection.recv(1 << 16)
                if not data:
                    waiting.unregister(connection)
                    connection.close()
                    continue
                received[connection] += data
                request = whole(received[connection])
                if request is None:
                    continue
                received[connection] = b""
                method, path, body = request
                if method == "GET":
                    connection.sendall(self.next)
                else:
                    done = time.perf_counter()
                    assert ANSWER in path, f"{self.command} says {path}: {body[:500]!r}"
                    return path, body, done
        log = (self.work / "cold.log").read_text(errors="replace")[-2000:]
        raise AssertionError(f"{self.command} gave no answer: status {process.poll()}, {log}")


def whole(data: bytes):
    """Method, path and body, once all of the request is there."""
    head, end, body = data.partition(b"\r\n\r\n")
    if not end:
        return None
    method, path, _ = head.split(b"\r\n")[0].decode().split(" ")
    headers = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
    if b"chunked" in headers.get(b"transfer-encoding", b""):
        return (method, path, body) if body.endswith(b"0\r\n\r\n") else None
    length = int(headers.get(b"content-length", b"0"))
    return (method, path, body) if len(body) >= length else None


def evict(paths: list[Path]):
    """Drops the files' pages from the page cache, where nobody has them mapped."""
    for path in paths:
        try:
            file = os.open(path, os.O_RDONLY)
        except OSError:
            continue
        try:
            os.fdatasync(file)
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        except OSError:
            # A file of a read-only or special system stays where it is.
            pass
        finally:
            os.close(file)
