"""The blocks of shell in a document that are marked as runnable, and whether what they print is what the document shows.

A block of ```sh is run; it ends with 0, or as its fence says: ```sh status=1. A block of ```text behind it is what it prints:
`…` stands for any characters of a line, and alone for any lines. All blocks below one heading of the second level are run in
one directory, one after the other, on one lake. Blocks of other languages, and without one, are not run."""

import dataclasses
import re

FENCE = re.compile(r"^```(.*)$")
RUNNABLE = re.compile(r"^sh(?: status=(\d+))?$")


@dataclasses.dataclass
class Block:
    line: int
    commands: str
    status: int = 0
    shown: str | None = None


@dataclasses.dataclass
class Section:
    title: str
    blocks: list


def sections(text):
    """The parts of a document that have something to run."""
    found = [Section("", [])]
    info, begun, lines = None, 0, []
    for number, line in enumerate(text.split("\n"), 1):
        fence = FENCE.match(line)
        if info is None and fence:
            info, begun, lines = fence.group(1).strip(), number, []
        elif info is not None and line.strip() == "```":
            close(found[-1].blocks, info, begun, "".join(f"{line}\n" for line in lines))
            info = None
        elif info is not None:
            lines.append(line)
        elif line.startswith("## "):
            found.append(Section(line[3:].strip(), []))
    if info is not None:
        raise ValueError(f"line {begun}: a block without an end")
    return [section for section in found if section.blocks]


def close(blocks, info, line, text):
    runnable = RUNNABLE.match(info)
    if runnable:
        blocks.append(Block(line, text, int(runnable.group(1) or 0)))
    elif info.split(" ")[0] == "sh":
        raise ValueError(f"line {line}: ```{info} is neither ```sh nor ```sh status=N")
    elif info == "text" and blocks:
        last = blocks[-1]
        last.shown = text if last.shown is None else last.shown + text


def is_like(shown, printed):
    """Whether a line is as the document shows it."""
    return re.fullmatch(".*".join(re.escape(piece) for piece in shown.split("…")), printed) is not None


def is_shown(shown, printed):
    """Whether lines are as the document shows them."""
    # Which of the lines shown may come next, after each line printed: `…` alone may take any number of lines.
    places = reachable({0}, shown)
    for line in printed:
        stays = {place for place in places if place < len(shown) and shown[place] == "…"}
        moves = {place + 1 for place in places - stays if place < len(shown) and is_like(shown[place], line)}
        places = reachable(stays | moves, shown)
    return len(shown) in places


def reachable(places, shown):
    found = set()
    for place in places:
        found.add(place)
        while place < len(shown) and shown[place] == "…":
            place += 1
            found.add(place)
    return found


def lines(text):
    return [line.rstrip() for line in text.splitlines()]
