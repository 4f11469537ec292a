#!/usr/bin/env python3
"""What `terraform test` cannot try: that Terraform refuses to destroy a protected lake, to replace what holds data, and
to plan a lake that another state keeps.

Plans an initialised copy of infra/ with the real provider, against an account that knows who is calling and nothing
else, and with states written here.

usage: refusals.py DIRECTORY ARTIFACTS
"""

import concurrent.futures
import itertools
import json
import os
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import fake_account  # noqa: E402
from together import workers  # noqa: E402

MINE = "11111111-1111-1111-1111-111111111111"
OTHERS = "22222222-2222-2222-2222-222222222222"
PROTECTED = "Instance cannot be destroyed"
DELETES = "Error: deleting S"
STILL_PROTECTED = "The lake was protected when it was last applied"
BUILT_IN = 'provider["terraform.io/builtin/terraform"]'
AWS = 'provider["registry.terraform.io/hashicorp/aws"]'


def resource(module, kind, name, provider, attributes, index=None, after=()):
    """As Terraform writes it, with the addresses that it was made after: a destroy goes by these."""
    instance = {"schema_version": 0, "attributes": attributes, "dependencies": list(after)}
    if index is not None:
        instance["index_key"] = index
    return {"module": module, "mode": "managed", "type": kind, "name": name, "provider": provider, "instances": [instance]}


def state(prefix, protected, emptying=None):
    """A lake of `prefix`: what the guard and the protection look at, with the bucket and the topic. `emptying`: what the last
    apply said of a destroy.
    """
    bucket, database = f"{prefix}-{fake_account.ACCOUNT}-us-west-2", prefix.replace("-", "_")
    topic = f"arn:aws:sns:us-west-2:{fake_account.ACCOUNT}:{prefix}-events"
    triggers = {
        "region": "us-west-2", "prefix": prefix, "bucket": bucket, "database": database, "topic": f"{prefix}-events",
        "kept_bucket": bucket, "kept_topic": topic,
    }  # fmt: skip
    data, lake = "module.lake.module.data", "module.lake"
    resources = [
        resource(data, "aws_s3_bucket", "lake", AWS, {"id": bucket, "bucket": bucket, "force_destroy": not protected, "object_lock_enabled": False}),
        resource(lake, "aws_sns_topic", "events", AWS, {"id": topic, "arn": topic, "name": f"{prefix}-events", "fifo_topic": False}),
        resource(data, "terraform_data", "identity", BUILT_IN, {
            "id": "1", "input": {"value": MINE, "type": "string"}, "output": {"value": MINE, "type": "string"},
        }),
    ]  # fmt: skip
    made = [f"{data}.aws_s3_bucket.lake", f"{lake}.aws_sns_topic.events"]
    if emptying:
        value = {"value": emptying, "type": "string"}
        resources.append(resource(lake, "terraform_data", "emptying", BUILT_IN, {"id": "3", "input": value, "output": value}, after=[*made, f"{data}.terraform_data.identity"]))
    if protected:
        types = ["object", {name: "string" for name in triggers}]
        attributes = {"id": "2", "triggers_replace": {"value": triggers, "type": types}}
        resources.append(resource(lake, "terraform_data", "protection", BUILT_IN, attributes, index=0, after=made))
    return {"version": 4, "terraform_version": "1.11.0", "serial": 1, "lineage": MINE, "outputs": {}, "resources": resources}


class Infra:
    """An initialised copy of infra/. Several threads may plan it at the same time."""

    def __init__(self, directory, artifacts):
        self.directory, self.artifacts = pathlib.Path(directory), artifacts
        self.numbers = itertools.count()

    def plan(self, workspace, *options, lake=None, parameters=None, out=None):
        """Plans, with `lake` as the workspace's state; returns whether it went well, and what was said."""
        options += (f"-out={out}",) if out else ()
        return self.run("plan", workspace, *options, lake=lake, parameters=parameters)[:2]

    def destroy(self, workspace, lake):
        """Destroys `lake`, as far as an account that deletes nothing lets it; returns what was said, and the addresses that the
        state still has.
        """
        _, said, kept = self.run("destroy", workspace, "-auto-approve", lake=lake)
        left = json.loads(kept.read_text())["resources"]
        return said, {f"{each['module']}.{each['type']}.{each['name']}" for each in left}

    def run(self, command, workspace, *options, lake, parameters=None):
        """Whether it went well, what was said, and the file of the state."""
        # It makes the workspace. The state is a file of this plan's own.
        (self.directory / "terraform.tfstate.d" / workspace).mkdir(parents=True, exist_ok=True)
        kept = self.directory / f"refusals-{next(self.numbers)}.tfstate"
        # Another process that plans in this directory numbers its plans from the beginning too.
        kept.unlink(missing_ok=True)
        if lake:
            kept.write_text(json.dumps(lake))
        with fake_account.account(parameters or {}) as url:
            environment = dict(
                os.environ, TF_WORKSPACE=workspace, AWS_ENDPOINT_URL=url, AWS_ACCESS_KEY_ID="check",
                AWS_SECRET_ACCESS_KEY="check", AWS_EC2_METADATA_DISABLED="true",
            )  # fmt: skip
            for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"):
                environment.pop(name, None)
            words = ["terraform", command, "-no-color", "-lock=false", "-refresh=false", f"-state={kept}", f"-var=artifacts_directory={self.artifacts}"]
            done = subprocess.run([*words, *options], cwd=self.directory, env=environment, capture_output=True, text=True, check=False)
            # Terraform wraps its sentences.
            said = " ".join((done.stdout + done.stderr).replace("│", " ").split())
            return done.returncode == 0, said, kept

    def shown(self, plan):
        """A plan's JSON."""
        shown = subprocess.run(["terraform", "show", "-json", plan], cwd=self.directory, capture_output=True, text=True, check=True)
        return json.loads(shown.stdout)


FAILED = []


def check(what, holds, said=""):
    print(f"  {'ok  ' if holds else 'FAIL'} {what}")
    if not holds:
        FAILED.append(what)
        print("       " + said[-1500:], file=sys.stderr)


def together(tasks):
    """What each of these answers, in order."""
    with concurrent.futures.ThreadPoolExecutor(workers()) as pool:
        yield from pool.map(lambda task: task(), tasks)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip().splitlines()[-1])
    infra = Infra(*sys.argv[1:])
    prod, develop = state("tributary-prod", protected=True), state("tributary-develop", protected=False)
    mine = {"/tributary/tributary-prod/state": MINE}
    tasks = []

    def task(what, workspace, *options, holds, **given):
        def perform():
            went_well, said = infra.plan(workspace, *options, **given)
            return what, holds(went_well, said), said

        tasks.append(perform)

    def refused(what, *options, sentence=PROTECTED, **given):
        task(what, "prod", *options, holds=lambda went_well, said: not went_well and sentence in said, **{"lake": prod, "parameters": mine, **given})

    # What is refused below is refused for what is tried, and not whatever is tried.
    task("a plan of a protected lake is made", "prod", lake=prod, parameters=mine, holds=lambda went_well, said: went_well and PROTECTED not in said)
    task(
        "a lake that is not protected may be destroyed", "develop", "-destroy", lake=develop,
        holds=lambda went_well, said: went_well and " 0 to add, 0 to change, 3 to destroy" in said,
    )  # fmt: skip

    refused("destroy", "-destroy")
    refused("protected=false alone", "-var=protected=false")
    refused("destroy -target of the bucket", "-destroy", "-target=module.lake.module.data.aws_s3_bucket.lake")
    refused("destroy -target of the topic", "-destroy", "-target=module.lake.aws_sns_topic.events")
    refused("another name", "-var=name=other")
    refused("another bucket", "-var=bucket=another-bucket")
    refused("another database", "-var=database=another_database")
    refused("another region", "-var=region=eu-central-1")

    refused("another state", lake=None, parameters={"/tributary/tributary-prod/state": OTHERS}, sentence="is kept by another Terraform state")
    refused("another account", "-var=allowed_account_ids=[\"123456789012\"]", sentence="AWS account ID not allowed")

    # The protection was removed from the state, and nothing was applied since. destroyed.py has that all else comes after.
    def half_lifted():
        said, left = infra.destroy("develop", state("tributary-develop", protected=False, emptying="refused"))
        kept = {"module.lake.aws_sns_topic.events", "module.lake.module.data.aws_s3_bucket.lake", "module.lake.module.data.terraform_data.identity"}
        holds = STILL_PROTECTED in said and DELETES not in said and kept < left
        return "destroy after the protection was only removed from the state", holds, f"left: {left}: {said}"

    def lifted():
        said, _ = infra.destroy("develop", state("tributary-develop", protected=False, emptying="allowed"))
        # The account deletes nothing.
        return "destroy after an apply lifted the protection goes on to bucket and topic", STILL_PROTECTED not in said and said.count(DELETES) == 2, said

    tasks += [half_lifted, lifted]
    for what, holds, said in together(tasks):
        check(what, holds, said)

    if FAILED:
        sys.exit(f"{len(FAILED)} of the above failed")


if __name__ == "__main__":
    main()
