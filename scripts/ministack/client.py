"""What works with a deployed lake from outside: a publisher, a consumer of the HTTP API, an operator."""

import http.client
import json
import socket
import ssl
import subprocess
import time
import urllib.parse

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def eventually(what, look, seconds=120):
    """Calls `look` until it gives something true, and gives that. What it raised last is in the failure."""
    end, last = time.monotonic() + seconds, None
    while time.monotonic() < end:
        try:
            found = look()
            if found:
                return found
            last = found
        except Exception as error:  # noqa: BLE001 (whatever stands in the way may pass)
            last = error
        time.sleep(0.5)
    raise AssertionError(f"after {seconds} s still not so: {what} (last: {last!r})")


def publish(names, dataset, events):
    """Publishes each event in a message of its own."""
    for event in events:
        body = event if isinstance(event, str) else json.dumps(event)
        names.aws.sns.publish(TopicArn=names.topic, Message=body, MessageAttributes={
            "dataset": {"DataType": "String", "StringValue": dataset}})


class Api:
    """The HTTP API, asked with a signature by IAM, and with an API key where the lake has keys."""

    def __init__(self, names, machine, credentials=None, key=None):
        self.host = urllib.parse.urlsplit(names.api).hostname
        self.port = machine.port
        self.tls = ssl.create_default_context(cafile=machine.ca)
        root = machine.environment()
        self.credentials = credentials or Credentials(root["AWS_ACCESS_KEY_ID"], root["AWS_SECRET_ACCESS_KEY"])
        self.region = root["AWS_REGION"]
        self.key = key

    def request(self, method, path, body=None, signed=True, headers=None):
        """Status, headers and bytes of the answer. Where the answer says to try again in some seconds, it does."""
        for wait in (2, 5, 10, 20):
            answer = self._once(method, path, body, signed, headers)
            if answer[0] not in (429, 503, 504):
                return answer
            time.sleep(wait)
        return self._once(method, path, body, signed, headers)

    def _once(self, method, path, body, signed, headers):
        headers = dict(headers or {})
        if self.key:
            headers["X-Api-Key"] = self.key
        if body is not None:
            headers["Content-Type"] = "application/json"
        url = f"https://{self.host}:{self.port}{path}"
        request = AWSRequest(method=method, url=url, data=body, headers=headers)
        if signed:
            SigV4Auth(self.credentials, "execute-api", self.region).add_auth(request)
        # Names below localhost need not be known to the resolver of this machine.
        connection = Connection(self.host, self.port, context=self.tls, timeout=60)
        try:
            connection.request(method, path, body=body, headers=dict(request.prepare().headers))
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()

    def rows(self, path, expected=200, **options):
        """The rows of an answer that must have this status."""
        status, _, body = self.request("GET", path, **options)
        assert status == expected, f"GET {path} answered {status}: {body[:1000]!r}"
        return json.loads(body) if status == 200 else None


class Connection(http.client.HTTPSConnection):
    """To this machine, whatever the name is; the certificate is checked against the name."""

    def connect(self):
        plain = socket.create_connection(("127.0.0.1", self.port), self.timeout)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)


def tributary(machine, names, *arguments, expected=(0,)):
    """Runs the command against the deployed lake, as an operator; gives what it prints."""
    environment = {
        **machine.environment(), **{name.upper(): value for name, value in names.operator_credentials().items()},
        "TRIBUTARY_BUCKET": names.bucket, "TRIBUTARY_DATABASE": names.database, "TRIBUTARY_LAKE": names.prefix,
        "TRIBUTARY_WORKGROUP": names.outputs["workgroup"],
    }
    done = subprocess.run([str(machine.tributary), *arguments], env=environment, text=True, capture_output=True,
                          check=False)
    assert done.returncode in expected, f"tributary {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout
