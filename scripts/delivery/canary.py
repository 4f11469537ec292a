"""Traffic in two steps: a share for the newest version first, and everything if no guard objects."""

import json
import time

import alias
from commands import Failure, aws, tell

POLL_SECONDS = 15


class Canary:
    """What serves before the deployment, and the guards that are asked meanwhile."""

    def __init__(self, region, outputs):
        self.region = region
        self.guards = outputs["guards"]
        if not self.guards:
            raise Failure("there is no guard to tell a good version from a bad one: apply with alarms.enabled = true first, or deploy without --canary")
        self.functions = {name: live["function"] for name, live in outputs["live"].items()}
        self.before = {name: alias.live(region, function) for name, function in self.functions.items()}
        if shared := [name for name, serving in self.before.items() if serving.shares]:
            raise Failure(f"a canary is under way for {', '.join(shared)}: deploy without --canary to finish it, or ./scripts/rollback to end it")
        if alarming := self.alarming():
            raise Failure(f"{', '.join(alarming)} already in alarm: nothing could be told from a canary. Mend that first, or deploy without --canary")

    def variable(self, share):
        """Terraform's variable `release` for the first step."""
        versions = {name: str(serving.version) for name, serving in self.before.items()}
        return json.dumps({"versions": versions, "newest_share": share})

    def watch(self, seconds, clock=time.monotonic, sleep=time.sleep):
        """Waits; raises `Failure` if a guard is in alarm meanwhile."""
        until = clock() + seconds
        while True:
            if alarming := self.alarming():
                raise Failure(f"{', '.join(alarming)} in alarm")
            left = until - clock()
            if left <= 0:
                tell(f"No guard was in alarm for {seconds} s.")
                return
            sleep(min(POLL_SECONDS, left))

    def undo(self):
        """Gives the former versions everything back, of every function that lets itself be asked; the sentence about it."""
        stuck = []
        for name, serving in self.before.items():
            try:
                alias.point(self.region, self.functions[name], serving.version)
            except Failure as failure:
                stuck.append(f"{name} ({failure})")
        if stuck:
            return f"the former versions do NOT serve everything again of {', '.join(stuck)}: ./scripts/rollback ends it"
        return "the former versions serve everything again, and the new ones nothing"

    def alarming(self):
        found = aws(self.region, "cloudwatch", "describe-alarms", "--alarm-names", *self.guards)["MetricAlarms"]
        if missing := set(self.guards) - {alarm["AlarmName"] for alarm in found}:
            raise Failure(f"there is no alarm {', '.join(sorted(missing))}: apply once without --canary")
        return sorted(alarm["AlarmName"] for alarm in found if alarm["StateValue"] == "ALARM")
