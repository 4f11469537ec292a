"""A dataset, drawn: its columns, what identifies its events, where they go, and what becomes of it later."""

from dataclasses import dataclass, field

import nested
import scalars

MAX_COLUMNS = 12
MAX_IDENTITY = 3


@dataclass
class Column:
    name: str
    type: object
    required: bool
    sender: str
    """The sender's name for it."""
    spread: str
    """How its values lie: `wide`, `narrow`, or `rising` from event to event."""
    base: int = 0

    @property
    def is_scalar(self):
        return isinstance(self.type, scalars.Scalar)

    def value(self, rng, number):
        """A value of the event of this number."""
        kind = self.type
        match self.spread:
            case "wide":
                return kind.at(rng.randint(kind.low, kind.high))
            case "narrow":
                return kind.at(self.within(rng.randrange(64)))
            case _:
                return kind.at(self.within(number))

    def within(self, step):
        return self.type.low + (self.base - self.type.low + step) % (self.type.high - self.type.low + 1)

    def spell(self, rng, number):
        """A value as JSON that no identity depends on."""
        if not self.is_scalar:
            return self.type.spell(rng)
        return self.type.spell(rng, rng.choice(self.type.edges) if rng.random() < 0.05 else self.value(rng, number))

    def definition(self, version):
        text = self.type.name if self.is_scalar else self.type.text(version)
        written = {"name": self.name, "type": text}
        if self.required:
            written["required"] = True
        if self.sender != self.name:
            written["from"] = self.sender
        senders = {} if self.is_scalar else self.type.senders(version)
        if senders:
            written["fields"] = senders
        if getattr(self.type, "unit", None):
            written["unit"] = self.type.unit
        return written


@dataclass
class Dataset:
    name: str
    columns: list
    identity: list
    """Columns that say what makes two events the same."""
    event_time: Column | None
    partition_by: str
    cloudevents: bool
    """Whether a CloudEvent's source and id are the identity; `identity` then has the columns that repeat them."""
    sort_by: dict = field(default_factory=dict)
    """By version of the definition."""
    later: list = field(default_factory=list)
    """Columns of the second version."""
    unwrap: str | None = None
    """The array in an object around events."""

    def definition(self, version):
        columns = self.columns + (self.later if version > 1 else [])
        written = {"name": self.name, "columns": [column.definition(version) for column in columns]}
        if self.identity and not self.cloudevents:
            written["identity"] = [column.name for column in self.identity]
        if self.event_time:
            written["event_time"] = self.event_time.name
        written["partition_by"] = self.partition_by
        if self.sort_by[version]:
            written["sort_by"] = [column.name for column in self.sort_by[version]]
        if self.cloudevents:
            written["cloudevents_type"] = self.event_type
        if self.unwrap:
            written["unwrap"] = self.unwrap
        return written

    @property
    def event_type(self):
        return f"com.example.{self.name}"

    def __str__(self):
        named = lambda column: f"{column.name}:{column.type.name}"
        identity = "source and id" if self.cloudevents else "+".join(map(named, self.identity))
        time = named(self.event_time) if self.event_time else "no event time"
        around = f", within {self.unwrap!r}" if self.unwrap else ""
        return f"{len(self.columns)} columns, identity {identity}, {time} by {self.partition_by}{around}"


def draw(rng, name):
    partition_by = rng.choice(["day", "hour", "month", "none"])
    columns = [draw_column(rng, number) for number in range(rng.randint(1, MAX_COLUMNS))]
    if not any(column.is_scalar for column in columns):
        columns[0].type = scalars.draw(rng)
    for number, column in enumerate(columns):
        # Often of a type that stood before, the first one's above all: then what is true of one column could be taken
        # for true of the other.
        earlier = [before.type for before in columns[:number] if before.is_scalar]
        if earlier and column.is_scalar and rng.random() < 0.5:
            column.type = rng.choice([earlier[0], rng.choice(earlier)])
    event_time = draw_event_time(rng, columns, partition_by) if rng.random() < 0.6 else None
    cloudevents = rng.random() < 0.2
    identity = draw_cloudevents(rng, columns) if cloudevents else draw_identity(rng, columns)
    for column in columns:
        place(rng, column)
    if all(column.spread == "narrow" for column in identity):
        rng.choice(identity).spread = "rising"
    for column in [*identity, *([event_time] if event_time else [])]:
        column.required = True
    scalar = [column for column in columns if column.is_scalar]
    orders = [rng.sample(scalar, min(len(scalar), rng.randint(0, 3))) for _ in range(2)]
    sort_by = {1: orders[0], 2: rng.choice(orders)}
    if rng.random() < 0.3:
        columns.insert(rng.randint(0, len(columns)), Column("bulk", nested.Bulk(), False, "bulk", "wide"))
    later = [draw_column(rng, len(columns) + number) for number in range(rng.randint(0, 2))]
    for column in later:
        place(rng, column)
        column.required = False
    unwrap = rng.choice([None, None, "Records", 'the "items" é'])
    return Dataset(name, columns, identity, event_time, partition_by, cloudevents, sort_by, later, unwrap)


def draw_column(rng, number):
    kind = nested.draw(rng) if rng.random() < 0.2 else scalars.draw(rng)
    name = rng.choice([f"c{number}", f"c{number}", f"column_{number}_of_a_longer_name"])
    sender = rng.choice([name] * 4 + [f"{name} é", f"{name}.X", f"From-{name}"])
    return Column(name, kind, rng.random() < 0.2, sender, "wide")


def place(rng, column):
    """Decides how the values lie. Narrow ones beside wide ones make bounds that must not be mistaken."""
    column.spread = rng.choice(["wide", "narrow", "narrow", "rising"])
    if column.is_scalar:
        column.base = rng.randint(column.type.low, column.type.high)


def draw_event_time(rng, columns, partition_by):
    column = rng.choice(columns)
    by_date = partition_by != "hour" and rng.random() < 0.25
    column.type = scalars.Date() if by_date else scalars.of(rng, "timestamp")
    return column


def draw_identity(rng, columns):
    """Any scalar columns, in any order."""
    scalar = [column for column in columns if column.is_scalar]
    return rng.sample(scalar, rng.randint(1, min(MAX_IDENTITY, len(scalar))))


def draw_cloudevents(rng, columns):
    """Two columns that show a CloudEvent's source and id, somewhere among the others."""
    shown = [Column(f"ce_{name}", scalars.of(rng, "string"), True, name, "rising") for name in ("source", "id")]
    for column in shown:
        columns.insert(rng.randint(0, len(columns)), column)
    return shown
