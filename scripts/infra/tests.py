#!/usr/bin/env python3
"""Runs `terraform test` in every directory of a copy of infra/ that can be planned alone: two at a time, and with one process
of the provider for all of them.

To start the provider takes longer than most tests, and each starts it several times. They run with mocks, so none of them configures it,
and all can ask the same process for the schema. The provider's version is chosen by `terraform init` before: where a process
is given, Terraform compares no version.

usage: tests.py DIRECTORY ARTIFACTS PROVIDER
"""

import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from provider import provider  # noqa: E402
from together import workers  # noqa: E402

# What is tried in modules/lake is more than half of it: so many parts.
PARTS = 2
WORKSPACES = {"develop": ["develop"], "prod": ["prod"], "dev-ada": ["dev-ada"], "unknown": ["default", "production", "dev-Ada"]}
# Not an example: what their tests share.
SHARED = "mocks"


class Run:
    """One `terraform test`."""

    def __init__(self, directory, files, workspace=None, folder="tests"):
        self.directory, self.files, self.workspace, self.folder = directory, files, workspace, folder

    def __str__(self):
        where = f"{self.directory} in the workspace {self.workspace}" if self.workspace else self.directory
        return f"{where}: {', '.join(file.name.split('.')[0] for file in sorted(self.files))}"

    def expected(self):
        return sum(len(re.findall(r'^run "', file.read_text(), re.MULTILINE)) for file in self.files)

    def perform(self, infra, environment):
        """Whether all went well, and what was said. Fewer runs than the files have are a failure: a filter that finds nothing is
        none to Terraform.
        """
        environment = environment | ({"TF_WORKSPACE": self.workspace} if self.workspace else {})
        command = ["terraform", "test", "-no-color", f"-test-directory={self.folder}"]
        command += [f"-filter={self.folder}/{file.name}" for file in self.files]
        done = subprocess.run(command, cwd=infra / self.directory, env=environment, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        passed = re.search(r"^Success! (\d+) passed, 0 failed\.$", said, re.MULTILINE)
        if done.returncode == 0 and (passed is None or int(passed.group(1)) != self.expected()):
            return False, f"{said}expected {self.expected()} runs\n"
        return done.returncode == 0, said


def runs(infra):
    def found(directory, folder="tests"):
        return list((infra / directory / folder).glob("*.tftest.hcl"))

    # The longest first, so that those which end last are short.
    parts = [Run("modules/lake", []) for _ in range(PARTS)]
    for file in sorted(found("modules/lake"), key=lambda file: (-Run("", [file]).expected(), file.name)):
        min(parts, key=Run.expected).files.append(file)
    yield from parts
    for folder, workspaces in WORKSPACES.items():
        yield from (Run(".", found(".", f"tests/{folder}"), workspace, f"tests/{folder}") for workspace in workspaces)
    for directory in alone(infra):
        if directory != "modules/lake":
            yield Run(directory, found(directory))


def alone(infra):
    """The directories with tests, but the root: modules, and the examples, which are projects that call them."""
    there = [path.parent for path in sorted(infra.glob("modules/*/tests")) + sorted(infra.glob("examples/*/tests"))]
    lacking = [path.name for path in infra.glob("examples/*/") if path not in there and path.name != SHARED]
    if lacking:
        sys.exit(f"infra/examples: without a test: {', '.join(lacking)}")
    return [str(directory.relative_to(infra)) for directory in there]


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__.strip().splitlines()[-1])
    infra, artifacts, binary = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    for directory in [*alone(infra), "."]:
        shutil.copytree(artifacts, infra / directory / "tests" / artifacts.name, dirs_exist_ok=True)
    failed = 0
    with provider(binary) as reattach, concurrent.futures.ThreadPoolExecutor(workers()) as pool:
        environment = os.environ | reattach

        def get(directory):
            command = ["terraform", "get", "-no-color"]
            done = subprocess.run(command, cwd=infra / directory, env=environment, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                sys.exit(f"{directory}: {done.stdout}{done.stderr}")

        list(pool.map(get, alone(infra)))
        performed = {pool.submit(run.perform, infra, environment): run for run in runs(infra)}
        for future in concurrent.futures.as_completed(performed):
            went_well, said = future.result()
            failed += not went_well
            print(f"-- {performed[future]}\n{said}", end="", flush=True)
    if failed:
        sys.exit(f"{failed} of {len(performed)} test runs failed")


if __name__ == "__main__":
    main()
