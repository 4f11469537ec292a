"""takeover.py with a deployment that pretends: which blocks it takes, and which plans it refuses."""

import pathlib
import sys
import tempfile
import types
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import takeover  # noqa: E402

NAMES = types.SimpleNamespace(
    bucket="real-bucket", database="real_database", outputs={"environment": {"prefix": "lake-dev-check"}, "api": {"id": "real-api"}},
)  # fmt: skip
QUEUE = "module.lake.aws_sqs_queue.undelivered"


class Deployment:
    def __init__(self, directory, changes):
        self.directory, self.changes, self.asked = pathlib.Path(directory), changes, []

    def terraform(self, *arguments):
        self.asked.append(arguments)

    def resources(self):
        return {QUEUE}

    def plan(self):
        self.imports = (self.directory / "imports.tf").read_text()
        found = takeover.BLOCK.findall(self.imports)
        known = [{"address": address, "type": address.split(".")[-2], "change": {"actions": ["update"], "importing": {"id": identity}}} for address, identity in found]
        return {"resource_changes": [self.changes.get(change["address"], change) for change in known] + list(self.changes.values())}

    def apply(self):
        self.asked.append(("apply",))

    def assert_no_drift(self):
        self.asked.append(("plan",))


def change(address, kind, actions, importing=None):
    return {address: {"address": address, "type": kind, "change": {"actions": actions, "importing": importing}}}


class TakesOver(unittest.TestCase):
    def run_with(self, changes):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        deployment = Deployment(directory.name, changes)
        takeover.run(deployment, NAMES)
        return deployment

    def test_the_guides_blocks_are_of_this_lake(self):
        found = dict(takeover.blocks(takeover.README.read_text(), NAMES))
        self.assertEqual(found["module.lake.module.data.aws_s3_bucket.lake"], "real-bucket")
        self.assertEqual(found["module.lake.module.data.aws_glue_catalog_database.lake"], "000000000000:real_database")
        self.assertEqual(found["module.lake.aws_apigatewayv2_api.query"], "real-api")
        self.assertEqual(found["module.lake.aws_lambda_permission.api"], "lake-dev-check-query:live/api")
        kinds = {address.split(".")[-2] for address in found}
        self.assertLessEqual({"aws_s3_bucket", "aws_glue_catalog_database", "aws_iam_role", "aws_lambda_function", "aws_lambda_permission"}, kinds)
        self.assertFalse([identity for identity in found.values() if "my-" in identity or "tributary-prod" in identity])

    def test_what_is_forgotten_is_imported_applied_and_planned_again(self):
        deployment = self.run_with(change(QUEUE, "aws_sqs_queue", ["no-op"]))
        self.assertEqual([asked[:2] for asked in deployment.asked[:-2]], [("state", "rm")] * len(takeover.BLOCK.findall(deployment.imports)))
        self.assertEqual(deployment.asked[-2:], [("apply",), ("plan",)])
        self.assertFalse((deployment.directory / "imports.tf").exists())

    def test_what_is_replaced_made_anew_or_not_imported_is_a_failure(self):
        bucket = "module.lake.module.data.aws_s3_bucket.lake"
        for changes, said in (
            (change(QUEUE, "aws_sqs_queue", ["delete", "create"]), "replaces"),
            (change(QUEUE, "aws_sqs_queue", ["create"]), "makes"),
            (change(bucket, "aws_s3_bucket", ["create"]), "is not imported"),
        ):
            with self.assertRaisesRegex(AssertionError, said):
                self.run_with(changes)
        # The guide says so of a permission.
        self.run_with(change("module.lake.aws_lambda_permission.preflight", "aws_lambda_permission", ["delete", "create"]))


if __name__ == "__main__":
    unittest.main()
