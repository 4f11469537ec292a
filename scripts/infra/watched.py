"""Whether docs/alarms.md knows every alarm that a plan of `prod` makes: how grave it is, its threshold, how long that must
hold, and what to do; and whether the alarm on the cost of a day goes by the prices of scripts/lib/prices.py.
"""

import dataclasses
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import prices  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
PREFIX = "tributary-prod-"
HEADING = "## The alarms"
COLUMNS = 7


@dataclasses.dataclass(frozen=True)
class Alarm:
    """What the table must say of it. The texts of thresholds and times are sets, since a row may be of several alarms."""

    severity: str
    thresholds: frozenset
    times: frozenset
    runbook: str


def of_metric(after):
    computed = [query for query in after.get("metric_query") or [] if query.get("metric")]
    period = computed[0]["metric"][0]["period"] if computed else after["period"]
    threshold = f"{after['threshold']:.10g}"
    return frozenset([f"> {threshold}" if computed else f"{after['statistic']} > {threshold}"]), frozenset([f"{after['evaluation_periods']:g} × {period / 60:g} min"])


def of_alarms(after):
    return frozenset(re.findall(rf'ALARM\("{PREFIX}([^"]+)"\)', after["alarm_rule"])), frozenset()


def made(plan):
    """The alarms by their names without the lake's."""
    found = {}
    for change in plan["resource_changes"]:
        read = {"aws_cloudwatch_metric_alarm": of_metric, "aws_cloudwatch_composite_alarm": of_alarms}.get(change["type"])
        after = change["change"]["after"]
        if read and after:
            severity = re.match(r"(page|ticket|part): ", after["alarm_description"])
            runbook = re.search(r"docs/runbooks\.md#([a-z0-9-]+)", after["alarm_description"])
            found[after["alarm_name"].removeprefix(PREFIX)] = Alarm(
                severity.group(1) if severity else "none", *read(after), runbook.group(1) if runbook else ""
            )
    return found


def told(text):
    """(names, cells) of each row of the table."""
    section = text.split(f"\n{HEADING}\n", 1)[-1].split("\n## ", 1)[0]
    for line in section.split("\n"):
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            yield re.findall(r"`([^`]+)`", cells[0]), cells


def anchors(text):
    """What the headings can be linked to by."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-") for heading in headings}


def wrong(names, cells, alarms):
    """What a row says that is not so."""
    if len(cells) != COLUMNS:
        return [f"{names}: {len(cells)} cells, and not {COLUMNS}"]
    there = [alarms[name] for name in names if name in alarms]
    said = {cell: set(re.findall(r"`([^`]+)`", cells[column])) for cell, column in (("threshold", 4), ("how long", 5))}
    wanted = {
        "threshold": set().union(*(alarm.thresholds for alarm in there)),
        "how long": set().union(*(alarm.times for alarm in there)),
    }
    found = [f"{names}: {cell} is {sorted(wanted[cell])}, and not {sorted(said[cell])}" for cell in said if said[cell] != wanted[cell]]
    if severities := {alarm.severity for alarm in there} - {cells[1]}:
        found.append(f"{names}: the severity is {sorted(severities)}, and not {cells[1]}")
    links = set(re.findall(r"\(runbooks\.md#([^)]+)\)", cells[6]))
    if runbooks := {alarm.runbook for alarm in there if alarm.runbook} - links:
        found.append(f"{names}: what to do is in {sorted(runbooks)}, and not in {sorted(links)}")
    if not all(cells):
        found.append(f"{names}: a cell is empty")
    return found


def priced(plan):
    """Of each metric of the cost of a day: what the alarm takes for one of it, and what scripts/lib/prices.py says."""
    changes = [change["change"]["after"] for change in plan["resource_changes"] if change["change"]["after"]]
    alarm = next(after for after in changes if after.get("alarm_name") == f"{PREFIX}cost-per-day")
    expression = next(query["expression"] for query in alarm["metric_query"] if query.get("expression"))
    taken = {name: float(price) for name, price in re.findall(r"FILL\((\w+), 0\) \* ([0-9.]+)", expression)}
    wanted = {"published": prices.SNS_PUBLISH, "scanned": prices.ATHENA_TB / 1e12, "direct": prices.ATHENA_TB / 1e12}
    for after in changes:
        if "memory_size" in after:
            gb_second = prices.LAMBDA_GB_SECOND * (prices.LAMBDA_ARM64 if after["architectures"] == ["arm64"] else 1)
            wanted[after["function_name"].removeprefix(PREFIX)] = after["memory_size"] / 1024 / 1000 * gb_second
    return taken, wanted


LINE = re.compile(r"tracing::(?:debug|info|warn|error)!\((.*?)\n? *\);", re.DOTALL)


def lines(crate, root):
    """The arguments of each line that a function's crate logs."""
    return [line for path in sorted((root / "crates" / crate / "src").rglob("*.rs")) for line in LINE.findall(path.read_text())]


def unsaid(plan, root):
    """Of the filters on log lines: those whose fields no line of the function has, with the message if the filter asks for one.
    Of the many fields, `lake` is in every line (crates/aws/src/telemetry.rs)."""
    found, seen = [], 0
    for change in plan["resource_changes"]:
        after = change["change"]["after"]
        if change["type"] != "aws_cloudwatch_log_metric_filter" or not after:
            continue
        seen += 1
        asked = after["pattern"] + after["metric_transformation"][0]["value"]
        fields, message = set(re.findall(r"\$\.(\w+)", asked)) - {"message"}, re.search(r'\$\.message = "([^"]+)"', asked)
        crate = after["log_group_name"].rsplit("-", 1)[1]
        if not any(
            all(re.search(rf"(?<![\w.]){field}(?= =|,|$)", line) for field in fields) and (message is None or f'"{message.group(1)}"' in line)
            for line in lines(crate, root)
        ):
            found.append(f"{after['name']}: no line of crates/{crate} has {sorted(fields)}{' and says ' + message.group(1) if message else ''}")
    return seen, found


def checks(plan, table, runbooks, root=ROOT):
    """(what, whether it holds, what was found)."""
    alarms, rows = made(plan), list(told(table))
    names = [name for listed, _ in rows for name in listed]
    lacking, spare = sorted(alarms.keys() - set(names)), sorted(set(names) - alarms.keys())
    twice = sorted({name for name in names if names.count(name) > 1})
    yield "docs/alarms.md has every alarm once", len(alarms) >= 30 and not lacking and not spare and not twice, f"lacks {lacking}, has {spare}, has twice {twice}"
    found = [fault for listed, cells in rows for fault in wrong(listed, cells, alarms)]
    yield "docs/alarms.md says of each what is planned", not found, "; ".join(found)
    links = {link for _, cells in rows for link in re.findall(r"\(runbooks\.md#([^)]+)\)", cells[-1])}
    yield "what to do is in docs/runbooks.md", len(links) >= 8 and links <= anchors(runbooks), f"there is no {sorted(links - anchors(runbooks))}"
    seen, found = unsaid(plan, root)
    yield "each metric of log lines is counted from a line that its function writes", seen > 0 and not found, f"{seen} filters; {'; '.join(found)}"
    taken, wanted = priced(plan)
    same = taken.keys() == wanted.keys() and all(abs(taken[name] - wanted[name]) <= 1e-6 * wanted[name] for name in wanted)
    yield "the cost of a day goes by scripts/lib/prices.py", same, f"{taken}, and not {wanted}"
