"""Whether the documents know every alarm that a plan of `prod` makes: what it means, and what to do."""

import re

PREFIX = "tributary-prod-"
FUNCTION = re.compile(r"^(ingest|compact|register|query)-")


def made(plan):
    """The names, without the lake's, and with <function> for a function's."""
    changes = [change["change"]["after"] for change in plan["resource_changes"] if change["type"] == "aws_cloudwatch_metric_alarm"]
    return {FUNCTION.sub("<function>-", after["alarm_name"].removeprefix(PREFIX)) for after in changes if after}


def rows(text, heading):
    """(names, the rest) of the table below a heading."""
    section = text.split(f"\n{heading}\n", 1)[1].split("\n## ", 1)[0]
    for line in section.split("\n"):
        if line.startswith("| `"):
            first, rest = line.strip("|").split(" | ", 1)
            yield set(re.findall(r"`([^`]+)`", first)), rest


def anchors(text):
    """What the headings can be linked to by."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-") for heading in headings}


def checks(plan, guide, runbooks):
    """(what, whether it holds, what was found)."""
    alarms = made(plan)
    for where, text, heading in (("infra/README.md", guide, "## What to watch"), ("docs/runbooks.md", runbooks, "## Which alarm is which")):
        told = set().union(*(names for names, _ in rows(text, heading)))
        yield f"{where} has every alarm", len(alarms) >= 10 and told == alarms, f"lacks {sorted(alarms - told)}, and has {sorted(told - alarms)}"
    links = {link for _, rest in rows(runbooks, "## Which alarm is which") for link in re.findall(r"\(#([^)]+)\)", rest)}
    yield "what to do is in docs/runbooks.md", len(links) >= 5 and links <= anchors(runbooks), f"there is no {sorted(links - anchors(runbooks))}"
