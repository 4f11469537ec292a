"""The links of Markdown files, and what they can lead to: files, headings by GitHub's names for them, lines of sources."""

import pathlib
import re
import urllib.parse

FENCE = re.compile(r"^ {0,3}(?:> ?)*(`{3,}|~{3,})")
HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
NAMED = re.compile(r"""<a\s+(?:name|id)=["']([^"']+)["']""")
# `](target)` of links and images, definitions of references, and the attributes of HTML.
TARGETS = (
    re.compile(r"""\]\(\s*<?((?:[^()\s<>]|\([^()\s]*\))*)>?(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)"""),
    re.compile(r"^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)>?", re.MULTILINE),
    re.compile(r"""<(?:a|img|source)\b[^>]*?\b(?:href|src|srcset)=["']([^"']+)["']"""),
)
SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")
LINE = re.compile(r"^L(\d+)(?:-L(\d+))?$")


def without_fences(text):
    """The text with the lines of fenced blocks emptied; numbers of lines stay as they are."""
    kept, fence = [], None
    for line in text.split("\n"):
        found = FENCE.match(line)
        if fence is None and found:
            fence = found.group(1)
            kept.append("")
        elif fence is not None:
            closes = found and found.group(1)[0] == fence[0] and len(found.group(1)) >= len(fence) and line.strip(" >" + fence[0]) == ""
            fence = None if closes else fence
            kept.append("")
        else:
            kept.append(line)
    return "\n".join(kept)


def without_code(text):
    """The text without fenced blocks and without code between backticks, line by line the same."""
    blank = lambda found: re.sub(r"[^\n]", " ", found.group())  # noqa: E731
    return re.sub(r"(?<!`)(`+)(?!`)(?:(?!\n\n).)+?(?<!`)\1(?!`)", blank, without_fences(text), flags=re.DOTALL)


def slug(heading):
    """GitHub's name for a heading: its text in lower case, without punctuation, with hyphens for blanks."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


def anchors(text):
    """All that a link into this document can name."""
    found, counts = set(), {}
    for line in without_fences(text).split("\n"):
        heading = HEADING.match(line)
        if heading:
            name = slug(heading.group(2))
            times = counts.get(name, 0)
            counts[name] = times + 1
            found.add(f"{name}-{times}" if times else name)
    return found | set(NAMED.findall(without_code(text)))


def links(text):
    """(number of the line, target) of each link."""
    plain = without_code(text)
    found = [(plain.count("\n", 0, match.start(1)) + 1, match.group(1)) for pattern in TARGETS for match in pattern.finditer(plain)]
    return sorted(found)


PATHS = re.compile(r"(?<!`)`((?:crates|deploy|docs|events|fuzz|infra|scripts)/[^`\s]*)`(?!`)")


def paths(text):
    """(number of the line, path) of each path of the repository that stands in code."""
    plain = without_fences(text)
    return [(plain.count("\n", 0, match.start()) + 1, match.group(1)) for match in PATHS.finditer(plain)]


def missing(document, root):
    """A sentence for each path in a document that nothing in the repository has; `*` and `**` as in globs."""
    for line, path in paths(document.read_text(encoding="utf-8")):
        if not any(root.glob(path.rstrip("/"))):
            yield f"{document}:{line}: there is no {path}"


def unlisted(index):
    """A sentence for each page beside an index that the index does not link to."""
    listed = {(index.parent / target.partition("#")[0]).resolve() for _, target in links(index.read_text(encoding="utf-8"))}
    for page in sorted(index.parent.glob("*.md")):
        if page != index and page.resolve() not in listed:
            yield f"{index}: does not list {page.name}"


def fault(document, target, root):
    """Why a link of a document leads nowhere, or None. Addresses elsewhere are not asked."""
    if SCHEME.match(target) or target.startswith("//"):
        return None
    path, _, anchor = urllib.parse.unquote(target).partition("#")
    if path.startswith("/"):
        return "begins with /: write it relative to the document"
    place = (document.parent / path).resolve() if path else document.resolve()
    if not place.is_relative_to(root.resolve()):
        return "leads out of the repository"
    if not place.exists():
        return "there is no such file"
    if not anchor:
        return None
    if place.is_dir():
        return "a directory has no headings"
    text = place.read_text(encoding="utf-8")
    lines = LINE.match(anchor)
    if place.suffix != ".md" and lines:
        last = int(lines.group(2) or lines.group(1))
        return None if last <= len(text.splitlines()) else f"the file has fewer than {last} lines"
    return None if anchor in anchors(text) else "there is no such heading"


def faults(documents, root):
    """(number of links, a sentence for each that leads nowhere)."""
    number, said = 0, []
    for document in documents:
        document = pathlib.Path(document)
        for line, target in links(document.read_text(encoding="utf-8")):
            number += 1
            wrong = fault(document, target, root)
            if wrong:
                said.append(f"{document}:{line}: ({target}) {wrong}")
    return number, said
