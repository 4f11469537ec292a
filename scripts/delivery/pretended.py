"""A terraform and an aws for the tests, which keep what they were asked and answer from a file. Started under either name.

    PRETENDED  a directory: `world.json` is what there is, `calls` what was asked for
"""

import json
import os
import pathlib
import signal
import sys
import time

HERE = pathlib.Path(os.environ["PRETENDED"])
tool, arguments = pathlib.Path(sys.argv[0]).name, sys.argv[1:]
world = json.loads((HERE / "world.json").read_text())
with (HERE / "calls").open("a") as calls:
    calls.write(json.dumps([tool, *arguments]) + "\n")


def after(name):
    return arguments[arguments.index(name) + 1]


def terraform():
    command = arguments[1]
    if command == "init" and any(argument.startswith("-backend-config=") for argument in arguments):
        # Terraform itself only warns.
        infra = pathlib.Path(arguments[0].removeprefix("-chdir="))
        return 0 if any('backend "' in file.read_text() for file in infra.glob("*.tf")) else 1
    if command == "plan":
        for argument in arguments:
            if argument.startswith("-out="):
                pathlib.Path(argument[5:]).write_text("plan")
        return world["plan"]
    if command == "show" and "-json" in arguments:
        print(json.dumps(world["shown"]))
    elif command == "show":
        print("what would change")
    if command == "output":
        print(json.dumps({name: {"value": value} for name, value in world["outputs"].items()}))
    if command == "apply" and world.get("slow"):
        signal.signal(signal.SIGTERM, lambda *_: None)
        signal.pause()
        time.sleep(1)
        (HERE / "state").write_text("written")
    if command == "apply" and "after" in world:
        world["outputs"] = world["after"]
    if command == "apply":
        # A list of statuses is used up, one apply after the other.
        return world["apply"].pop(0) if world.get("apply") else 0
    return 0


def aws():
    command = arguments[1]
    if command == "describe-alarms" and world["alarms"][0] == "unknown":
        print("An error occurred (ExpiredToken): the token has expired", file=sys.stderr)
        return 254
    if command == "describe-alarms":
        # A list of states is used up, one answer after the other.
        states = world["alarms"]
        state = states.pop(0) if len(states) > 1 else states[0]
        names = [name for name in arguments[3:arguments.index("--output")] if name.endswith("errors")]
        print(json.dumps({"MetricAlarms": [{"AlarmName": name, "StateValue": state} for name in names]}))
    else:
        function = world["functions"].get(after("--function-name"))
        if function is None:
            print("An error occurred (ResourceNotFoundException): Function not found", file=sys.stderr)
            return 254
        if command == "get-alias":
            print(json.dumps({"FunctionVersion": function["live"], "RoutingConfig": {"AdditionalVersionWeights": function.get("shares", {})}}))
        elif command == "list-versions-by-function":
            versions = [{"Version": "$LATEST", "Description": "d"}]
            versions += [{"Version": version, "Description": text, "LastModified": "2026-11-27T10:00:00.000+0000"} for version, text in function["versions"].items()]
            print(json.dumps({"Versions": versions}))
        elif command == "update-alias":
            if function.get("stuck"):
                print("An error occurred (AccessDeniedException): not allowed", file=sys.stderr)
                return 254
            function["live"], function["shares"] = after("--function-version"), {}
    return 0


status = {"terraform": terraform, "aws": aws}[tool]()
(HERE / "world.json").write_text(json.dumps(world))
sys.exit(status)
