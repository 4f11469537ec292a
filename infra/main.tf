# The lake of the workspace's environment. The module describes every setting, and has the defaults of those that neither
# a variable nor the environment sets.

module "lake" {
  source = "./modules/lake"

  name = var.name
  # Where the workspace is refused, that is to be said once.
  environment         = local.known_workspace ? terraform.workspace : "develop"
  prefix              = var.prefix
  bucket              = var.bucket
  database            = var.database
  artifacts_directory = var.artifacts_directory
  datasets_directory  = coalesce(var.datasets_directory, "${path.module}/datasets")
  queries_directory   = coalesce(var.queries_directory, "${path.module}/queries")
  publishers          = var.publishers
  topics              = var.topics
  delivery            = var.delivery
  public              = var.public
  release             = var.release

  service_publishers   = var.service_publishers
  permissions_boundary = var.permissions_boundary
  operators            = var.operators
  encryption           = var.encryption
  versioning           = var.versioning
  account_concurrency  = var.account_concurrency
  alarms               = merge(var.alarms, { enabled = coalesce(var.alarms.enabled, local.environment.alarms) })

  protected              = coalesce(var.protected, local.environment.protected)
  identity               = var.identity
  log                    = coalesce(var.log, local.environment.log)
  log_retention_days     = coalesce(var.log_retention_days, local.environment.log_retention_days)
  results_retention_days = coalesce(var.results_retention_days, local.environment.results_retention_days)
  scan_limit_bytes       = coalesce(var.scan_limit_bytes, local.environment.scan_limit_bytes)

  api      = merge(local.environment.api, { for name, value in var.api : name => value if value != null })
  ingest   = merge(local.environment.ingest, { for name, value in var.ingest : name => value if value != null })
  compact  = merge(local.environment.compact, { for name, value in var.compact : name => value if value != null })
  register = merge(local.environment.register, { for name, value in var.register : name => value if value != null })
  query    = merge(local.environment.query, { for name, value in var.query : name => value if value != null })
}
