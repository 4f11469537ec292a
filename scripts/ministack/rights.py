"""Least privilege both ways: what a role may do equals what its function does.

A *grant* is one action on one resource pattern of a statement; where a statement lists prefixes, one for each of them.
Nothing is missing if no call of a function was refused. Nothing is to spare if every grant was needed by a call.
"""

import fnmatch
import json
import urllib.parse

# What Lambda itself does with the role of a function. MiniStack's Lambda does it without asking, so it is in no record:
# the policies must have these actions, on the function's own log group and queue, and nothing else of their kind.
LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}
QUEUE = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}

# Actions that ask nothing of a resource of this kind. A statement with several actions names it for the others.
INERT = {("glue:getdatabase", "table/")}

ATHENA = "athena.amazonaws.com"


# What of S3's operations is judged as another action. Whatever is not here is an action of its own name.
S3_ACTIONS = {
    "HeadObject": "GetObject", "CreateMultipartUpload": "PutObject", "UploadPart": "PutObject", "CopyObject": "PutObject",
    "CompleteMultipartUpload": "PutObject", "ListObjectsV2": "ListBucket", "DeleteObjects": "DeleteObject",
    "HeadBucket": "ListBucket",
}


class Grant:
    """One action on one resource pattern, under conditions."""

    def __init__(self, sid, action, resource, conditions):
        self.sid, self.action, self.resource, self.conditions = sid, action, resource, conditions

    def allows(self, call):
        return (
            call["action"].lower() == self.action.lower()
            and (call["resources"] is None or any(matches(resource, self.resource) for resource in call["resources"]))
            and holds(self.conditions, call["context"])
            # What Athena does for the function is no reason for a right that the function has by itself.
            and (ATHENA in call["context"].get("aws:calledvia", [])) == self.is_athenas()
        )

    def is_inert(self):
        return any(self.action.lower() == action and f":{kind}" in self.resource for action, kind in INERT)

    def is_athenas(self):
        return any("aws:CalledVia" in keys for keys in self.conditions.values())

    def __str__(self):
        prefix = self.conditions.get("StringLike", {}).get("s3:prefix")
        beside = f" where s3:prefix is {prefix[0]}" if prefix else ""
        return f"{self.sid}: {self.action} on {self.resource}{beside}"


def grants(statements):
    for statement in statements:
        assert statement["Effect"] == "Allow", f"a role's policy has a statement of another kind: {statement}"
        for action in listed(statement["Action"]):
            for resource in listed(statement["Resource"]):
                for conditions in split(statement.get("Condition", {})):
                    yield Grant(statement["Sid"], action, resource, conditions)


def split(conditions):
    """One set of conditions for each prefix that is listed."""
    prefixes = listed(conditions.get("StringLike", {}).get("s3:prefix", []))
    if not prefixes:
        return [conditions]
    return [{**conditions, "StringLike": {**conditions["StringLike"], "s3:prefix": [prefix]}} for prefix in prefixes]


def holds(conditions, context):
    for operator, keys in conditions.items():
        for key, wanted in keys.items():
            found = context.get(key.lower())
            if operator == "Null":
                if (found is None) != (listed(wanted)[0].lower() == "true"):
                    return False
            elif operator in ("StringLike", "StringEquals", "ForAnyValue:StringEquals", "ArnLike", "ArnEquals"):
                if not any(matches(value, pattern) for value in listed(found) for pattern in listed(wanted)):
                    return False
            else:
                raise AssertionError(f"rights.py does not know the condition {operator}: teach it")
    return True


def matches(value, pattern):
    return fnmatch.fnmatchcase(value, pattern.replace("[", "[[]"))


def listed(value):
    return [] if value is None else value if isinstance(value, list) else [value]


def read(file, names):
    """Calls that the functions' own SDKs wrote down (TRIBUTARY_RECORD_CALLS), as IAM would have judged them.

    They may be of another lake: a bucket is taken for this one's. Bodies are not recorded, so of Glue, of Athena and of
    a deletion of several objects only the action is known.
    """
    kinds = {**{kind: kind for kind in names.functions}, **{name: kind for kind, name in names.functions.items()}}
    calls = []
    for line in file.read_text().splitlines():
        call = json.loads(line)
        kind = kinds.get(call["function"])
        if kind is None:
            continue
        service, operation = call["service"].lower(), call["operation"]
        resources, context = None, {}
        if service == "s3":
            address = urllib.parse.urlsplit(call["uri"])
            key = urllib.parse.unquote(address.path).lstrip("/").partition("/")[2]
            prefix = urllib.parse.parse_qs(address.query).get("prefix")
            context = {"s3:prefix": prefix[0]} if prefix else {}
            if operation != "DeleteObjects":
                resources = [f"arn:aws:s3:::{names.bucket}" + (f"/{key}" if key else "")]
            operation = S3_ACTIONS.get(operation, operation)
        calls.append({"role": names.roles[kind], "function": names.functions[kind], "action": f"{service}:{operation}",
                      "resources": resources, "context": context, "decision": "allowed", "status": call["status"]})
    return calls


def differing(calls, recorded, names):
    """Where what IAM was asked is not what the functions say they called."""
    def actions(of, kind):
        return {call["action"].lower() for call in of if call["role"] == names.roles[kind]
                and call["decision"] != "asked by S3" and ATHENA not in call["context"].get("aws:calledvia", [])}

    return [
        f"{kind}: IAM judged {sorted(actions(calls, kind))}, and the SDK recorded {sorted(actions(recorded, kind))}"
        for kind in names.functions if actions(calls, kind) != actions(recorded, kind)
    ]


def missing(calls, roles):
    """What functions asked for and were refused, each once."""
    functions = set(roles.values())
    return sorted({
        f"{call['function']}: {call['action']} on {call['resources'][-1]} {call['context'] or ''}".rstrip()
        for call in calls if call["role"] in functions and call["decision"] == "refused"
    })


def spare(kind, names, calls):
    """Grants of the function's role that no call needed."""
    own = [call for call in calls if call["role"] == names.roles[kind] and call["decision"] != "refused"]
    platform = platform_grants(kind, names)
    unused = []
    for grant in grants(names.policy(kind)):
        if grant.action in platform:
            expected = platform[grant.action]
            assert grant.resource == expected, f"{grant} should be on {expected}"
        elif not grant.is_inert() and not any(grant.allows(call) for call in own):
            unused.append(grant)
    return unused


def platform_grants(kind, names):
    """The grants by action that Lambda itself needs, each on one resource."""
    group = names.log_group_arn(kind) + ":*"
    needed = {action: group for action in LOG}
    queue = names.queue_arn(kind)
    if queue:
        needed.update({action: queue for action in QUEUE})
    held = {grant.action for grant in grants(names.policy(kind))}
    assert needed.keys() <= held, f"the role of {kind} lacks what Lambda does with it: {needed.keys() - held}"
    return needed
