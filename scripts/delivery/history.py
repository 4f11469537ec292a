"""Which commit is deployed, and whether another may follow it: an old run of the workflow that somebody approves late must
not undo what newer ones deployed."""

import shutil
import subprocess

from commands import PROTECTED, ROOT, Failure, tell

DIRTY = "-dirty"


def may_follow(environment, outputs, made, back, root=ROOT):
    """Refuses to deploy a commit on which the deployed one is built; for protected environments, every one that does not
    have the deployed one in its history. `back` says that this is meant.
    """
    deployed = ((outputs.get("release") or {}).get("commit") or "").removesuffix(DIRTY)
    commit = (made.get("commit") or "").removesuffix(DIRTY)
    # The first deployment, and what no commit describes: artifacts.may_go_to judges that.
    if "unknown" in (deployed or "unknown", commit or "unknown") or deployed == commit:
        return
    problem = gone_back(environment, deployed, commit, root)
    if problem and not back:
        raise Failure(f"{environment} was last deployed from commit {deployed}, and {problem}. If you mean it, say --back")
    if problem:
        tell(f"{environment} was last deployed from commit {deployed}, and {problem}. You said --back.")


def gone_back(environment, deployed, commit, root):
    """What is wrong with `commit` after `deployed`; None if nothing is."""
    for one in (deployed, commit):
        if git(root, "cat-file", "-e", f"{one}^{{commit}}") != 0:
            return f"{one} is not in the history here, so nobody can say which one is newer: fetch all of it (git fetch --unshallow)"
    if ancestor(root, deployed, commit):
        return None
    if ancestor(root, commit, deployed):
        return f"{commit} is older: this would go back"
    return f"{commit} was made without it: this would take back what only the deployed one has" if environment in PROTECTED else None


def ancestor(root, older, newer):
    status = git(root, "merge-base", "--is-ancestor", older, newer)
    if status not in (0, 1):
        raise Failure(f"git merge-base --is-ancestor {older} {newer} ended with status {status}")
    return status == 0


def git(root, *arguments):
    """The status; 127 without git."""
    if shutil.which("git") is None:
        return 127
    return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False).returncode
