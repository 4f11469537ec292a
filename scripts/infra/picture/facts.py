"""What a plan's JSON says of a lake: its resources, and who may do what, read from the policies."""

import json
import re

WRITES = ("s3:PutObject",)
FUNCTIONS = ("ingest", "compact", "register", "query")


class Facts:
    def __init__(self, plan):
        # The resources that the configuration has, by address without indexes; and how many of each are planned.
        self.configured = dict(configured(plan["configuration"]["root_module"]))
        self.planned = list(planned(plan["planned_values"]["root_module"]))
        self.count = {address: 0 for address in self.configured}
        for resource in self.planned:
            self.count[bare(resource["address"])] += 1
        # Modules by the address of the call, with their directory.
        self.modules = dict(modules(plan["configuration"]["root_module"]))

    def values(self, kind, module=""):
        return [
            resource["values"]
            for resource in self.planned
            if resource["type"] == kind and (not module or bare(resource["address"]).startswith(f"module.lake.module.{module}.aws_"))
        ]

    def statements(self, function):
        return json.loads(self.values("aws_iam_role_policy", function)[0]["policy"])["Statement"]

    def schedules(self, function):
        """(name, expression) of each."""
        rules = self.values("aws_cloudwatch_event_rule", function)
        return sorted((rule["name"].rsplit("-", 1)[1], rule["schedule_expression"]) for rule in rules)

    def prefixes(self):
        """By prefix of the bucket: who writes, reads and deletes there, and what Terraform puts there."""
        found = {}

        def add(prefix, verb, who):
            listed = found.setdefault(prefix, {}).setdefault(verb, [])
            if who not in listed:
                listed.append(who)

        for function in FUNCTIONS:
            for statement in self.statements(function):
                who = "Athena" if through_athena(statement) else function
                for resource in statement["Resource"]:
                    prefix = re.fullmatch(r"arn:aws:s3:::[^/]+/([a-z]+)/.*", resource)
                    for action in statement["Action"] if prefix else []:
                        verb = {"s3:PutObject": "written by", "s3:GetObject": "read by", "s3:DeleteObject": "deleted by"}.get(action)
                        if verb:
                            add(prefix.group(1), verb, who)
        for values in self.values("aws_s3_object"):
            add(values["key"].split("/")[0], "written by", "Terraform")
        return found

    def arrows(self):
        """(from, to) of all that calls, sends to or asks something else."""
        found = set()
        for module in ("ingest_queue", "compact_queue", "register_queue"):
            for values in self.values("aws_sqs_queue_policy", module):
                if sender(values) == "sns.amazonaws.com":
                    found.add(("topic", module))
            for values in self.values("aws_sqs_queue", module):
                if values.get("redrive_allow_policy"):
                    found.add((module, f"{module}.dead_letter"))
        for resource in self.planned:
            if bare(resource["address"]) == "module.lake.aws_sqs_queue_policy.undelivered" and sender(resource["values"]) == "sns.amazonaws.com":
                found.add(("topic", "undelivered"))
        # The ARNs of the queues are known after the apply only; what they refer to is known.
        notification = self.configured["module.lake.aws_s3_bucket_notification.lake"]["expressions"]["queue"]
        for values, expressions in zip(self.values("aws_s3_bucket_notification")[0]["queue"], notification, strict=True):
            queue = next(name for name in expressions["queue_arn"]["references"] if re.fullmatch(r"module\.[a-z_]+", name))
            found.add((values["filter_prefix"].rstrip("/"), queue.removeprefix("module.")))
        for values in self.values("aws_lambda_permission"):
            function = values["function_name"].rsplit("-", 1)[1]
            found.add(({"events.amazonaws.com": "clock", "apigateway.amazonaws.com": "api"}[values["principal"]], function))
        for function in FUNCTIONS:
            for statement in self.statements(function):
                for action in [] if through_athena(statement) else statement["Action"]:
                    if action == "sqs:ReceiveMessage":
                        found.add((statement["Resource"][0].rsplit("-", 1)[1] + "_queue", function))
                    elif action.startswith("glue:"):
                        found.add((function, "glue"))
                    elif action.startswith("athena:"):
                        found.add((function, "athena"))
                    elif action in WRITES or action == "s3:GetObject":
                        found.add((function, "bucket"))
                if through_athena(statement):
                    found.add(("athena", "glue" if statement["Action"][0].startswith("glue:") else "bucket"))
        return found


def sender(values):
    """The service that the queue's policy lets in."""
    return next(s for s in json.loads(values["policy"])["Statement"] if s["Effect"] == "Allow")["Principal"]["Service"]


def through_athena(statement):
    return "aws:CalledVia" in json.dumps(statement.get("Condition", {}))


def bare(address):
    return re.sub(r"\[[^\]]*\]", "", address)


def configured(module, before=""):
    for resource in module.get("resources", []):
        if resource["mode"] == "managed":
            yield before + resource["address"], resource
    for name, call in module.get("module_calls", {}).items():
        yield from configured(call["module"], f"{before}module.{name}.")


def planned(module):
    yield from (resource for resource in module.get("resources", []) if resource["mode"] == "managed")
    for child in module.get("child_modules", []):
        yield from planned(child)


def modules(module, before=""):
    for name, call in module.get("module_calls", {}).items():
        yield f"{before}module.{name}", call["source"].rstrip("/").rsplit("/", 1)[1]
        yield from modules(call["module"], f"{before}module.{name}.")
