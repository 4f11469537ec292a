"""What AWS allows by default, and where it says so. Change a number here when your account has another one.

`checked`: the number was read in a copy of that page in November 2026. The others are from memory of the page, or assumed where
AWS publishes none; each says which. Service Quotas of your account is right in any case:
`aws service-quotas list-service-quotas --service-code SERVICE`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    value: float
    source: str
    checked: bool
    adjustable: bool
    note: str = ""


DOCS = "https://docs.aws.amazon.com"
LIMITS = {
    # Publish and PublishBatch count messages, not requests. us-east-1 has 30,000; us-east-2 and others 1,500; the rest 300.
    "sns messages": Limit(9_000, f"{DOCS}/general/latest/gr/sns.html", True, True, "us-west-2 and eu-west-1"),
    "sns message bytes": Limit(262_144, f"{DOCS}/general/latest/gr/sns.html", True, False),
    "sqs in flight": Limit(120_000, f"{DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html", True, False, "approximately"),
    "mapping concurrency": Limit(1_000, f"{DOCS}/lambda/latest/dg/services-sqs-scaling.html", True, False, "batches of one queue at a time, 300 more each minute"),
    "lambda concurrency": Limit(1_000, f"{DOCS}/lambda/latest/dg/gettingstarted-limits.html", False, True, "of an account in a region; new accounts have 10"),
    "lambda unreserved": Limit(100, f"{DOCS}/lambda/latest/dg/configuration-concurrency.html", False, False, "what Lambda keeps without a reservation"),
    "lambda payload": Limit(6 << 20, f"{DOCS}/lambda/latest/dg/gettingstarted-limits.html", False, False),
    "lambda code bytes": Limit(75e9, f"{DOCS}/lambda/latest/dg/gettingstarted-limits.html", False, True, "all versions of all functions"),
    "lambda network": Limit(75e6, "none: AWS publishes no number", False, False, "assumed: some 600 Mbit/s each way, as others have measured"),
    "s3 writes": Limit(3_500, f"{DOCS}/AmazonS3/latest/userguide/optimizing-performance.html", True, False, "a second and partitioned prefix; S3 splits prefixes by itself, with 503 meanwhile"),
    "s3 copy bytes": Limit(100e6, "none: AWS publishes no number", False, False, "assumed: bytes a second of one CopyObject"),
    "glue calls": Limit(100, "none: AWS publishes no number", False, True, "assumed; ThrottlingException shows the real one"),
    "glue partitions": Limit(10_000_000, f"{DOCS}/general/latest/gr/glue.html", False, True, "of a table; 20,000,000 of an account"),
    "athena active": Limit(150, f"{DOCS}/general/latest/gr/athena.html", False, True, "running and queued DML queries; 200 in us-east-1"),
    "athena starts": Limit(20, f"{DOCS}/athena/latest/ug/service-limits.html", True, True, "StartQueryExecution a second, 80 in a burst"),
    "athena workgroups": Limit(1_000, f"{DOCS}/athena/latest/ug/service-limits.html", False, True),
    "cloudwatch alarms": Limit(5_000, f"{DOCS}/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html", False, True),
    "eventbridge rules": Limit(300, f"{DOCS}/eventbridge/latest/userguide/eb-quota.html", False, True, "of a bus"),
    "iam roles": Limit(1_000, f"{DOCS}/IAM/latest/UserGuide/reference_iam-quotas.html", False, True),
}
