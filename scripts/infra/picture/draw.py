"""The picture of a lake, from the facts of a plan and the layout."""

import re

import layout
import svg


class Undrawn(Exception):
    """The plan has something that the layout does not, or the other way round."""


def draw(facts, further):
    """The SVG. `further`: by module directory that is no part of a lake, the types of its resources."""
    held = {box.name: [] for box in layout.BOXES}
    for address in facts.configured:
        name = layout.box_of(address)
        if name is None:
            raise Undrawn(f"the diagram has no box for {address}: add it to a box in scripts/infra/picture/layout.py")
        held[name].append(address)
    arrows = facts.arrows()
    for missing in sorted(arrows - layout.ROUTES.keys()):
        raise Undrawn(f"the plan has {missing[0]} calling {missing[1]}, and the diagram has no arrow for it: add it to ROUTES")
    for gone in sorted(layout.ROUTES.keys() - arrows):
        raise Undrawn(f"the diagram has an arrow from {gone[0]} to {gone[1]}, which nothing in the plan allows: remove it from ROUTES")
    prefixes = facts.prefixes()
    if set(prefixes) != set(layout.CELLS):
        raise Undrawn(f"the functions use the prefixes {sorted(prefixes)}, and the diagram has {sorted(layout.CELLS)}")

    out = heading()
    for box in layout.BOXES:
        out += drawn(box, held[box.name], facts)
    for name in layout.CELLS:
        out += cell(name, prefixes[name])
    out += clocks(facts) + outside(further)
    for route in sorted(layout.ROUTES):
        points, both, _ = layout.ROUTES[route]
        out += svg.group([svg.arrow(points, both)], arrow=" ".join(route))
    for actor, at in (("Producers", 135), ("Consumers", 1280)):
        out += [svg.rect(at - 70, 78, 140, 28, "#ffffff"), svg.text(at, 97, actor, 14, weight="bold", anchor="middle"), svg.arrow([(at, 106), (at, 130)])]
    out += [svg.badge(115, 118, 1)]
    for route in sorted(layout.ROUTES):
        number = layout.ROUTES[route][2]
        out += [svg.badge(number[1], number[2], number[0])] if number else []
    return svg.document(
        layout.WIDTH, layout.HEIGHT, "A lake, as infra/ deploys it",
        "Producers publish to an SNS topic. Its queue feeds ingest, which writes to the S3 bucket. The bucket notifies compact and "
        "register by a queue each. register keeps the Glue database. query answers HTTP requests by Athena.", out,
    )  # fmt: skip


def heading():
    out = [
        svg.text(40, 36, "A lake, as infra/ deploys it", 22, weight="bold"),
        svg.text(40, 57, "Follow the numbers. infra/ calls modules/lake, which makes all of this. Small print: Terraform's resource types; grey: only if a variable asks for it.", 12, svg.FAINT),
        svg.rect(400, 78, 680, 217, "#fafbfc", "#cbd2d9"),
        svg.text(415, 100, "The way of an event", 13, weight="bold"),
    ]
    for index, step in enumerate(layout.STEPS):
        column, row = divmod(index, 6)
        x, y = 425 + column * 345, 125 + row * 28
        out += [svg.badge(x, y - 4, index + 1), svg.text(x + 18, y, step, 12)]
    return out


def types(addresses, facts):
    """The types of the resources, with how many of each, as (text, whether there is one)."""
    count = {}
    for address in addresses:
        kind = facts.configured[address]["type"]
        count[kind] = count.get(kind, 0) + facts.count[address]
    return [(kind + (f" ×{number}" if number > 1 else ""), number > 0) for kind, number in sorted(count.items(), key=lambda it: (it[1] == 0, it[0]))]


def drawn(box, addresses, facts):
    x, y, width, height = box.at
    listed = types(addresses, facts)
    is_there = any(there for _, there in listed)
    out = [svg.rect(x, y, width, height, box.fill, dash="" if is_there else "5 4")]
    # The arrow of landing/ runs up through the bucket's corner.
    indent = 100 if box.name == "bucket" else 10
    out += [svg.text(x + indent, y + 21, box.title, 14 if width > 150 else 12, weight="bold")]
    module = f"modules/{box.module}"
    out += [svg.text(x + width - 8, y + height - 7, module, 9.5, svg.FAINT, anchor="end", family=svg.MONO)]
    line = y + 36
    if box.name == "bucket":
        out += [svg.text(x + indent + 85, y + 21, box.says, 12, svg.FAINT)]
        line = layout.CELL_TOP + layout.CELL_HEIGHT + 18
    else:
        for words in svg.wrapped(box.says, width - 16, 11):
            out += [svg.text(x + 10, line, words, 11, svg.FAINT)]
            line += 13
        line += 2
    # In columns where there is room for it, side by side otherwise.
    columns = 5 if box.name == "bucket" else 1
    for index, (kind, there) in enumerate(listed):
        color = svg.INK if there else "#8492a0"
        if columns > 1:
            row, column = divmod(index, columns)
            out += [svg.text(x + 10 + column * 275, line + row * 13, kind, 9, color, family=svg.MONO)]
            continue
        for part in svg.wrapped(kind, width - 12, 9, svg.MONO):
            out += [svg.text(x + 10 + (8 if part.startswith("  ") else 0), line, part.strip(), 9, color, family=svg.MONO)]
            line += 12
    return svg.group(out, box=box.name, resources=" ".join(sorted(addresses)), module=box.module)


def cell(name, rights):
    x = layout.cell(name)
    out = [svg.rect(x + 3, layout.CELL_TOP, layout.CELL_WIDTH - 6, layout.CELL_HEIGHT, "#ffffff", "#7b9a78", 4)]
    out += [svg.text(x + 11, layout.CELL_TOP + 18, f"{name}/", 13, weight="bold", family=svg.MONO)]
    line = layout.CELL_TOP + 33
    for words in svg.wrapped(layout.CELL_SAYS[name], layout.CELL_WIDTH - 18, 10):
        out += [svg.text(x + 11, line, words, 10, svg.FAINT)]
        line += 12
    line = layout.CELL_TOP + 64
    for verb in ("written by", "read by", "deleted by"):
        if verb in rights:
            out += [svg.text(x + 11, line, verb, 9.5, svg.FAINT, style="italic")]
            for words in svg.wrapped(", ".join(rights[verb]), layout.CELL_WIDTH - 18, 10.5):
                line += 13
                out += [svg.text(x + 11, line, words, 10.5)]
            line += 15
    return svg.group(out, prefix=name)


def clocks(facts):
    out = []
    for function in ("compact", "register"):
        x = layout.COLUMN[function] + 320
        said = ", ".join(f"{name} every {every(expression)}" for name, expression in facts.schedules(function))
        out += svg.group([svg.text(x, 480, said, 10.5, anchor="end")], schedule=function)
    return out


def every(expression):
    """rate(5 minutes) as 5 min; what is no rate, as it is."""
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if not rate:
        return expression
    unit = {"minute": "min", "hour": "hour", "day": "day"}[rate.group(2)]
    return unit if rate.group(1) == "1" else f"{rate.group(1)} {unit}"


def outside(further):
    x, y = 1215, 1128
    out = [svg.rect(x, y, 225, 122, "#ffffff", "#9aa5b1", dash="2 3"), svg.text(x + 10, y + 20, "No part of a lake", 14, weight="bold")]
    out += [svg.text(x + 10, y + 35, "for who runs containers", 11, svg.FAINT)]
    line = y + 50
    for module in sorted(further):
        content = [svg.text(x + 10, line, f"modules/{module}", 9, svg.FAINT, family=svg.MONO)]
        line += 11
        for kind in sorted(further[module]):
            content += [svg.text(x + 18, line, kind, 8.5, family=svg.MONO)]
            line += 10.5
        out += svg.group(content, module=module, types=" ".join(sorted(further[module])))
    return out
