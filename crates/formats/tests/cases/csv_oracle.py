"""Writes csv_oracle.json: texts, and the rows that Python's csv module reads from them.

The texts are written by hand here, by no code of the project: quotes, delimiters, line ends and blanks by chance.

    python3 csv_oracle.py > csv_oracle.json
"""

import csv
import io
import json
import random

ALPHABET = ["a", "é", "7", "0.5", " ", "'", ";", ",", "\t", "|", "x y", "", "{}", "NA", "\\N"]


def cell(chance: random.Random, delimiter: str) -> str:
    text = "".join(chance.choice(ALPHABET) for _ in range(chance.randrange(4)))
    kind = chance.randrange(4)
    if kind == 0 or delimiter in text or text.startswith(" "):
        inner = text + chance.choice(["", "\n", "\r\n", '"', "\r"])
        return '"' + inner.replace('"', '""') + '"'
    if kind == 1:
        return text + chance.choice(['"', "'"]) if text else text
    return text


def main() -> None:
    chance = random.Random(18)
    cases = []
    while len(cases) < 400:
        delimiter = chance.choice([",", ";", "\t", "|"])
        width = chance.randrange(2, 5)
        end = chance.choice(["\n", "\r\n", "\r"])
        names = [f"{name}{index}" for index, name in enumerate(chance.choices(["a", "name", "é x"], k=width))]
        rows = [[cell(chance, delimiter) for _ in range(width)] for _ in range(chance.randrange(1, 5))]
        lines = [delimiter.join(names)] + [delimiter.join(row) for row in rows]
        text = end.join(lines) + chance.choice([end, ""])
        read = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        read = [row for row in read if row]
        # Rows of white space alone are empty for this project, and rows of one empty cell for Python.
        if all(len(row) == width for row in read) and all("".join(row).strip() for row in read):
            cases.append([text, ord(delimiter), read])
    print(json.dumps(cases, ensure_ascii=True, separators=(",", ":")))


if __name__ == "__main__":
    main()
