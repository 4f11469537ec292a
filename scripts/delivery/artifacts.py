"""What scripts/build left: whether it is whole, and whether it may go to an environment."""

import hashlib
import json

from commands import FUNCTIONS, PROTECTED, Failure


def read(directory):
    """build.json, after every zip was compared with the hash that it gives."""
    try:
        made = json.loads((directory / "build.json").read_text())
    except FileNotFoundError:
        raise Failure(f"there is no {directory / 'build.json'}: run ./scripts/build, or name the directory by --artifacts") from None
    except ValueError as error:
        raise Failure(f"{directory / 'build.json'} is not JSON: {error}. Run ./scripts/build again") from None
    for name in FUNCTIONS:
        archive, said = directory / f"{name}.zip", made.get("functions", {}).get(name, {}).get("zip_sha256")
        if not archive.is_file():
            raise Failure(f"there is no {archive}: run ./scripts/build again")
        if hashlib.sha256(archive.read_bytes()).hexdigest() != said:
            raise Failure(f"{archive} is not the file that build.json describes: run ./scripts/build again")
    return made


def may_go_to(environment, made, dirty_too):
    """Refuses for protected environments what no commit describes."""
    commit = made.get("commit") or "unknown"
    if environment in PROTECTED and not dirty_too and (commit == "unknown" or commit.endswith("-dirty")):
        raise Failure(
            f"these artifacts are of commit {commit}, and {environment} takes only what is committed: "
            "commit, build again, or say --allow-dirty"
        )


def stand_ins(directory):
    """Artifacts that nobody runs, for a plan that only compares the state with what is there."""
    (directory / "build.json").write_text(json.dumps({"architecture": "arm64"}))
    for name in FUNCTIONS:
        (directory / f"{name}.zip").write_text("stands in")
