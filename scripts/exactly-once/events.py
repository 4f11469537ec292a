"""The events of a dataset: a few identities that come again and again, with other contents and spellings, and many
that are unique until they are published again."""

import json
from dataclasses import dataclass

import scalars

DAY, HOUR = 86_400_000, 3_600_000

HOT = 40
HOT_SHARE = 0.3
# A CloudEvent's source has no white space in it.
SOURCES = ("/", "urn:a", "urn:a/b", "é", "https://example.com/" + "x" * 80)
IDS = ("0", "b/c", "c", " ", "c d", "\0", "🦆", "x" * 90)


@dataclass(frozen=True)
class Event:
    text: str
    identity: tuple
    partition: str | None
    """None where the time of the publish decides it."""
    is_routed: bool
    """Whether its own type says which dataset it is of."""


def partition_of(millis, partition_by):
    """The partition of a moment, named as in the keys of the bucket."""
    moment = scalars.EPOCH + scalars.timedelta(milliseconds=millis)
    return {
        "day": f"dt={moment:%Y-%m-%d}",
        "hour": f"dt={moment:%Y-%m-%d}/hour={moment:%H}",
        "month": f"dt={moment:%Y-%m}",
        "none": "dt=all",
    }[partition_by]


def month(number):
    """When the month of this number since 1970 begins, and how long it is, in milliseconds."""
    begin, end = (scalars.EPOCH.replace(year=1970 + index // 12, month=index % 12 + 1) for index in (number, number + 1))
    milliseconds = scalars.timedelta(milliseconds=1)
    return (begin - scalars.EPOCH) // milliseconds, (end - begin) // milliseconds


class Feed:
    """Makes a dataset's events, one after the other."""

    def __init__(self, rng, dataset):
        self.rng, self.dataset = rng, dataset
        self.made = 0
        self.starts = self.draw_starts()
        self.hot = [self.draw_hot(number) for number in range(HOT)]

    def draw_starts(self):
        """When the partitions of the event time begin, and how long they are: neighbours, and now and then the first there
        may be. Where there is one partition, some days in it."""
        if self.dataset.partition_by == "month":
            # From 2001 to August 2026, as days are below.
            first = self.rng.randint(372, 679)
            starts = [month(first + number) for number in range(self.rng.randint(1, 3))]
            return starts + [month(0)] if self.rng.random() < 0.2 else starts
        length = HOUR if self.dataset.partition_by == "hour" else DAY
        first = self.rng.randint(11_323 * DAY // length, 20_700 * DAY // length)
        starts = [((first + number) * length, length) for number in range(self.rng.randint(1, 3))]
        return starts + [(0, length)] if self.rng.random() < 0.2 else starts

    def draw_hot(self, number):
        """An identity of the edges of its types, or of their middle."""
        at_edge = self.rng.random() < 0.6
        if self.dataset.cloudevents:
            drawn = (self.rng.choice(SOURCES), self.rng.choice(IDS))
            return drawn if at_edge else tuple(column.value(self.rng, number) for column in self.dataset.identity)
        return tuple(
            self.rng.choice(column.type.edges) if at_edge else column.value(self.rng, number)
            for column in self.dataset.identity
        )

    def moment(self):
        """A value of the event time, often at the end of a partition."""
        start, length = self.rng.choice(self.starts)
        millis = start + self.rng.choice([0, length - 1, self.rng.randrange(length), self.rng.randrange(length)])
        return millis // DAY if self.dataset.event_time.type.name == "date" else millis

    def make(self, count):
        return [self.one() for _ in range(count)]

    def one(self):
        rng, dataset = self.rng, self.dataset
        self.made += 1
        is_hot = rng.random() < HOT_SHARE
        identity = rng.choice(self.hot) if is_hot else tuple(c.value(rng, self.made) for c in dataset.identity)
        keys = {column.name: value for column, value in zip(dataset.identity, identity)}
        partition = None
        if dataset.event_time:
            time = keys[dataset.event_time.name] = self.moment()
            millis = time * DAY if dataset.event_time.type.name == "date" else time
            partition = partition_of(millis, dataset.partition_by)
        identity = tuple(keys[column.name] for column in dataset.identity)
        is_cloudevent = dataset.cloudevents or rng.random() < 0.1
        text = self.written(keys, is_cloudevent)
        return Event(text, identity, partition, dataset.cloudevents)

    def written(self, keys, is_cloudevent):
        rng = self.rng
        fields = []
        for column in self.dataset.columns + self.dataset.later:
            if column.name in keys:
                if not (self.dataset.cloudevents and column in self.dataset.identity):
                    fields.append((column.sender, column.type.spell(rng, keys[column.name])))
            elif column.required or rng.random() < 0.8:
                fields.append((column.sender, column.spell(rng, self.made)))
            elif rng.random() < 0.5:
                fields.append((column.sender, "null"))
        if rng.random() < 0.2:
            fields.append(("unknown field", rng.choice(["1.50", '"é"', '{"a":[1,null]}', "null"])))
        rng.shuffle(fields)
        if is_cloudevent:
            fields = self.envelope(keys, fields)
        return written(fields)

    def envelope(self, keys, data):
        rng = self.rng
        source, name = f"urn:{self.made % 7}", str(self.made)
        if self.dataset.cloudevents:
            source, name = (keys[column.name] for column in self.dataset.identity)
        attributes = [
            ("specversion", '"1.0"'),
            ("type", json.dumps(self.dataset.event_type)),
            ("source", json.dumps(source, ensure_ascii=rng.random() < 0.3)),
            ("id", json.dumps(name, ensure_ascii=rng.random() < 0.3)),
            ("data", written(data)),
        ]
        rng.shuffle(attributes)
        return attributes


def around(rng, name, texts):
    """These events in an object around them. Some have an array of the same name themselves, which has no events."""
    name, others = json.dumps(name, ensure_ascii=rng.random() < 0.5), rng.choice(["", '"others":[{"n":1}],'])

    def nested(text):
        # An array is no attribute of a CloudEvent.
        is_nested = '"specversion"' not in text and rng.random() < 0.2
        return "{" + name + ':[{"inner":1}],' + text[1:] if is_nested else text

    return "{" + others + name + ":[" + ",".join(map(nested, texts)) + "]}"


def written(fields):
    return "{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in fields) + "}"
