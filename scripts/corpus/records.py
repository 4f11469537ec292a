"""The records of a file of sqllogictest, in SQLite's form and in that of the Rust runner."""

import dataclasses
import re

SORTS = ("nosort", "rowsort", "valuesort")
HASHED = re.compile(r"(\d+) values hashing to ([0-9a-f]{32})")


@dataclasses.dataclass
class Record:
    """One statement. `kind` is statement, query or error; of the last, no rows are known."""

    kind: str
    sql: str
    line: int
    types: str = ""
    sort: str = "nosort"
    expected: list = dataclasses.field(default_factory=list)
    engines: list = dataclasses.field(default_factory=list)

    def hashed(self):
        """How many values there are and their MD5, where the file has those instead of the values."""
        found = HASHED.fullmatch(self.expected[0]) if len(self.expected) == 1 else None
        return (int(found[1]), found[2]) if found else None


def parse(text):
    """The records of the text, to `halt` or its end."""
    lines, place, engines = text.split("\n"), 0, []
    while place < len(lines):
        words = lines[place].split("#")[0].split()
        place += 1
        if not words:
            # A blank line ends a record; a condition belongs to the record below it.
            continue
        if words[0] in ("skipif", "onlyif"):
            engines.append((words[0], words[1]))
            continue
        if words[0] == "halt":
            applies = not any(condition == "onlyif" for condition, _ in engines)
            engines = []
            if applies:
                return
            continue
        if words[0] not in ("statement", "query"):
            engines = []
            continue
        record = Record("error" if "error" in words[1:2] else words[0], "", place, engines=engines)
        engines = []
        if record.kind == "query":
            record.types = words[1] if len(words) > 1 else ""
            record.sort = next((word for word in words[2:] if word in SORTS), "nosort")
        statement = []
        while place < len(lines) and lines[place].strip() and lines[place].strip() != "----":
            statement.append(lines[place])
            place += 1
        record.sql = "\n".join(statement).strip().rstrip(";")
        if place < len(lines) and lines[place].strip() == "----":
            place += 1
            while place < len(lines) and lines[place].strip():
                record.expected.append(lines[place].rstrip("\r"))
                place += 1
        yield record
