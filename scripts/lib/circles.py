"""Import circles between the modules of one crate: which siblings need each other, directly or by way of others.

A module stands for all that lies below it, so that `a::x` that names `b`, and `b::y` that names `a`, are a circle of `a`
and `b`. Parent and child may name each other. What is compiled for tests only (`#[cfg(test)]`) does not count, nor what
comments say. Circles that are allowed stand in circles.txt, each with its reason. A line there that names modules of no
circle is an error too, so the list can only become shorter.

usage: circles.py [--why] [--shorten] [FOLDER of crates]
  --why      say for each circle which file names what
  --shorten  take off circles.txt what is no circle any more
"""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

ALLOWED = Path(__file__).with_name("circles.txt")

TOKEN = re.compile(
    r"""
    (?P<skip>\s+|//[^\n]*)
    |(?P<comment>/\*)
    |(?P<raw>b?c?r(?P<hashes>\#*)")
    |(?P<text>[bc]?"(?:[^"\\]|\\.)*")
    |(?P<char>b?'(?:[^'\\]|\\(?:x..|u\{[^}]*\}|.))')
    |(?P<lifetime>'\w+)
    |(?P<name>(?:r\#)?[^\W\d]\w*)
    |(?P<number>\d\w*)
    |(?P<path>::)
    |(?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
OPEN, CLOSE = "([{", ")]}"
ITEMS = {"fn", "struct", "enum", "union", "trait", "type", "const", "static"}


def tokens(source):
    """Names, `::` and punctuation of Rust source; comments are left out, texts and numbers become one `""`."""
    found, at = [], 0
    while at < len(source):
        match = TOKEN.match(source, at)
        at = match.end()
        if match["comment"]:
            depth = 1
            while depth and at < len(source):
                edge = re.compile(r"/\*|\*/").search(source, at)
                if edge is None:
                    return found
                depth += 1 if edge[0] == "/*" else -1
                at = edge.end()
        elif match["raw"]:
            end = source.find('"' + match["hashes"], at)
            at = len(source) if end < 0 else end + 1 + len(match["hashes"])
            found.append('""')
        elif match["text"] or match["char"] or match["number"]:
            found.append('""')
        elif not match["skip"]:
            found.append(match[0])
    return found


def begins_name(word):
    return word[0].isalpha() or word[0] == "_"


def closing(words, at):
    """The place of the bracket that closes the one at `at`."""
    depth = 0
    for place in range(at, len(words)):
        if words[place] in OPEN:
            depth += 1
        elif words[place] in CLOSE:
            depth -= 1
            if depth == 0:
                return place
    return len(words) - 1


def item_end(words, at):
    """The place behind the item, statement, field or arm that begins at `at`."""
    while words[at : at + 2] == ["#", "["]:
        at = closing(words, at + 1) + 1
    use = "use" in words[at : at + 6]
    while at < len(words):
        word = words[at]
        if word in OPEN:
            at = closing(words, at)
            if word == "{" and not use:
                return at + 1
        elif word in ";,":
            return at + 1
        elif word in CLOSE:
            return at
        at += 1
    return at


def without_tests(words):
    """What is left without all that `#[cfg(test)]` stands before."""
    test = ["#", "[", "cfg", "(", "test", ")", "]"]
    kept, at = [], 0
    while at < len(words):
        if words[at : at + 7] == test:
            at = item_end(words, at + 7)
        else:
            kept.append(words[at])
            at += 1
    return kept


def trees(words, at):
    """The paths of a `use` from `at`, each as (segments, name that it gives or None for `_`), and where it ends."""
    prefix, found = [], []
    while at < len(words):
        word = words[at]
        if word == "{":
            at += 1
            while at < len(words) and words[at] != "}":
                inner, at = trees(words, at)
                for path, name in inner:
                    # `a::{self}` brings in a.
                    is_self = path == ["self"] and prefix
                    found.append((prefix, prefix[-1] if name == "self" else name) if is_self else (prefix + path, name))
                if at < len(words) and words[at] == ",":
                    at += 1
            return found, at + 1
        if word in ";,}":
            break
        if word == "as":
            return [(prefix, None if words[at + 1] == "_" else words[at + 1])], at + 2
        if word != "::":
            prefix = prefix + [word.removeprefix("r#")]
        at += 1
    if prefix[-1:] == ["self"] and len(prefix) > 1:
        prefix = prefix[:-1]
    return ([(prefix, prefix[-1])] if prefix else []), at


@dataclass
class Module:
    path: tuple
    file: Path
    children: dict = field(default_factory=dict)
    items: set = field(default_factory=set)
    names: dict = field(default_factory=dict)  # what `use` brings in: name to path
    globs: list = field(default_factory=list)
    paths: set = field(default_factory=set)  # all paths that are named here


def read(words, module, modules):
    """Take in what one module's words declare and name; modules written in place are taken in too."""
    at = 0
    while at < len(words):
        word = words[at]
        before = words[at - 1] if at else ""
        if word == "mod" and at + 2 < len(words) and words[at + 2] in ";{" and before != "::":
            name = words[at + 1].removeprefix("r#")
            child = Module((*module.path, name), module.file)
            module.children[name] = child
            if words[at + 2] == "{":
                end = closing(words, at + 2)
                modules[child.path] = child
                read(words[at + 3 : end], child, modules)
                at = end + 1
            else:
                at += 3
            continue
        # `use<'a>` is a bound, no import.
        if word == "use" and words[at + 1 : at + 2] != ["<"]:
            found, at = trees(words, at + 1)
            for path, name in found:
                if name == "*":
                    module.globs.append(tuple(path[:-1]))
                    path = path[:-1]
                elif name:
                    module.names[name] = tuple(path)
                module.paths.add(tuple(path))
            continue
        if word in ITEMS and at + 1 < len(words):
            module.items.add(words[at + 1])
        if begins_name(word) and before not in ("::", "."):
            path = [word]
            while words[at + 1 : at + 2] == ["::"] and at + 2 < len(words) and begins_name(words[at + 2]):
                path.append(words[at + 2].removeprefix("r#"))
                at += 2
            if len(path) > 1:
                module.paths.add(tuple(path))
        at += 1


def load(root):
    """All modules below a crate's root file, by their paths."""
    modules = {}

    def file(path, module, folder):
        modules[module.path] = module
        before = set(modules)
        read(without_tests(tokens(path.read_text())), module, modules)
        inner = [module, *(modules[key] for key in set(modules) - before)]
        for parent in inner:
            below = folder.joinpath(*parent.path[len(module.path) :])
            for name, child in list(parent.children.items()):
                if child.path in modules:
                    continue
                source = next((p for p in (below / f"{name}.rs", below / name / "mod.rs") if p.exists()), None)
                if source is None:
                    raise SystemExit(f"{path} declares {name}, and there is no {below / name}.rs")
                child.file = source
                file(source, child, below / name)

    file(root, Module((), root), root.parent)
    return modules


def reached(modules, module, path, seen=()):
    """The modules that a path goes through or ends in, where it is one of this crate: re-exports are followed."""
    first, rest = path[0], list(path[1:])
    if first == "crate":
        here = modules[()]
    elif first == "self":
        here = module
    elif first == "super":
        here = modules.get(module.path[:-1], module)
        while rest[:1] == ["super"]:
            here, rest = modules.get(here.path[:-1], here), rest[1:]
    else:
        return step(modules, module, list(path), seen)
    if not rest:
        return [here]
    return step(modules, here, rest, seen) or [here]


def step(modules, here, rest, seen):
    found = []
    while rest:
        name = rest[0]
        key = (here.path, name)
        if name in here.children:
            here, rest = modules[here.children[name].path], rest[1:]
            found = found + [here]
        elif name in here.names and key not in seen and here.names[name] != (name,):
            return found + reached(modules, here, (*here.names[name], *rest[1:]), (*seen, key))
        elif name in here.items:
            return found + [here]
        else:
            for glob in here.globs:
                if key in seen or not glob:
                    continue
                through = reached(modules, here, (*glob, *rest), (*seen, key))
                if through and name in through[-1].items | set(through[-1].names):
                    return found + through
            return found
    return found


def edges(modules):
    """Who names whom: ((parent's path, child, other child) to {(file, what it names)})."""
    found = {}
    for module in modules.values():
        for path in sorted(module.paths, key=lambda path: path[0] in module.names):
            for target in reached(modules, module, path):
                common = 0
                for one, other in zip(module.path, target.path):
                    if one != other:
                        break
                    common += 1
                if common < min(len(module.path), len(target.path)):
                    key = (module.path[:common], module.path[common], target.path[common])
                    # `Kind::First` says no more than the `use` of Kind does.
                    if key not in found or path[0] not in module.names:
                        found.setdefault(key, set()).add((module.file, "::".join(path)))
    return found


def knots(graph):
    """The strongly connected components of more than one node, by Tarjan's algorithm."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            at = stack.index(node)
            component = stack[at:]
            del stack[at:]
            if len(component) > 1:
                found.append(sorted(component))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def circles(crate):
    """Each circle of a crate as (its name in circles.txt, the edges within it)."""
    found = []
    source = crate / "src"
    for root in [*(source / name for name in ("lib.rs", "main.rs")), *sorted(source.glob("bin/*.rs"))]:
        if not root.exists():
            continue
        arrows = edges(load(root))
        for parent in sorted({key[0] for key in arrows}):
            graph = {}
            for above, one, other in arrows:
                if above == parent:
                    graph.setdefault(one, set()).add(other)
            for knot in knots(graph):
                name = "/".join([crate.name, *parent, "{" + ",".join(knot) + "}"])
                inner = {key[1:]: why for key, why in arrows.items() if key[0] == parent and {*key[1:]} <= set(knot)}
                found.append((name, inner))
    return found


def allowed(text):
    """The circles that circles.txt allows: one a line, `NAME  REASON`."""
    found = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, reason = line.partition(" ")
            if not reason.strip():
                raise SystemExit(f"{name} is allowed without a reason")
            found[name] = reason.strip()
    return found


def parts(name):
    """Of `crate/parent/{a,b}`: where its modules are, and their names."""
    parent, _, modules = name.rstrip("}").partition("{")
    return parent, set(modules.split(","))


def left_of(name, found):
    """The circles that are left of one: itself, parts of it, or none."""
    parent, modules = parts(name)
    return [other for other in found if parts(other)[0] == parent and parts(other)[1] <= modules]


def judged(found, permitted):
    """What is wrong with the circles of these names, a line each."""
    wrong = []
    for name in found:
        parent, modules = parts(name)
        if not any(parent == other and modules <= more for other, more in map(parts, permitted)):
            wrong.append(f"import circle: {name}")
    for name in permitted:
        left = left_of(name, found)
        if not left:
            wrong.append(f"no circle any more, take it off circles.txt (--shorten does): {name}")
        elif left != [name]:
            wrong.append(f"less of a circle by now, in circles.txt write {' and '.join(left)} (--shorten does) for {name}")
    return wrong


def shortened(text, found):
    """The text of circles.txt without what is no circle any more."""
    lines = []
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, reason = line.partition(" ")
            lines += [f"{left}  {reason.strip()}" for left in left_of(name, found)]
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def main(arguments):
    if "--help" in arguments or "-h" in arguments:
        print(__doc__.strip())
        return 0
    why = "--why" in arguments
    folder = next((Path(a) for a in arguments if not a.startswith("-")), Path(__file__).parents[2] / "crates")
    found = [circle for crate in sorted(folder.iterdir()) if (crate / "src").is_dir() for circle in circles(crate)]
    names = [name for name, _ in found]
    if "--shorten" in arguments:
        ALLOWED.write_text(shortened(ALLOWED.read_text(), names))
    wrong = judged(names, allowed(ALLOWED.read_text()))
    for line in wrong:
        print(line, file=sys.stderr)
    if why:
        for name, inner in found:
            print(name)
            for (one, other), places in sorted(inner.items()):
                for file, path in sorted(places):
                    print(f"  {one} -> {other}  {file.relative_to(folder)}: {path}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.setrecursionlimit(10_000)
    sys.exit(main(sys.argv[1:]))
