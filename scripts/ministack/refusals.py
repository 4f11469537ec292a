"""Calls that must be refused, each tried with the credentials of the role, or of nobody.

A row is tried only after its role could do something, and IAM must have judged the very action that the row names: so
neither a wrong signature nor another right's lack passes for the refusal.
"""

import hashlib

from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from client import Api
from deployment import Clients
from machine import ACCOUNT, REGION

S3, GLUE, ATHENA, SNS, SQS = "s3", "glue", "athena", "sns", "sqs"
BODY = {"Body": b"x"}
COMMIT = "commits/passengers/dt=2001-01-01/0000000001.json"
LANDED = "landing/passengers/kept-by-the-check"
TABLE = {"DatabaseName": "{database}", "TableInput": {"Name": "made_by_the_check"}}
PARTITION = {"DatabaseName": "{database}", "TableName": "passengers", "PartitionValueList": ["2001-01-01"],
             "PartitionInput": {}}
STRANGER = {"DatabaseName": "somebody_elses", "Name": "passengers"}

# What each role can do, as a proof that its credentials are good.
CONTROLS = {
    "ingest": (S3, "list_objects_v2", {"Prefix": "schemas/"}),
    "compact": (S3, "list_objects_v2", {"Prefix": "landing/"}),
    "register": (S3, "list_objects_v2", {"Prefix": "datasets/"}),
    "query": (S3, "list_objects_v2", {"Prefix": "schemas/"}),
    "operator": (S3, "list_objects_v2", {"Prefix": "quarantine/"}),
}

# Role, action that IAM refuses, and the call.
REFUSED = [
    ("ingest", "s3:GetObject", S3, "get_object", {"Key": "{landed}"}),
    ("ingest", "s3:ListBucket", S3, "list_objects_v2", {"Prefix": "landing/"}),
    ("ingest", "s3:ListBucket", S3, "list_objects_v2", {}),
    ("ingest", "s3:DeleteObject", S3, "delete_object", {"Key": "{landed}"}),
    ("ingest", "s3:PutObject", S3, "put_object", {"Key": COMMIT, "IfNoneMatch": "*", **BODY}),
    ("ingest", "s3:PutObject", S3, "put_object", {"Key": "tables/passengers/dt=2001-01-01/x.parquet", **BODY}),
    ("ingest", "s3:PutObject", S3, "put_object", {"Key": "schemas/passengers/000009.json", **BODY}),
    ("ingest", "s3:PutObject", S3, "put_object", {"Key": "datasets/passengers.json", **BODY}),
    ("ingest", "s3:PutObject", S3, "put_object", {"Key": "access/keys.json", **BODY}),
    ("ingest", "glue:GetTable", GLUE, "get_table", {"DatabaseName": "{database}", "Name": "passengers"}),
    ("ingest", "sns:Publish", SNS, "publish", {"TopicArn": "{topic}", "Message": "{{}}"}),
    ("ingest", "sqs:SendMessage", SQS, "send_message", {"QueueUrl": "{queue_ingest}", "MessageBody": "x"}),
    ("ingest", "sqs:ReceiveMessage", SQS, "receive_message", {"QueueUrl": "{queue_compact}"}),
    ("ingest", "sqs:PurgeQueue", SQS, "purge_queue", {"QueueUrl": "{queue_ingest}"}),
    ("compact", "s3:PutObject", S3, "put_object", {"Key": "landing/passengers/dt=2001-01-01/x.ndjson.zst", **BODY}),
    ("compact", "s3:PutObject", S3, "put_object", {"Key": "schemas/passengers/000009.json", **BODY}),
    ("compact", "s3:DeleteObject", S3, "delete_object", {"Key": "schemas/passengers/000001.json"}),
    ("compact", "s3:DeleteObject", S3, "delete_object", {"Key": "quarantine/passengers/x"}),
    ("compact", "s3:GetObject", S3, "get_object", {"Key": "access/keys.json"}),
    ("compact", "s3:ListBucket", S3, "list_objects_v2", {"Prefix": "access/"}),
    # The bucket's own policy: a commit is created once, and no copy is one.
    ("compact", "s3:PutObject", S3, "put_object", {"Key": COMMIT, **BODY}),
    ("compact", "s3:PutObject", S3, "copy_object", {"Key": COMMIT, "CopySource": "{bucket}/{committed}"}),
    ("compact", "glue:UpdatePartition", GLUE, "update_partition", PARTITION),
    ("compact", "glue:DeleteTable", GLUE, "delete_table", {"DatabaseName": "{database}", "Name": "passengers"}),
    ("register", "s3:GetObject", S3, "get_object", {"Key": "{landed}"}),
    ("register", "s3:GetObject", S3, "get_object", {"Key": "{table}"}),
    ("register", "s3:PutObject", S3, "put_object", {"Key": COMMIT, "IfNoneMatch": "*", **BODY}),
    ("register", "s3:DeleteObject", S3, "delete_object", {"Key": "{committed}"}),
    ("register", "s3:PutObject", S3, "put_object", {"Key": "datasets/passengers.json", **BODY}),
    ("register", "glue:DeleteTable", GLUE, "delete_table", {"DatabaseName": "{database}", "Name": "passengers"}),
    ("register", "glue:DeleteDatabase", GLUE, "delete_database", {"Name": "{database}"}),
    ("register", "glue:GetTable", GLUE, "get_table", STRANGER),
    ("query", "s3:GetObject", S3, "get_object", {"Key": "{table}"}),
    ("query", "s3:GetObject", S3, "get_object", {"Key": "{landed}"}),
    ("query", "s3:GetObject", S3, "get_object", {"Key": "{committed}"}),
    ("query", "s3:ListBucket", S3, "list_objects_v2", {"Prefix": "tables/"}),
    ("query", "s3:ListBucket", S3, "list_objects_v2", {}),
    ("query", "s3:PutObject", S3, "put_object", {"Key": "access/keys.json", **BODY}),
    ("query", "s3:PutObject", S3, "put_object", {"Key": "queries/busiest-flights.json", **BODY}),
    ("query", "s3:PutObject", S3, "put_object", {"Key": "results/other.csv", **BODY}),
    ("query", "s3:DeleteObject", S3, "delete_object", {"Key": "results/queries/x.json"}),
    ("query", "glue:CreateTable", GLUE, "create_table", TABLE),
    ("query", "glue:GetTables", GLUE, "get_tables", {"DatabaseName": "{database}"}),
    ("query", "glue:GetTable", GLUE, "get_table", STRANGER),
    ("query", "athena:StartQueryExecution", ATHENA, "start_query_execution",
     {"QueryString": "SELECT 1", "WorkGroup": "primary"}),
    ("query", "sns:Publish", SNS, "publish", {"TopicArn": "{topic}", "Message": "{{}}"}),
    ("operator", "s3:GetObject", S3, "get_object", {"Key": "results/api/x.csv"}),
    ("operator", "s3:ListBucket", S3, "list_objects_v2", {"Prefix": "results/api/"}),
    ("operator", "s3:PutObject", S3, "put_object", {"Key": "access/usage/x.json", **BODY}),
    ("operator", "s3:PutObject", S3, "put_object", {"Key": "results/direct/x.csv", **BODY}),
    ("operator", "s3:PutObject", S3, "put_object", {"Key": COMMIT, **BODY}),
    ("operator", "s3:DeleteObject", S3, "delete_object", {"Key": "access/keys.json"}),
    ("operator", "s3:DeleteObject", S3, "delete_object", {"Key": "queries/busiest-flights.json"}),
    ("operator", "glue:CreateTable", GLUE, "create_table", TABLE),
    ("operator", "glue:DeleteDatabase", GLUE, "delete_database", {"Name": "{database}"}),
    ("operator", "glue:DeleteTable", GLUE, "delete_table", STRANGER),
    ("operator", "athena:StartQueryExecution", ATHENA, "start_query_execution",
     {"QueryString": "SELECT 1", "WorkGroup": "{workgroup}"}),
    ("operator", "sqs:ReceiveMessage", SQS, "receive_message", {"QueueUrl": "{queue_ingest}"}),
    ("operator", "sqs:PurgeQueue", SQS, "purge_queue", {"QueueUrl": "{queue_ingest}"}),
    *((kind, "s3:GetObject", S3, "get_object", {"Bucket": "somebody-elses", "Key": "schemas/passengers/000001.json"})
      for kind in CONTROLS),
    *((kind, "s3:DeleteBucket", S3, "delete_bucket", {}) for kind in CONTROLS),
    *((kind, "s3:PutBucketPolicy", S3, "put_bucket_policy", {"Policy": "{{}}"}) for kind in CONTROLS),
    *((kind, "s3:PutBucketNotification", S3, "put_bucket_notification_configuration", {"NotificationConfiguration": {}})
      for kind in CONTROLS),
    *((kind, "iam:PutRolePolicy", "iam", "put_role_policy",
       {"RoleName": "{role}", "PolicyName": "more", "PolicyDocument": "{{}}"}) for kind in CONTROLS),
    *((kind, "lambda:UpdateFunctionConfiguration", "lambda_", "update_function_configuration",
       {"FunctionName": "{function}"})
      for kind in CONTROLS),
    *((kind, "lambda:InvokeFunction", "lambda_", "invoke", {"FunctionName": "{function}"}) for kind in CONTROLS),
]

CODES = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException", "403",
         "UnauthorizedAccess"}


def try_all(names, machine):
    """Gives what was not refused; an empty list is what it should be."""
    faults = []
    values = placeholders(names)
    # What has landed may be cleaned by now, and a key of this form is no batch to anybody.
    names.aws.s3.put_object(Bucket=names.bucket, Key=LANDED, **BODY)
    other = another_bucket(names)
    for kind in CONTROLS:
        aws = Clients(machine, **credentials(names, kind))
        role = names.operator if kind == "operator" else names.roles[kind]
        values.update(role=role, function=names.functions.get(kind, names.functions["query"]))
        service, operation, arguments = CONTROLS[kind]
        getattr(getattr(aws, service), operation)(**filled(arguments, values, service))
        for row_kind, action, service, operation, arguments in REFUSED:
            if row_kind == kind:
                before = len(machine.calls())
                fault = attempt(getattr(getattr(aws, service), operation), filled(arguments, values, service))
                judged = [call for call in machine.calls()[before:]
                          if call["role"] == role and call["decision"] == "refused"]
                if fault is None and action not in {call["action"] for call in judged}:
                    fault = f"IAM judged {judged}"
                if fault:
                    faults.append(f"{kind}: {action} by {operation}({arguments}) {fault}")
    names.aws.s3.delete_object(Bucket=names.bucket, Key=LANDED)
    names.aws.s3.delete_bucket(Bucket=other)
    return faults + at_the_door(names, machine)


def attempt(call, arguments):
    try:
        call(**arguments)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return None if code in CODES else f"failed otherwise: {error}"
    return "was done"


def filled(value, values, service=None):
    if isinstance(value, str):
        return value.format(**values)
    if isinstance(value, dict):
        made = {key: filled(inner, values) for key, inner in value.items()}
        return {"Bucket": values["bucket"], **made} if service == S3 else made
    return [filled(inner, values) for inner in value] if isinstance(value, list) else value


def placeholders(names):
    def first(prefix):
        return names.aws.s3.list_objects_v2(Bucket=names.bucket, Prefix=prefix)["Contents"][0]["Key"]

    return {
        "bucket": names.bucket, "database": names.database, "topic": names.topic,
        "queue_ingest": names.queue("ingest"), "queue_compact": names.queue("compact"),
        # The API's, whose results are no business of people.
        "workgroup": f"{names.prefix}-queries",
        "landed": LANDED, "committed": first("commits/"), "table": first("tables/"),
    }


def another_bucket(names):
    """A bucket of the same account that is no lake's."""
    name = "somebody-elses"
    names.aws.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return name


def credentials(names, kind):
    """The session that MiniStack's Lambda gives the function, or that an operator gets."""
    if kind == "operator":
        return names.operator_credentials()
    configuration = names.aws.lambda_.get_function_configuration(FunctionName=names.functions[kind])
    arn = configuration["FunctionArn"]
    digest = hashlib.sha256(f"{arn}:{configuration['Role']}".encode()).hexdigest()
    return {
        "aws_access_key_id": f"ASIA{digest[:16].upper()}",
        "aws_secret_access_key": hashlib.sha256(f"secret:{digest}".encode()).hexdigest(),
        "aws_session_token": hashlib.sha256(f"token:{digest}".encode()).hexdigest(),
    }


def at_the_door(names, machine):
    """Who may not come in: by the HTTP API, by the topic, as the role of a function."""
    faults = []
    api = Api(names, machine)
    status = api.request("GET", "/v1/datasets", signed=False)[0]
    if status != 403:
        faults.append(f"an unsigned request was answered {status}")
    iam = names.aws.iam
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    nobody = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    aws = Clients(machine, **nobody)
    asked = Api(names, machine, credentials=Credentials(key["AccessKeyId"], key["SecretAccessKey"]))
    status = asked.request("GET", "/v1/datasets")[0]
    if status != 403:
        faults.append(f"a request of a user without rights was answered {status}")
    wrong = Api(names, machine, credentials=Credentials(key["AccessKeyId"], "x" * 40))
    status = wrong.request("GET", "/v1/datasets")[0]
    if status != 403:
        faults.append(f"a request with a wrong signature was answered {status}")
    rows = [
        ("publish to the topic", aws.sns.publish, {"TopicArn": names.topic, "Message": "{}"}),
        ("send to the queue of ingest", aws.sqs.send_message, {"QueueUrl": names.queue("ingest"), "MessageBody": "{}"}),
        ("read the bucket", aws.s3.list_objects_v2, {"Bucket": names.bucket}),
        *((f"be {kind}", aws.sts.assume_role, {
            "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{role}", "RoleSessionName": "nobody"})
          for kind, role in names.roles.items()),
    ]
    for what, call, arguments in rows:
        if fault := attempt(call, arguments):
            faults.append(f"a user without rights: {what} {fault}")
    iam.delete_access_key(UserName="nobody", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="nobody")
    return faults
