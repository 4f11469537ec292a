"""What a lake costs in a month in which nobody publishes and nobody asks, counted from plans of it.

Every resource that a plan makes is either priced here or known to cost nothing while nothing happens; any other type is an
error, so that a new one cannot be forgotten. Prices are those of scripts/lib/prices.py.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import prices  # noqa: E402

# A pause of Lambda's between two looks at a queue is long polling, 20 s; it always has five pollers at work.
POLLS_A_MONTH = 5 * prices.MONTH_HOURS * 3600 // 20

# Calls of a run that finds nothing to do, in a lake with one dataset and one partition (a listing has up to 1,000 keys):
# listings, reads of S3, requests to Glue. Counted in the log of `tributary dev` at TRIBUTARY_LOG=debug, one line for each
# sdk_invocation_id. The vacuum's include the look for twins, which takes 2 listings and 4 reads for each of up to eight
# partitions; a reconcile takes 2, 2 and 2 more for each further dataset.
CALLS = {"sweep": (1, 0, 0), "vacuum": (6, 4, 0), "reconcile": (5, 3, 2)}
# An assumption: such a run takes no longer, its share of cold starts included.
RUN_SECONDS = 1
LOG_BYTES = 2_000

FREE_AT_REST = {
    "aws_apigatewayv2_api": "per request", "aws_apigatewayv2_authorizer": "", "aws_apigatewayv2_integration": "",
    "aws_apigatewayv2_route": "", "aws_apigatewayv2_stage": "", "aws_athena_workgroup": "per TB scanned",
    "aws_cloudwatch_event_target": "", "aws_cloudwatch_log_metric_filter": "a metric costs when it has data",
    "aws_glue_catalog_database": "a million objects are free", "aws_iam_role": "", "aws_iam_role_policy": "",
    "aws_kms_alias": "", "aws_lambda_alias": "", "aws_lambda_function": "per call", "aws_lambda_function_event_invoke_config": "",
    "aws_lambda_permission": "", "aws_s3_bucket": "per GB and request", "aws_s3_bucket_cors_configuration": "",
    "aws_s3_bucket_lifecycle_configuration": "", "aws_s3_bucket_notification": "", "aws_s3_bucket_ownership_controls": "",
    "aws_s3_bucket_policy": "", "aws_s3_bucket_public_access_block": "",
    "aws_s3_bucket_server_side_encryption_configuration": "", "aws_s3_bucket_versioning": "what it keeps is stored",
    "aws_s3_object": "some KB", "aws_sns_topic": "per publish", "aws_sns_topic_policy": "", "aws_sns_topic_subscription": "",
    "aws_sqs_queue": "per request", "aws_sqs_queue_policy": "", "aws_ssm_parameter": "standard parameters are free",
    "terraform_data": "in the state alone",
}  # fmt: skip
PRICED = {
    "aws_lambda_event_source_mapping", "aws_cloudwatch_event_rule", "aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm", "aws_kms_key",
    "aws_cloudwatch_log_group",
}  # fmt: skip


class Unpriced(Exception):
    """A type of resource of which nobody has said what it costs."""


def runs_a_month(expression):
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if not rate:
        raise Unpriced(f"the schedule {expression} is no rate: say in scripts/infra/idle_cost.py how often it is")
    minutes = int(rate.group(1)) * {"minute": 1, "hour": 60, "day": 1440}[rate.group(2)]
    return prices.MONTH_HOURS * 60 / minutes


def items(facts):
    """What costs something: (what, how many of it in a month, dollars)."""
    for resource in facts.planned:
        if resource["type"] not in FREE_AT_REST and resource["type"] not in PRICED:
            raise Unpriced(f"say in scripts/infra/idle_cost.py what {resource['type']} costs while nothing happens")
    queues = len(facts.values("aws_lambda_event_source_mapping"))
    polls = queues * POLLS_A_MONTH
    yield f"Lambda polls {queues} queues", f"{polls:,} requests", polls * prices.SQS_REQUEST

    runs = gb_seconds = lists = reads = glue = 0
    for function in ("compact", "register"):
        memory = facts.values("aws_lambda_function", function)[0]["memory_size"]
        for name, expression in facts.schedules(function):
            times = runs_a_month(expression)
            runs += times
            gb_seconds += times * RUN_SECONDS * memory / 1024
            listed, read, asked = CALLS[name]
            lists, reads, glue = lists + times * listed, reads + times * read, glue + times * asked
    yield "schedules start functions", f"{runs:,.0f} runs, {gb_seconds:,.0f} GB-s", runs * prices.LAMBDA_REQUEST + gb_seconds * prices.LAMBDA_GB_SECOND
    yield "these runs ask S3", f"{lists:,.0f} listings, {reads:,.0f} reads", lists * prices.S3_PUT + reads * prices.S3_GET
    # The first million of a month costs nothing, in any account.
    yield "these runs ask Glue", f"{glue:,.0f} requests; a million are free", max(0, glue - prices.MILLION) * prices.GLUE_REQUEST
    written = runs * LOG_BYTES / 1e9
    days = max(group["retention_in_days"] for group in facts.values("aws_cloudwatch_log_group"))
    yield "their log lines", f"{written:.3f} GB, kept for {days} days", written * prices.LOGS_GB + written * days / 30 * prices.LOGS_STORED_GB
    alarms, causes = facts.values("aws_cloudwatch_metric_alarm"), len(facts.values("aws_cloudwatch_composite_alarm"))
    looked_at = sum(max(1, sum(1 for query in alarm.get("metric_query") or [] if query.get("metric"))) for alarm in alarms)
    dollars = looked_at * prices.ALARM + causes * prices.COMPOSITE_ALARM
    yield "alarms", f"{len(alarms)} on {looked_at} metrics, {causes} made of these", dollars
    keys = len(facts.values("aws_kms_key"))
    yield "keys of one's own", f"{keys}", keys * prices.KMS_KEY


def table(lakes):
    """A table of Markdown; `lakes` are facts by environment."""
    counted = {name: list(items(facts)) for name, facts in lakes.items()}
    names = list(counted)
    lines = ["| what | " + " | ".join(f"`{name}` | $ a month" for name in names) + " |", "|---" * (1 + 2 * len(names)) + "|"]
    for row in zip(*counted.values(), strict=True):
        lines.append(f"| {row[0][0]} | " + " | ".join(f"{amount} | {dollars:.2f}" for _, amount, dollars in row) + " |")
    totals = [sum(dollars for _, _, dollars in rows) for rows in counted.values()]
    lines.append("| **together** | " + " | ".join(f"| **{total:.2f}**" for total in totals) + " |")
    lines += ["", *by_use()]
    return "\n".join(lines)


def checks(lakes, project):
    """(what, whether it holds, what was found) of what the project's README says in short."""
    costs = {name: {row[0]: row[2] for row in items(facts)} for name, facts in lakes.items()}
    develop, prod = (sum(costs[name].values()) for name in ("develop", "prod"))
    sentence = f"${develop:.2f} a month in `develop` and ${prod:.2f} in `prod`, of which alarms are ${costs['prod']['alarms']:.2f}."
    yield "README.md says what a lake costs at rest", sentence in " ".join(project.split()), f"it must say: {sentence}"


def by_use():
    """What is paid for by use alone."""
    return [
        "| by use | $ |", "|---|---|",
        f"| a GB in S3, a month | {prices.S3_GB:g} |",
        f"| a million publishes of up to 64 KB (ten messages in one request count once) | {prices.SNS_PUBLISH * prices.MILLION:.2f} |",
        f"| a million requests to the HTTP API | {prices.API_REQUEST * prices.MILLION:.2f} |",
        f"| a TB that Athena scans | {prices.ATHENA_TB:.2f} |",
        f"| a GB of log lines | {prices.LOGS_GB:.2f} |",
        f"| a metric of the namespace `Tributary`, in a month in which it has data | {prices.METRIC:.2f} |",
        f"| a key of one's own, a month | {prices.KMS_KEY:.2f} |",
        f"| 10,000 requests to it | {prices.KMS_REQUEST * 10_000:.2f} |",
    ]  # fmt: skip
