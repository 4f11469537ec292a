"""The AWS side of `tributary dev`, asked without any SDK; endpoints that do not answer; a proxy that counts."""

import json
import socket
import threading
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as xml


class Lake:
    """One bucket and one database, at the local AWS address."""

    def __init__(self, aws: str, bucket: str, database: str):
        self.aws, self.bucket, self.database = aws, bucket, database

    def _send(self, method: str, path: str, body: bytes | None = None, headers=None) -> bytes:
        request = urllib.request.Request(self.aws + path, data=body, method=method, headers=headers or {})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()

    def create(self):
        """Makes the bucket and the database: what Terraform would."""
        self._send("PUT", f"/{self.bucket}", b"")
        self.glue("CreateDatabase", DatabaseInput={"Name": self.database})

    def put(self, key: str, body: bytes):
        self._send("PUT", f"/{self.bucket}/{urllib.parse.quote(key)}", body)

    def get(self, key: str) -> bytes:
        return self._send("GET", f"/{self.bucket}/{urllib.parse.quote(key)}")

    def keys(self, prefix: str = "") -> set[str]:
        query = urllib.parse.urlencode({"list-type": "2", "prefix": prefix})
        page = xml.fromstring(self._send("GET", f"/{self.bucket}?{query}"))
        space = page.tag.split("}")[0] + "}"
        assert page.findtext(space + "IsTruncated") == "false", "more keys than one page holds"
        return {item.findtext(space + "Key") for item in page.iter(space + "Contents")}

    def glue(self, operation: str, **parameters):
        headers = {"X-Amz-Target": f"AWSGlue.{operation}", "Content-Type": "application/x-amz-json-1.1"}
        return json.loads(self._send("POST", "/", json.dumps(parameters).encode(), headers) or b"{}")

    def partition(self, dataset: str, day: str) -> dict:
        answer = self.glue(
            "GetPartition", DatabaseName=self.database, TableName=dataset, PartitionValues=[day]
        )
        return answer["Partition"]

    def publish(self, topic: str, dataset: str, messages: list[str]):
        for start in range(0, len(messages), 10):
            form = {"Action": "PublishBatch", "Version": "2010-03-31", "TopicArn": topic}
            for n, message in enumerate(messages[start : start + 10], 1):
                entry = f"PublishBatchRequestEntries.member.{n}."
                attribute = entry + "MessageAttributes.entry.1."
                form |= {
                    entry + "Id": str(n),
                    entry + "Message": message,
                    attribute + "Name": "dataset",
                    attribute + "Value.DataType": "String",
                    attribute + "Value.StringValue": dataset,
                }
            # Nobody looks at the signature, but a POST without any is refused.
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": "AWS4-HMAC-SHA256"}
            answer = self._send("POST", "/", urllib.parse.urlencode(form).encode(), headers)
            assert b"<Failed/>" in answer or b"<Failed></Failed>" in answer or b"<Failed>" not in answer, answer


class Silent:
    """An endpoint that takes connections and never says anything."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]

    def close(self):
        self.listener.close()


def nobody() -> str:
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return "http://127.0.0.1:%d" % listener.getsockname()[1]


class Counting:
    """A proxy in front of an address, that counts the connections through it."""

    def __init__(self, target: str):
        address = urllib.parse.urlsplit(target)
        self.target = (address.hostname, address.port)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.connections = 0
        self.open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                here, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            there = socket.create_connection(self.target)
            self.open += (here, there)
            for source, sink in ((here, there), (there, here)):
                threading.Thread(target=self._copy, args=(source, sink), daemon=True).start()

    @staticmethod
    def _copy(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.listener.close()

    def cut(self):
        """Nobody is there any more, nor at the other end of what was open."""
        for connection in (self.listener, *self.open):
            # A thread waits at it: closing alone would wait for that one.
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            connection.close()
