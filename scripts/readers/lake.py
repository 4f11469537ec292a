"""A lake of one dataset with one partition, and its data files on disk."""

import json
import os
import subprocess
import time

SECONDS = 300


class Lake:
    """`tributary dev` on free ports."""

    def __init__(self, binary, directory, dataset):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TRIBUTARY_"))}
        self.binary, self.directory, self.dataset = binary, directory, dataset
        self.environment = kept | {
            "AWS_REGION": "us-west-2", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            # What has landed is not cleaned while somebody looks.
            "TRIBUTARY_GRACE": "10m",
        }  # fmt: skip
        directory.mkdir()

    def __enter__(self):
        (self.directory / "datasets").mkdir()
        command = [self.binary, "dev", "--json", "--aws", "127.0.0.1:0", "--http", "127.0.0.1:0"]
        command += ["--data", self.directory / "data", "--datasets", self.directory / "datasets"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, env=self.environment)
        line = self.process.stdout.readline()
        assert line, "the lake did not start"
        told = json.loads(line)
        self.environment["AWS_ENDPOINT_URL"] = told["aws"]
        self.bucket = self.directory / "data" / "s3" / told["bucket"]
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def run(self, *arguments):
        subprocess.run(
            [self.binary, *map(str, arguments)], env=self.environment, timeout=SECONDS, check=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        )  # fmt: skip

    def apply(self, definition):
        path = self.directory / f"{self.dataset}.json"
        path.write_text(json.dumps(definition))
        self.run("dataset", "apply", path)

    def publish(self, lines, *options):
        path = self.directory / "events.ndjson"
        path.write_text("\n".join(lines) + "\n")
        self.run("publish", path, "--dataset", self.dataset, *options)

    def accepted(self, version):
        return json.loads((self.bucket / "schemas" / self.dataset / f"{version:06}.json").read_text())

    def head(self):
        """The newest commit of the only partition."""
        commits = sorted((self.bucket / "commits" / self.dataset).glob("*/*.json"))
        return json.loads(commits[-1].read_text()) if commits else {"rows": 0, "files": [], "kind": "none"}

    def files(self, rows, kind="append"):
        """The data files, once there are so many rows in them."""
        deadline = time.monotonic() + SECONDS
        while (head := self.head())["rows"] != rows or head["kind"] != kind:
            rejected = list((self.bucket / "quarantine").glob("**/*.zst"))
            assert not rejected, f"events were refused: {rejected}"
            assert time.monotonic() < deadline, f"{head['rows']} of {rows} rows after {SECONDS} s"
            time.sleep(0.1)
        return [self.bucket / file["key"] for file in head["files"]]
