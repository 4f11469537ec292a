"""The start of the Python service's Lambda: pandas, boto3 and Flask, with the client and the routes made at cold start, in the
loop in which AWS's own runtime for Python asks for events. `scripts/bench cold` runs it beside ours.

It answers an event of API Gateway: `/v1/datasets` lists the tables of the Glue database; anything but GET is 405. Rows
are beside the point of a cold start: it says a table's columns instead.
"""

import http.client
import json
import os

import boto3
import pandas
from flask import Flask, Response

glue = boto3.client("glue")
app = Flask(__name__)


@app.get("/v1/datasets")
def datasets():
    tables = glue.get_tables(DatabaseName=os.environ.get("TRIBUTARY_DATABASE", "tributary"))["TableList"]
    frame = pandas.DataFrame({"name": [table["Name"] for table in tables]})
    return Response(frame.to_json(orient="records"), mimetype="application/json")


@app.get("/v1/datasets/<name>/rows")
def rows(name):
    table = glue.get_table(DatabaseName=os.environ.get("TRIBUTARY_DATABASE", "tributary"), Name=name)["Table"]
    columns = pandas.DataFrame(table["StorageDescriptor"]["Columns"], columns=["Name", "Type"])
    return Response(columns.to_json(orient="records"), mimetype="application/json")


def handle(event):
    request = event["requestContext"]["http"]
    with app.test_client() as client:
        answer = client.open(event["rawPath"], method=request["method"], query_string=event.get("rawQueryString", ""))
    return {"statusCode": answer.status_code, "headers": dict(answer.headers), "body": answer.get_data(as_text=True)}


def main():
    runtime = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        runtime.request("GET", "/2018-06-01/runtime/invocation/next")
        answer = runtime.getresponse()
        event = json.loads(answer.read())
        body = json.dumps(handle(event))
        path = f"/2018-06-01/runtime/invocation/{answer.headers['Lambda-Runtime-Aws-Request-Id']}/response"
        runtime.request("POST", path, body)
        runtime.getresponse().read()


main()
