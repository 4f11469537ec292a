# landing/ -> queue -> compact -> tables/ and commits/.

module "compact_queue" {
  source     = "../queue"
  depends_on = [module.data.identity]

  name                       = "${local.prefix}-compact"
  arn                        = local.queue_arns.compact
  visibility_timeout_seconds = local.visibility_seconds.compact
  is_encrypted               = local.is_encrypted
  key_arn                    = local.key_arn
  # The sweep finds the same batches, so there is no haste to try again.
  max_receive_count = 5

  sender = {
    service        = "s3.amazonaws.com"
    source_arns    = [local.bucket_arn]
    source_account = local.account
  }
}

module "compact" {
  source     = "../function"
  depends_on = [module.data.identity]

  name                 = "${local.prefix}-compact"
  description          = "Landing batches to Parquet generations"
  role_name            = "${local.prefix}-compact-${local.region}"
  artifact             = "${var.artifacts_directory}/compact.zip"
  architecture         = local.architecture
  memory_mib           = var.compact.memory_mib
  timeout_seconds      = var.compact.timeout_seconds
  reserved_concurrency = var.compact.reserved_concurrency
  log_group_arn        = local.log_group_arns.compact
  log_retention_days   = var.log_retention_days
  tags                 = local.release_tags
  live_version         = lookup(var.release.versions, "compact", null)
  newest_share         = var.release.newest_share
  guard                = var.alarms.enabled
  built_from           = local.built_from
  log_key_arn          = local.key_arn
  permissions_boundary = var.permissions_boundary

  environment = merge({
    TRIBUTARY_LAKE             = local.prefix
    TRIBUTARY_BUCKET           = local.bucket
    TRIBUTARY_DATABASE         = local.database
    TRIBUTARY_MAX_UNPACKED     = "${var.ingest.max_unpacked_mib}MiB"
    TRIBUTARY_MEMORY_BUDGET    = var.compact.memory_budget_mib == null ? null : "${var.compact.memory_budget_mib}MiB"
    TRIBUTARY_THREADS          = var.compact.threads == null ? null : tostring(var.compact.threads)
    TRIBUTARY_TARGET_FILE_SIZE = "${var.compact.target_file_size_mib}MiB"
    TRIBUTARY_GRACE            = "${var.compact.grace_minutes}m"
    TRIBUTARY_RETENTION        = "${var.compact.retention_hours}h"
    TRIBUTARY_LOG              = var.log
    # For glibc's allocator: one heap for all threads, which grows by 16 MiB at a time and keeps what is freed. By default each
    # thread has its own, asks the system for each large buffer, and gives memory back that it needs again at once. To touch a
    # page for the first time takes ten times as long as to fill it.
    MALLOC_ARENA_MAX       = "1"
    MALLOC_MMAP_THRESHOLD_ = "33554432"
    MALLOC_TOP_PAD_        = "16777216"
    MALLOC_TRIM_THRESHOLD_ = "1073741824"
  }, var.compact.extra_environment)

  queue = {
    arn                     = module.compact_queue.arn
    policy_arn              = local.queue_arns.compact
    batch_size              = var.compact.batch_size
    batching_window_seconds = var.compact.batching_window_seconds
    concurrency             = var.compact.queue_concurrency
  }

  schedules = {
    sweep  = { expression = var.compact.sweep }
    vacuum = { expression = var.compact.vacuum, input = jsonencode({ vacuum = {} }) }
  }

  stopped_partitions = local.metrics_namespace

  statements = concat([
    {
      sid        = "ListWork"
      actions    = ["s3:ListBucket"]
      resources  = [local.bucket_arn]
      conditions = { StringLike = { "s3:prefix" = ["commits/*", "landing/*", "schemas/*", "tables/*", "vacuum/*"] } }
    },
    local.missing_is_404,
    {
      sid     = "ReadWork"
      actions = ["s3:GetObject"]
      resources = [
        "${local.bucket_arn}/commits/*",
        "${local.bucket_arn}/landing/*",
        "${local.bucket_arn}/schemas/*",
        "${local.bucket_arn}/tables/*",
        "${local.bucket_arn}/vacuum/*",
      ]
    },
    {
      # Server-side copies within tables/ are a read and a write of it.
      sid     = "WriteGenerations"
      actions = ["s3:PutObject"]
      resources = [
        "${local.bucket_arn}/commits/*",
        "${local.bucket_arn}/quarantine/*",
        "${local.bucket_arn}/tables/*",
        "${local.bucket_arn}/vacuum/*",
      ]
    },
    {
      sid     = "DeleteWhatIsConsumedOrGarbage"
      actions = ["s3:DeleteObject"]
      resources = [
        "${local.bucket_arn}/commits/*",
        "${local.bucket_arn}/landing/*",
        "${local.bucket_arn}/tables/*",
        "${local.bucket_arn}/vacuum/*",
      ]
    },
    local.copies_carry_tags,
    {
      # What the catalog names is no garbage. A partition that is not there leads to the questions whether the table
      # is, and the database.
      sid       = "AskTheCatalog"
      actions   = ["glue:GetDatabase", "glue:GetPartition", "glue:GetTable"]
      resources = [local.glue_arns.catalog, local.glue_arns.database, local.glue_arns.tables]
    },
  ], local.key_statements.compact)
}

# With the hourly vacuum the function reads the identities of a few partitions, and says `twins` of one that has rows of
# the same event. No other line has the field.
resource "aws_cloudwatch_log_metric_filter" "twins" {
  name           = "${local.prefix}-compact-partitions-with-twins"
  log_group_name = module.compact.log_group.name
  pattern        = "{ $.twins > 0 }"

  metric_transformation {
    namespace = local.metrics_namespace
    name      = "PartitionsWithTwins"
    value     = "1"
    unit      = "Count"
    # Every line has the lake's name, so that two lakes in an account are told apart.
    dimensions = { Lake = "$.lake" }
  }
}
