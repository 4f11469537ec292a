"""The `query` binary, on the lake that `tributary dev` keeps; and all four on it together."""

import json
import time

from common import (
    EVENTS, NOT_JSON, World, ends_in_time, equal, fails_out_of_reach, measure, refuses_bad_settings, sample,
    samples, succeeds,
)
from lake import Lake

# Each sample, its status, and words of its answer.
ANSWERS = {
    "rows": (200, ""),
    "rows-filtered": (200, "passenger_id,name,seat_number\r\n"),
    "datasets": (200, '"name":"passengers"'),
    "unknown-dataset": (404, 'did you mean \\"passengers\\"?'),
    "bad-parameter": (400, 'did you mean \\"seat_number\\"?'),
    "options": (405, "GET and HEAD only"),
    "post": (405, "GET and HEAD only"),
    "rest-api": (400, "payload format version to 2.0"),
}
SECONDS = 30


def answered(answer, what: str, status: int, words: str) -> str:
    """An answer for API Gateway; its body."""
    assert not answer.error, f"{what}: {answer.body[:500]!r}"
    reply = answer.json()
    equal((reply["statusCode"], reply["isBase64Encoded"]), (status, False), f"{what}: {reply}")
    kind = reply["headers"]["content-type"]
    assert (kind == "application/problem+json") == (status >= 400), f"{what}: {kind}"
    assert words in reply["body"], f"{what}: {reply['body'][:500]}"
    return reply["body"]


def check(world: World):
    lake = Lake(world.aws, world.address["bucket"], world.address["database"])
    refuses_bad_settings(world, "query")
    equal(samples("query"), set(ANSWERS), "events/query and the expectations here")
    seed = (EVENTS / "seed/passengers.ndjson").read_text().splitlines()
    lake.publish(world.address["topic"], "passengers", seed)

    with world.start("query", own=False, TRIBUTARY_CATALOG_CACHE="0s") as function:
        function.ready()
        # The local lake compacts and registers by itself; the seed's days are today's.
        deadline = time.monotonic() + SECONDS
        expected = json.loads((EVENTS / "seed/response.json").read_text())
        while True:
            answer = function.invoke(sample("query/rows"), 60)
            if not answer.error and answer.json()["statusCode"] == 200 and json.loads(answer.json()["body"]) == expected:
                break
            assert time.monotonic() < deadline, f"the seed was not there after {SECONDS} s: {answer.body[:500]!r}"
            time.sleep(0.05)
        for name, (status, words) in ANSWERS.items():
            answered(function.invoke(sample(f"query/{name}")), f"query/{name}", status, words)
        for event in (None, 7, "GET /healthz", [], {}, {"Records": []}, {"version": "2.0"}):
            answered(function.invoke(event), f"the event {event}", 400, "payload format 2.0")
        for payload in NOT_JSON:
            answered(function.invoke(payload), f"query, {payload[:20]!r}", 400, "the event is not JSON")

        # API Gateway never says this of a body that is not base64, and lambda_http would panic on it.
        never = sample("query/post") | {"isBase64Encoded": True, "body": "{}"}
        answered(function.invoke(never), "a body that is not base64", 400, "base64")
        answered(function.invoke(sample("query/rows")), "query/rows after it", 200, "")

        all_four(world, function)

    gateway = lambda status, words: lambda answer, what: answered(answer, what, status, words)
    rows = sample("query/rows")
    ends_in_time(world, "query", rows, gateway(504, "was given up"), own=False)
    fails_out_of_reach(world, "query", rows, gateway(503, "out of reach"), own=False)
    measure(world, "query", rows, own=False)


def all_four(world: World, query):
    """The samples, one function after the other. The local lake does the same work at the same time: whoever
    is first, the event is there once."""
    for name, event in (
        ("ingest", "ingest/sns"),
        ("compact", "compact/s3-through-sqs"),
        ("register", "register/commit-through-sqs"),
    ):
        with world.start(name, own=False) as function:
            function.ready()
            succeeds(function.invoke(sample(event)), f"{event} on the local lake")
    body = answered(query.invoke(sample("query/rows-filtered")), "query/rows-filtered at the end", 200, "")
    equal(body, "passenger_id,name,seat_number\r\n21,Ada Lovelace,24A\r\n", "the row of events/ingest/sns.json")
