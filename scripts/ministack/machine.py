"""MiniStack with AUTH=true behind TLS of an own CA, and the local lake that runs Athena's queries."""

import json
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
REGION = "us-west-2"
ACCOUNT = "000000000000"
ROOT = {"AWS_ACCESS_KEY_ID": "root-of-the-check", "AWS_SECRET_ACCESS_KEY": "root-of-the-check"}


class Machine:
    """Everything that a deployment meets. Its processes end with `stop`."""

    def __init__(self, work, tributary):
        self.work = work
        self.tributary = tributary
        self.processes = []
        self.ca = work / "ca.pem"
        self.calls_file = work / "calls.jsonl"
        # What the functions' own SDKs write down.
        self.sdk_file = work / "sdk.jsonl"
        self.log = work / "ministack.log"

    def start(self):
        certificate, key = self._certificate()
        # One for the new lake's database, and one for the upgraded lake's.
        lakes = [self._lake(name) for name in ("lake-1", "lake-2")]
        # MiniStack binds 443 as well where it may, so that a client of port 443 finds it.
        self.port = free_port()
        self.url = f"https://localhost:{self.port}"
        self.calls_file.touch()
        home = self.work / "home"
        home.mkdir()
        # The functions get this environment too, so nothing of this machine's user is in it.
        environment = {
            **ROOT, "PATH": "/usr/bin:/bin", "HOME": str(home), "TMPDIR": str(home),
            "AUTH": "true", "USE_SSL": "1", "MINISTACK_SSL_CERT": str(certificate), "MINISTACK_SSL_KEY": str(key),
            "MINISTACK_REGION": REGION, "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(self.port), "LOG_LEVEL": "INFO",
            "AWS_ENDPOINT_URL": self.url, "SSL_CERT_FILE": str(self.ca), "PYTHONDONTWRITEBYTECODE": "1",
            "CHECK_CALLS": str(self.calls_file), "CHECK_LAKES": json.dumps(lakes),
            "TRIBUTARY_RECORD_CALLS": str(self.sdk_file),
        }
        self._run([sys.executable, str(HERE / "emulator" / "serve.py")], self.log, env=environment)
        self._await_health()

    def _run(self, command, log, **options):
        with open(log, "ab") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, **options)
        self.processes.append(process)
        return process

    def _certificate(self):
        ca_key, key = self.work / "ca.key", self.work / "server.key"
        request, certificate, extensions = (self.work / f"server.{end}" for end in ("csr", "pem", "ext"))
        new = ["openssl", "req", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        run([*new, "-x509", "-days", "2", "-keyout", ca_key, "-out", self.ca, "-subj", "/CN=CA of the check",
             "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"])
        run([*new, "-keyout", key, "-out", request, "-subj", "/CN=localhost"])
        extensions.write_text(
            "subjectAltName=DNS:localhost,DNS:*.execute-api.localhost,IP:127.0.0.1\n"
            "basicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\n")
        run(["openssl", "x509", "-req", "-days", "2", "-in", request, "-CA", self.ca, "-CAkey", ca_key,
             "-CAcreateserial", "-extfile", extensions, "-out", certificate])
        return certificate, key

    def _lake(self, name):
        """Starts the local lake without datasets, and says where its AWS protocols are."""
        empty, out, log = self.work / "no-datasets", self.work / f"{name}.json", self.work / f"{name}.log"
        empty.mkdir(exist_ok=True)
        command = [str(self.tributary), "dev", "--json", "--data", str(self.work / name), "--datasets", str(empty),
                   "--aws", "127.0.0.1:0", "--http", "127.0.0.1:0"]
        with open(out, "wb") as output, open(log, "wb") as errors:
            process = subprocess.Popen(command, stdout=output, stderr=errors, stdin=subprocess.DEVNULL)
        self.processes.append(process)
        for _ in range(300):
            text = out.read_text()
            if text.endswith("\n"):
                return json.loads(text)["aws"]
            if process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit("the local lake did not start: " + log.read_text()[-2000:])

    def _await_health(self):
        for _ in range(300):
            try:
                self.get("/_ministack/health")
                return
            except OSError:
                if self.processes[-1].poll() is not None:
                    break
                time.sleep(0.2)
        raise SystemExit("MiniStack did not start: " + self.log.read_text()[-3000:])

    def get(self, path):
        status, text = self.fetched(self.url + path)
        if status != 200:
            raise OSError(f"{path} answered {status}: {text[:500]}")
        return json.loads(text)

    def fetched(self, url):
        """Status and text of an answer, whatever the status is. Nothing is signed but what the URL itself has."""
        context = ssl.create_default_context(cafile=self.ca)
        try:
            with urllib.request.urlopen(url, context=context, timeout=30) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()

    def environment(self):
        """For what works with the lake from outside, as the account's root."""
        config = self.work / "aws-config"
        config.write_text("[default]\ns3 =\n  addressing_style = path\n")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_", "TRIBUTARY_"))}
        return {
            **kept, **ROOT, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL": self.url,
            "AWS_CA_BUNDLE": str(self.ca), "SSL_CERT_FILE": str(self.ca), "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_PAGER": "",
        }

    def calls(self):
        """The calls that roles have made so far."""
        return [json.loads(line) for line in self.calls_file.read_text().splitlines()]

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{command[0]} failed: {done.stderr}")
