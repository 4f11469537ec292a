"""Whether the table of rights in infra/README.md says of each function what its policy allows in the bucket."""

import re

import facts

# The columns, by the action that each is about.
COLUMNS = ("s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject")


def told(guide):
    """By function, a set of prefixes and keys for each column."""
    section = guide.split("\n## Rights\n", 1)[1].split("\n## ", 1)[0]
    found = {}
    for line in section.split("\n"):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0].strip("`") not in facts.FUNCTIONS:
            continue
        columns = [set(re.findall(r"`([^`]+)`", cell)) for cell in cells[1:5]]
        if cells[2] == "the same":
            columns[1] = columns[0]
        found[cells[0].strip("`")] = dict(zip(COLUMNS, columns, strict=True))
    return found


def allowed(lake, function):
    """The same of the plan. What Athena does for the function has a row of its own."""
    found = {action: set() for action in COLUMNS}
    for statement in lake.statements(function):
        if facts.through_athena(statement):
            continue
        if COLUMNS[0] in statement["Action"]:
            found[COLUMNS[0]] |= set(statement.get("Condition", {}).get("StringLike", {}).get("s3:prefix", []))
        keys = [key.group(1) for key in (re.fullmatch(r"arn:aws:s3:::[^/]+/(.+)", resource) for resource in statement["Resource"]) if key]
        for action in set(statement["Action"]) & set(COLUMNS[1:]):
            found[action] |= set(keys)
    return {action: {key.removesuffix("*") for key in keys} for action, keys in found.items()}


def checks(lake, guide):
    """(what, whether it holds, what was found)."""
    right, said = {function: allowed(lake, function) for function in facts.FUNCTIONS}, told(guide)
    wrong = {function: {"table": said.get(function), "policy": right[function]} for function in right if said.get(function) != right[function]}
    yield "the table of rights in infra/README.md is that of the policies", all(any(each.values()) for each in right.values()) and not wrong, str(wrong)
