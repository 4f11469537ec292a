"""A small Lambda Runtime API, and a function's process on it. Python's standard library only."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import uuid
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PREFIX = "/2018-06-01/runtime/"
# Lambda's limit of a buffered answer, in bytes.
LONGEST_ANSWER = 6 * 1024 * 1024
PATIENCE = 60.0


@dataclass
class Answer:
    """What the function made of an invocation."""

    error: bool
    body: bytes
    ms: float

    def json(self):
        return json.loads(self.body)


class Invocation:
    def __init__(self, payload: bytes, seconds: float):
        self.id = str(uuid.uuid4())
        self.payload = payload
        self.deadline_ms = int((time.time() + seconds) * 1000)
        self.answer: queue.Queue[Answer] = queue.Queue()
        self.handed_over = 0.0


class Runtime:
    """Serves the Runtime API for one process at a time."""

    def __init__(self, function: str):
        self.function = function
        self.waiting: queue.Queue[Invocation | None] = queue.Queue()
        self.running: dict[str, Invocation] = {}
        self.first_next = threading.Event()
        self.first_next_at = 0.0
        self.violations: list[str] = []
        self.init_errors: list[dict] = []
        runtime = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                runtime.next(self)

            def do_POST(self):
                runtime.post(self)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                # A process that is ended leaves its connection as it is.
                if not isinstance(sys.exception(), ConnectionError):
                    super().handle_error(request, client_address)

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = "127.0.0.1:%d" % self.server.server_port

    def close(self):
        self.waiting.put(None)
        self.server.shutdown()
        self.server.server_close()

    def next(self, http):
        if http.path != PREFIX + "invocation/next":
            return self.refuse(http, 404, "GET " + http.path)
        if not self.first_next.is_set():
            self.first_next_at = time.monotonic()
            self.first_next.set()
        invocation = self.waiting.get()
        if invocation is None:
            http.close_connection = True
            return None
        self.running[invocation.id] = invocation
        invocation.handed_over = time.monotonic()
        http.send_response(200)
        http.send_header("Content-Type", "application/json")
        http.send_header("Content-Length", str(len(invocation.payload)))
        http.send_header("Lambda-Runtime-Aws-Request-Id", invocation.id)
        http.send_header("Lambda-Runtime-Deadline-Ms", str(invocation.deadline_ms))
        arn = f"arn:aws:lambda:us-west-2:000000000000:function:tributary-{self.function}"
        http.send_header("Lambda-Runtime-Invoked-Function-Arn", arn)
        trace = f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Parent={uuid.uuid4().hex[:16]};Sampled=0"
        http.send_header("Lambda-Runtime-Trace-Id", trace)
        http.end_headers()
        http.wfile.write(invocation.payload)
        return None

    def post(self, http):
        body = http.rfile.read(int(http.headers.get("Content-Length", 0)))
        done = time.monotonic()
        if http.path == PREFIX + "init/error":
            self.init_errors.append(json.loads(body))
            return self.reply(http, 202, {"status": "OK"})
        parts = http.path.removeprefix(PREFIX).split("/")
        if len(parts) != 3 or parts[0] != "invocation" or parts[2] not in ("response", "error"):
            return self.refuse(http, 404, "POST " + http.path)
        invocation = self.running.pop(parts[1], None)
        if invocation is None:
            return self.refuse(http, 400, f"answers {parts[1]}, which is not running")
        failed = parts[2] == "error"
        if failed:
            error = json.loads(body)
            if "Lambda-Runtime-Function-Error-Type" not in http.headers or not all(
                isinstance(error.get(name), str) and error[name] for name in ("errorType", "errorMessage")
            ):
                self.violations.append(f"an error without its type or message: {body[:200]!r}")
        elif len(body) > LONGEST_ANSWER:
            self.violations.append(f"an answer of {len(body)} bytes")
        # Whoever waits for it may end the process at once: that is to hear first that it arrived.
        self.reply(http, 202, {"status": "OK"})
        invocation.answer.put(Answer(failed, body, (done - invocation.handed_over) * 1000))
        return None

    def refuse(self, http, status, what):
        self.violations.append(what)
        self.reply(http, status, {"errorType": "InvalidRequest", "errorMessage": what})

    @staticmethod
    def reply(http, status, body):
        body = json.dumps(body).encode()
        http.send_response(status)
        http.send_header("Content-Type", "application/json")
        http.send_header("Content-Length", str(len(body)))
        http.end_headers()
        http.wfile.write(body)


def variables(binary: Path, api: str, endpoint: str) -> dict[str, str]:
    """The environment in which Lambda starts a function, with its AWS at this endpoint."""
    name = binary.parent.name if binary.name == "bootstrap" else binary.name
    return {
        "AWS_LAMBDA_RUNTIME_API": api,
        "AWS_LAMBDA_FUNCTION_NAME": f"tributary-{name}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/tributary-{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"2026/11/23/[$LATEST]{uuid.uuid4().hex}",
        "AWS_EXECUTION_ENV": "AWS_Lambda_provided.al2023",
        "AWS_REGION": "us-west-2",
        "AWS_DEFAULT_REGION": "us-west-2",
        "AWS_ACCESS_KEY_ID": "ASIALOCAL",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_SESSION_TOKEN": "local",
        "AWS_ENDPOINT_URL": endpoint,
        "TRIBUTARY_OPEN_ACCESS": "on",
        "LAMBDA_TASK_ROOT": str(binary.parent),
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "TZ": ":UTC",
        "_HANDLER": "bootstrap",
    }


class Function:
    """A function's process, started as Lambda starts a bootstrap."""

    def __init__(self, binary: Path, log: Path, endpoint: str, **settings: str):
        self.name = binary.name
        self.log = log
        self.runtime = Runtime(self.name)
        environment = variables(binary, self.runtime.address, endpoint) | settings
        with log.open("ab") as stderr:
            self.started_at = time.monotonic()
            self.process = subprocess.Popen([binary], env=environment, stdout=stderr, stderr=stderr)

    def ready(self) -> float:
        """Waits until it asks for its first invocation; the milliseconds that took."""
        while not self.runtime.first_next.wait(0.05):
            if self.process.poll() is not None or time.monotonic() - self.started_at > PATIENCE:
                raise AssertionError(f"{self.name} never asked for an invocation: {self.log.read_text()}")
        return (self.runtime.first_next_at - self.started_at) * 1000

    def begin(self, event, seconds: float = 60.0) -> Invocation:
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        invocation = Invocation(payload, seconds)
        self.runtime.waiting.put(invocation)
        return invocation

    def invoke(self, event, seconds: float = 60.0) -> Answer:
        """Hands the event over with this much time, and waits for the answer."""
        invocation = self.begin(event, seconds)
        deadline = time.monotonic() + max(seconds, 0) + 5
        while True:
            try:
                return invocation.answer.get(timeout=0.1)
            except queue.Empty:
                pass
            if self.process.poll() is not None:
                raise AssertionError(f"{self.name} ended with {self.process.returncode}: {self.log.read_text()[-2000:]}")
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.name} was not done at its deadline: Lambda would have ended it")

    def peak_mib(self) -> float | None:
        """The most memory that it held so far; None where the system does not say."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return None
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def stop(self) -> float:
        """Ends it with SIGTERM, as Lambda does; the milliseconds that took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"{self.name} does not end within 2 s of SIGTERM") from None
        took = (time.monotonic() - began) * 1000
        self.runtime.close()
        if self.process.returncode not in (0, -signal.SIGTERM):
            raise AssertionError(f"{self.name} ended with {self.process.returncode}: {self.log.read_text()[-2000:]}")
        if self.runtime.violations:
            raise AssertionError(f"{self.name} broke the Runtime API's rules: {self.runtime.violations}")
        return took

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process.poll() is None:
            if kind is None:
                self.stop()
            else:
                self.process.kill()
                self.process.wait()


def ends_at_init(binary: Path, log: Path, **settings: str) -> tuple[int, str, bool]:
    """Starts it with bad settings: its exit status, its words, and whether it asked for an invocation."""
    function = Function(binary, log, "http://127.0.0.1:1", **settings)
    try:
        status = function.process.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        function.process.kill()
        raise AssertionError(f"{binary.name} started in spite of {settings}") from None
    words = log.read_text() + json.dumps(function.runtime.init_errors)
    asked = function.runtime.first_next.is_set()
    function.runtime.close()
    return status, words, asked


if os.name != "posix":
    raise SystemExit("the Lambda checks need a POSIX system")
