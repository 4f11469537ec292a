"""Which commit may follow the deployed one, in a repository of the test's: base - older - newer, and beside from base."""

import contextlib
import io
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import history  # noqa: E402
from commands import Failure  # noqa: E402


class Follows(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)
        self.git("init", "--quiet")
        self.base = self.commit("base")
        self.older, self.newer = self.commit("older"), self.commit("newer")
        self.git("checkout", "--quiet", "--detach", self.base)
        self.beside = self.commit("beside")

    def git(self, *arguments):
        identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
        command = ["git", "-C", str(self.root), *identity, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def commit(self, message):
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def refusal(self, environment, deployed, commit, back=False):
        """What is said against deploying `commit` where `deployed` is; None if nothing is."""
        outputs = {} if deployed is None else {"release": {"version": "0.1.0", "commit": deployed}}
        try:
            with contextlib.redirect_stdout(io.StringIO()) as self.told:
                history.may_follow(environment, outputs, {"commit": commit}, back, self.root)
        except Failure as failure:
            return str(failure)
        return None

    def test_forward_and_the_same_are_fine_everywhere(self):
        for environment in ("develop", "prod", "dev-ada"):
            for deployed in (self.older, self.newer, f"{self.older}-dirty", None, "unknown", ""):
                self.assertIsNone(self.refusal(environment, deployed, self.newer))
            self.assertIsNone(self.refusal(environment, self.newer, f"{self.newer}-dirty"))
            self.assertIsNone(self.refusal(environment, self.newer, ""))

    def test_back_is_refused_everywhere_and_can_be_meant(self):
        for environment in ("develop", "prod", "dev-ada"):
            for commit in (self.older, self.base, f"{self.base}-dirty"):
                self.assertIn("is older: this would go back", self.refusal(environment, self.newer, commit))
                self.assertIsNone(self.refusal(environment, self.newer, commit, back=True))
                self.assertIn("You said --back", self.told.getvalue())

    def test_what_was_made_beside_it_is_for_trying_things_out(self):
        for environment, said in (("develop", None), ("qa", None), ("staging", "was made without it"), ("prod", "was made without it")):
            found = self.refusal(environment, self.newer, self.beside)
            self.assertTrue(found is None if said is None else said in found, found)
            self.assertIsNone(self.refusal(environment, self.newer, self.beside, back=True))

    def test_a_clone_without_its_history_cannot_tell(self):
        shallow = self.root / "shallow"
        self.git("branch", "tip", self.older)
        subprocess.run(
            ["git", "clone", "--quiet", "--depth=1", "--branch=tip", f"file://{self.root}", str(shallow)], check=True, capture_output=True,
        )
        self.root = shallow
        self.assertIn("is not in the history here", self.refusal("prod", self.newer, self.older))
        self.assertIn("is not in the history here", self.refusal("prod", self.base, self.older))
        self.assertIsNone(self.refusal("prod", self.older, self.older))

    def test_outside_of_a_repository_nobody_can_tell(self):
        shutil.rmtree(self.root / ".git")
        self.assertIn("is not in the history here", self.refusal("develop", self.older, self.newer))


if __name__ == "__main__":
    unittest.main()
