# What holds data: the bucket, and the catalog's database.

module "data" {
  source = "../data"

  prefix                 = local.prefix
  bucket                 = local.bucket
  database               = local.database
  force_destroy          = !var.protected
  identity               = var.identity
  results_retention_days = var.results_retention_days
}
