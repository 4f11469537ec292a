"""The lake as a program uses it, and what is in it."""

import base64
import hashlib
import json
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as xml

SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=local"}
JSON = {"Content-Type": "application/json"}
PATIENCE_SECONDS = 60


class Lake:
    def __init__(self, addresses: dict):
        self.aws, self.http = addresses["aws"], addresses["http"]
        self.topic, self.bucket, self.workgroup = addresses["topic"], addresses["bucket"], addresses["workgroup"]

    def send(self, method: str, url: str, body: bytes | None = None, headers=None) -> tuple[int, bytes]:
        request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def done(self, method: str, url: str, body: bytes | None = None, headers=None) -> bytes:
        status, answer = self.send(method, url, body, headers)
        assert status < 300, f"{method} {url}: {status} {answer.decode(errors='replace')}"
        return answer

    def call(self, target: str, **parameters) -> dict:
        headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1", **SIGNED}
        return json.loads(self.done("POST", self.aws + "/", json.dumps(parameters).encode(), headers) or b"{}")

    def put(self, key: str, body: bytes, kind: str = "text/plain"):
        self.done("PUT", f"{self.aws}/{self.bucket}/{key}", body, {"Content-Type": kind})

    def objects(self, prefix: str = "") -> dict[str, str]:
        """The keys with their ETags."""
        query = urllib.parse.urlencode({"list-type": "2", "prefix": prefix})
        page = xml.fromstring(self.done("GET", f"{self.aws}/{self.bucket}?{query}"))
        space = page.tag.split("}")[0] + "}"
        contents = page.iter(space + "Contents")
        return {item.findtext(space + "Key"): item.findtext(space + "ETag") for item in contents}

    def uploads(self) -> bool:
        return b"<Upload>" in self.done("GET", f"{self.aws}/{self.bucket}?uploads")

    def publish(self, passenger: int):
        form = {
            "Action": "Publish",
            "Version": "2010-03-31",
            "TopicArn": self.topic,
            "Message": json.dumps({"passenger_id": passenger}),
            "MessageAttributes.entry.1.Name": "dataset",
            "MessageAttributes.entry.1.Value.DataType": "String",
            "MessageAttributes.entry.1.Value.StringValue": "passengers",
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", **SIGNED}
        self.done("POST", self.aws + "/", urllib.parse.urlencode(form).encode(), headers)

    def delete(self, key: str):
        body = f"<Delete><Object><Key>{key}</Key></Object></Delete>".encode()
        digest = {"Content-MD5": base64.b64encode(hashlib.md5(body).digest()).decode()}
        self.done("POST", f"{self.aws}/{self.bucket}?delete", body, {**digest, **SIGNED})

    def sql(self, sql: str) -> list:
        return json.loads(self.done("POST", self.http + "/v1/queries", json.dumps({"sql": sql}).encode(), JSON))

    def passengers(self) -> set[int]:
        status, answer = self.send("GET", self.http + "/v1/datasets/passengers/rows?limit=1000&select=passenger_id")
        # 503 while the table is not registered yet.
        return {row["passenger_id"] for row in json.loads(answer)} if status == 200 else set()

    def wait_for_passenger(self, passenger: int):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while passenger not in self.passengers():
            assert time.monotonic() < deadline, f"passenger {passenger} is not visible after {PATIENCE_SECONDS} s"
            time.sleep(0.05)

    def statements(self) -> list[str]:
        """What Athena was asked lately."""
        ids = self.call("AmazonAthena.ListQueryExecutions", WorkGroup=self.workgroup)["QueryExecutionIds"]
        found = self.call("AmazonAthena.BatchGetQueryExecution", QueryExecutionIds=ids)["QueryExecutions"] if ids else []
        return [execution["Query"] for execution in found]

    def databases(self) -> set[str]:
        return {database["Name"] for database in self.call("AWSGlue.GetDatabases")["DatabaseList"]}
