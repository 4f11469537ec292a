"""A few shapes as SVG."""

from xml.sax.saxutils import escape, quoteattr

INK, FAINT, LINE = "#1f2933", "#5b6875", "#52606d"
SANS, MONO = "Helvetica, Arial, sans-serif", "Menlo, Consolas, 'DejaVu Sans Mono', monospace"
# Of the widths of letters, an average that is rather too large.
MONO_WIDTH, SANS_WIDTH = 0.61, 0.55


def text(x, y, words, size=12, color=INK, weight="normal", anchor="start", family=SANS, style="normal"):
    return (
        f'<text x="{x:g}" y="{y:g}" font-family="{family}" font-size="{size:g}" fill="{color}" font-weight="{weight}" '
        f'font-style="{style}" text-anchor="{anchor}">{escape(words)}</text>'
    )


def rect(x, y, width, height, fill, stroke=LINE, radius=6, dash="", line=1.2):
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" fill="{fill}" stroke="{stroke}" '
        f'stroke-width="{line:g}"{dashed}/>'
    )


def arrow(points, both=False, color=INK, width=1.6, dash=""):
    path = "M" + " L".join(f"{x:g} {y:g}" for x, y in points)
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    start = ' marker-start="url(#tail)"' if both else ""
    return f'<path d="{path}" fill="none" stroke="{color}" stroke-width="{width:g}"{dashed} marker-end="url(#head)"{start}/>'


def badge(x, y, number):
    return f'<circle cx="{x:g}" cy="{y:g}" r="10" fill="#b83b1d"/>' + text(x, y + 4, str(number), 12, "#ffffff", "bold", "middle")


def wrapped(words, width, size, family=SANS):
    """Lines of whole words that fit into the width."""
    room = int(width / (size * (MONO_WIDTH if family == MONO else SANS_WIDTH)))
    lines = [""]
    if len(words) > room and " " not in words:
        # A name: broken behind its last underscore that fits.
        at = words.rindex("_", 0, room) + 1
        return [words[:at], "  " + words[at:]]
    for word in words.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return lines


def group(content, **data):
    attributes = "".join(f" data-{name}={quoteattr(value)}" for name, value in data.items())
    return [f"<g{attributes}>", *content, "</g>"]


def document(width, height, title, description, content):
    head = (
        '<marker id="{0}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="{1}">'
        f'<path d="M0 0 L10 5 L0 10 z" fill="{INK}"/></marker>'
    )
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
        f"<title>{escape(title)}</title>", f"<desc>{escape(description)}</desc>",
        "<defs>", head.format("head", "auto"), head.format("tail", "auto-start-reverse"), "</defs>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>', *content, "</svg>", "",
    ])  # fmt: skip
