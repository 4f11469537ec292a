"""tests.py with a terraform that pretends: what of its answers counts as a failure."""

import os
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import tests  # noqa: E402


class Performs(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.infra = pathlib.Path(temporary.name)
        for name, text in {"one": 'run "a" {}\n', "two": 'run "b" {}\n\nrun "c" {}\n', "three": 'run "d" {}\n'}.items():
            self.file(f"modules/lake/tests/{name}.tftest.hcl", text)
        self.file("examples/mocks/aws.tfmock.hcl", "")
        self.file("examples/minimal/tests/plan.tftest.hcl", 'run "e" {}\n')
        for folder in tests.WORKSPACES:
            self.file(f"tests/{folder}/{folder}.tftest.hcl", 'run "f" {}\n')

    def file(self, path, text):
        (self.infra / path).parent.mkdir(parents=True, exist_ok=True)
        (self.infra / path).write_text(text)

    def perform(self, run, says, status=0):
        self.file("bin/terraform", f"#!/bin/sh\necho '{says}'\nexit {status}\n")
        (self.infra / "bin" / "terraform").chmod(0o755)
        return run.perform(self.infra, os.environ | {"PATH": f"{self.infra / 'bin'}:{os.environ['PATH']}"})[0]

    def test_every_file_is_run_once_and_every_workspace_is_tried(self):
        runs = list(tests.runs(self.infra))
        lake = [file.name for run in runs if run.directory == "modules/lake" for file in run.files]
        self.assertEqual(sorted(lake), ["one.tftest.hcl", "three.tftest.hcl", "two.tftest.hcl"])
        self.assertEqual([run.expected() for run in runs if run.directory == "modules/lake"], [2, 2])
        workspaces = [workspace for listed in tests.WORKSPACES.values() for workspace in listed]
        self.assertEqual([run.workspace for run in runs if run.directory == "."], workspaces)
        self.assertEqual([run.directory for run in runs if run.directory.startswith("examples")], ["examples/minimal"])

    def test_fewer_runs_than_there_are_is_a_failure(self):
        run = next(tests.runs(self.infra))
        self.assertTrue(self.perform(run, "Success! 2 passed, 0 failed."))
        for says, status in (
            ("Success! 1 passed, 0 failed.", 0), ("Success! 0 passed, 0 failed.", 0), ("", 0), ("Success! 2 passed, 0 failed.", 1),
        ):
            self.assertFalse(self.perform(run, says, status), (says, status))

    def test_an_example_without_a_test_is_a_failure(self):
        self.file("examples/new/main.tf", "")
        with self.assertRaisesRegex(SystemExit, "without a test: new"):
            list(tests.runs(self.infra))


if __name__ == "__main__":
    unittest.main()
