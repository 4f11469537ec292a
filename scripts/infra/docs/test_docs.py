"""What the tables are made of, and that each check of the documents can fail."""

import json
import pathlib
import re
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import deploy_rights  # noqa: E402
import hcl  # noqa: E402
import tables  # noqa: E402

VARIABLES = '''
variable "plain" {
  description = "A | and <b>."
  type        = list(string) # of names
  default     = []
}

variable "function" {
  description = <<-TEXT
    First line,
    second line.
  TEXT
  type = object({
    # How much.
    memory_mib = optional(number, 512)
    names      = optional(list(string), ["a", "b"])
    nothing    = optional(string)
    wanted     = map(string)
    inner      = optional(object({ deep = optional(bool, true) }))
  })

  validation {
    condition     = var.function.memory_mib > 0
    error_message = "No { brace } confuses it."
  }
}
'''


class Tables(unittest.TestCase):
    def blocks(self, text):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "variables.tf"
            path.write_text(text)
            return {block.labels[0]: block for block in hcl.parse(path)}

    def test_rows(self):
        found = self.blocks(VARIABLES)
        self.assertEqual(tables.variable(found["plain"]), "| `plain` | `list(string)` | `[]` | A \\| and &lt;b>. |")
        self.assertEqual(
            tables.variable(found["function"]),
            "| `function` | `object` | required | First line, second line.<br>`memory_mib` number = `512`; "
            '`names` list(string) = `["a", "b"]`; `nothing` string; `wanted` map(string), required; `inner` object |',
        )

    def test_a_stale_table_is_found_and_written(self):
        with tempfile.TemporaryDirectory() as name:
            directory = pathlib.Path(name)
            (directory / "variables.tf").write_text(VARIABLES)
            (directory / "README.md").write_text(f"# Title\n\n{tables.BEGIN}\nold\n{tables.END}\n\nKept.\n")
            path, text, right = tables.readme(directory)
            self.assertNotEqual(text, right)
            self.assertTrue(right.startswith("# Title\n") and right.endswith("\n\nKept.\n") and "| `plain` |" in right and "old" not in right)
            path.write_text(right)
            self.assertEqual(tables.readme(directory)[1:], (right, right))

    def test_a_variable_without_description_or_type_is_refused(self):
        for text, what in (('variable "a" {\n  type = string\n}\n', "description"), ('variable "a" {\n  description = "A."\n}\n', "type")):
            with self.assertRaisesRegex(tables.Wrong, what):
                tables.variable(self.blocks(text)["a"])

    def test_a_file_that_is_not_in_form_is_refused(self):
        with self.assertRaisesRegex(ValueError, "not in the form"):
            self.blocks('variable "a" {\n  type = \n')


class Documents(unittest.TestCase):
    def setUp(self):
        self.guide = (tables.INFRA / "README.md").read_text()
        self.deployment = (tables.ROOT / "docs" / "deployment.md").read_text()
        self.diagram = (tables.INFRA / "diagram.svg").read_text()

    def test_a_resource_that_is_not_explained_is_found(self):
        tables.check_resources(self.guide)
        with self.assertRaisesRegex(tables.Wrong, "must have aws_ssm_parameter"):
            tables.check_resources(self.guide.replace("| `aws_ssm_parameter` |", "| a parameter |"))
        with self.assertRaisesRegex(tables.Wrong, "aws_dynamodb_table, which infra/ does not make"):
            tables.check_resources(self.guide.replace("| `aws_ssm_parameter` |", "| `aws_ssm_parameter`, `aws_dynamodb_table` |"))

    def test_an_import_that_finds_nothing_is_found(self):
        tables.check_imports(self.guide)
        for right, wrong, said in (
            ("`aws_lambda_function`, `aws_ssm_parameter` | NAME", "`aws_lambda_function` | NAME", "lacks .'aws_ssm_parameter'"),
            ("| `aws_kms_alias` |", "| `aws_kms_alias`, `aws_kms_grant` |", "aws_kms_grant"),
            ("tributary-prod-query:live/api", "tributary-prod-query/api", "is not in the form"),
            ("123456789012:my_database", "my_database", "is not in the form"),
            ("module.ingest.aws_iam_role.this", "module.ingest.aws_iam_role.that", "which modules/function does not make"),
            ('id = "my-bucket"', "id = my-bucket", "can be read"),
        ):
            changed = self.guide.replace(right, wrong)
            self.assertNotEqual(changed, self.guide)
            with self.assertRaisesRegex(tables.Wrong, said):
                tables.check_imports(changed)

    def test_a_type_that_nobody_may_deploy_is_found(self):
        tables.check_rights(deploy_rights.RIGHTS)
        rights = dict(deploy_rights.RIGHTS)
        del rights["aws_ssm_parameter"], rights["data.aws_ssm_parameters_by_path"]
        with self.assertRaisesRegex(tables.Wrong, "lacks .'aws_ssm_parameter', 'data.aws_ssm_parameters_by_path'."):
            tables.check_rights(rights)
        with self.assertRaisesRegex(tables.Wrong, "has .'aws_dynamodb_table'., which no lake has"):
            tables.check_rights(deploy_rights.RIGHTS | {"aws_dynamodb_table": []})

    def test_who_plans_changes_nothing_and_who_deploys_deletes_no_data(self):
        for writes in (False, True):
            policy = deploy_rights.policy(writes)
            self.assertLess(len(json.dumps(policy, separators=(",", ":"))), deploy_rights.MOST_CHARACTERS)
            allowed = {action: statement["Resource"] for statement in policy["Statement"] for action in statement["Action"]}
            self.assertFalse([action for action in allowed if not re.fullmatch(r"[a-z0-9-]+:[A-Za-z]+", action)])
            for never in ("s3:DeleteBucket", "glue:DeleteDatabase", "kms:ScheduleKeyDeletion", "iam:AttachRolePolicy", "sts:AssumeRole"):
                self.assertNotIn(never, allowed)
            sids = [statement["Sid"] for statement in policy["Statement"]]
            self.assertEqual(len(sids), len(set(sids)))
            # Only what has no name of ours is not narrowed, and placeholders are those that the guide names.
            self.assertLessEqual(sum(statement["Resource"] == ["*"] and "Condition" not in statement for statement in policy["Statement"]), 1)
            words = set(re.findall(r"\b[A-Z]{4,}\b", json.dumps([statement["Resource"] for statement in policy["Statement"]])))
            self.assertLessEqual(words, set(deploy_rights.PLACEHOLDERS))
        plan = [statement for statement in deploy_rights.policy(False)["Statement"] if statement["Sid"] != "StateAndLock"]
        changing = [action for statement in plan for action in statement["Action"] if not re.match(r"[a-z0-9-]+:(Get|List|Describe|GET$)", action)]
        self.assertEqual(changing, [])
        lock = next(statement for statement in deploy_rights.policy(False)["Statement"] if statement["Sid"] == "StateAndLock")
        self.assertEqual(lock["Resource"], ["arn:aws:s3:::STATES/tributary/ENVIRONMENT/*.tflock"])

    def test_a_wrong_setting_is_found(self):
        tables.check_settings(self.deployment)
        with self.assertRaisesRegex(tables.Wrong, "no variable regions"):
            tables.check_settings(self.deployment.replace("| `region` | `us-west-2` |", "| `regions` | `us-west-2` |"))
        with self.assertRaisesRegex(tables.Wrong, "default of region"):
            tables.check_settings(self.deployment.replace("| `region` | `us-west-2` |", "| `region` | `us-east-1` |"))
        with self.assertRaisesRegex(tables.Wrong, "are missing below Variables"):
            tables.check_settings(self.deployment.replace("## Variables", "## Others"))

    def test_a_diagram_that_lacks_something_is_found(self):
        tables.check_diagram(self.diagram)
        with self.assertRaisesRegex(tables.Wrong, "lacks .*aws_ssm_parameter"):
            tables.check_diagram(self.diagram.replace("aws_ssm_parameter.marker", "aws_ssm_document.marker"))
        with self.assertRaisesRegex(tables.Wrong, "lacks the modules .*key"):
            tables.check_diagram(self.diagram.replace('data-module="key"', 'data-module="lake"'))


if __name__ == "__main__":
    unittest.main()
