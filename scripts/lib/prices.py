"""AWS list prices in us-west-2, in US dollars, without the free tier and without discounts.

From the public price pages (aws.amazon.com/<service>/pricing), as they were known when this was written, in November 2026
from memory of the pages and not from a copy of them: check them before you rely on an amount. What is bought in tiers has
the first tier's price, except Firehose's ingestion.
"""

MILLION = 1_000_000

# Lambda: per GB-second on x86_64 (arm64: a fifth less), and per request.
LAMBDA_GB_SECOND = 0.0000166667
LAMBDA_REQUEST = 0.20 / MILLION
# A function has one whole vCPU at so many MB of memory.
LAMBDA_MB_A_VCPU = 1_769

# S3 Standard: PUT, COPY, POST and LIST; GET and HEAD. DELETE costs nothing.
S3_PUT = 0.005 / 1_000
S3_GET = 0.0004 / 1_000

# SQS standard queues: per request of up to 64 KB. A batch of ten messages is one request.
SQS_REQUEST = 0.40 / MILLION
SQS_CHUNK = 64 * 1024

# SNS standard topics: per 64 KB that is published. Delivery to SQS costs nothing, to Firehose this much a message.
SNS_PUBLISH = 0.50 / MILLION
SNS_TO_FIREHOSE = 0.19 / MILLION

# Glue's Data Catalog: per request beyond the first million of a month.
GLUE_REQUEST = 1.00 / MILLION

# CloudWatch Logs: per GB that is ingested.
LOGS_GB = 0.50

# Firehose, direct PUT or from SNS: each record is rounded up to 5 KB. Per GB in tiers of a month's volume (up to, price);
# conversion of JSON to Parquet comes on top.
FIREHOSE_RECORD = 5 * 1024
FIREHOSE_TIERS = [(500_000, 0.029), (2_000_000, 0.025), (float("inf"), 0.020)]
FIREHOSE_PARQUET_GB = 0.018
