"""The lake under attack: a `tributary dev` of its own, its keys, its canary, and what must not change in it."""

import json
import os
import resource
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from case import ALWAYS
from wire import CLIENT, FORM, JSON, Request, bearer, json_body

HERE = Path(__file__).resolve().parent
CANARIES, FLIGHTS = 12, 40
SECONDS_TO_SETTLE = 60
# A key that is given no rate may be given one by default; the requests here are many.
RATE = "1000000"
# How many partitions one message may make.
PARTITIONS = 50
# How many files the lake may have open: its hard limit, as `ulimit -n` sets it.
FILES = 1024


class Broken(Exception):
    """The lake cannot be used any longer: the message says what was seen."""


@dataclass(frozen=True)
class Key:
    id: str
    secret: str

    def header(self):
        return bearer(self.secret)


class World:
    def __init__(self, binary, directory, seed):
        self.binary, self.directory, self.seed = binary, directory, seed
        self.data, self.log_file = directory / "data", directory / "log"
        self.process, self.http, self.aws = None, 0, 0
        self.keys = {}
        self.logs = [self.log_file]
        # In every payload, and so to be seen in no log; in rows that few may read; in a file beside the lake.
        self.payload_mark = f"payload-{seed}-qzx"
        self.canary_mark = f"canary-{seed}-qzx"
        self.outside_mark = f"outside-{seed}-qzx"
        self.outside = directory / "outside.txt"
        self.outside.write_text(self.outside_mark)
        shutil.copytree(HERE / "datasets", directory / "datasets")
        self.etag = None
        self.read_until = {}

    # Starting and stopping

    def environment(self):
        base = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TRIBUTARY_"))}
        return base | {
            "AWS_REGION": "us-west-2",
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            # A key's line at each request, and whatever else an operator would keep.
            "TRIBUTARY_LOG": "info",
            # What was compacted stays: nothing of the canary is cleaned while this runs.
            "TRIBUTARY_GRACE": "50m",
            "TRIBUTARY_MESSAGE_PARTITIONS": str(PARTITIONS),
        }

    def start(self):
        command = [self.binary, "dev", "--json", "--data", self.data, "--datasets", self.directory / "datasets"]
        command += ["--aws", f"127.0.0.1:{self.aws}", "--http", f"127.0.0.1:{self.http}"]
        with self.log_file.open("ab") as log:
            # So many files, whatever those have who start this. The lake raises its soft limit to the hard one.
            _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            files = min(FILES, hard)
            self.process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=self.environment(),
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files)),
            )
            # The sockets here are this process's.
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(4 * FILES, hard), hard))
        line = self.process.stdout.readline()
        if not line:
            raise Broken(f"the lake did not start: {self.log_file.read_text(errors='replace')[-2000:]}")
        self.names = json.loads(line)
        # The same ports again, whenever it is started again.
        self.http, self.aws = (int(self.names[name].rsplit(":", 1)[1]) for name in ("http", "aws"))
        self.bucket = self.data / "s3" / self.names["bucket"]
        self.forget_peak()

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def command(self, *arguments):
        done = subprocess.run(
            [self.binary, *arguments], env=self.environment() | {"AWS_ENDPOINT_URL": self.names["aws"]},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        if done.returncode != 0:
            raise Broken(f"`tributary {' '.join(map(str, arguments))}` ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def populate(self):
        """Rows, keys, and then a copy of it all, to go back to."""
        self.start()
        canaries = [{"canary_id": n, "song": f"{self.canary_mark} {n}"} for n in range(CANARIES)]
        flights = [{"flight_id": n, "code": f"QZ{n}", "price": n + 0.25, "stops": ["PDX"]} for n in range(FLIGHTS)]
        for dataset, rows in (("canary", canaries), ("flights", flights)):
            file = self.directory / f"{dataset}.ndjson"
            file.write_text("\n".join(map(json.dumps, rows)) + "\n")
            self.command("publish", file, "--dataset", dataset, "--pack")
        self.wait_for_rows("canary", CANARIES)
        self.wait_for_rows("flights", FLIGHTS)
        self.make_key("owner", "*", "--free-sql")
        self.make_key("reader", "flights")
        self.make_key("analyst", "flights", "--free-sql")
        self.make_key("narrow", "flights", "--format", "csv", "--max-rows", "3")
        self.make_key("bounded", "flights", "--free-sql", "--max-bytes-scanned", "100")
        self.make_key("slow", "flights", rate="1")
        self.make_key("revoked", "*", "--free-sql")
        self.make_key("expired", "*", "--free-sql", "--days", "1")
        self.command("key", "revoke", self.keys["revoked"].id)
        self.expire(self.keys["expired"])
        self.quiet()
        reply = self.canary()
        self.rows, self.etag = reply.body, reply.header("etag")
        if reply.status != 200 or not self.etag:
            raise Broken(f"the canary cannot be read: {reply}")
        self.end()
        shutil.copytree(self.data, self.directory / "backup")
        self.start()
        self.before = self.tree()

    def make_key(self, name, dataset, *options, rate=RATE):
        made = self.command(
            "key", "create", name, "--dataset", dataset, "--requests-per-minute", rate, "--json", *options
        )
        made = json.loads(made)
        self.keys[name] = Key(made["id"], made["key"])

    def expire(self, key):
        """No option makes a key that has expired already."""
        file = self.bucket / "access/keys.json"
        document = json.loads(file.read_text())
        for entry in document["keys"]:
            if entry["id"] == key.id:
                entry["created_at"], entry["expires_at"] = "2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z"
        self.put("access/keys.json", json_body(document))

    def restore(self):
        """Everything as it was before the first case."""
        self.end()
        shutil.rmtree(self.data)
        shutil.copytree(self.directory / "backup", self.data)
        self.outside.write_text(self.outside_mark)
        self.start()
        self.before = self.tree()

    # Asking

    def api(self, target, *headers, method="GET", body=b"", **others):
        return Request(self.http, method, target, headers, body, **others)

    def cloud(self, target, *headers, method="GET", body=b"", **others):
        return Request(self.aws, method, target, headers, body, **others)

    def sql(self, statement, key="analyst", parameters=(), **others):
        body = {"sql": statement, "parameters": list(parameters)} | others
        return self.api("/v1/queries", JSON, self.keys[key].header(), method="POST", body=json_body(body))

    def json_call(self, target, value):
        headers = (("X-Amz-Target", target), ("Content-Type", "application/x-amz-json-1.1"))
        return self.cloud("/", *headers, method="POST", body=json_body(value))

    def form_call(self, text):
        return self.cloud("/", FORM, CLIENT, method="POST", body=text.encode())

    def put(self, key, body):
        reply = self.cloud(f"/{self.names['bucket']}/{key}", method="PUT", body=body).send()
        if reply.status != 200:
            raise Broken(f"{key} cannot be put: {reply}")

    def canary(self, *headers):
        rows = self.api("/v1/datasets/canary/rows?limit=100", self.keys["owner"].header(), *headers)
        return rows.send()

    # Looking

    def wait_for_rows(self, dataset, count):
        deadline = time.monotonic() + SECONDS_TO_SETTLE
        while time.monotonic() < deadline:
            reply = self.api(f"/v1/datasets/{dataset}/rows?limit=1000").send()
            if reply.status == 200 and len(reply.json()) == count:
                return
            time.sleep(0.05)
        raise Broken(f"{dataset} has not {count} rows after {SECONDS_TO_SETTLE} s: {reply}")

    def quiet(self):
        """Waits until nothing changes any more."""
        deadline, last = time.monotonic() + SECONDS_TO_SETTLE, None
        while time.monotonic() < deadline:
            now = self.tree()
            if now == last:
                return
            last = now
            time.sleep(1)
        raise Broken("the lake does not come to rest")

    def tree(self):
        """Every file of the lake and beside it that no request may change, with what tells a change; and the
        directories that a request could add, such as a bucket's."""
        found = {}
        catalog = self.data / "glue" / self.names["database"]
        skip = {self.data / "s3-state", self.data / "athena", catalog / "sink", catalog / "drain"}
        skip = {str(path) for path in skip} | {str(self.directory / name) for name in ("backup", "log", "functions")}
        tops = {str(path) for path in (self.directory, self.data, self.data / "s3")}
        bucket = f"{self.bucket}/"
        free = tuple(bucket + prefix for prefix in ALWAYS)
        pending = [str(self.directory)]
        while pending:
            directory = pending.pop()
            try:
                entries = list(os.scandir(directory))
            except FileNotFoundError:
                continue
            for entry in entries:
                if entry.path in skip or f"{entry.path}/".startswith(free):
                    continue
                try:
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                        # Other directories come and go with their files.
                        if directory in tops:
                            found[entry.path] = "directory"
                    else:
                        at = entry.stat(follow_symlinks=False)
                        found[entry.path] = (at.st_size, at.st_mtime_ns, at.st_ino)
                except FileNotFoundError:
                    continue
        return found

    def changes(self, writes):
        """What is other than before the case, apart from what it may write. The next case begins from here."""
        before, now = self.before, self.tree()
        self.before = now
        allowed = tuple(f"{self.data}{prefix}" if prefix.startswith("/") else f"{self.bucket}/{prefix}" for prefix in writes)
        differ = [path for path in before.keys() | now.keys() if before.get(path) != now.get(path)]
        return [
            f"{'gone' if path not in now else 'new' if path not in before else 'changed'}: {os.path.relpath(path, self.directory)}"
            for path in sorted(differ)
            if not path.startswith(allowed)
        ]

    def is_alive(self):
        return self.process.poll() is None

    def peak_mib(self):
        """The most memory since `forget_peak`; 0 where the system does not say."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return 0
        return int(status.split("VmHWM:")[1].split()[0]) / 1024 if "VmHWM:" in status else 0

    def forget_peak(self):
        try:
            Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        except OSError:
            pass

    def marks(self):
        """What no answer and no log may hold, by name."""
        secrets = {f"the secret of the key {name}": key.secret.split("_")[2] for name, key in self.keys.items()}
        return secrets | {"a row of the canary": self.canary_mark, "a file beside the lake": self.outside_mark}

    def new_log(self):
        """What was logged since it was last asked, by all processes."""
        text = ""
        for file in self.logs:
            if not file.exists():
                continue
            with file.open("rb") as log:
                log.seek(self.read_until.get(file, 0))
                new = log.read()
            self.read_until[file] = self.read_until.get(file, 0) + len(new)
            text += new.decode(errors="replace")
        return text
