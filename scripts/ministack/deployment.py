"""A deployment of infra/ by Terraform, on a copy, and what it is called."""

import json
import os
import shutil
import subprocess

import boto3
from botocore.config import Config

from machine import ACCOUNT, REGION

# What depends on how infra/ names and sizes things.
WORKSPACE = "dev-check"
# The schedules are as often as EventBridge has them, and the grace is short, so that the check sees each.
VARIABLES = {
    "name": "lake",
    "compact": {"sweep": "rate(1 minute)", "vacuum": "rate(1 minute)", "grace_minutes": 1},
    "register": {"reconcile": "rate(1 minute)"},
    "query": {"sql": True},
    # Who may take the role for the command line: the account's root, as which the check works with the lake from outside.
    "operators": {"principals": [f"arn:aws:iam::{ACCOUNT}:root"]},
    # MiniStack has no Service Quotas.
    "account_concurrency": 1000,
}


class Deployment:
    """One copy of infra/ and its state."""

    def __init__(self, machine, source, directory, artifacts, mirror, variables=None, workspace=WORKSPACE):
        self.machine = machine
        self.variables = {**VARIABLES, **(variables or {})}
        self.workspace = workspace
        self.directory = directory
        self.artifacts = artifacts
        shutil.copytree(source, directory, ignore=shutil.ignore_patterns(
            ".terraform*", "*.tfstate*", "*.tfvars", "*override.tf", "backend.tf"))
        # Buckets as host names do not resolve below localhost.
        (directory / "emulator_override.tf").write_text('provider "aws" {\n  s3_use_path_style = true\n}\n')
        self.settings = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0"}
        if mirror:
            rc = directory.parent / "terraformrc"
            rc.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n')
            self.settings["TF_CLI_CONFIG_FILE"] = str(rc)
        elif "TF_PLUGIN_CACHE_DIR" in os.environ:
            self.settings["TF_PLUGIN_CACHE_DIR"] = os.environ["TF_PLUGIN_CACHE_DIR"]
            self.settings["TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE"] = "1"

    def terraform(self, *arguments, expected=(0,), **variables):
        """Runs Terraform; a status that is not expected fails the check. Gives status and output."""
        environment = {**self.machine.environment(), **self.settings}
        for name, value in {**self.variables, "artifacts_directory": str(self.artifacts), **variables}.items():
            environment[f"TF_VAR_{name}"] = value if isinstance(value, str) else json.dumps(value)
        environment["TF_CLI_ARGS"] = "-no-color"
        done = subprocess.run(["terraform", *arguments], cwd=self.directory, env=environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode not in expected:
            tail = "\n".join(done.stdout.splitlines()[-80:])
            raise AssertionError(f"terraform {' '.join(arguments)} ended with {done.returncode}:\n{tail}")
        return done.returncode, done.stdout

    def init(self):
        self.terraform("init")
        self.terraform("workspace", "select", "-or-create", self.workspace)

    def apply(self, **variables):
        return self.terraform("apply", "-auto-approve", **variables)[1]

    def assert_no_drift(self, **variables):
        """A plan of the same Terraform finds nothing to do."""
        status, text = self.terraform("plan", "-detailed-exitcode", expected=(0, 2), **variables)
        if status != 0:
            begin = text.find("Terraform will perform")
            raise AssertionError("a second plan is not clean:\n" + text[max(begin, 0):])

    def assert_only_tags_drift(self, types):
        """A plan finds nothing to do but to change tags of these types: MiniStack forgets them."""
        for change in self.plan()["resource_changes"]:
            before, after = change["change"]["before"], change["change"]["after"]
            if change["change"]["actions"] in (["no-op"], ["read"]):
                continue
            address, actions = change["address"], change["change"]["actions"]
            assert actions == ["update"] and change["type"] in types, f"a second plan is not clean: {actions} {address}"
            differing = {key for key in before if before[key] != after.get(key)}
            assert differing <= {"tags", "tags_all"}, f"a second plan changes {differing} of {address}"

    def destroy(self, **variables):
        return self.terraform("destroy", "-auto-approve", **variables)[1]

    def plan(self, **variables):
        """The JSON of a plan."""
        self.terraform("plan", "-out=check.tfplan", **variables)
        return json.loads(self.terraform("show", "-json", "check.tfplan", **variables)[1])

    def resources(self):
        """The addresses of what the state keeps."""
        values = json.loads(self.terraform("show", "-json")[1]).get("values") or {"root_module": {}}
        return {one["address"] for one in walked(values["root_module"]) if one["mode"] == "managed"}

    def names(self):
        values = json.loads(self.terraform("output", "-json")[1])
        return Names(self.machine, {name: output["value"] for name, output in values.items()})


def walked(module):
    """All resources of a module as `terraform show -json` has it, and of those below it."""
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from walked(child)


class Names:
    """What the deployment's parts are called: its outputs, and what AWS says of them."""

    def __init__(self, machine, outputs):
        self.outputs = outputs
        self.bucket = outputs["bucket"]
        self.prefix = self.bucket.removesuffix(f"-{ACCOUNT}-{REGION}")
        self.database = outputs["database"]
        self.topic = outputs["topic_arn"]
        self.api = outputs["api_url"]
        self.functions = outputs["functions"]
        self.dead_letters = outputs["dead_letter_queues"]
        self._machine = machine
        self.aws = Clients(machine)
        self.roles = {
            kind: self.aws.lambda_.get_function_configuration(FunctionName=name)["Role"].rsplit("/", 1)[-1]
            for kind, name in self.functions.items()
        }
        self._session = None

    @property
    def operator(self):
        """The name of the role for the command line; None in a lake that has none."""
        arn = self.outputs.get("operator_role_arn")
        return arn and arn.rsplit("/", 1)[-1]

    def operator_credentials(self):
        """A session of that role, as an operator signs in; of the account's root in a lake without it."""
        if not self.operator:
            return {}
        if self._session is None:
            self._session = self.aws.sts.assume_role(
                RoleArn=self.outputs["operator_role_arn"], RoleSessionName="operator")["Credentials"]
        names = {"AccessKeyId": "aws_access_key_id", "SecretAccessKey": "aws_secret_access_key",
                 "SessionToken": "aws_session_token"}
        return {name: self._session[key] for key, name in names.items()}

    def trigger(self, kind):
        """The mapping of the queue that sets the function off; None if it has none."""
        mappings = self.aws.lambda_.list_event_source_mappings(FunctionName=self.functions[kind])["EventSourceMappings"]
        assert len(mappings) <= 1, f"{kind} has several queues: {mappings}"
        return mappings[0] if mappings else None

    def queue_arn(self, kind):
        trigger = self.trigger(kind)
        return trigger and trigger["EventSourceArn"]

    def queue(self, kind):
        """URL of the queue that sets the function off."""
        return self.aws.sqs.get_queue_url(QueueName=self.queue_arn(kind).rsplit(":", 1)[-1])["QueueUrl"]

    def log_group_arn(self, kind):
        return f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{self.outputs['log_groups'][kind]}"

    def policy(self, kind):
        """The statements of all policies of the function's role."""
        role = self.roles[kind]
        attached = self.aws.iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        assert not attached, f"{role} has policies beside its own: {attached}"
        statements = []
        for name in self.aws.iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = self.aws.iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            statements += document["Statement"]
        return statements


SERVICES = ("apigatewayv2", "athena", "cloudwatch", "events", "glue", "iam", "lambda", "logs", "s3", "sns", "sqs", "ssm", "sts")


class Clients:
    """boto3's clients of the emulator, as the account's root unless `credentials` says otherwise."""

    def __init__(self, machine, **credentials):
        environment = machine.environment()
        credentials = credentials or {
            "aws_access_key_id": environment["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": environment["AWS_SECRET_ACCESS_KEY"],
        }
        config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1})
        for service in SERVICES:
            client = boto3.client(service, region_name=environment["AWS_REGION"], endpoint_url=machine.url,
                                  verify=str(machine.ca), config=config, **credentials)
            setattr(self, "lambda_" if service == "lambda" else service, client)


def left(machine):
    """What there is in the account, beside what an account always has."""
    aws = Clients(machine)
    found = {
        "buckets": [bucket["Name"] for bucket in aws.s3.list_buckets()["Buckets"]],
        "topics": [topic["TopicArn"] for topic in aws.sns.list_topics()["Topics"]],
        "subscriptions": [one["SubscriptionArn"] for one in aws.sns.list_subscriptions()["Subscriptions"]],
        "queues": aws.sqs.list_queues().get("QueueUrls", []),
        "functions": [function["FunctionName"] for function in aws.lambda_.list_functions()["Functions"]],
        "triggers": [one["UUID"] for one in aws.lambda_.list_event_source_mappings()["EventSourceMappings"]],
        "roles": [role["RoleName"] for role in aws.iam.list_roles()["Roles"] if not role["Path"].startswith("/aws-")],
        "rules": [rule["Name"] for rule in aws.events.list_rules()["Rules"]],
        "log groups": [group["logGroupName"] for group in aws.logs.describe_log_groups()["logGroups"]],
        "databases": [one["Name"] for one in aws.glue.get_databases()["DatabaseList"] if one["Name"] != "default"],
        "workgroups": [group["Name"] for group in aws.athena.list_work_groups()["WorkGroups"] if group["Name"] != "primary"],
        "alarms": [alarm["AlarmName"] for alarm in aws.cloudwatch.describe_alarms()["MetricAlarms"]],
        "HTTP APIs": [api["ApiId"] for api in aws.apigatewayv2.get_apis()["Items"]],
        "parameters": [one["Name"] for one in aws.ssm.describe_parameters()["Parameters"]],
    }
    return {kind: names for kind, names in found.items() if names}
