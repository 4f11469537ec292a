# What is encrypted with a key of the customer, and who may use that key. Without one, S3, SQS and CloudWatch Logs encrypt
# with keys of their own.

module "key" {
  source = "../key"

  prefix             = local.prefix
  create             = var.encryption.create_key
  partition          = local.partition
  region             = local.region
  account            = local.account
  topic_arns         = values(local.topic_arns)
  log_group_arns     = concat(values(local.log_group_arns), [local.api_log_group_arn])
  publishers         = distinct(concat(var.publishers, flatten([for topic in var.topics : topic.publishers])))
  service_publishers = var.service_publishers
}

locals {
  api_log_group_arn = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/vendedlogs/apigateway/${local.prefix}"

  is_encrypted = var.encryption.create_key || var.encryption.key_arn != null
  key_arn      = var.encryption.create_key ? module.key.arn : var.encryption.key_arn

  # The services through which each role uses the key: never by itself. Athena uses it through S3, with the rights of who
  # asks.
  key_services = {
    ingest   = ["s3", "sqs"]
    compact  = ["s3", "sqs"]
    register = ["s3", "sqs"]
    query    = ["s3"]
    operator = ["s3", "sns", "sqs"]
  }

  # An account may encrypt its catalog, with a key that is not the lake's: who reads it then needs a right on that key.
  catalog_key_actions = {
    ingest   = []
    compact  = ["kms:Decrypt"]
    register = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]
    query    = ["kms:Decrypt"]
    operator = ["kms:Decrypt"]
  }

  key_statements = {
    for role, services in local.key_services : role => concat(
      [
        for key in local.is_encrypted ? [local.key_arn] : [] : {
          sid       = "UseTheKey"
          actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
          resources = [key]
          conditions = {
            StringEquals = { "kms:ViaService" = [for service in services : "${service}.${local.region}.amazonaws.com"] }
          }
        }
      ],
      [
        for key in var.encryption.catalog_key_arn == null || length(local.catalog_key_actions[role]) == 0 ? [] : [var.encryption.catalog_key_arn] : {
          sid        = "UseTheCatalogsKey"
          actions    = local.catalog_key_actions[role]
          resources  = [key]
          conditions = { StringEquals = { "kms:ViaService" = ["glue.${local.region}.amazonaws.com"] } }
        }
      ],
    )
  }
}
