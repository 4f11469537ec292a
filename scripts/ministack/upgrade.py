"""An existing lake: deployed by the last release's Terraform, taken over by this one, with its events."""

import io
import subprocess
import tarfile

from client import Api, eventually, publish
from deployment import WORKSPACE, Deployment

# The Terraform that people have applied: the commit of the last release, or until there is one, the last before names
# had an environment. When a release is made, its commit takes this place, and OLD_VARIABLES and NEW_VARIABLES follow
# what its guide says on upgrading.
RELEASED = "7982918467b4d52687e3bf645dde97ce36213e18"
OLD_VARIABLES = {"name": "released"}
# A personal environment has a lower limit, and so fewer tiers, than every lake had.
NEW_VARIABLES = {"name": "released", "prefix": "released", "scan_limit_bytes": 10000000000}

# What holds data, or what somebody outside knows by its name: none of these may be replaced.
LASTING = {
    "aws_s3_bucket", "aws_glue_catalog_database", "aws_sns_topic", "aws_sqs_queue", "aws_sns_topic_subscription",
    "aws_lambda_function", "aws_apigatewayv2_api", "aws_cloudwatch_log_group", "aws_athena_workgroup", "aws_iam_role",
}

# MiniStack answers the tags that these were made with, whatever TagResource was told since.
TAGS_FORGOTTEN = {"aws_apigatewayv2_api", "aws_apigatewayv2_stage"}


def released(root, directory):
    """The released infra/, as git has it."""
    done = subprocess.run(["git", "-C", str(root), "archive", RELEASED, "infra"], capture_output=True, check=False)
    if done.returncode != 0:
        raise AssertionError(
            f"git has no commit {RELEASED}, whose infra/ is upgraded: in a shallow clone run `git fetch --unshallow`. "
            + done.stderr.decode())
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(directory, filter="data")
    return directory / "infra"


class Upgrade:
    """Two deployments, the second of which goes on with the first one's state."""

    def __init__(self, machine, root, work, artifacts, mirror):
        self.machine = machine
        self.old = Deployment(machine, released(root, work / "released-source"), work / "released", artifacts, mirror,
                              variables=OLD_VARIABLES, workspace="default")
        self.new = Deployment(machine, root / "infra", work / "upgraded", artifacts, mirror, variables=NEW_VARIABLES)

    def deploy_released(self):
        self.old.init()
        self.old.apply()
        names = self.old.names()
        publish(names, "passengers", [{"passenger_id": n, "name": "before the upgrade"} for n in range(7)])
        self.rows(names, 7)

    def upgrade(self):
        self.new.terraform("init")
        self.new.terraform("workspace", "new", f"-state={self.old.directory / 'terraform.tfstate'}", WORKSPACE)
        plan = self.new.plan()
        replaced = [change["address"] for change in plan["resource_changes"]
                    if "delete" in change["change"]["actions"] and change["type"] in LASTING]
        assert not replaced, f"the upgrade would destroy {replaced}"
        self.new.apply()
        self.new.assert_only_tags_drift(TAGS_FORGOTTEN)
        names = self.new.names()
        publish(names, "passengers", [{"passenger_id": n, "name": "after the upgrade"} for n in range(5, 12)])
        self.rows(names, 12)

    def destroy(self):
        self.new.destroy()
        assert not self.new.resources(), "destroy left something in the state"

    def rows(self, names, number):
        api = Api(names, self.machine)
        eventually(f"{number} passengers are rows", lambda: len(api.rows("/v1/datasets/passengers/rows")) == number)
