# topic -> queue -> ingest -> landing/ and quarantine/.

module "ingest_queue" {
  source     = "../queue"
  depends_on = [module.data.identity]

  name                       = "${local.prefix}-ingest"
  arn                        = local.queue_arns.ingest
  visibility_timeout_seconds = local.visibility_seconds.ingest
  is_encrypted               = local.is_encrypted
  key_arn                    = local.key_arn
  # What is in a message never fails it, only what is around it: a store that is down, a definition that is damaged.
  # So it comes again for hours.
  max_receive_count = 100

  sender = {
    service     = "sns.amazonaws.com"
    source_arns = values(local.topic_arns)
  }
}

module "ingest" {
  source     = "../function"
  depends_on = [module.data.identity]

  name                 = "${local.prefix}-ingest"
  description          = "SNS messages to landing batches"
  role_name            = "${local.prefix}-ingest-${local.region}"
  artifact             = "${var.artifacts_directory}/ingest.zip"
  architecture         = local.architecture
  memory_mib           = var.ingest.memory_mib
  timeout_seconds      = var.ingest.timeout_seconds
  reserved_concurrency = var.ingest.reserved_concurrency
  log_group_arn        = local.log_group_arns.ingest
  log_retention_days   = var.log_retention_days
  tags                 = local.release_tags
  live_version         = lookup(var.release.versions, "ingest", null)
  newest_share         = var.release.newest_share
  guard                = var.alarms.enabled
  built_from           = local.built_from
  log_key_arn          = local.key_arn
  permissions_boundary = var.permissions_boundary

  environment = merge({
    TRIBUTARY_LAKE                  = local.prefix
    TRIBUTARY_BUCKET                = local.bucket
    TRIBUTARY_DEFAULT_DATASET       = var.ingest.default_dataset
    TRIBUTARY_EARLIEST_EVENT        = var.ingest.earliest_event
    TRIBUTARY_EVENT_AHEAD           = "${var.ingest.event_ahead_hours}h"
    TRIBUTARY_EVENT_BEHIND          = "${var.ingest.event_behind_hours}h"
    TRIBUTARY_HOURLY_PARTITIONS     = tostring(var.ingest.hourly_partitions)
    TRIBUTARY_INVOCATION_PARTITIONS = tostring(var.ingest.invocation_partitions)
    TRIBUTARY_MAX_UNPACKED          = "${var.ingest.max_unpacked_mib}MiB"
    TRIBUTARY_MESSAGE_PARTITIONS    = tostring(var.ingest.message_partitions)
    # The queue's policy lets SNS send to it for this topic alone. But a principal of the account whose own policy allows
    # it may send too, and what it sends can say any topic, or none.
    TRIBUTARY_TOPICS = join(",", concat(
      [var.ingest.datasets == null ? local.topic_arn : "${local.topic_arn}=${join("+", var.ingest.datasets)}"],
      [for name, topic in var.topics : "${local.topic_arns[name]}=${join("+", topic.datasets)}"],
    ))
    TRIBUTARY_LOG = var.log
  }, var.ingest.extra_environment)

  queue = {
    arn                     = module.ingest_queue.arn
    policy_arn              = local.queue_arns.ingest
    batch_size              = var.ingest.batch_size
    batching_window_seconds = var.ingest.batching_window_seconds
    concurrency             = var.ingest.queue_concurrency
  }

  # It gets nothing but what a listing showed, and definitions are not deleted: it needs no 404 from S3.
  statements = concat([
    {
      sid        = "ListDefinitions"
      actions    = ["s3:ListBucket"]
      resources  = [local.bucket_arn]
      conditions = { StringLike = { "s3:prefix" = ["schemas/*"] } }
    },
    {
      sid       = "ReadDefinitions"
      actions   = ["s3:GetObject"]
      resources = ["${local.bucket_arn}/schemas/*"]
    },
    {
      sid       = "WriteBatches"
      actions   = ["s3:PutObject"]
      resources = ["${local.bucket_arn}/landing/*", "${local.bucket_arn}/quarantine/*"]
    },
    ], local.is_direct ? [{
      sid       = "KeepWhatFailed"
      actions   = ["sqs:SendMessage"]
      resources = ["${local.queue_arns.ingest}-dead-letter"]
  }] : [], local.key_statements.ingest)
}

# The function says `refused_partitions` when events are in quarantine since they are of more partitions than its settings
# allow: an attack, or a backfill that wants other settings. No other line has the field.
resource "aws_cloudwatch_log_metric_filter" "refused_partitions" {
  name           = "${local.prefix}-ingest-partitions-refused"
  log_group_name = module.ingest.log_group.name
  pattern        = "{ $.refused_partitions > 0 }"

  metric_transformation {
    namespace = local.metrics_namespace
    name      = "PartitionsRefused"
    value     = "$.refused_partitions"
    unit      = "Count"
    # Every line has the lake's name, so that two lakes in an account are told apart.
    dimensions = { Lake = "$.lake" }
  }
}

# It says `untrusted` when events or messages are in quarantine since their topics may not publish them. No other line has
# the field.
resource "aws_cloudwatch_log_metric_filter" "untrusted" {
  name           = "${local.prefix}-ingest-events-untrusted"
  log_group_name = module.ingest.log_group.name
  pattern        = "{ $.untrusted > 0 }"

  metric_transformation {
    namespace = local.metrics_namespace
    name      = "EventsUntrusted"
    value     = "$.untrusted"
    unit      = "Count"
    # Every line has the lake's name, so that two lakes in an account are told apart.
    dimensions = { Lake = "$.lake" }
  }
}
