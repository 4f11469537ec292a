"""Applies infra/ to MiniStack, runs the lake on it, and holds what comes of it.

In one thread a new lake: apply, no drift, traffic, poison, rights both ways, refusals, no drift, destroy. In another one
a lake that the last release's Terraform made, and its upgrade. They share one MiniStack; most of the time is waiting.
"""

import argparse
import concurrent.futures
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent

import plan_facts  # noqa: E402
import poison  # noqa: E402
import refusals  # noqa: E402
import restored  # noqa: E402
import rights  # noqa: E402
import takeover  # noqa: E402
from deployment import Deployment, left  # noqa: E402
from journey import Journey  # noqa: E402
from machine import Machine  # noqa: E402
from upgrade import Upgrade  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--artifacts", type=pathlib.Path, required=True, help="where scripts/build left the functions")
    parser.add_argument("--tributary", type=pathlib.Path, required=True, help="the tributary command")
    parser.add_argument("--mirror", help="a directory of Terraform providers")
    parser.add_argument("--keep", action="store_true", help="keep the working directory, with the logs")
    options = parser.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="ministack-check-"))
    machine = Machine(work, options.tributary.absolute())
    artifacts = options.artifacts.absolute()
    failed = True
    # A group of its own: whoever ends this process ends MiniStack, its functions and Terraform with it.
    os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, lambda *_: end(machine, work))
    try:
        machine.start()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            runs = [
                pool.submit(new_lake, machine, work, artifacts, options),
                pool.submit(old_lake, machine, work, artifacts, options),
            ]
            for run in runs:
                run.result()
        remains = left(machine)
        assert not remains, f"after both were destroyed there is still {remains}"
        failed = False
    finally:
        machine.stop()
        if options.keep or failed:
            print(f"the logs are in {work}", file=sys.stderr)
        else:
            shutil.rmtree(work)
    print("MiniStack: applied, run, upgraded and destroyed without a fault")


def end(machine, work):
    machine.stop()
    shutil.rmtree(work, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


def new_lake(machine, work, artifacts, options):
    deployment = Deployment(machine, ROOT / "infra", work / "new", artifacts, options.mirror)
    deployment.init()
    step("apply", deployment.apply)
    step("a second plan is clean", deployment.assert_no_drift)
    names = deployment.names()
    journey = Journey(names, machine)
    step("traffic, until it is rows", journey.run)
    # What comes later is done to be refused, or fails on purpose.
    calls, recorded = machine.calls(), rights.read(machine.sdk_file, names)
    step("every call is allowed, and every right is needed", lambda: hold_rights(names, calls, recorded))
    step("poison messages end in their dead-letter queues", lambda: poison.run(names))
    step("what must be refused is refused", lambda: none(refusals.try_all(names, machine)))
    step("a plan after traffic is clean", deployment.assert_no_drift)
    step("another state may not take the lake over", lambda: another_state(machine, work, artifacts, options))
    step("what only the plan can show", lambda: none(plan_facts.check(deployment.plan())))
    step("what the state has forgotten is taken over, by the guide's import blocks", lambda: takeover.run(deployment, names))
    step("what was deleted is restored, as the runbook says", lambda: restored.run(deployment, journey))
    step("destroy", lambda: destroy(deployment))


def another_state(machine, work, artifacts, options):
    """An empty state, as of a colleague's computer, plans the same lake."""
    stranger = Deployment(machine, ROOT / "infra", work / "stranger", artifacts, options.mirror)
    stranger.init()
    text = stranger.terraform("plan", expected=(1,))[1]
    assert "is kept by another Terraform state" in " ".join(text.replace("│", " ").split()), text


def old_lake(machine, work, artifacts, options):
    upgrade = Upgrade(machine, ROOT, work, artifacts, options.mirror)
    step("upgrade: the last release is applied, and used", upgrade.deploy_released)
    step("upgrade: nothing that lasts is replaced, and its events are there", upgrade.upgrade)
    step("upgrade: destroy", upgrade.destroy)


def hold_rights(names, calls, recorded):
    none(rights.missing(calls, {**names.roles, "operator": names.operator}))
    assert any(call["role"] == names.operator for call in calls), "nobody worked as an operator"
    # What IAM was asked must be all that the functions called, and no more: then the record has no hole.
    none(rights.differing(calls, recorded, names))
    none(str(grant) for kind in names.functions for grant in rights.spare(kind, names, calls))


def destroy(deployment):
    deployment.destroy()
    remains = deployment.resources()
    assert not remains, f"destroy left in the state: {remains}"


def none(faults):
    faults = list(faults)
    assert not faults, "\n  " + "\n  ".join(faults)


def step(name, run):
    began = time.monotonic()
    try:
        run()
    except Exception as error:
        # The other thread goes on for some minutes.
        print(f"FAILED after {time.monotonic() - began:.0f}s: {name}: {error}", flush=True)
        raise AssertionError(f"{name} failed") from error
    print(f"{time.monotonic() - began:5.0f}s  {name}", flush=True)


if __name__ == "__main__":
    main()
