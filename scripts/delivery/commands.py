"""What the scripts of a delivery share: failing with a sentence, Terraform in an environment, and the AWS CLI."""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra"
FUNCTIONS = ["ingest", "compact", "register", "query"]
SHARED = ["develop", "qa", "staging", "prod"]
# Where only what is committed may go.
PROTECTED = ["staging", "prod"]


class Failure(Exception):
    """Ends the script with status 1; the text is for the person who called it."""


def environment(name):
    """An environment's name, as an argument: one of those in infra/environments.tf."""
    if name in SHARED or re.fullmatch(r"dev-[a-z0-9]{1,12}", name):
        return name
    raise argparse.ArgumentTypeError(f"{name!r} is no environment: say {', '.join(SHARED)}, or dev-<you>")


def script(main):
    """Runs a script's main; says a failure as one sentence."""
    try:
        sys.exit(main() or 0)
    except Failure as failure:
        print(f"{pathlib.Path(sys.argv[0]).name}: {failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def parser(name, documentation):
    """A parser whose --help shows the script's whole description."""
    head, _, rest = documentation.partition("\n\n")
    return argparse.ArgumentParser(
        prog=f"scripts/{name}", description=head, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def tell(text):
    print(text, flush=True)


def confirm(question, name, yes):
    """Goes on only if a person types the environment's name, or --yes was given."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Failure(f"{question} Nobody can answer here: say --yes.")
    if input(f"{question} Type {name} to go on: ").strip() != name:
        raise Failure("not confirmed; nothing was changed")


def need(tool, why):
    if shutil.which(tool) is None:
        raise Failure(f"there is no {tool} on the PATH: {why}")


def wait(process):
    """The process's status. If this one is told to end, it goes on waiting first: Terraform was told too, and needs its time to
    write the state and to give its lock back. `subprocess.run` would kill it.
    """
    told = None
    while True:
        try:
            status = process.wait()
            break
        except KeyboardInterrupt as interrupt:
            # The terminal tells both.
            told = interrupt
        except SystemExit as stop:
            told = stop
            process.terminate()
    if told is not None:
        raise told
    return status


def remote(infra):
    """Sees to it that infra/ has a backend. Without one Terraform takes -backend-config with a warning, and keeps the state in a
    file: on a runner of CI that is lost with the runner.
    """
    if any(re.search(r'^\s*backend\s+"', file.read_text(), re.MULTILINE) for file in infra.glob("*.tf")):
        return
    shutil.copyfile(infra / "backend.tf.example", infra / "backend.tf")
    tell("infra/backend.tf was missing: it is a copy of backend.tf.example now.")


# Who else works with the state holds its lock: a plan of a pull request or of scripts/drift for a minute, a deployment for some.
LOCK_TIMEOUT = "-lock-timeout=10m"


class Terraform:
    """Terraform in infra/, in the workspace of one environment."""

    def __init__(self, environment, backend):
        need("terraform", "install Terraform 1.11 or later")
        if backend:
            remote(INFRA)
        self.run("init", "-input=false", *[f"-backend-config={value}" for value in backend])
        self.run("workspace", "select", "-or-create", environment)

    def run(self, *arguments, accept=(0,)):
        """Runs it with its output shown; its status."""
        waiting = [LOCK_TIMEOUT] if arguments[0] in ("plan", "apply") else []
        status = wait(subprocess.Popen(["terraform", f"-chdir={INFRA}", arguments[0], *waiting, *arguments[1:]]))
        if status not in accept:
            raise Failure(f"terraform {arguments[0]} ended with status {status}")
        return status

    def text(self, *arguments):
        """What it prints."""
        answer = subprocess.run(["terraform", f"-chdir={INFRA}", *arguments], stdout=subprocess.PIPE, text=True, check=False)
        if answer.returncode != 0:
            raise Failure(f"terraform {arguments[0]} ended with status {answer.returncode}")
        return answer.stdout

    def outputs(self):
        return {name: output["value"] for name, output in json.loads(self.text("output", "-json")).items()}


def aws(region, *arguments):
    """The answer of a call of the AWS CLI, from its JSON; None where it prints nothing."""
    need("aws", "install the AWS CLI, version 2")
    where = ["--region", region] if region else []
    answer = subprocess.run(
        ["aws", *arguments, *where, "--output", "json", "--no-cli-pager"], capture_output=True, text=True, check=False,
    )
    if answer.returncode != 0:
        said = answer.stderr.strip().splitlines()
        raise Failure(f"aws {arguments[0]} {arguments[1]}: {said[-1] if said else f'status {answer.returncode}'}")
    return json.loads(answer.stdout) if answer.stdout.strip() else None
