# commits/ and datasets/ -> queue -> register -> Glue and schemas/.

module "register_queue" {
  source     = "../queue"
  depends_on = [module.data.identity]

  name                       = "${local.prefix}-register"
  arn                        = local.queue_arns.register
  visibility_timeout_seconds = local.visibility_seconds.register
  is_encrypted               = local.is_encrypted
  key_arn                    = local.key_arn
  # The reconcile run finds the same commits and definitions.
  max_receive_count = 5

  sender = {
    service        = "s3.amazonaws.com"
    source_arns    = [local.bucket_arn]
    source_account = local.account
  }
}

module "register" {
  source     = "../function"
  depends_on = [module.data.identity]

  name                 = "${local.prefix}-register"
  description          = "Definitions and commits to Glue tables and partitions"
  role_name            = "${local.prefix}-register-${local.region}"
  artifact             = "${var.artifacts_directory}/register.zip"
  architecture         = local.architecture
  memory_mib           = var.register.memory_mib
  timeout_seconds      = var.register.timeout_seconds
  reserved_concurrency = var.register.reserved_concurrency
  log_group_arn        = local.log_group_arns.register
  log_retention_days   = var.log_retention_days
  tags                 = local.release_tags
  live_version         = lookup(var.release.versions, "register", null)
  newest_share         = var.release.newest_share
  guard                = var.alarms.enabled
  built_from           = local.built_from
  log_key_arn          = local.key_arn
  permissions_boundary = var.permissions_boundary

  environment = merge({
    TRIBUTARY_LAKE     = local.prefix
    TRIBUTARY_BUCKET   = local.bucket
    TRIBUTARY_DATABASE = local.database
    TRIBUTARY_LOG      = var.log
  }, var.register.extra_environment)

  queue = {
    arn                     = module.register_queue.arn
    policy_arn              = local.queue_arns.register
    batch_size              = var.register.batch_size
    batching_window_seconds = var.register.batching_window_seconds
    concurrency             = var.register.queue_concurrency
  }

  schedules = { reconcile = { expression = var.register.reconcile } }

  stopped_partitions = local.metrics_namespace

  statements = concat([
    {
      sid        = "ListDefinitionsAndCommits"
      actions    = ["s3:ListBucket"]
      resources  = [local.bucket_arn]
      conditions = { StringLike = { "s3:prefix" = ["commits/*", "datasets/*", "schemas/*"] } }
    },
    local.missing_is_404,
    {
      sid     = "ReadDefinitionsAndCommits"
      actions = ["s3:GetObject"]
      resources = [
        "${local.bucket_arn}/commits/*",
        "${local.bucket_arn}/datasets/*",
        "${local.bucket_arn}/schemas/*",
      ]
    },
    {
      sid       = "AcceptDefinitions"
      actions   = ["s3:PutObject"]
      resources = ["${local.bucket_arn}/schemas/*"]
    },
    {
      # Glue asks for the right on the catalog and the database too, and knows none on a single partition.
      sid = "KeepTheCatalog"
      actions = [
        "glue:GetDatabase",
        "glue:GetTable",
        "glue:CreateTable",
        "glue:UpdateTable",
        "glue:GetPartition",
        "glue:GetPartitions",
        "glue:BatchCreatePartition",
        "glue:BatchDeletePartition",
        "glue:BatchUpdatePartition",
      ]
      resources = [local.glue_arns.catalog, local.glue_arns.database, local.glue_arns.tables]
    },
  ], local.key_statements.register)
}
