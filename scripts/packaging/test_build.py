"""scripts/build with a cargo, a cargo-lambda and a rustc that only pretend: what it asks for, and what it makes of it."""

import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import cross

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOST = cross.HOSTS[platform.machine()]
OTHER = {"x86_64": "arm64", "arm64": "x86_64"}[HOST]

# `cargo build` copies the program that the test compiled, and appends what the test wants in it. It writes down what it
# was asked for, and where.
CARGO = """#!/bin/sh
if [ "$1 $2" = "lambda --version" ]; then exit ${LAMBDA:-1}; fi
echo "$PWD $* commit=$TRIBUTARY_COMMIT flags=$RUSTFLAGS" >>"$CALLS"
for name; do :; done
while [ $# -gt 0 ]; do
  [ "$1" = --package ] && name=$2
  [ "$1" = --lambda-dir ] && to=$2/$name/bootstrap
  shift
done
: "${to:=$CARGO_TARGET_DIR/release/$name}"
mkdir -p "${to%/*}"
{ cat "$PROGRAM"; printf '%s' "$name"; [ -z "$LEAK" ] || pwd; } >"$to"
"""


class Pretended(unittest.TestCase):
    """A copy of the repository, as far as scripts/build reads it, and tools that pretend."""

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp()).resolve()
        self.addCleanup(shutil.rmtree, self.directory)
        self.root, tools = self.directory / "tributary", self.directory / "tools"
        shutil.copytree(ROOT / "scripts" / "packaging", self.root / "scripts" / "packaging", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy2(ROOT / "scripts" / "build", self.root / "scripts" / "build")
        (self.root / "Cargo.toml").write_text('[workspace.package]\nversion = "1.2.3"\n')
        (self.root / ".gitignore").write_text("/target/\n__pycache__/\n")
        self.git("init", "--quiet")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "One")
        tools.mkdir()
        program, source = self.directory / "program", self.directory / "p.c"
        source.write_text("int main(void) { return 0; }\n")
        subprocess.run(["cc", "-s", source, "-o", program], check=True)
        self.unstripped = self.directory / "unstripped"
        subprocess.run(["cc", source, "-o", self.unstripped], check=True)
        sysroot = self.directory / "sysroot"
        self.standard_library = sysroot / "lib" / "rustlib"
        self.calls = self.directory / "calls"
        self.stub(tools / "cargo", CARGO)
        self.stub(tools / "rustc", f"#!/bin/sh\necho {sysroot}\n")
        self.environment = {
            "PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(self.directory), "CALLS": str(self.calls), "PROGRAM": str(program),
            # No registry: what would be installed cannot be.
            "PIP_NO_INDEX": "1",
        }

    def git(self, *arguments):
        identity = ["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null"]
        subprocess.run(["git", "-C", str(self.root), *identity, *arguments], check=True, capture_output=True)

    def stub(self, path, text):
        path.write_text(text)
        path.chmod(0o755)

    def build(self, *arguments, **environment):
        command = [sys.executable, str(self.root / "scripts" / "build"), *arguments]
        return subprocess.run(command, env=self.environment | environment, capture_output=True, text=True, check=False)

    def made(self):
        return json.loads((self.root / "target" / "lambda" / "build.json").read_text())


class Builds(Pretended):
    def test_version_commit_and_hashes_are_written_down(self):
        answer = self.build("--arch", HOST, "--server")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        made = self.made()
        head = subprocess.run(["git", "-C", self.root, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
        self.assertEqual((made["architecture"], made["version"], made["commit"]), (HOST, "1.2.3", head))
        self.assertEqual(sorted(made["functions"]), ["compact", "ingest", "query", "register"])
        self.assertEqual(len({function["sha256"] for function in made["functions"].values()} | {made["server"]["sha256"]}), 5)
        # The binaries are told the same commit.
        self.assertEqual(self.calls.read_text().count(f"commit={head} "), 5)

    def test_a_changed_file_makes_the_commit_dirty_and_a_new_one_does_not(self):
        (self.root / "new").write_text("")
        self.build("--arch", HOST)
        self.assertNotIn("-dirty", self.made()["commit"])
        (self.root / "Cargo.toml").write_text('[workspace.package]\nversion = "1.2.4"\n')
        self.build("--arch", HOST)
        self.assertTrue(self.made()["commit"].endswith("-dirty"))

    def test_directories_have_the_same_name_on_every_machine(self):
        self.build("--arch", HOST, RUSTFLAGS="-C target-cpu=native")
        for flag in ("-C target-cpu=native ", f"={self.root}=/tributary ", f"={self.root}/target=/tributary/target", f"={self.directory}/.cargo=/cargo "):
            self.assertIn(flag, self.calls.read_text())

    def test_nothing_is_to_be_deployed_after_a_failure(self):
        self.build("--arch", HOST)
        self.assertNotEqual(self.build("--arch", OTHER, "--with", "cargo").returncode, 0)
        answer = self.build("--arch", HOST, PROGRAM="/dev/null")
        self.assertIn("does not start on Amazon Linux 2023", answer.stderr)
        self.assertFalse((self.root / "target" / "lambda" / "build.json").exists())


    def test_symbols_for_debuggers_are_not_packed(self):
        answer = self.build("--arch", HOST, PROGRAM=str(self.unstripped))
        self.assertEqual(answer.returncode, 1)
        self.assertIn("ingest has 0.0 MB of symbols", answer.stderr)
        self.assertFalse((self.root / "target" / "lambda" / "build.json").exists())
        # Whoever built them elsewhere may want them.
        given = self.directory / "given"
        given.mkdir()
        for name in ("ingest", "compact", "register", "query"):
            shutil.copy(self.unstripped, given / name)
        answer = self.build("--arch", HOST, "--binaries", str(given))
        self.assertEqual(answer.returncode, 0, answer.stderr)


class Verifies(Pretended):
    def test_the_second_build_is_of_a_copy(self):
        answer = self.build("--arch", HOST, "--verify")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        calls = self.calls.read_text().splitlines()
        self.assertEqual(len(calls), 8)
        self.assertTrue(all(call.startswith(f"{self.root}/target/verify/sources ") for call in calls[4:]), calls)
        self.assertEqual(len({call.split("commit=")[1].split()[0] for call in calls}), 1)
        self.assertEqual(answer.stderr.count(" twice"), 4)
        self.assertFalse((self.root / "target" / "verify").exists())

    def test_a_build_that_knows_its_directory_is_refused(self):
        answer = self.build("--arch", HOST, "--verify", LEAK="1")
        self.assertEqual(answer.returncode, 1)
        self.assertIn("other bootstraps of the same sources: ingest, compact, register, query", answer.stderr)
        self.assertFalse((self.root / "target" / "lambda" / "build.json").exists())

    def test_sources_without_a_list_are_refused(self):
        shutil.rmtree(self.root / ".git")
        answer = self.build("--arch", HOST, "--verify")
        self.assertEqual(answer.returncode, 1)
        self.assertIn("no git repository", answer.stderr)


class Chooses(Pretended):
    def choose(self, machine, lambda_there=True, zig=True, standard_library=True, **asked):
        if standard_library:
            for target in cross.TARGETS.values():
                (self.standard_library / target / "lib").mkdir(parents=True, exist_ok=True)
        with (
            mock.patch.dict(os.environ, self.environment | {"LAMBDA": "0" if lambda_there else "1"}),
            mock.patch.object(cross.platform, "machine", return_value=machine),
            mock.patch.object(cross, "has_zig", return_value=zig),
        ):
            return cross.choose(self.root, asked.get("architecture"), asked.get("tool"))

    def test_arm64_where_it_can_be_had(self):
        self.assertEqual(self.choose("x86_64"), cross.Choice("arm64", "cargo-lambda"))
        self.assertEqual(self.choose("aarch64", lambda_there=False), cross.Choice("arm64", "cargo"))

    def test_else_this_machine_and_the_reason(self):
        choice = self.choose("x86_64", standard_library=False)
        self.assertEqual((choice.architecture, choice.tool), ("x86_64", "cargo-lambda"))
        self.assertIn("rustup target add aarch64-unknown-linux-gnu", choice.reason)
        for missing in ({"lambda_there": False}, {"zig": False}):
            choice = self.choose("x86_64", **missing)
            self.assertEqual(choice.architecture, "x86_64")
            self.assertIn("pip install cargo-lambda ziglang", choice.reason)

    def test_what_was_asked_for_is_not_replaced(self):
        self.assertEqual(self.choose("x86_64", architecture="x86_64", tool="cargo"), cross.Choice("x86_64", "cargo"))
        for asked in ({"architecture": "arm64", "tool": "cargo"}, {"architecture": "arm64", "standard_library": False}):
            with self.subTest(asked), self.assertRaises(cross.Impossible):
                shutil.rmtree(self.standard_library, ignore_errors=True)
                self.choose("x86_64", **asked)

    def test_the_reason_is_printed(self):
        if HOST == "arm64":
            self.assertEqual(self.build().stderr, "")
        else:
            self.assertIn("for x86_64, this machine's architecture, and not for arm64: Rust's standard library", self.build().stderr)


if __name__ == "__main__":
    unittest.main()
