"""What the checks of the four functions share."""

import hashlib
import json
import time
from pathlib import Path

from lake import Lake, Silent, nobody
from runtime import Answer, Function, ends_at_init

EVENTS = Path(__file__).resolve().parents[2] / "events"
DATASETS = Path(__file__).resolve().parents[2] / "infra/datasets"
DAY = "dt=2026-11-23"
NONE_FAILED = {"batchItemFailures": []}


class World:
    """Where the binaries are, the local AWS, and a directory for logs."""

    def __init__(self, binaries: Path, address: dict, work: Path):
        self.binaries, self.address, self.work = binaries, address, work
        self.aws, self.http = address["aws"], address["http"]
        # Of the functions alone: the local lake's own compact and register look at its own bucket only.
        self.lake = Lake(self.aws, "functions", "functions")
        self.figures: dict[str, list] = {}

    def start(self, name: str, endpoint: str | None = None, own: bool = True, **settings: str) -> Function:
        if own:
            settings = {"TRIBUTARY_BUCKET": "functions", "TRIBUTARY_DATABASE": "functions"} | settings
        return Function(self.binaries / name, self.work / f"{name}.log", endpoint or self.aws, **settings)


def sample(name: str) -> dict:
    event = json.loads((EVENTS / f"{name}.json").read_text())
    for record in event.get("Records", []):
        if "md5OfBody" in record:
            assert hashlib.md5(record["body"].encode()).hexdigest() == record["md5OfBody"], f"{name}: md5OfBody"
    return event


def samples(function: str) -> set[str]:
    return {path.stem for path in (EVENTS / function).glob("*.json")}


def equal(found, wanted, what: str):
    assert found == wanted, f"{what}: expected {wanted!r}, found {found!r}"


def succeeds(answer: Answer, what: str, wanted=None):
    assert not answer.error, f"{what}: {answer.body[:500]!r}"
    equal(answer.json(), NONE_FAILED if wanted is None else wanted, what)


def fails(answer: Answer, what: str, error_type: str, words: str):
    assert answer.error, f"{what}: expected a function error, found {answer.body[:500]!r}"
    error = answer.json()
    assert error_type in error["errorType"] and words in error["errorMessage"], f"{what}: {error}"


def names(event: dict, *positions: int) -> dict:
    """The answer that these messages have failed."""
    records = event["Records"]
    return {"batchItemFailures": [{"itemIdentifier": records[n]["messageId"]} for n in positions]}


# The Lambda service sends JSON only.
NOT_JSON = (b'{"Records": [', b"", b"\xff\xfe", b"[" * 100_000)


def not_an_event(function: Function, words="unknown event: expected"):
    """What is not JSON is a function error that says what would be right, and the process goes on."""
    for payload in NOT_JSON:
        fails(function.invoke(payload), f"{function.name}, {payload[:20]!r}", "UnknownEvent", words)


def ends_in_time(world: World, name: str, event, check, own=True):
    """Against an AWS that never answers: the answer comes before the deadline, whatever time there is."""
    silent = Silent()
    with world.start(name, silent.url, own) as function:
        function.ready()
        for seconds in (2.0, 0.4, -5.0):
            answer = function.invoke(event, seconds)
            check(answer, f"{name}, an AWS that never answers, {seconds} s before the deadline")
            assert answer.ms < max(seconds, 0) * 1000 + 100, f"{name} took {answer.ms:.0f} ms of {seconds} s"
        # Lambda may end it in the middle of its work.
        function.begin(event, 60)
        time.sleep(0.2)
        function.stop()
    silent.close()


def fails_out_of_reach(world: World, name: str, event, check, own=True) -> float:
    """With nobody at the endpoint: the answer comes long before the deadline."""
    with world.start(name, nobody(), own) as function:
        function.ready()
        answer = function.invoke(event, 60)
        check(answer, f"{name}, an AWS out of reach")
        assert answer.ms < 20_000, f"{name} took {answer.ms:.0f} ms to see that nobody is there"
        return answer.ms


# What no function takes, and what one alone reads and does not take.
BAD = {"TRIBUTARY_BUCKET": "No Bucket", "TRIBUTARY_LOG": "compact=loud"}
BAD_OF = {
    "ingest": {"TRIBUTARY_TOPICS": "shop", "TRIBUTARY_HOURLY_PARTITIONS": "-1"},
    "compact": {"TRIBUTARY_GRACE": "2h", "TRIBUTARY_MEMORY_BUDGET": "plenty"},
    "register": {},
    "query": {"TRIBUTARY_PRICE_PER_TB": "cheap", "TRIBUTARY_CORS_ORIGINS": "example.com"},
}


def refuses_bad_settings(world: World, name: str):
    """A bad setting of its own ends it before its first invocation; those of the other functions do not."""
    others = {variable: value for other, bad in BAD_OF.items() if other != name for variable, value in bad.items()}
    with world.start(name, **others) as function:
        function.ready()
    for variable, value in (BAD | BAD_OF[name]).items():
        log = world.work / f"{name}-{variable}.log"
        status, words, asked = ends_at_init(world.binaries / name, log, **{variable: value})
        assert status == 1 and not asked, f"{name} with {variable}={value}: status {status}, asked: {asked}"
        assert f'{variable}="{value}" is not valid' in words, f"{name} with {variable}={value} says {words!r}"


def measure(world: World, name: str, event, own=True, times: int = 5):
    """Cold starts, the first and the second invocation, and the memory that took: medians, in ms and MiB."""
    rows = []
    for _ in range(times):
        with world.start(name, own=own, TRIBUTARY_LOG="warn") as function:
            cold = function.ready()
            first, second = function.invoke(event), function.invoke(event)
            assert not first.error and not second.error, (name, first, second)
            rows.append((cold, first.ms, second.ms, function.peak_mib(), function.stop()))
    middle = lambda column: None if column[0] is None else sorted(column)[len(column) // 2]
    world.figures[name] = [middle(column) for column in zip(*rows)]
