"""What IAM judges a call by, where MiniStack 1.5.33 does not do as AWS documents.

- Glue: each call needs the right on the catalog, the database and the table. MiniStack takes one of them, and for
  GetDatabase a table.
- Athena: all calls about a query need the right on the workgroup that it runs in. MiniStack does not look it up.
- S3: `s3:if-none-match` and `s3:ObjectCreationOperation` are unknown to MiniStack.
- S3: a missing key is 403 for who may not list the bucket. MiniStack answers 404 to everybody.
- S3: a copy of an object with tags takes them along, which needs a right to read them and one to write them.

The policies themselves are MiniStack's to evaluate.
"""

import contextvars
import json
from urllib.parse import parse_qs, unquote

from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id

_resources = contextvars.ContextVar("check_resources", default=None)

# The workgroup of each query that was started.
workgroups = {}

# What S3 asks beside the action of a call: no SDK calls it.
BESIDE = ("s3:GetObjectTagging", "s3:GetObjectVersionTagging", "s3:PutObjectTagging")

_evaluate = iam_evaluator.enforce
_recorder = None


def install(recorder):
    global _recorder
    _recorder = recorder
    original_arn = iam_actions.extract_resource_arn
    original_context = iam_actions.s3_service_context
    original_checks = iam_actions.s3_additional_checks

    def extract_resource_arn(service, method, path, headers, body, query_params, region, account_id):
        found = None
        if service == "glue":
            found = glue(headers, fields(body), region, account_id)
        elif service == "athena":
            found = athena(fields(body), region, account_id)
        _resources.set((service, found) if found else None)
        return original_arn(service, method, path, headers, body, query_params, region, account_id)

    def s3_service_context(iam_action, query_params, path="", headers=None):
        context = original_context(iam_action, query_params, path, headers)
        return {**context, **created(iam_action, query_params or {}, headers or {})}

    iam_actions.extract_resource_arn = extract_resource_arn
    def s3_additional_checks(method, path, headers, body, query_params):
        return [*original_checks(method, path, headers, body, query_params), *carried(method, path, headers, query_params)]

    iam_actions.s3_service_context = s3_service_context
    iam_actions.s3_additional_checks = s3_additional_checks
    iam_evaluator.enforce = enforce


def enforce(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
    """Allowed if it is allowed on each of the resources; writes the decision down."""
    known = _resources.get()
    arns = known[1] if known and known[0] == service else [resource_arn]
    refusal = None
    for arn in arns:
        refusal = refusal or _evaluate(access_key_id, iam_action, service, region, resource_arn=arn,
                                       service_context=service_context)
    if refusal is None and iam_action == "s3:GetObject" and missing(resource_arn):
        bucket = resource_arn.split("/", 1)[0]
        refusal = _evaluate(access_key_id, "s3:ListBucket", service, region, resource_arn=bucket, service_context={})
        if refusal:
            # An answer that the function has to understand, and no right that it lacks.
            write(access_key_id, iam_action, arns, {}, refusal, "absent, and 403")
            return refusal
        write(access_key_id, "s3:ListBucket", [bucket], {}, None, "asked by S3")
    beside = "asked by S3" if refusal is None and iam_action in BESIDE else None
    write(access_key_id, iam_action, arns, service_context or {}, refusal, beside)
    return refusal


def through_athena(access_key_id, iam_action, service, region, arns, context=None):
    """What Athena asks with the caller's rights."""
    context = {**(context or {}), "aws:CalledVia": ["athena.amazonaws.com"]}
    refusal = None
    for arn in arns:
        refusal = refusal or _evaluate(access_key_id, iam_action, service, region, resource_arn=arn,
                                       service_context=context)
    write(access_key_id, iam_action, arns, context, refusal)
    return refusal


def write(access_key_id, action, arns, context, refusal, decision=None):
    if not access_key_id:
        return
    who = iam_evaluator.resolve_credential(access_key_id, get_account_id())
    principal = getattr(who, "principal_arn", "")
    lowered = {key.lower(): value for key, value in context.items()}
    _recorder.write(principal, action, list(arns), lowered,
                    decision or ("allowed" if refusal is None else "refused"))


def fields(body):
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def glue(headers, body, region, account):
    """The catalog, and what of it the call is about."""
    operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
    stem = f"arn:aws:glue:{region}:{account}"
    arns = [f"{stem}:catalog"]
    if operation in ("GetDatabase", "UpdateDatabase", "DeleteDatabase"):
        return [*arns, f"{stem}:database/{body.get('Name')}"]
    database = body.get("DatabaseName")
    if not database:
        return None
    arns.append(f"{stem}:database/{database}")
    table = body.get("TableName") or body.get("Name") or (body.get("TableInput") or {}).get("Name")
    if operation == "GetTables":
        table = "*"
    return [*arns, f"{stem}:table/{database}/{table}"] if table else arns


def athena(body, region, account):
    query = body.get("QueryExecutionId")
    workgroup = workgroups.get(query) if query else body.get("WorkGroup")
    return [f"arn:aws:athena:{region}:{account}:workgroup/{workgroup}"] if workgroup else None


def created(action, query, headers):
    """The condition keys of a write. A part of an upload creates nothing; a copy carries no condition."""
    if action != "s3:PutObject":
        return {}
    if "partNumber" in query or "uploads" in query:
        return {"s3:ObjectCreationOperation": "false"}
    context = {"s3:ObjectCreationOperation": "true"}
    condition = headers.get("if-none-match")
    if condition and "x-amz-copy-source" not in headers:
        context["s3:if-none-match"] = condition
    return context


def carried(method, path, headers, query):
    """What the copy of an object with tags asks beside: S3 takes them along unless the copy brings others."""
    source, _, asked = headers.get("x-amz-copy-source", "").partition("?")
    source, version = unquote(source).lstrip("/"), parse_qs(asked).get("versionId")
    if method != "PUT" or not source or "partNumber" in query or headers.get("x-amz-tagging-directive") == "REPLACE":
        return []
    from ministack.services import s3

    bucket, _, key = source.partition("/")
    if not s3.object_tags_for_condition(bucket, key, {"versionId": version} if version else {}):
        return []
    reads = "s3:GetObjectVersionTagging" if version else "s3:GetObjectTagging"
    return [(reads, f"arn:aws:s3:::{source}"), ("s3:PutObjectTagging", f"arn:aws:s3:::{unquote(path).lstrip('/')}")]


def missing(arn):
    from ministack.services import s3

    bucket, _, key = arn.removeprefix("arn:aws:s3:::").partition("/")
    record = s3._buckets.get(bucket)
    return bool(key) and record is not None and unquote(key) not in record["objects"]
