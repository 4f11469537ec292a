"""The rights of who deploys: for each type of resource and data source of a lake, what Terraform's provider calls for it.

From it deploy/aws/deploy-role.json is made, the policy of the roles of the environments, and deploy/aws/plan-role.json, that of
the roles `<name>-plan`, which read and lock the state. PLACEHOLDERS are to be replaced; docs/delivery.md says by what.

Not in it, since a deployment does not need it: deleting what holds data (the bucket, the database, a key). To destroy a lake,
an administrator does it.
"""

import dataclasses
import json

PLACEHOLDERS = ("ACCOUNT", "BUCKET", "DATABASE", "ENVIRONMENT", "PREFIX", "REGION", "STATES")
LAKE, ALL = "arn:aws:s3:::BUCKET", "*"
# What IAM takes of all policies in one role.
MOST_CHARACTERS = 10240

# By name of a statement: what it is for, in the form of ARNs.
SCOPES = {
    "Alarms": ["arn:aws:cloudwatch:REGION:ACCOUNT:alarm:PREFIX-*"],
    # API Gateway has no names in ARNs, and its rights are those of HTTP's methods.
    "Api": ["arn:aws:apigateway:REGION::/apis", "arn:aws:apigateway:REGION::/apis/*", "arn:aws:apigateway:REGION::/tags/*"],
    "Bucket": [LAKE],
    "Definitions": [f"{LAKE}/datasets/*", f"{LAKE}/queries/*"],
    "Catalog": ["arn:aws:glue:REGION:ACCOUNT:catalog", "arn:aws:glue:REGION:ACCOUNT:database/DATABASE"],
    "Functions": ["arn:aws:lambda:REGION:ACCOUNT:function:PREFIX-*"],
    "Listings": [ALL],
    "Logs": ["arn:aws:logs:REGION:ACCOUNT:log-group:/aws/lambda/PREFIX-*", "arn:aws:logs:REGION:ACCOUNT:log-group:/aws/vendedlogs/apigateway/PREFIX*"],
    "Marker": ["arn:aws:ssm:REGION:ACCOUNT:parameter/tributary/PREFIX", "arn:aws:ssm:REGION:ACCOUNT:parameter/tributary/PREFIX/*"],
    "Queues": ["arn:aws:sqs:REGION:ACCOUNT:PREFIX-*"],
    "Roles": ["arn:aws:iam::ACCOUNT:role/PREFIX-*"],
    "Rules": ["arn:aws:events:REGION:ACCOUNT:rule/PREFIX-*"],
    "Topics": ["arn:aws:sns:REGION:ACCOUNT:PREFIX-*"],
    # With encryption.create_key; a key has no name.
    "Keys": ["arn:aws:kms:REGION:ACCOUNT:key/*", "arn:aws:kms:REGION:ACCOUNT:alias/PREFIX*"],
    # A mapping has no name either: its function does.
    "Mappings": [ALL],
    "Workgroups": ["arn:aws:athena:REGION:ACCOUNT:workgroup/PREFIX-*"],
}
CONDITIONS = {"Mappings": {"ArnLike": {"lambda:FunctionArn": "arn:aws:lambda:REGION:ACCOUNT:function:PREFIX-*"}}}


@dataclasses.dataclass(frozen=True)
class Rights:
    """What is called for one type, in one scope: to plan, and to apply beside that."""

    scope: str
    read: str = ""
    write: str = ""


def of(service, scope, read="", write=""):
    def named(text):
        return " ".join(f"{service}:{name}" for name in text.split())

    return Rights(scope, named(read), named(write))


TAGGED = "TagResource UntagResource"
BUCKET_READ = (
    "ListBucket GetAccelerateConfiguration GetBucketAcl GetBucketCORS GetBucketLogging GetBucketObjectLockConfiguration GetBucketPolicy "
    "GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration GetLifecycleConfiguration "
    "GetReplicationConfiguration"
)
API = of("apigateway", "Api", "GET", "POST PUT PATCH DELETE")

RIGHTS = {
    "aws_apigatewayv2_api": [API],
    "aws_apigatewayv2_authorizer": [API],
    "aws_apigatewayv2_integration": [API],
    "aws_apigatewayv2_route": [API],
    # API Gateway lets CloudWatch deliver the access log in the caller's name.
    "aws_apigatewayv2_stage": [
        API,
        of("logs", "Listings", write="CreateLogDelivery GetLogDelivery UpdateLogDelivery DeleteLogDelivery ListLogDeliveries PutResourcePolicy DescribeResourcePolicies"),
    ],
    "aws_athena_workgroup": [of("athena", "Workgroups", "GetWorkGroup ListTagsForResource", f"CreateWorkGroup UpdateWorkGroup DeleteWorkGroup {TAGGED}")],
    "aws_cloudwatch_composite_alarm": [
        of("cloudwatch", "Listings", "DescribeAlarms"),
        of("cloudwatch", "Alarms", "ListTagsForResource", f"PutCompositeAlarm DeleteAlarms {TAGGED}"),
    ],
    "aws_cloudwatch_event_rule": [of("events", "Rules", "DescribeRule ListTagsForResource", f"PutRule DeleteRule EnableRule DisableRule {TAGGED}")],
    "aws_cloudwatch_event_target": [of("events", "Rules", "ListTargetsByRule", "PutTargets RemoveTargets")],
    "aws_cloudwatch_log_group": [
        of("logs", "Listings", "DescribeLogGroups"),
        of("logs", "Logs", "ListTagsForResource", f"CreateLogGroup DeleteLogGroup PutRetentionPolicy DeleteRetentionPolicy AssociateKmsKey DisassociateKmsKey {TAGGED}"),
    ],
    "aws_cloudwatch_log_metric_filter": [of("logs", "Logs", "DescribeMetricFilters", "PutMetricFilter DeleteMetricFilter")],
    "aws_cloudwatch_metric_alarm": [
        of("cloudwatch", "Listings", "DescribeAlarms"),
        of("cloudwatch", "Alarms", "ListTagsForResource", f"PutMetricAlarm DeleteAlarms {TAGGED}"),
    ],
    "aws_glue_catalog_database": [of("glue", "Catalog", "GetDatabase GetTags", f"CreateDatabase UpdateDatabase {TAGGED}")],
    "aws_iam_role": [
        of(
            "iam", "Roles", "GetRole ListRolePolicies ListAttachedRolePolicies ListInstanceProfilesForRole ListRoleTags",
            "CreateRole UpdateRole UpdateAssumeRolePolicy DeleteRole PutRolePermissionsBoundary DeleteRolePermissionsBoundary TagRole UntagRole",
        )
    ],
    "aws_iam_role_policy": [of("iam", "Roles", "GetRolePolicy", "PutRolePolicy DeleteRolePolicy")],
    "aws_kms_alias": [of("kms", "Listings", "ListAliases"), of("kms", "Keys", write="CreateAlias UpdateAlias DeleteAlias")],
    "aws_kms_key": [
        of("kms", "Listings", write="CreateKey"),
        of(
            "kms", "Keys", "DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags",
            f"EnableKeyRotation PutKeyPolicy UpdateKeyDescription GenerateDataKey Decrypt {TAGGED}",
        ),
    ],
    "aws_lambda_alias": [of("lambda", "Functions", "GetAlias", "CreateAlias UpdateAlias DeleteAlias")],
    "aws_lambda_event_source_mapping": [
        of("lambda", "Mappings", "GetEventSourceMapping", "CreateEventSourceMapping UpdateEventSourceMapping DeleteEventSourceMapping"),
        of("lambda", "Listings", "ListTags", TAGGED),
    ],
    "aws_lambda_function": [
        of(
            "lambda", "Functions", "GetFunction GetFunctionCodeSigningConfig GetFunctionConfiguration ListVersionsByFunction ListTags",
            f"CreateFunction UpdateFunctionCode UpdateFunctionConfiguration PublishVersion DeleteFunction PutFunctionConcurrency DeleteFunctionConcurrency {TAGGED}",
        ),
        of("iam", "Roles", write="PassRole"),
    ],
    "aws_lambda_function_event_invoke_config": [
        of("lambda", "Functions", "GetFunctionEventInvokeConfig", "PutFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig DeleteFunctionEventInvokeConfig")
    ],
    "aws_lambda_permission": [of("lambda", "Functions", "GetPolicy", "AddPermission RemovePermission")],
    "aws_s3_bucket": [of("s3", "Bucket", BUCKET_READ, "CreateBucket PutBucketTagging")],
    "aws_s3_bucket_cors_configuration": [of("s3", "Bucket", "GetBucketCORS", "PutBucketCORS")],
    "aws_s3_bucket_lifecycle_configuration": [of("s3", "Bucket", "GetLifecycleConfiguration", "PutLifecycleConfiguration")],
    "aws_s3_bucket_notification": [of("s3", "Bucket", "GetBucketNotification", "PutBucketNotification")],
    "aws_s3_bucket_ownership_controls": [of("s3", "Bucket", "GetBucketOwnershipControls", "PutBucketOwnershipControls")],
    "aws_s3_bucket_policy": [of("s3", "Bucket", "GetBucketPolicy", "PutBucketPolicy DeleteBucketPolicy")],
    "aws_s3_bucket_public_access_block": [of("s3", "Bucket", "GetBucketPublicAccessBlock", "PutBucketPublicAccessBlock")],
    "aws_s3_bucket_server_side_encryption_configuration": [of("s3", "Bucket", "GetEncryptionConfiguration", "PutEncryptionConfiguration")],
    "aws_s3_bucket_versioning": [of("s3", "Bucket", "GetBucketVersioning", "PutBucketVersioning")],
    # Of a versioned bucket, the provider deletes every version of a definition that is removed.
    "aws_s3_object": [
        of("s3", "Definitions", "GetObject GetObjectTagging", "PutObject DeleteObject DeleteObjectVersion"),
        of("s3", "Bucket", write="ListBucketVersions"),
    ],
    "aws_sns_topic": [of("sns", "Topics", "GetTopicAttributes ListTagsForResource", f"CreateTopic SetTopicAttributes DeleteTopic {TAGGED}")],
    "aws_sns_topic_policy": [of("sns", "Topics", "GetTopicAttributes", "SetTopicAttributes")],
    "aws_sns_topic_subscription": [of("sns", "Topics", "GetSubscriptionAttributes", "Subscribe Unsubscribe SetSubscriptionAttributes")],
    "aws_sqs_queue": [of("sqs", "Queues", "GetQueueAttributes GetQueueUrl ListQueueTags", "CreateQueue SetQueueAttributes DeleteQueue TagQueue UntagQueue")],
    "aws_sqs_queue_policy": [of("sqs", "Queues", "GetQueueAttributes", "SetQueueAttributes")],
    "aws_ssm_parameter": [
        of("ssm", "Listings", "DescribeParameters"),
        of("ssm", "Marker", "GetParameter GetParameters ListTagsForResource", "PutParameter DeleteParameter AddTagsToResource RemoveTagsFromResource"),
    ],
    # What is only looked up. aws_caller_identity, aws_partition and aws_region need no right.
    "data.aws_caller_identity": [],
    "data.aws_partition": [],
    "data.aws_region": [],
    "data.aws_servicequotas_service_quota": [of("servicequotas", "Listings", "GetServiceQuota GetAWSDefaultServiceQuota")],
    "data.aws_ssm_parameters_by_path": [of("ssm", "Marker", "GetParametersByPath")],
    "terraform_data": [],
}

# What the scripts call beside Terraform: the smoke test of a deployment publishes, and asks the API.
SMOKE = [of("sns", "Topics", write="Publish"), of("execute-api", "Invocations", write="Invoke")]
SCOPES["Invocations"] = ["arn:aws:execute-api:REGION:ACCOUNT:*/*"]


def policy(writes):
    """The policy of who deploys, or of who plans."""
    by_scope = {}
    for rights in [*(one for listed in RIGHTS.values() for one in listed), *(SMOKE if writes else [])]:
        actions = f"{rights.read} {rights.write}" if writes else rights.read
        by_scope.setdefault(rights.scope, set()).update(actions.split())
    state = "arn:aws:s3:::STATES"
    # Where infra/backend.tf.example puts a workspace's state. Who plans locks it, and writes nothing but the lock.
    kept = [f"{state}/tributary/ENVIRONMENT/*" if writes else f"{state}/tributary/ENVIRONMENT/*.tflock"]
    statements = [
        {"Sid": "State", "Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": [state, f"{state}/*"]},
        {"Sid": "StateAndLock", "Effect": "Allow", "Action": ["s3:DeleteObject", "s3:PutObject"], "Resource": kept},
    ]
    for scope in sorted(by_scope):
        # A role is handed to Lambda, and to nothing else.
        passed = {"iam:PassRole"} & by_scope[scope]
        actions = sorted(by_scope[scope] - passed)
        if actions:
            statement = {"Sid": scope, "Effect": "Allow", "Action": actions, "Resource": SCOPES[scope]}
            statements.append(statement | ({"Condition": CONDITIONS[scope]} if scope in CONDITIONS else {}))
        if passed:
            condition = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
            statements.append({"Sid": "RolesOfFunctions", "Effect": "Allow", "Action": ["iam:PassRole"], "Resource": SCOPES[scope], "Condition": condition})
    return {"Version": "2012-10-17", "Statement": statements}


def files():
    """By name: the text of each file."""
    return {f"{name}-role.json": json.dumps(policy(writes), indent=2) + "\n" for name, writes in (("deploy", True), ("plan", False))}
