"""Every type through a lake of its own, read back by other people's readers and held against what was published."""

import json
import os
import pathlib
import signal
import sys
import time
from decimal import Decimal

import engines
import events
import field_ids
import kinds
from lake import Lake

EVENTS = 150


def expected(lines, version):
    """The rows of events, by their numbers."""
    columns = {name: kinds.parse(text) for name, text in events.types(version).items()}
    rows = {}
    for line in lines:
        event = json.loads(line, parse_float=Decimal)
        extra = {name: value for name, value in event.items() if name not in columns}
        row = {name: kinds.worth(kind, event.get(name)) for name, kind in columns.items()}
        rows[row["n"]] = row | {"_id": None, "_extra": extra or None}
    return rows


def hold(name, found, wanted, version):
    """Every row that a reader returns against the one that was published."""
    columns = {column: kinds.parse(text) for column, text in events.types(version).items()}
    stored = [*columns, "_id", "_ingested_at", "_extra"]
    assert len(found) == len(wanted), f"{name} finds {len(found)} rows of {len(wanted)}"
    seen = set()
    for row in found:
        # Where some files lack a column, a reader may have another order.
        assert set(row) == set(stored), f"{name}: {set(row) ^ set(stored)}"
        expected_row = wanted[row["n"]]
        seen.add(row["n"])
        for column, kind in columns.items():
            value, published = kinds.plain(kind, row[column]), expected_row[column]
            assert value == published, f"{name}: {column} of {row['n']} is {value!r}, not {published!r}"
        extra = json.loads(row["_extra"], parse_float=Decimal) if row["_extra"] else None
        assert (row["_id"], extra) == (expected_row["_id"], expected_row["_extra"]), f"{name}: {row['n']}"
        assert kinds.plain(kinds.parse("timestamp"), row["_ingested_at"]) is not None
    assert seen == set(wanted), f"{name} has rows twice"


def hold_by_id(name, reader, files, wanted, version, ids):
    """Scalar columns again, by their ids and under other names."""
    scalar = {column: text for column, text in events.types(version).items() if not kinds.parse(text).parts}
    columns = [(ids[column], f"renamed_{at}", text) for at, (column, text) in enumerate(scalar.items())]
    for row in reader.rows_by_id(files, columns):
        expected_row = wanted[row["renamed_0"]]
        for (_, renamed, text), column in zip(columns, scalar):
            value = kinds.plain(kinds.parse(text), row[renamed])
            assert value == expected_row[column], f"{name} by id: {column} is {value!r}, not {expected_row[column]!r}"


class Check:
    def __init__(self, work):
        self.readers = {name: reader(work) for name, reader in engines.ALL.items()}
        self.earlier = {}

    def stage(self, what, files, lines, version, accepted):
        """`lines` are all that was published, `files` what is there of them now; `version` is the newest."""
        paths = [path for name, text in events.types(version).items() for path in kinds.parse(text).paths(name)]
        ids = self.earlier = field_ids.check(accepted, paths, self.earlier)
        for file in files:
            found = field_ids.of_file(file)
            assert found == {path: ids[path] for path in found}, f"{file} has other ids than the definition"
        wanted = expected(lines, version)
        for name, reader in self.readers.items():
            began = time.monotonic()
            rows = reader.rows(files)
            if name in ("PyArrow", "Polars") and version > 1:
                # They read one file at a time: what it lacks is null, as every engine has it.
                rows = [completed(row, version) for row in rows]
            hold(name, rows, wanted, version)
            by_id = hasattr(reader, "rows_by_id")
            if by_id:
                hold_by_id(name, reader, files, wanted, version, ids)
            also = " (scalars by field id too)" if by_id else ""
            seconds = time.monotonic() - began
            print(f"ok  {what}: {name} reads {len(wanted)} rows of {len(files)} files{also}, {seconds:.1f} s")


def completed(row, version):
    """The row with what its file lacks of the newest version as nulls, in the order of the definition."""
    columns = {name: kinds.parse(text) for name, text in events.types(version).items()}
    return row | {name: filled(kind, row.get(name)) for name, kind in columns.items()}


def filled(kind, value):
    if value is None:
        return None
    match kind.name:
        case "struct":
            return {name: filled(part, value.get(name)) for name, part in kind.parts.items()}
        case "array":
            return [filled(kind.parts["element"], item) for item in value]
        case "map":
            pairs = value.items() if isinstance(value, dict) else [(pair["key"], pair["value"]) for pair in value]
            return {key: filled(kind.parts["value"], item) for key, item in pairs}
    return value


def main():
    # So that the lake ends too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    binary, work = pathlib.Path(sys.argv[1]).absolute(), pathlib.Path(sys.argv[2])
    seed = int(os.environ.get("READERS_SEED", 1))
    feed, check = events.Feed(seed), Check(work)
    try:
        with Lake(binary, work / "lake", events.NAME) as lake:
            lake.apply(events.definition(1))
            lines = feed.events(1, EVENTS)
            lake.publish(lines)
            check.stage("first version", lake.files(len(lines)), lines, 1, lake.accepted(1))
            lake.apply(events.definition(2))
            lines += feed.events(2, EVENTS)
            lake.publish(lines[EVENTS:])
            check.stage("two versions", lake.files(len(lines)), lines, 2, lake.accepted(2))
            lake.run("compact", events.NAME, "--rebuild")
            check.stage("rewritten", lake.files(len(lines), "rebuild"), lines, 2, lake.accepted(2))
    except AssertionError as error:
        sys.exit(f"FAILED, to play it again: READERS_SEED={seed} ./scripts/readers-check\n{error}")
    print(f"{len(events.types(2))} columns of every type are read equal by {', '.join(engines.ALL)}")


main()
