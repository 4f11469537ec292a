# HTTP API -> query -> Athena -> tables/. athena.tf has what Athena does with the rights of query's role.

locals {
  # API Gateway ends a request after 30 seconds; the function should be over before.
  query_timeout_seconds = 29
}

module "query" {
  source     = "../function"
  depends_on = [module.data.identity]

  name                 = "${local.prefix}-query"
  description          = "The HTTP API over Athena"
  role_name            = "${local.prefix}-query-${local.region}"
  artifact             = "${var.artifacts_directory}/query.zip"
  architecture         = local.architecture
  memory_mib           = var.query.memory_mib
  timeout_seconds      = local.query_timeout_seconds
  reserved_concurrency = local.reserved_concurrency.query
  log_group_arn        = local.log_group_arns.query
  log_retention_days   = var.log_retention_days
  tags                 = local.release_tags
  live_version         = lookup(var.release.versions, "query", null)
  newest_share         = var.release.newest_share
  guard                = var.alarms.enabled
  built_from           = local.built_from
  log_key_arn          = local.key_arn
  permissions_boundary = var.permissions_boundary

  environment = merge({
    TRIBUTARY_LAKE          = local.prefix
    TRIBUTARY_BUCKET        = local.bucket
    TRIBUTARY_DATABASE      = local.database
    TRIBUTARY_WORKGROUP     = local.workgroup
    TRIBUTARY_WAIT          = "${var.query.wait_seconds}s"
    TRIBUTARY_MAX_ROWS      = tostring(var.query.max_rows)
    TRIBUTARY_MAX_RUNNING   = tostring(local.max_running)
    TRIBUTARY_CATALOG_CACHE = "${var.query.catalog_cache_seconds}s"
    TRIBUTARY_LOG           = var.log
    # Where the gateway lets in only whom IAM or an issuer of tokens allows, there need be no keys beside.
    TRIBUTARY_OPEN_ACCESS = coalesce(var.query.open_access, var.api.authorization != "NONE") ? "on" : "off"
    TRIBUTARY_SQL         = var.query.sql ? "on" : "off"

    TRIBUTARY_MAX_RENDERED = "${var.query.max_rendered_mib}MiB"
    TRIBUTARY_RESULT_REUSE = "${var.query.result_reuse_minutes}m"
    TRIBUTARY_PRICE_PER_TB = tostring(var.query.price_per_tb)
    # The lake's own is one too: a key that allows as much as it may run queries there.
    TRIBUTARY_SCAN_TIERS = join(",", concat(
      [for bytes, workgroup in local.scan_tiers : "${workgroup}=${bytes}"],
      [format("%s=%d", local.workgroup, var.scan_limit_bytes)],
    ))
    TRIBUTARY_CORS_ORIGINS = join(",", var.query.cors_origins)
  }, var.query.extra_environment)

  statements = concat([
    {
      # Also tells what is missing, as a result that has expired, from what is forbidden.
      sid       = "ListDefinitions"
      actions   = ["s3:ListBucket"]
      resources = [local.bucket_arn]
      conditions = { StringLike = { "s3:prefix" = [
        "access/*", "queries/*", "results/api/*", "results/queries/*", "results/rendered/*", "schemas/*",
      ] } }
    },
    {
      # What a query that goes on is come back to by, and files too long for an answer; Athena's own results it writes
      # only through Athena.
      sid       = "KeepQueriesAndFiles"
      actions   = ["s3:PutObject"]
      resources = ["${local.bucket_arn}/results/queries/*", "${local.bucket_arn}/results/rendered/*"]
    },
    {
      # What keys with limits have used. It is all below access/ that the function may write: not the keys.
      sid       = "CountWhatKeysUse"
      actions   = ["s3:GetObject", "s3:PutObject"]
      resources = ["${local.bucket_arn}/access/usage/*"]
    },
    {
      sid     = "ReadDefinitionsKeysAndResults"
      actions = ["s3:GetObject"]
      resources = [
        "${local.bucket_arn}/access/keys.json",
        "${local.bucket_arn}/queries/*",
        "${local.bucket_arn}/results/api/*",
        "${local.bucket_arn}/results/queries/*",
        "${local.bucket_arn}/results/rendered/*",
        "${local.bucket_arn}/schemas/*",
      ]
    },
    {
      sid = "RunQueries"
      actions = [
        "athena:StartQueryExecution",
        "athena:GetQueryExecution",
        "athena:GetQueryResults",
        "athena:StopQueryExecution",
      ]
      resources = local.workgroup_arns
    },
    {
      sid       = "ReadTheCatalog"
      actions   = ["glue:GetDatabase", "glue:GetTable", "glue:GetPartitions"]
      resources = [local.glue_arns.catalog, local.glue_arns.database, local.glue_arns.tables]
    }
  ], local.athena_statements.api, local.key_statements.query)
}
