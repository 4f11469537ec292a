"""What every check has: the lake's names, what is published in it, and `check`.

The clients are told of the lake by AWS's own environment variables and by nothing else; `scripts/clients-check`
sets them.
"""

import json
import os
import sys
import time
import urllib.parse
import urllib.request

LAKE = json.loads(os.environ["LAKE"])
BUCKET, DATABASE, WORKGROUP, TOPIC = (LAKE[name] for name in ("bucket", "database", "workgroup", "topic"))
ACCOUNT, REGION = TOPIC.split(":")[4], LAKE["region"]

PATIENCE_SECONDS = 60


def check(what, found, expected):
    if found != expected:
        fail(what, repr(found), repr(expected))
    print(f"ok  {what}", flush=True)


def refused(what, exception, call, **arguments):
    """Checks that a call raises the client's own exception, and returns it."""
    try:
        answer = call(**arguments)
    except exception as error:
        print(f"ok  {what}", flush=True)
        return error
    except Exception as other:
        fail(what, f"{type(other).__name__}: {other}", exception.__name__)
    fail(what, repr(answer), exception.__name__)


def fail(what, found, expected):
    sys.exit(f"FAILED  {what}\n  found     {found}\n  expected  {expected}")


def rows(dataset, **parameters):
    """Rows as the HTTP API answers them."""
    return json.loads(get(f"/v1/datasets/{dataset}/rows", **parameters))


def get(path, **parameters):
    body, _ = answer(path, **parameters)
    return body.decode()


def answer(path, headers=None, body=None, **parameters):
    """The body and the headers of a GET, or with a body of a POST. The path may have its own query."""
    query = urllib.parse.urlencode(parameters)
    address = f"{LAKE['http']}{path}{'&' if '?' in path else '?'}{query}" if query else f"{LAKE['http']}{path}"
    request = urllib.request.Request(address, data=body and body.encode(), headers=headers or {})
    with urllib.request.urlopen(request) as reply:
        return reply.read(), reply.headers


def wait_for_rows(count, dataset, **parameters):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := len(rows(dataset, **parameters))) < count:
        if time.monotonic() > deadline:
            fail(f"rows become visible in {PATIENCE_SECONDS} s", found, count)
        time.sleep(0.05)
    return rows(dataset, **parameters)


def attributes(dataset):
    return {"dataset": {"DataType": "String", "StringValue": dataset}}
