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

    def spell(self, rng):
        scalar = self.scalar
        number = rng.randint(scalar.low, scalar.high)
        return scalar.spell(rng, rng.choice(scalar.edges) if rng.random() < 0.3 else scalar.at(number))


class Bulk:
    """Text that does not compress: with it, files have several row groups, and partitions several full files."""

    def text(self, version):
        return "string"

    def spell(self, rng):
        return f'"{base64.b64encode(rng.randbytes(rng.randint(800, 2400))).decode()}"'


class Array:
    def __init__(self, element):
        self.element = element

    def text(self, version):
        return f"array<{self.element.text(version)}>"

    def spell(self, rng):
        return "[" + ",".join(or_null(rng, self.element) for _ in range(rng.randint(0, 3))) + "]"


class Map:
    def __init__(self, value):
        self.value = value

    def text(self, version):
        return f"map<string,{self.value.text(version)}>"

    def spell(self, rng):
        keys = rng.sample(["", "a", "A", "ñ", "b.c", "🦆", "x" * 70], rng.randint(0, 3))
        return "{" + ",".join(f"{json.dumps(key)}:{or_null(rng, self.value)}" for key in keys) + "}"


class Struct:
    """Fields, and the one that the second version of the definition may add at the end."""

    def __init__(self, fields, later):
        self.fields, self.later = fields, later

    def text(self, version):
        fields = self.fields + (self.later if version > 1 else [])
        return "struct<" + ",".join(f"{name}:{part.text(version)}" for name, part in fields) + ">"

    def spell(self, rng):
        # Before the second version, its field is one that the definition does not name.
        present = [field for field in self.fields + self.later if rng.random() < 0.8]
        rng.shuffle(present)
        return "{" + ",".join(f'"{name}":{or_null(rng, part)}' for name, part in present) + "}"


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
            return Struct([(name, part(rng, depth)) for name in names], later)


def part(rng, depth):
    if depth < MAX_DEPTH and rng.random() < 0.3:
        return draw(rng, depth + 1)
    # Binary stands in no other type, and a timestamp within one is a text.
    kind = rng.choice(["boolean", "int", "bigint", "float", "double", "decimal", "string", "date", "timestamp"])
    return Plain(scalars.Timestamp() if kind == "timestamp" else scalars.of(rng, kind))
