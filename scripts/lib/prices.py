"""AWS list prices in us-west-2, in US dollars, without the free tier and without discounts.

From the public price pages (aws.amazon.com/<service>/pricing), as they were known when this was written, in November 2026
from memory of the pages and not from a copy of them: check them before you rely on an amount. What is bought in tiers has
the first tier's price, except Firehose's ingestion.
"""

MILLION = 1_000_000

# Lambda: per GB-second on x86_64 (arm64: a fifth less), and per request.
LAMBDA_GB_SECOND = 0.0000166667
LAMBDA_REQUEST = 0.20 / MILLION
LAMBDA_ARM64 = 0.8
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

# What a lake costs that nobody uses. Hours of a month, as AWS counts them.
MONTH_HOURS = 730

# CloudWatch: per metric that an alarm looks at and month; per alarm that is made of alarms and month; per month and metric of
# one's own (also of a log line's) that had data.
ALARM = 0.10
COMPOSITE_ALARM = 0.50
METRIC = 0.30

# KMS: per key and month; per request.
KMS_KEY = 1.00
KMS_REQUEST = 0.03 / 10_000

# S3 Standard and CloudWatch Logs: per GB and month that is kept.
S3_GB = 0.023
LOGS_STORED_GB = 0.03

# API Gateway, HTTP APIs: per request of up to 512 KB. Athena: per TB scanned.
API_REQUEST = 1.00 / MILLION
ATHENA_TB = 5.00
