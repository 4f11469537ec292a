# The customer managed key of a lake, and what its policy has to allow.

locals {
  # In a key's policy "*" is the key itself.
  itself = ["*"]

  services = [
    {
      # SNS sends to the encrypted queues in its own name.
      Sid       = "TopicSendsToQueues"
      Effect    = "Allow"
      Principal = { Service = "sns.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = local.itself
      Condition = { ArnEquals = { "aws:SourceArn" = var.topic_arns } }
    },
    {
      # S3 sends notifications to them in its own name, and its documentation names no condition that holds there. The
      # policy of each queue says for which bucket S3 may send.
      Sid       = "BucketNotifiesQueues"
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = local.itself
    },
    {
      Sid       = "LogGroups"
      Effect    = "Allow"
      Principal = { Service = "logs.${var.region}.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
      Resource  = local.itself
      Condition = { ArnEquals = { "kms:EncryptionContext:aws:logs:arn" = var.log_group_arns } }
    },
  ]

  publishers = length(var.publishers) == 0 ? [] : [{
    Sid       = "Publishers"
    Effect    = "Allow"
    Principal = { AWS = var.publishers }
    Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource  = local.itself
    Condition = { StringEquals = { "kms:ViaService" = "sns.${var.region}.amazonaws.com" } }
  }]

  service_publishers = [
    for index, publisher in var.service_publishers : merge(
      {
        Sid       = "ServicePublisher${index}"
        Effect    = "Allow"
        Principal = { Service = publisher.service }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = local.itself
      },
      # For a topic that it publishes to, EventBridge tells KMS neither the rule nor the account.
      publisher.service == "events.amazonaws.com" ? {} : {
        Condition = merge(
          publisher.source_arn == null ? {} : { ArnLike = { "aws:SourceArn" = publisher.source_arn } },
          publisher.source_account == null ? {} : { StringEquals = { "aws:SourceAccount" = publisher.source_account } },
        )
      },
    )
  ]

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        # IAM decides about the principals of the account: of the functions, of operators, and of Athena, which uses the
        # rights of who asks it. Without this statement nobody could change the key any more.
        Sid       = "Account"
        Effect    = "Allow"
        Principal = { AWS = ["arn:${var.partition}:iam::${var.account}:root"] }
        Action    = ["kms:*"]
        Resource  = local.itself
      }],
      local.services, local.publishers, local.service_publishers,
    )
  })
}

resource "aws_kms_key" "this" {
  count = var.create ? 1 : 0

  description             = "What the lake ${var.prefix} keeps at rest"
  policy                  = local.policy
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_kms_alias" "this" {
  count = var.create ? 1 : 0

  name          = "alias/${var.prefix}"
  target_key_id = aws_kms_key.this[0].key_id
}
