"""deploy, drift and rollback with a terraform and an aws that pretend: what they ask for, in which order, and when they stop."""

import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parents[1]
FUNCTIONS = ["ingest", "compact", "register", "query"]
OLD, NEW = "a" * 40, "b" * 40


def description(commit):
    return f"What it does, 0.1.0 (commit {commit})"


class World(unittest.TestCase):
    """An environment in which version 3 of each function was built from OLD, and 4 and 5, which serves, from NEW."""

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.directory)
        for tool in ("terraform", "aws"):
            stub = self.directory / "bin" / tool
            stub.parent.mkdir(exist_ok=True)
            stub.write_text(f"#!{sys.executable}\n" + (SCRIPTS / "delivery" / "pretended.py").read_text())
            stub.chmod(0o755)
        # The scripts of a copy, since they write into infra/.
        self.scripts, self.infra = self.directory / "project" / "scripts", self.directory / "project" / "infra"
        shutil.copytree(SCRIPTS / "delivery", self.scripts / "delivery", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("deploy", "drift", "rollback"):
            shutil.copyfile(SCRIPTS / name, self.scripts / name)
        self.infra.mkdir()
        for name in ("backend.tf.example", "versions.tf"):
            shutil.copyfile(SCRIPTS.parent / "infra" / name, self.infra / name)
        self.artifacts = self.directory / "artifacts"
        self.artifacts.mkdir()
        functions = {}
        for name in FUNCTIONS:
            (self.artifacts / f"{name}.zip").write_text(name)
            functions[name] = {"zip_sha256": hashlib.sha256(name.encode()).hexdigest()}
        self.build = {"architecture": "arm64", "version": "0.1.0", "commit": NEW, "functions": functions}
        versions = {"3": description(OLD), "4": description(NEW), "5": description(NEW)}
        self.world = {
            "plan": 2,
            "alarms": ["OK"],
            "functions": {f"tributary-{place}-{name}": {"live": "5", "versions": versions} for place in ("qa", "prod") for name in FUNCTIONS},
            "outputs": {
                "api_url": "https://a", "topic_arn": "arn:t", "region": "eu-central-1",
                "guards": [f"tributary-qa-{name}-live-errors" for name in FUNCTIONS],
                "live": {name: {"function": f"tributary-qa-{name}"} for name in FUNCTIONS},
            },
        }

    def run_script(self, name, *arguments, stop=None):
        """Runs a script; `stop`: sends it this signal once the command was asked so often."""
        (self.directory / "world.json").write_text(json.dumps(self.world))
        (self.artifacts / "build.json").write_text(json.dumps(self.build))
        (self.directory / "calls").write_text("")
        environment = {"PATH": f"{self.directory / 'bin'}:{os.environ['PATH']}", "PRETENDED": str(self.directory), "PYTHONDONTWRITEBYTECODE": "1"}
        running = subprocess.Popen(
            [sys.executable, str(self.scripts / name), *arguments], env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            # A shell starts what runs in the background with SIGINT ignored, and its children have that from it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        if stop:
            number, command, often = stop
            until = time.monotonic() + 120
            while (self.directory / "calls").read_text().count(f'"{command}"') < often and time.monotonic() < until:
                time.sleep(0.05)
            # The answer of the last one is to be had before.
            time.sleep(1)
            running.send_signal(number)
        output = running.communicate(timeout=120)
        answer = subprocess.CompletedProcess(running.args, running.returncode, *output)
        self.calls = [json.loads(line) for line in (self.directory / "calls").read_text().splitlines()]
        self.after = json.loads((self.directory / "world.json").read_text())["functions"]
        return answer

    def asked(self, tool):
        """The commands that were asked of a tool, in order."""
        return [call[2] for call in self.calls if call[0] == tool]

    def live(self, place="qa"):
        return {name: self.after[f"tributary-{place}-{name}"]["live"] for name in FUNCTIONS}


class Deploys(World):
    def deploy(self, *arguments, environment="qa"):
        return self.run_script("deploy", environment, "--artifacts", str(self.artifacts), *arguments)

    def test_what_is_applied_is_the_plan_that_was_shown(self):
        answer = self.deploy("--yes", "--var", "region=eu-central-1", "--backend-config", "bucket=b")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual(self.asked("terraform"), ["init", "workspace", "output", "plan", "apply", "output"])
        # Somebody else's plan holds the lock for a minute: that must not fail a deployment. The other commands know no such option.
        waits = ["-lock-timeout=10m" in call for call in self.calls if call[0] == "terraform"]
        self.assertEqual(waits, [False, False, False, True, True, False])
        self.assertIn("-backend-config=bucket=b", self.calls[0])
        self.assertEqual(self.calls[1][2:], ["workspace", "select", "-or-create", "qa"])
        plan, apply = self.calls[3], self.calls[4]
        self.assertIn("-var=region=eu-central-1", plan)
        self.assertIn(f"-var=artifacts_directory={self.artifacts}", plan)
        self.assertEqual([f"-out={apply[-1]}"], [argument for argument in plan if argument.startswith("-out=")])

    def test_a_remote_state_wants_no_file_by_hand(self):
        """Without a backend Terraform takes -backend-config with a warning, and the state is lost with the runner of CI."""
        own = self.infra / "backend.tf"
        self.assertEqual(self.deploy("--yes").returncode, 0)
        self.assertFalse(own.exists())
        answer = self.deploy("--yes", "--backend-config", "bucket=b")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual(own.read_text(), (self.infra / "backend.tf.example").read_text())
        for name, text in (("backend.tf", 'terraform {\n  backend "gcs" {}\n}\n'), ("main.tf", 'terraform {\n  backend "s3" {}\n}\n')):
            own.unlink(missing_ok=True)
            (self.infra / name).write_text(text)
            self.assertEqual(self.deploy("--yes", "--backend-config", "bucket=b").returncode, 0)
            self.assertEqual(own.exists(), name == "backend.tf")
            self.assertEqual((self.infra / name).read_text(), text)

    def test_outputs_go_where_the_next_step_reads_them(self):
        file = self.directory / "out"
        self.deploy("--yes", "--github-output", str(file))
        former = "former=ingest=5,compact=5,register=5,query=5\n"
        self.assertEqual(file.read_text(), "api_url=https://a\ntopic_arn=arn:t\nregion=eu-central-1\n" + former)

    def test_what_served_before_is_what_the_next_step_goes_back_to(self):
        """Version 4 was taken back for 3: after a deployment that fails too, it is 3 again and not 4."""
        for name in FUNCTIONS:
            self.world["functions"][f"tributary-qa-{name}"]["live"] = "3"
        file = self.directory / "out"
        self.deploy("--yes", "--github-output", str(file))
        former = dict(line.split("=", 1) for line in file.read_text().splitlines())["former"]
        for name in FUNCTIONS:
            self.world["functions"][f"tributary-qa-{name}"] |= {"live": "6", "versions": {"3": description(OLD), "5": description(NEW), "6": description("c" * 40)}}
        answer = self.run_script("rollback", "qa", "--yes", "--to", former)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual(self.live(), dict.fromkeys(FUNCTIONS, "3"))

    def test_before_the_first_deployment_nothing_served(self):
        del self.world["outputs"]["live"]
        file = self.directory / "out"
        self.assertEqual(self.deploy("--yes", "--github-output", str(file)).returncode, 0)
        self.assertIn("former=\n", file.read_text())
        self.assertEqual(self.asked("aws"), [])

    def test_a_plan_changes_nothing_and_says_whether_there_is_something(self):
        for changes in (0, 2):
            self.world["plan"] = changes
            answer = self.deploy("--plan", "--plan-text", str(self.directory / "text"))
            self.assertEqual(answer.returncode, changes)
            self.assertNotIn("apply", self.asked("terraform"))
            self.assertEqual((self.directory / "text").read_text(), "what would change\n")
        self.world["plan"] = 1
        self.assertEqual(self.deploy("--plan").returncode, 1)

    def test_nobody_who_could_answer_is_nobody_who_agreed(self):
        answer = self.deploy()
        self.assertEqual(answer.returncode, 1)
        self.assertIn("say --yes", answer.stderr)
        self.assertNotIn("apply", self.asked("terraform"))

    def test_other_files_than_were_built_are_refused(self):
        (self.artifacts / "query.zip").write_text("other")
        answer = self.deploy("--yes")
        self.assertIn("query.zip is not the file that build.json describes", answer.stderr)
        self.assertEqual((answer.returncode, self.calls), (1, []))

    def test_prod_takes_only_what_is_committed(self):
        for commit in (f"{NEW}-dirty", ""):
            self.build["commit"] = commit
            answer = self.deploy("--yes", environment="prod")
            self.assertIn("takes only what is committed", answer.stderr)
            self.assertEqual((answer.returncode, self.calls), (1, []))
            self.assertEqual(self.deploy("--yes", "--allow-dirty", environment="prod").returncode, 0)
            self.assertEqual(self.deploy("--yes", environment="dev-ada").returncode, 0)

    def test_what_is_older_than_what_is_deployed_is_refused(self):
        """Neither commit is in this repository's history, so nobody can say that one follows the other."""
        self.world["outputs"]["release"] = {"version": "0.1.0", "commit": OLD}
        for environment in ("qa", "prod", "dev-ada"):
            answer = self.deploy("--yes", environment=environment)
            self.assertIn(f"was last deployed from commit {OLD}, and {OLD} is not in the history here", answer.stderr)
            self.assertIn("say --back", answer.stderr)
            self.assertEqual((answer.returncode, "plan" in self.asked("terraform")), (1, False))
            # A plan changes nothing.
            self.assertEqual(self.deploy("--plan", environment=environment).returncode, 2)
            self.assertEqual(self.deploy("--yes", "--back", environment=environment).returncode, 0)
        self.world["outputs"]["release"]["commit"] = NEW
        self.assertEqual(self.deploy("--yes").returncode, 0)

    def test_an_unknown_environment_is_refused(self):
        for environment in ("default", "production", "dev-", "dev-Ada"):
            answer = self.deploy(environment=environment)
            self.assertEqual(answer.returncode, 2)
            self.assertIn("is no environment: say develop, qa, staging, prod, or dev-<you>", answer.stderr)

    def test_a_failed_apply_is_a_failure(self):
        self.world["apply"] = [1]
        self.assertEqual(self.deploy("--yes").returncode, 1)
        self.assertEqual(self.asked("aws"), [])


class Canaries(World):
    def canary(self, *arguments):
        return self.run_script("deploy", "qa", "--artifacts", str(self.artifacts), "--yes", "--canary", "10", "--bake", "180", *arguments)

    def test_a_bad_version_gets_nothing_any_more(self):
        self.world["alarms"] = ["OK", "ALARM"]
        answer = self.canary()
        self.assertEqual(answer.returncode, 1)
        self.assertIn("the former versions serve everything again", answer.stderr)
        # Once with a share, and not a second time with everything.
        self.assertEqual(self.asked("terraform").count("apply"), 1)
        plan = next(call for call in self.calls if call[2] == "plan")
        release = next(argument for argument in plan if argument.startswith("-var=release="))
        self.assertEqual(
            json.loads(release.removeprefix("-var=release=")),
            {"versions": dict.fromkeys(FUNCTIONS, "5"), "newest_share": 0.1},
        )
        self.assertEqual(self.asked("aws").count("update-alias"), 4)
        self.assertEqual(self.live(), dict.fromkeys(FUNCTIONS, "5"))

    def test_a_canary_that_nobody_can_watch_is_ended(self):
        self.world["alarms"] = ["OK", "unknown"]
        answer = self.canary()
        self.assertEqual(answer.returncode, 1)
        self.assertIn("the token has expired: the former versions serve everything again", answer.stderr)
        self.assertEqual(self.asked("aws").count("update-alias"), 4)

    def test_half_an_apply_of_a_canary_is_ended(self):
        self.world["apply"] = [1]
        answer = self.canary()
        self.assertIn("terraform apply ended with status 1: the former versions serve everything again", answer.stderr)
        self.assertEqual((answer.returncode, self.asked("aws").count("update-alias")), (1, 4))

    def test_a_function_that_is_stuck_holds_no_other_back(self):
        self.world["alarms"] = ["OK", "ALARM"]
        self.world["functions"]["tributary-qa-ingest"]["stuck"] = True
        answer = self.canary()
        self.assertIn("do NOT serve everything again of ingest", answer.stderr)
        self.assertEqual((answer.returncode, self.asked("aws").count("update-alias")), (1, 4))

    def test_terraform_is_waited_for_when_the_script_is_stopped(self):
        self.world["slow"] = True
        answer = self.run_script(
            "deploy", "qa", "--artifacts", str(self.artifacts), "--yes", "--canary", "10", stop=(signal.SIGTERM, "apply", 1),
        )
        self.assertEqual(answer.returncode, 143, answer.stderr)
        self.assertEqual((self.directory / "state").read_text(), "written")
        self.assertEqual(self.asked("aws").count("update-alias"), 4)

    def test_a_stopped_canary_is_ended(self):
        for stop, status in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            answer = self.run_script(
                "deploy", "qa", "--artifacts", str(self.artifacts), "--yes", "--canary", "10", stop=(stop, "describe-alarms", 2),
            )
            self.assertEqual(answer.returncode, status, answer.stderr)
            self.assertEqual(self.asked("terraform").count("apply"), 1)
            self.assertEqual(self.asked("aws").count("update-alias"), 4)

    def test_nothing_is_begun_while_a_guard_is_in_alarm(self):
        self.world["alarms"] = ["ALARM"]
        answer = self.canary()
        self.assertIn("already in alarm", answer.stderr)
        self.assertEqual((answer.returncode, "plan" in self.asked("terraform")), (1, False))

    def test_nothing_is_begun_while_another_canary_is_under_way(self):
        self.world["functions"]["tributary-qa-query"]["shares"] = {"5": 0.1}
        answer = self.canary()
        self.assertIn("a canary is under way for query", answer.stderr)
        self.assertEqual((answer.returncode, "plan" in self.asked("terraform")), (1, False))

    def test_without_guards_there_is_no_canary(self):
        self.world["outputs"]["guards"] = []
        answer = self.canary()
        self.assertIn("no guard", answer.stderr)
        self.assertEqual((answer.returncode, "plan" in self.asked("terraform")), (1, False))

    def test_the_first_deployment_serves_everything_at_once(self):
        """CI says --canary the first time, too. What a failed first apply left has outputs, and no version either."""
        for outputs in ({}, {"region": "eu-central-1"}):
            self.world["outputs"], self.world["after"] = outputs, {"api_url": "https://a", "topic_arn": "arn:t", "region": "eu-central-1"}
            answer = self.canary("--github-output", str(self.directory / "out"))
            self.assertEqual(answer.returncode, 0, answer.stderr)
            self.assertIn("was not deployed yet", answer.stdout)
            self.assertEqual((self.asked("terraform").count("apply"), self.asked("aws")), (1, []))
            self.assertNotIn("release=", json.dumps(self.calls))

    def test_shares_that_are_none_are_refused(self):
        for share in ("0", "100", "ten"):
            self.assertEqual(self.run_script("deploy", "qa", "--canary", share).returncode, 2)
        self.assertEqual(self.run_script("deploy", "qa", "--canary", "5", "--bake", "179").returncode, 2)


class Watches(unittest.TestCase):
    """The waiting, with a clock of the test's."""

    def test_a_canary_that_no_guard_objects_to_is_waited_for_to_the_end(self):
        sys.path.insert(0, str(SCRIPTS / "delivery"))
        import canary

        watched = canary.Canary.__new__(canary.Canary)
        asked, now = [], [0.0]
        watched.alarming = lambda: asked.append(now[0]) or []
        watched.watch(100, clock=lambda: now[0], sleep=lambda seconds: now.__setitem__(0, now[0] + seconds))
        self.assertEqual(asked[0], 0)
        self.assertEqual(asked[-1], 100)
        self.assertTrue(all(later - earlier <= canary.POLL_SECONDS for earlier, later in zip(asked, asked[1:])))


class GoesBack(World):
    def rollback(self, *arguments, environment="qa"):
        return self.run_script("rollback", environment, *arguments)

    def test_to_the_newest_version_of_another_commit(self):
        answer = self.rollback("--yes")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        # Not 4: that is a change of settings of the same commit.
        self.assertEqual(self.live(), dict.fromkeys(FUNCTIONS, "3"))
        self.assertEqual(self.live("prod"), dict.fromkeys(FUNCTIONS, "5"))
        self.assertIn('versions = { ingest = "3", compact = "3", register = "3", query = "3" }', answer.stdout)

    def test_out_of_a_canary_to_what_the_alias_names(self):
        for name in FUNCTIONS:
            self.world["functions"][f"tributary-qa-{name}"] |= {"live": "3", "shares": {"5": 0.1}}
        self.assertEqual(self.rollback("--yes").returncode, 0)
        self.assertEqual(self.asked("aws").count("update-alias"), 4)
        self.assertEqual(self.live(), dict.fromkeys(FUNCTIONS, "3"))

    def test_functions_never_go_to_different_commits_unasked(self):
        self.world["functions"]["tributary-qa-query"] = {"live": "5", "versions": {"3": description("c" * 40), "5": description(NEW)}}
        answer = self.rollback("--yes")
        self.assertIn("different commits", answer.stderr)
        self.assertEqual((answer.returncode, self.live()), (1, dict.fromkeys(FUNCTIONS, "5")))

    def test_to_a_commit_or_a_version_of_ones_own(self):
        self.assertEqual(self.rollback("--yes", "--commit", "aaaa").returncode, 0)
        self.assertEqual(self.live()["query"], "3")
        self.assertEqual(self.rollback("--yes", "--to", "query=4").returncode, 0)
        self.assertEqual(self.live(), dict.fromkeys(FUNCTIONS, "5") | {"query": "4"})
        self.assertIn("has no version of commit ffff", self.rollback("--yes", "--commit", "ffff").stderr)
        self.assertIn("query has no version 9", self.rollback("--yes", "--to", "query=9").stderr)
        for wrong in ("4", "squery=4", "query=4,query=3", "query=", "query=4,"):
            self.assertEqual(self.rollback("--yes", "--to", wrong).returncode, 2)
        self.assertEqual(self.rollback("--yes", "--to", "query=4", "--commit", "aaaa").returncode, 2)

    def test_nothing_before_is_said_and_nothing_changed(self):
        for name in FUNCTIONS:
            self.world["functions"][f"tributary-qa-{name}"]["versions"] = {"5": description(NEW)}
        answer = self.rollback("--yes")
        self.assertIn("nothing to go back to", answer.stderr)
        self.assertNotIn("update-alias", self.asked("aws"))

    def test_half_a_rollback_says_which_half(self):
        self.world["functions"]["tributary-qa-register"]["stuck"] = True
        answer = self.rollback("--yes")
        self.assertIn("Back already: ingest, compact; not yet: register, query", answer.stderr)
        self.assertEqual(answer.returncode, 1)

    def test_the_list_changes_nothing_and_nobody_is_no_yes(self):
        answer = self.rollback("--list")
        self.assertEqual(answer.stdout.count("serves"), 4)
        self.assertIn(f"(commit {OLD})", answer.stdout)
        self.assertEqual(self.rollback().returncode, 1)
        self.assertEqual(self.live(), dict.fromkeys(FUNCTIONS, "5"))

    def test_a_lake_that_is_not_there_is_said(self):
        answer = self.rollback("--yes", "--name", "lake")
        self.assertIn("aws lambda get-alias: An error occurred (ResourceNotFoundException)", answer.stderr)


class Runbooks(unittest.TestCase):
    def test_what_they_invoke_is_what_serves(self):
        text = " ".join((SCRIPTS.parent / "docs" / "runbooks.md").read_text().split())
        invoked = text.split("aws lambda invoke ")[1:]
        self.assertGreaterEqual(len(invoked), 2)
        for command in invoked:
            self.assertIn("--qualifier live", command.split("/dev/stdout")[0])

    def test_mappings_are_looked_for_with_those_of_the_alias(self):
        """By a function's name alone, Lambda is asked for the mappings of that name, and ours are the alias's."""
        text = (SCRIPTS.parent / "docs" / "runbooks.md").read_text()
        self.assertGreaterEqual(text.count("list-event-source-mappings"), 2)
        self.assertNotIn("list-event-source-mappings --function-name", text)


class Drifts(World):
    def test_the_status_is_what_terraform_found_and_nothing_is_changed(self):
        moved = {"address": "aws_sns_topic.events", "change": {"actions": ["no-op"]}}
        changed = {"address": "aws_sqs_queue.other", "change": {"actions": ["update"]}}
        # Outputs that differ are no drift: they are made of the stand-ins, and of the code that is newer than the state.
        outputs = {"release": {"actions": ["update"]}}
        for drift, status in (([], 0), ([moved], 0), ([moved, changed], 2)):
            self.world |= {"plan": 0, "shown": {"output_changes": outputs, "resource_drift": drift}}
            answer = self.run_script("drift", "prod")
            self.assertEqual(answer.returncode, status, answer.stderr)
            self.assertEqual("changed: aws_sqs_queue.other\n" in answer.stdout, status == 2)
            self.assertEqual(self.asked("terraform"), ["init", "workspace", "output", "plan", "show"])
            self.assertIn("-refresh-only", self.calls[3])
            self.assertIn("-lock-timeout=10m", self.calls[3])
            self.assertNotIn("-lock=false", self.calls[3])
        self.world["plan"] = 1
        self.assertEqual(self.run_script("drift", "prod").returncode, 1)

    def test_an_empty_state_is_no_answer(self):
        self.world |= {"plan": 0, "shown": {}, "outputs": {}}
        answer = self.run_script("drift", "prod", "--backend-config", "bucket=b")
        self.assertEqual(answer.returncode, 1)
        self.assertIn("the state of prod is empty", answer.stderr)
        self.assertTrue((self.infra / "backend.tf").exists())


if __name__ == "__main__":
    unittest.main()
