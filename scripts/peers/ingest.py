"""What `ingest` does, as the author of a Lambda would write it in Python: json, the same checks by column, partitions
by event time, gzip NDJSON. `scripts/bench ingest` runs it beside ours, on the same Lambda events.

A line is what `json.dumps` makes of it, and `gzip.compress` compresses as it does unless told otherwise. Both could be
made faster: a text that is put between two others instead of an object that is written anew, and level 6, take a
quarter to a third of the time away.

    ingest.py DIRECTORY SECONDS    for each *-*.json in DIRECTORY: its name, what was stored where, events a second
"""

import datetime
import gzip
import hashlib
import json
import math
import pathlib
import sys
import time
from collections import Counter
from decimal import Decimal, InvalidOperation

RUNS = 15  # the rate is the best of so many: whatever else the machine does can only take from it


def string(value):
    return type(value) is str


def boolean(value):
    return value is True or value is False


def integer(bits):
    end = 1 << (bits - 1)
    return lambda value: type(value) is int and -end <= value < end


def double(value):
    return type(value) in (float, int) and math.isfinite(value)


def decimal(precision, scale):
    unit, end = Decimal(1).scaleb(-scale), Decimal(10) ** (precision - scale)

    def check(value):
        try:
            number = Decimal(value)
        except (InvalidOperation, TypeError, ValueError):
            return False
        return number.is_finite() and abs(number) < end and number == number.quantize(unit)

    return check


def timestamp(value):
    try:
        return datetime.datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


CHECKS = {
    "string": string,
    "boolean": boolean,
    "int": integer(32),
    "bigint": integer(64),
    "double": double,
    "decimal(12,2)": decimal(12, 2),
    "timestamp": timestamp,
}

UTC = datetime.timezone.utc
EARLIEST = datetime.datetime(1970, 1, 1, tzinfo=UTC)
BEHIND, AHEAD = datetime.timedelta(days=3650), datetime.timedelta(days=1)
encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def once(pairs):
    """An object of which each name occurs once."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field occurs twice")
    return fields


class Dataset:
    def __init__(self, definition):
        self.name = definition["name"]
        self.columns = [
            (column["name"], column["type"], CHECKS[column["type"]], column.get("required", False))
            for column in definition["columns"]
        ]
        self.event_time = definition["event_time"]

    def problem(self, event):
        """Why the event does not fit, or None."""
        if type(event) is not dict:
            return f"expected an object, found {event!r}"
        for name, kind, fits, required in self.columns:
            value = event.get(name)
            if value is None:
                if required:
                    return f"column {name}: required, but missing"
            elif not fits(value):
                return f"column {name}: expected {kind}, found {value!r}"
        return None


class Handler:
    def __init__(self, definition, store):
        dataset = Dataset(definition)
        self.datasets = {dataset.name: dataset}
        self.store = store

    def __call__(self, event):
        landing, quarantine = {}, {}
        now = datetime.datetime.now(UTC).isoformat(timespec="milliseconds")
        for record in event["Records"]:
            notification = json.loads(record["body"])
            message = notification["Message"]
            sent = datetime.datetime.fromisoformat(notification["Timestamp"])
            dataset = self.datasets.get(notification["MessageAttributes"]["dataset"]["Value"])
            try:
                payload = json.loads(message, object_pairs_hook=once)
            except ValueError as error:
                payload, problem = [message], str(error)
            else:
                problem = None if dataset else "unknown dataset"
            single = type(payload) is dict
            for position, item in enumerate([payload] if single else payload):
                reason = problem or dataset.problem(item)
                if reason is None:
                    placed = datetime.datetime.fromisoformat(item[dataset.event_time])
                    if placed < EARLIEST or not -BEHIND <= placed - sent <= AHEAD:
                        reason = f"column {dataset.event_time}: {placed} is too far off"
                    else:
                        key = (dataset.name, placed.astimezone(UTC).date())
                        line = {"_id": None, "_ingested_at": now, "data": item}
                        landing.setdefault(key, []).append(encode(line))
                        continue
                line = {
                    "message_id": notification["MessageId"],
                    "position": position,
                    "dataset": dataset.name if dataset else None,
                    "reason": reason,
                    "at": now,
                    "text": message if single else encode(item),
                }
                key = (dataset.name if dataset else "_unrouted", sent.date())
                quarantine.setdefault(key, []).append(encode(line))
        for (name, day), texts in landing.items():
            lines = ("\n".join(texts) + "\n").encode()
            batch = hashlib.sha256(lines).hexdigest()[:40]
            self.store[f"landing/{name}/dt={day}/{batch}.ndjson.gz"] = gzip.compress(lines)
        for (name, day), texts in quarantine.items():
            lines = ("\n".join(texts) + "\n").encode()
            batch = hashlib.sha256(lines).hexdigest()[:40]
            self.store[f"quarantine/{name}/dt={day}/{batch}.ndjson.gz"] = gzip.compress(lines)
        return {"batchItemFailures": []}


def stored(objects):
    """Places and how many events each has, as `dt=2026-11-23:999,quarantine:1`."""
    places = Counter()
    for key, body in objects.items():
        place = key.split("/")[2] if key.startswith("landing/") else "quarantine"
        places[place] += gzip.decompress(body).count(b"\n")
    return ",".join(f"{place}:{events}" for place, events in sorted(places.items())), sum(places.values())


def main():
    directory, seconds = pathlib.Path(sys.argv[1]), float(sys.argv[2])
    definition = json.loads((directory / "orders.json").read_bytes())
    for path in sorted(directory.glob("*-*.json")):
        body, store = path.read_bytes(), {}
        handler = Handler(definition, store)
        handler(json.loads(body))
        places, events = stored(store)
        rates = []
        for _ in range(RUNS):
            began, took, done = time.process_time(), 0.0, 0
            while took < seconds / RUNS:
                store.clear()
                handler(json.loads(body))
                done += events
                took = time.process_time() - began
            rates.append(done / took)
        print(path.stem, places, round(max(rates)), flush=True)


main()
