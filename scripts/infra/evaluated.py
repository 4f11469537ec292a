"""What CloudWatch would say of a plan's alarms, minute by minute: which begin and end, and who is told.

It is a model of what AWS documents: metric alarms over sliding windows with missing data taken as good; the metric math that the
alarms use (IF, FILL, AND, arithmetic and comparisons); rules of composite alarms; and their suppression, with the time that they
wait for the suppressor and the time after it has ended. Anything else in an expression is an error.
"""

import ast
import re

MINUTE = 60


class Unknown(Exception):
    """An expression or an alarm that this does not know."""


class Series:
    """Values of a metric by minute; None where there is none."""

    def __init__(self, values):
        self.values = values
        self.sums, self.counts = [0.0], [0]
        for value in values:
            self.sums.append(self.sums[-1] + (value or 0.0))
            self.counts.append(self.counts[-1] + (value is not None))

    def over(self, begin, end, statistic):
        """Of the minutes from `begin` to before `end`; None where there is no data."""
        begin, end = max(0, begin), max(0, min(end, len(self.values)))
        if end <= begin or self.counts[end] == self.counts[begin]:
            return None
        if statistic == "Sum":
            return self.sums[end] - self.sums[begin]
        if statistic == "Maximum":
            return max(value for value in self.values[begin:end] if value is not None)
        raise Unknown(statistic)


def metric(namespace, name, dimensions):
    return (namespace, name, tuple(sorted((dimensions or {}).items())))


OPERATORS = {
    ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b, ast.Mult: lambda a, b: a * b, ast.Div: lambda a, b: a / b if b else None,
    ast.Gt: lambda a, b: a > b, ast.GtE: lambda a, b: a >= b, ast.Eq: lambda a, b: a == b,
}  # fmt: skip


def compute(node, values):
    """Of an expression's tree; None where a value that it needs is missing."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == "FILL":
            value = compute(node.args[0], values)
            return compute(node.args[1], values) if value is None else value
        if node.func.id == "IF":
            holds = compute(node.args[0], values)
            return None if holds is None else compute(node.args[1 if holds else 2], values)
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        parts = [compute(part, values) for part in node.values]
        return None if None in parts else all(parts)
    operator = type(node.op) if isinstance(node, ast.BinOp) else type(node.ops[0]) if isinstance(node, ast.Compare) and len(node.ops) == 1 else None
    if operator in OPERATORS:
        sides = (node.left, node.right if isinstance(node, ast.BinOp) else node.comparators[0])
        left, right = (compute(side, values) for side in sides)
        return None if left is None or right is None else OPERATORS[operator](left, right)
    raise Unknown(ast.unparse(node))


def parsed(expression):
    try:
        return ast.parse(re.sub(r"\bAND\b", "and", expression), mode="eval").body
    except SyntaxError as wrong:
        raise Unknown(expression) from wrong


class MetricAlarm:
    def __init__(self, after):
        if after["comparison_operator"] != "GreaterThanThreshold" or after["treat_missing_data"] != "notBreaching" or after.get("datapoints_to_alarm"):
            raise Unknown(after["alarm_name"])
        queries = after.get("metric_query") or []
        self.metrics, self.tree = {}, None
        for query in queries:
            if query.get("metric"):
                one = query["metric"][0]
                self.metrics[query["id"]] = (metric(one["namespace"], one["metric_name"], one.get("dimensions")), one["stat"])
                self.period = int(one["period"]) // MINUTE
            else:
                self.tree = parsed(query["expression"])
        if not queries:
            self.metrics["it"] = (metric(after["namespace"], after["metric_name"], after.get("dimensions")), after["statistic"])
            self.tree, self.period = ast.Name("it"), int(after["period"]) // MINUTE
        self.threshold, self.periods = after["threshold"], int(after["evaluation_periods"])

    def is_on(self, world, minute):
        for back in range(self.periods):
            end = minute + 1 - back * self.period
            values = {}
            for name, (key, statistic) in self.metrics.items():
                series = world.get(key)
                values[name] = series.over(end - self.period, end, statistic) if series else None
            value = compute(self.tree, values)
            if value is None or not value > self.threshold:
                return False
        return True


class CompositeAlarm:
    def __init__(self, after):
        self.rule = parsed(re.sub(r'ALARM\("([^"]+)"\)', lambda found: repr(found.group(1)), after["alarm_rule"]).replace(" OR ", " or "))
        suppressor = (after.get("actions_suppressor") or [None])[0]
        self.suppressor = suppressor and suppressor["alarm"]
        self.wait, self.extension = (suppressor["wait_period"] // MINUTE, suppressor["extension_period"] // MINUTE) if suppressor else (0, 0)

    def is_on(self, states):
        def holds(node):
            if isinstance(node, ast.Constant):
                return states[node.value]
            return (all if isinstance(node.op, ast.And) else any)(holds(part) for part in node.values)

        return holds(self.rule)


class Account:
    """The alarms of a plan."""

    def __init__(self, plan):
        self.single, self.composite, self.told = {}, {}, {}
        for change in plan["resource_changes"]:
            after = change["change"]["after"]
            made = {"aws_cloudwatch_metric_alarm": (MetricAlarm, self.single), "aws_cloudwatch_composite_alarm": (CompositeAlarm, self.composite)}.get(change["type"])
            if made and after:
                made[1][after["alarm_name"]] = made[0](after)
                self.told[after["alarm_name"]] = after["alarm_description"].split(":")[0] in ("page", "ticket")
        # What suppresses another one comes first.
        self.composite = dict(sorted(self.composite.items(), key=lambda item: item[1].suppressor is not None))

    def run(self, world, minutes):
        """(minute, alarm, whether it begins) of all that somebody is told."""
        known = dict.fromkeys([*self.single, *self.composite], False)
        pending, ended, told_of, said = {}, {}, set(), []
        for minute in range(minutes):
            states = {name: alarm.is_on(world, minute) for name, alarm in self.single.items()}
            for name, alarm in self.composite.items():
                states[name] = alarm.is_on(states)
            for name, is_on in states.items():
                if known[name] and not is_on:
                    ended[name] = minute
                    pending.pop(name, None)
                    if name in told_of:
                        told_of.discard(name)
                        said.append((minute, name, False))
                if is_on and not known[name]:
                    pending[name] = minute
            for name in [name for name in pending if self.told[name] and self.may_tell(name, pending[name], states, ended, minute)]:
                del pending[name]
                told_of.add(name)
                said.append((minute, name, True))
            known = states
        return said

    def may_tell(self, name, began, states, ended, minute):
        alarm = self.composite.get(name)
        if alarm is None or alarm.suppressor is None:
            return True
        if states[alarm.suppressor] or minute < began + alarm.wait:
            return False
        return minute >= ended.get(alarm.suppressor, -alarm.extension) + alarm.extension
