"""The local Athena, asked by its protocol."""

import http.client
import json
import os
import time
import urllib.parse


class Athena:
    """The local Athena, by its protocol."""

    def __init__(self, url):
        place = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(place.hostname, place.port, timeout=120)
        # Of the columns of the last answer.
        self.names = []

    def call(self, service, action, body):
        authorization = f"AWS4-HMAC-SHA256 Credential=local/20260101/us-west-2/{service.lower()}/aws4_request, " \
                        "SignedHeaders=host, Signature=0"
        headers = {"X-Amz-Target": f"{service}.{action}", "Content-Type": "application/x-amz-json-1.1",
                   "Authorization": authorization}
        try:
            self.connection.request("POST", "/", json.dumps(body), headers)
            response = self.connection.getresponse()
        except (ConnectionError, http.client.HTTPException):
            # The lake closed it, since nothing was asked for a while. A request has a token: it starts nothing twice.
            self.connection.close()
            self.connection.request("POST", "/", json.dumps(body), headers)
            response = self.connection.getresponse()
        answer = json.loads(response.read() or b"{}")
        if response.status != 200:
            raise RuntimeError(answer.get("Message") or answer.get("message") or str(answer))
        return answer

    def query(self, sql):
        """Types and rows; raises with Athena's words."""
        started = self.call("AmazonAthena", "StartQueryExecution", {
            "QueryString": sql, "QueryExecutionContext": {"Database": "tributary"}, "WorkGroup": "tributary",
            "ClientRequestToken": os.urandom(20).hex()})
        which = {"QueryExecutionId": started["QueryExecutionId"]}
        pause = 0.005
        while True:
            status = self.call("AmazonAthena", "GetQueryExecution", which)["QueryExecution"]["Status"]
            if status["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
                break
            time.sleep(pause)
            pause = min(pause * 1.5, 0.1)
        if status["State"] != "SUCCEEDED":
            raise RuntimeError(status.get("StateChangeReason", "no reason"))
        types, found, page = None, [], {}
        while True:
            answer = self.call("AmazonAthena", "GetQueryResults", {**which, **page})
            if types is None:
                types = [type_of(column) for column in answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]]
            found += [[value.get("VarCharValue") for value in row["Data"]] for row in answer["ResultSet"]["Rows"]]
            if not answer.get("NextToken"):
                self.names = found[0] if found else []  # DDL has no columns.
                return types, found[1:]
            page = {"NextToken": answer["NextToken"]}


def type_of(column):
    if column["Type"] == "decimal":
        return f"decimal({column['Precision']},{column['Scale']})"
    return column["Type"]
