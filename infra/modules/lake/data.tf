# What holds data: the bucket, and the catalog's database.

module "data" {
  source = "../data"

  prefix                 = local.prefix
  bucket                 = local.bucket
  database               = local.database
  force_destroy          = !var.protected
  identity               = var.identity
  results_retention_days = var.results_retention_days
  is_encrypted           = local.is_encrypted
  key_arn                = local.key_arn
  versioning             = var.versioning
  is_read_by_pages       = length(var.query.cors_origins) > 0
}
