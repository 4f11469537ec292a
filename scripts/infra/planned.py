#!/usr/bin/env python3
"""What documents say of a lake as it is planned: the diagram of prod, and what prod and develop cost at rest; the tags of
what is planned; in which order it would be destroyed; and whether the documents have every alarm and
the functions' rights.

Plans an initialised copy of infra/ with the real provider, against an account that has nothing. No identity and no time of
a plan gets into what is made, so the same Terraform makes the same bytes.

usage: planned.py DIRECTORY ARTIFACTS check|write
"""

import copy
import functools
import pathlib
import re
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "picture")]
import destroyed  # noqa: E402
import draw  # noqa: E402
import facts  # noqa: E402
import idle_cost  # noqa: E402
import refusals  # noqa: E402
import rights_told  # noqa: E402
import scenarios  # noqa: E402
import tagged  # noqa: E402
import watched  # noqa: E402

ROOT = HERE.parents[1]
DIAGRAM, README = ROOT / "infra" / "diagram.svg", ROOT / "infra" / "README.md"
BEGIN, END = "<!-- Counted by scripts/infra-check --write from plans. -->", "<!-- Counted until here. -->"


def plan(infra, workspace, *options):
    """The JSON of a plan of a new lake in this environment."""
    out = str(infra.directory / f"{workspace}.tfplan")
    went_well, said = infra.plan(workspace, *options, out=out)
    if not went_well:
        sys.exit(f"{workspace} cannot be planned: {said[-1500:]}")
    return infra.shown(out)


def further(used):
    """By module that no lake calls: the types of its resources. `terraform fmt` has seen to the form of the lines."""
    found = {}
    for directory in sorted((ROOT / "infra" / "modules").iterdir()):
        if directory.is_dir() and directory.name not in used:
            text = "\n".join(path.read_text() for path in sorted(directory.glob("*.tf")))
            found[directory.name] = sorted(set(re.findall(r'^resource "([a-z0-9_]+)"', text, re.MULTILINE)))
    return found


def counted(lakes, guide):
    """(what, whether it holds, what was found) of what the guide says of the first lake."""
    sentence = f"It makes {len(lakes['develop'].planned)} resources"
    yield "infra/README.md says how many resources a first lake has", sentence in guide, f"it must say: {sentence}"


def must_be_refused(lake):
    """Tries on facts that are wrong whether the checks above can fail; says which could not."""

    def changed(change):
        other = copy.deepcopy(lake)
        change(other)
        return other

    def without(kind):
        def change(other):
            other.planned = [resource for resource in other.planned if resource["type"] != kind]

        return change

    def adds_type(other):
        other.planned.append({"address": "module.lake.aws_nat_gateway.this", "type": "aws_nat_gateway", "values": {}})

    def adds_resource(other):
        other.configured["module.lake.aws_nat_gateway.this"] = {"type": "aws_nat_gateway"}
        other.count["module.lake.aws_nat_gateway.this"] = 1

    trials = {
        "a resource without a box": (adds_resource, lambda it: draw.draw(it, {})),
        "an arrow that no policy allows": (without("aws_sqs_queue_policy"), lambda it: draw.draw(it, {})),
        "a prefix that Terraform and no function writes": (lambda it: it.values("aws_s3_object")[0].update(key="other/x.json"), lambda it: draw.draw(it, {})),
        "a resource without a price": (adds_type, lambda it: list(idle_cost.items(it))),
    }
    for what, (change, use) in trials.items():
        try:
            use(changed(change))
        except (draw.Undrawn, idle_cost.Unpriced):
            continue
        sys.exit(f"{what} was not refused")


def main():
    if len(sys.argv) != 4 or sys.argv[3] not in ("check", "write"):
        sys.exit(__doc__.strip().splitlines()[-1])
    infra = refusals.Infra(*sys.argv[1:3])
    # No cost depends on tags: the one plan is for both.
    environments = {"develop": [tagged.VARIABLE], "prod": []}
    tasks = [functools.partial(plan, infra, workspace, *options) for workspace, options in environments.items()]
    plans = dict(zip(environments, refusals.together(tasks), strict=True))
    lakes = {workspace: facts.Facts(shown) for workspace, shown in plans.items()}
    try:
        picture = draw.draw(lakes["prod"], further(set(lakes["prod"].modules.values())))
        costs = idle_cost.table(lakes)
    except (draw.Undrawn, idle_cost.Unpriced) as wrong:
        sys.exit(str(wrong))

    must_be_refused(lakes["prod"])
    text, table, runbooks = README.read_text(), (ROOT / "docs" / "alarms.md").read_text(), (ROOT / "docs" / "runbooks.md").read_text()
    found = [*tagged.checks(plans["develop"]), *destroyed.checks(plans["prod"]), *watched.checks(plans["prod"], table, runbooks), *scenarios.checks(plans["prod"])]
    found += [*idle_cost.checks(lakes, (ROOT / "README.md").read_text()), *rights_told.checks(lakes["prod"], text), *counted(lakes, text)]
    for what, holds, said in found:
        refusals.check(what, holds, said)
    if refusals.FAILED:
        sys.exit(f"{len(refusals.FAILED)} of the above failed")
    if text.count(BEGIN) != 1:
        sys.exit(f"infra/README.md must have the line {BEGIN} once, and {END} after it")
    before, rest = text.split(BEGIN)
    right = f"{before}{BEGIN}\n\n{costs}\n\n{END}{rest.split(END, 1)[1]}"
    if sys.argv[3] == "write":
        DIAGRAM.write_text(picture)
        README.write_text(right)
        return
    for name, found, wanted in (("infra/diagram.svg", DIAGRAM.read_text() if DIAGRAM.exists() else "", picture), ("the costs at rest in infra/README.md", text, right)):
        if found != wanted:
            sys.exit(f"{name}: not what is planned. Run ./scripts/infra-check --write, look at it, and commit it")
        print(f"  ok   {name}: as it is planned")


if __name__ == "__main__":
    main()
