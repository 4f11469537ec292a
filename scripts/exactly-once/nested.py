"""Types that are made of others. Nothing is identified by them; they are there to be written, carried and grown."""

import base64
import json

import scalars

MAX_DEPTH = 3


class Plain:
    """A scalar type as a part of another: any of its values."""

    def __init__(self, scalar):
        self.scalar = scalar

    def text(self, version):
        return self.scalar.name

    def senders(self, version, path=""):
        return {}

    def spell(self, rng):
        scalar = self.scalar
        number = rng.randint(scalar.low, scalar.high)
        return scalar.spell(rng, rng.choice(scalar.edges) if rng.random() < 0.3 else scalar.at(number))


class Bulk:
    """Text that does not compress: with it, files have several row groups, and partitions several full files."""

    def text(self, version):
        return "string"

    def senders(self, version, path=""):
        return {}

    def spell(self, rng):
        return f'"{base64.b64encode(rng.randbytes(rng.randint(800, 2400))).decode()}"'


class Array:
    def __init__(self, element):
        self.element = element

    def text(self, version):
        return f"array<{self.element.text(version)}>"

    def senders(self, version, path=""):
        return self.element.senders(version, path)

    def spell(self, rng):
        return "[" + ",".join(or_null(rng, self.element) for _ in range(rng.randint(0, 3))) + "]"


class Map:
    def __init__(self, value):
        self.value = value

    def text(self, version):
        return f"map<string,{self.value.text(version)}>"

    def senders(self, version, path=""):
        return self.value.senders(version, path)

    def spell(self, rng):
        keys = rng.sample(["", "a", "A", "ñ", "b.c", "🦆", "x" * 70], rng.randint(0, 3))
        return "{" + ",".join(f"{json.dumps(key)}:{or_null(rng, self.value)}" for key in keys) + "}"


class Struct:
    """Fields, and the one that the second version of the definition may add at the end."""

    def __init__(self, fields, later, sent):
        self.fields, self.later, self.sent = fields, later, sent
        """`sent` has the sender's names, where they differ."""

    def of(self, version):
        return self.fields + (self.later if version > 1 else [])

    def text(self, version):
        return "struct<" + ",".join(f"{name}:{part.text(version)}" for name, part in self.of(version)) + ">"

    def senders(self, version, path=""):
        """The sender's names for fields of it and within it, by their paths."""
        found = {}
        for name, part in self.of(version):
            place = f"{path}.{name}" if path else name
            if name in self.sent:
                found[place] = self.sent[name]
            found |= part.senders(version, place)
        return found

    def spell(self, rng):
        # Before the second version, its field is one that the definition does not name.
        present = [field for field in self.fields + self.later if rng.random() < 0.8]
        rng.shuffle(present)
        return "{" + ",".join(f"{json.dumps(self.sent.get(name, name))}:{or_null(rng, part)}" for name, part in present) + "}"


def or_null(rng, part):
    return "null" if rng.random() < 0.15 else part.spell(rng)


def draw(rng, depth=1):
    """An array, a struct or a map."""
    match rng.choice(["array", "struct", "map"]):
        case "array":
            return Array(part(rng, depth))
        case "map":
            return Map(part(rng, depth))
        case _:
            names = rng.sample(["city", "since", "n", "a_b", "dt", "select"], rng.randint(1, 4))
            later = [("later", part(rng, depth))] if rng.random() < 0.5 else []
            return Struct([(name, part(rng, depth)) for name in names], later, draw_senders(rng, names))


def draw_senders(rng, names):
    """Names of the sender's for some fields; sometimes two have each other's."""
    if len(names) > 1 and rng.random() < 0.2:
        return {names[0]: names[1], names[1]: names[0]}
    return {name: f"{name}.É" for name in [*names, "later"] if rng.random() < 0.3}


def part(rng, depth):
    if depth < MAX_DEPTH and rng.random() < 0.3:
        return draw(rng, depth + 1)
    # Binary stands in no other type, and a timestamp within one is a text.
    kind = rng.choice(["boolean", "int", "bigint", "float", "double", "decimal", "string", "date", "timestamp"])
    return Plain(scalars.Timestamp() if kind == "timestamp" else scalars.of(rng, kind))
