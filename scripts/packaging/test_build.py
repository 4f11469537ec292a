"""scripts/build with a cargo, a cargo-lambda and a rustc that only pretend: what it asks for, and what it makes of it."""

import hashlib
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile
from unittest import mock

import cross

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOST = cross.HOSTS[platform.machine()]
OTHER = {"x86_64": "arm64", "arm64": "x86_64"}[HOST]

FUNCTIONS = ["ingest", "compact", "register", "query"]

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


# For libdeflate: it writes down that it was asked, and stores.
LIBDEFLATE = f"""#!/bin/sh
echo "$2" >>"$CALLS.deflate"
exec {sys.executable} -c 'import sys, zlib
stream = zlib.compressobj(0, 8, -15)
sys.stdout.buffer.write(stream.compress(sys.stdin.buffer.read()) + stream.flush())'
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
        (self.root / ".gitignore").write_text("/target/\n/.tools/\n__pycache__/\n")
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
        zip_tools = self.root / ".tools" / "zip"
        (zip_tools / "bin").mkdir(parents=True)
        self.stub(zip_tools / "bin" / "python", LIBDEFLATE)
        shutil.copy(self.root / "scripts" / "packaging" / "zip-requirements.txt", zip_tools / "installed.txt")
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


    def unzipped(self, name):
        """The bytes of a function's zip, which has to hold its bootstrap and nothing else."""
        archive = self.root / "target" / "lambda" / f"{name}.zip"
        with zipfile.ZipFile(archive) as opened:
            (entry,) = opened.infolist()
            self.assertEqual((entry.filename, entry.external_attr >> 16, entry.date_time), ("bootstrap", 0o100755, (1980, 1, 1, 0, 0, 0)))
            self.assertEqual(opened.read(entry), (self.root / "target" / "lambda" / name / "bootstrap").read_bytes())
        made = self.made()["functions"][name]
        self.assertEqual((made["zip_bytes"], made["zip_sha256"]), (archive.stat().st_size, hashlib.sha256(archive.read_bytes()).hexdigest()))
        return archive.read_bytes()

    def test_zips_are_by_libdeflate_and_the_same_twice(self):
        first = self.build("--arch", HOST)
        self.assertEqual(first.returncode, 0, first.stderr)
        zips = [self.unzipped(name) for name in FUNCTIONS]
        self.assertEqual(pathlib.Path(f"{self.calls}.deflate").read_text().count("deflate.deflate_compress"), 4)
        self.assertNotIn("zlib", first.stderr)
        # The pretended one stores.
        self.assertTrue(all(len(made) > (self.root / "target" / "lambda" / name / "bootstrap").stat().st_size for made, name in zip(zips, FUNCTIONS)))
        self.build("--arch", HOST)
        self.assertEqual([self.unzipped(name) for name in FUNCTIONS], zips)

    def test_zlib_where_libdeflate_cannot_be_had(self):
        for broken in ("missing", "failing"):
            tool = self.root / ".tools" / "zip" / "bin" / "python"
            with self.subTest(broken):
                if broken == "missing":
                    (self.root / ".tools" / "zip" / "installed.txt").write_text("deflate==0.0.0\n")
                else:
                    tool.parent.mkdir(parents=True)
                    self.stub(tool, "#!/bin/sh\necho no such module >&2\nexit 1\n")
                    shutil.copy(self.root / "scripts" / "packaging" / "zip-requirements.txt", tool.parents[1] / "installed.txt")
                answer = self.build("--arch", HOST, "--binaries", str(self.given(self.directory / "program")))
                self.assertEqual(answer.returncode, 0, answer.stderr)
                self.assertEqual(answer.stderr.count("zipped by zlib, some 3 percent larger"), 4)
                for name in FUNCTIONS:
                    self.assertLess(len(self.unzipped(name)), (self.directory / "program").stat().st_size)

    def test_what_does_not_unpack_to_the_bootstrap_is_refused(self):
        self.stub(self.root / ".tools" / "zip" / "bin" / "python", LIBDEFLATE.replace("sys.stdin.buffer.read()", "bytes(3)"))
        answer = self.build("--arch", HOST)
        self.assertEqual(answer.returncode, 1)
        self.assertIn("what bootstrap was compressed to is not bootstrap", answer.stderr)
        self.assertFalse((self.root / "target" / "lambda" / "build.json").exists())

    def given(self, program):
        """A directory of executables that were built elsewhere."""
        directory = self.directory / "given"
        directory.mkdir(exist_ok=True)
        for name in FUNCTIONS:
            shutil.copy(program, directory / name)
        return directory

    def test_symbols_for_debuggers_are_not_packed(self):
        answer = self.build("--arch", HOST, PROGRAM=str(self.unstripped))
        self.assertEqual(answer.returncode, 1)
        self.assertIn("ingest has 0.0 MB of symbols", answer.stderr)
        self.assertFalse((self.root / "target" / "lambda" / "build.json").exists())
        # Whoever built them elsewhere may want them.
        answer = self.build("--arch", HOST, "--binaries", str(self.given(self.unstripped)))
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
