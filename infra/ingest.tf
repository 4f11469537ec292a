# topic -> queue -> ingest -> landing/ and quarantine/.

module "ingest_queue" {
  source = "./modules/queue"

  name                       = "${var.name}-ingest"
  arn                        = local.queue_arns.ingest
  visibility_timeout_seconds = local.visibility_seconds.ingest
  # What is in a message never fails it, only what is around it: a store that is down, a definition that is damaged.
  # So it comes again for hours.
  max_receive_count = 100

  sender = {
    service    = "sns.amazonaws.com"
    source_arn = local.topic_arn
  }
}

module "ingest" {
  source = "./modules/function"

  name                 = "${var.name}-ingest"
  description          = "SNS messages to landing batches"
  role_name            = "${var.name}-ingest-${var.region}"
  artifact             = "${var.artifacts_directory}/ingest.zip"
  architecture         = local.architecture
  memory_mib           = var.ingest.memory_mib
  timeout_seconds      = var.ingest.timeout_seconds
  reserved_concurrency = var.ingest.reserved_concurrency
  log_group_arn        = local.log_group_arns.ingest
  log_retention_days   = var.log_retention_days

  environment = {
    TRIBUTARY_BUCKET          = local.bucket
    TRIBUTARY_DEFAULT_DATASET = var.ingest.default_dataset
    TRIBUTARY_EARLIEST_EVENT  = var.ingest.earliest_event
    TRIBUTARY_EVENT_AHEAD     = "${var.ingest.event_ahead_hours}h"
    TRIBUTARY_MAX_UNPACKED    = "${var.ingest.max_unpacked_mib}MiB"
    TRIBUTARY_LOG             = var.log
  }

  queue = {
    arn                     = module.ingest_queue.arn
    policy_arn              = local.queue_arns.ingest
    batch_size              = var.ingest.batch_size
    batching_window_seconds = var.ingest.batching_window_seconds
    concurrency             = var.ingest.queue_concurrency
  }

  # It gets nothing but what a listing showed, and definitions are not deleted: it needs no 404 from S3.
  statements = [
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
  ]
}
