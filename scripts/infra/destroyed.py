"""What a plan's JSON says of the order of a destroy: that what refuses one comes before all else of the lake."""

import copy

REFUSES = "terraform_data.emptying"
# Refuses by itself, and is not in the state when it matters.
APART = {REFUSES, "terraform_data.protection"}


def lake(plan):
    """The configuration of modules/lake."""
    return plan["configuration"]["root_module"]["module_calls"]["lake"]["module"]


def not_after(module):
    """What of the module would be destroyed at the same time as the refusal, if not before."""
    resources = {one["address"]: one for one in module["resources"] if one["mode"] == "managed"}
    there = resources.keys() | {f"module.{name}" for name in module["module_calls"]}
    return sorted(there - APART - set(resources[REFUSES].get("depends_on", [])))


def checks(plan):
    """(what, whether it holds, what was found)."""
    missing = not_after(lake(plan))
    yield "nothing of a lake is destroyed before a destroy can be refused", not missing, f"add to the depends_on of {REFUSES}: {missing}"
    changed = copy.deepcopy(lake(plan))
    changed["resources"].append({"address": "aws_sns_topic.more", "mode": "managed"})
    changed["module_calls"]["more"] = {}
    yield "what would be, is found", not_after(changed) == ["aws_sns_topic.more", "module.more"], str(not_after(changed))
