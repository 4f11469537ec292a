"""Tags, versions and reserved invocations, as a plan of `develop` with as many tags as there may be has them."""

import json

TAGS = {f"tag-{number}": "value" for number in range(40)}
VARIABLE = "-var=tags=" + json.dumps(TAGS)


def checks(plan):
    """(what, whether it holds, what was found) of a plan's JSON."""
    changes = plan["resource_changes"]
    after = [(change["address"], change["change"]["after"]) for change in changes if change["change"]["after"]]
    tagged = {address: values["tags_all"] or {} for address, values in after if "tags_all" in values}
    # What an object is tagged with is known after the apply alone: its provider without tags of its own settles it.
    objects = {address: values for address, values in after if ".aws_s3_object." in address}
    untagged = [{"default_tags": [{"tags": None}]}]
    yield (
        "objects have no tags",
        len(objects) >= 3 and all(o["override_provider"] == untagged and not o["tags"] and not o.get("tags_all") for o in objects.values()),
        str(objects),
    )
    rest = {address: tags for address, tags in tagged.items() if address not in objects}
    wanted = {"application": "tributary", "environment": "develop", "managed-by": "terraform", "tag-39": "value"}
    lacking = [address for address, tags in rest.items() if not wanted.items() <= tags.items()]
    yield "everything else that takes tags has all of them", len(rest) >= 30 and not lacking, str(lacking)
    most = max((len(tags) for tags in rest.values()), default=0)
    yield f"no resource has more than 50 tags (the most are {most})", most <= 50, ""
    reserved = {values["function_name"]: values["reserved_concurrent_executions"] for address, values in after if address.endswith(".aws_lambda_function.this")}
    of_query = reserved.pop("tributary-develop-query", None)
    yield "of the account's quota, 100 are reserved for query", of_query == 100 and set(reserved.values()) == {-1}, f"{of_query}, {reserved}"
    functions = [tags for address, tags in rest.items() if address.endswith(".aws_lambda_function.this")]
    yield "each function has its version and commit", len(functions) == 4 and all({"version", "commit"} <= tags.keys() for tags in functions), ""
