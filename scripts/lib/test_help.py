"""Every script answers --help, and builds, installs, starts and leaves nothing for it."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = sorted(path for path in (ROOT / "scripts").iterdir() if path.is_file() and os.access(path, os.X_OK))
# What builds, installs, or asks the network or an account. With --help nobody may call them.
FORBIDDEN = ["cargo", "pip", "pip3", "npm", "node", "terraform", "apt-get", "aws", "curl", "docker", "git", "rustc", "rustup"]
# Python is what some scripts are written in: without packages of this machine, and it may neither install any nor make an
# environment.
PYTHON = """#!/bin/sh
case " $* " in *" -m venv"* | *" -m pip"* | *" -m ensurepip"*) echo "python3 $*" >>"$CALLED"; exit 99 ;; esac
exec {python} -S "$@"
"""


class Help(unittest.TestCase):
    def setUp(self):
        self.work = tempfile.TemporaryDirectory()
        self.addCleanup(self.work.cleanup)
        work = pathlib.Path(self.work.name)
        self.called, self.elsewhere = work / "called", work / "elsewhere"
        self.elsewhere.mkdir()
        binaries = work / "bin"
        binaries.mkdir()
        for name in FORBIDDEN:
            self.write(binaries / name, '#!/bin/sh\necho "$(basename "$0") $*" >>"$CALLED"\nexit 99\n')
        self.write(binaries / "python3", PYTHON.format(python=sys.executable))
        path = f"{binaries}{os.pathsep}{os.environ['PATH']}"
        self.environment = os.environ | {"PATH": path, "CALLED": str(self.called), "PYTHONDONTWRITEBYTECODE": "1"}

    def write(self, path, text):
        path.write_text(text)
        path.chmod(0o755)

    def help(self, script, *arguments):
        command = [script, *arguments]
        return subprocess.run(command, cwd=self.elsewhere, env=self.environment, capture_output=True, text=True, timeout=60, check=False)

    def test_there_are_scripts(self):
        names = {script.name for script in SCRIPTS}
        self.assertLessEqual({"bench", "build", "deploy", "lambda-check", "test"}, names)

    def test_every_script_says_what_it_does_and_does_nothing(self):
        before = sorted(path.name for path in ROOT.iterdir())
        for script in SCRIPTS:
            for option in ("--help", "-h"):
                with self.subTest(script=script.name, option=option):
                    answer = self.help(script, option)
                    self.assertEqual(answer.returncode, 0, answer.stderr)
                    self.assertGreater(len(answer.stdout.strip().splitlines()), 1, answer.stdout)
                    self.assertIn(script.name, answer.stdout)
                    self.assertNotIn("set -euo", answer.stdout)
                    called = self.called.read_text() if self.called.exists() else ""
                    self.assertEqual(called, "")
        self.assertEqual(sorted(path.name for path in ROOT.iterdir()), before)
        self.assertEqual(list(self.elsewhere.iterdir()), [])

    def test_a_benchmark_with_options_of_its_own_says_them_and_does_nothing(self):
        for name in ("compact", "merge", "cold", "cost"):
            with self.subTest(benchmark=name):
                answer = self.help(ROOT / "scripts" / "bench", name, "--help")
                self.assertEqual(answer.returncode, 0, answer.stderr)
                self.assertIn(f"scripts/bench {name}", answer.stdout)
                self.assertFalse(self.called.exists())

    def test_a_stand_in_is_seen(self):
        # Without --help a script does want cargo: the stand-ins are what it finds.
        answer = self.help(ROOT / "scripts" / "demo")
        self.assertEqual(answer.returncode, 99)
        self.assertIn("cargo build", self.called.read_text())


if __name__ == "__main__":
    unittest.main()
