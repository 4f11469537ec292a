"""`tributary dev` on free ports, with one directory that outlives it; and the `tributary` command on that lake."""

import json
import os
import subprocess
import time

import boto3
from botocore.config import Config

START_SECONDS = 60
COMMAND_SECONDS = 120
REGION = "us-west-2"

# All that the lake and its clients are told, and nothing of what this machine's user has told them.
CLIENT = {
    "AWS_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}


class Broken(Exception):
    """The round did not go as it must: the message says what was seen."""


class Lake:
    """One lake. Killed and started again, it has the same data and other ports."""

    def __init__(self, binary, directory, settings):
        self.binary, self.directory, self.settings = binary, directory, settings
        self.process = None
        self.commands = []
        self.is_killed = False
        self.kills = 0
        (directory / "datasets").mkdir(parents=True)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.end()

    def environment(self):
        base = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TRIBUTARY_"))}
        return base | CLIENT | self.settings

    def start(self):
        command = [self.binary, "dev", "--json", "--aws", "127.0.0.1:0", "--http", "127.0.0.1:0"]
        command += ["--data", self.directory / "data", "--datasets", self.directory / "datasets"]
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, env=self.environment()
            )
        line = self.process.stdout.readline()
        if not line:
            raise Broken(f"the lake did not start: {self.log_end()}")
        lake = json.loads(line)
        self.http, self.aws, self.topic = lake["http"], lake["aws"], lake["topic"]
        self.bucket, self.database = lake["bucket"], lake["database"]
        self.is_killed = False
        self.sns, self.s3, self.glue = map(self.client, ("sns", "s3", "glue"))

    def client(self, service):
        once = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=60, max_pool_connections=20)
        return boto3.client(
            service, endpoint_url=self.aws, region_name=REGION, config=once,
            aws_access_key_id="local", aws_secret_access_key="local",
        )  # fmt: skip

    def kill(self):
        """SIGKILL: nothing is finished and nothing is said."""
        self.is_killed = True
        self.kills += 1
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def restart_if_killed(self):
        if self.is_killed:
            self.start()

    def end(self):
        for process in [self.process, *self.commands]:
            if process and process.poll() is None:
                process.kill()
                process.wait()

    def log_end(self):
        return (self.directory / "log").read_text(errors="replace")[-2000:]

    def begin(self, *arguments):
        """Starts a `tributary` command."""
        command = subprocess.Popen(
            [self.binary, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env=self.environment() | {"AWS_ENDPOINT_URL": self.aws},
        )  # fmt: skip
        self.commands.append(command)
        return command

    def finish(self, command):
        """Its output, as text. Everything but status 0 is an error."""
        try:
            output, errors = command.communicate(timeout=COMMAND_SECONDS)
        finally:
            command.kill()
        if command.returncode != 0:
            raise Broken(f"`{' '.join(map(str, command.args[1:]))}` ended with {command.returncode}: {output}{errors}")
        return output

    def run(self, *arguments):
        return self.finish(self.begin(*arguments))

    def keys(self, prefix):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    def get(self, key):
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()


def wait_until(what, seconds, look):
    """Looks again and again; answers what it sees when that is true."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise Broken(f"waited {seconds} s in vain until {what}")
        time.sleep(0.05)
    return seen
