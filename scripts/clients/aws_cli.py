"""The AWS CLI, as a person would call it: helpers for the checks of it."""

import json
import subprocess
import sys
from pathlib import Path

from lake import check, fail

AWS = Path(sys.executable).with_name("aws")
REFUSED = 255  # of the CLI's version 1; version 2 says 254


def call(*arguments):
    return subprocess.run([AWS, *arguments], capture_output=True, text=True)


def aws(*arguments):
    """The text that a call prints; it has to succeed."""
    done = call(*arguments)
    if done.returncode != 0:
        fail(f"aws {' '.join(arguments)}", f"{done.returncode}: {done.stderr.strip()}", 0)
    return done.stdout


def answer(*arguments):
    """What a call answers, from its JSON."""
    return json.loads(aws(*arguments, "--output", "json"))


def check_refused(what, code, *arguments, status=REFUSED):
    """Checks that a call ends with the CLI's status for refusals, and says AWS's code."""
    done = call(*arguments)
    said = f"({code})" in done.stderr
    check(f"{what} is {code}", (done.returncode, said or done.stderr), (status, True))
