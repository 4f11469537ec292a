# Where producers publish. It hands on to the queue of ingest.

locals {
  topic_policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          # The account's principals, as far as IAM allows each of them.
          Sid       = "Account"
          Effect    = "Allow"
          Principal = { AWS = ["arn:${local.partition}:iam::${local.account}:root"] }
          Action    = ["sns:Publish"]
          Resource  = [local.topic_arn]
        },
        {
          Sid       = "OnlyTls"
          Effect    = "Deny"
          Principal = "*"
          Action    = ["sns:Publish"]
          Resource  = [local.topic_arn]
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
      ],
      length(var.publishers) == 0 ? [] : [
        {
          Sid       = "Publishers"
          Effect    = "Allow"
          Principal = { AWS = var.publishers }
          Action    = ["sns:Publish"]
          Resource  = [local.topic_arn]
        },
      ],
      [
        for index, publisher in var.service_publishers : {
          Sid       = "ServicePublisher${index}"
          Effect    = "Allow"
          Principal = { Service = publisher.service }
          Action    = ["sns:Publish"]
          Resource  = [local.topic_arn]
          Condition = merge(
            publisher.source_arn == null ? {} : { ArnLike = { "aws:SourceArn" = publisher.source_arn } },
            publisher.source_account == null ? {} : { StringEquals = { "aws:SourceAccount" = publisher.source_account } },
          )
        }
      ],
    )
  })
}

resource "aws_sns_topic" "events" {
  #checkov:skip=CKV_AWS_26:by the variable encryption; with SNS's own key no other account could publish
  name = local.topic

  # Not the key alias/aws/sns: nobody can let another account use it.
  kms_master_key_id = var.encryption.topic ? local.key_arn : null

  depends_on = [module.data.identity]
}

resource "aws_sns_topic_policy" "events" {
  arn    = aws_sns_topic.events.arn
  policy = local.topic_policy
}

# Not raw: raw delivery drops topic, message id and timestamp, which ingest goes by.
resource "aws_sns_topic_subscription" "ingest" {
  topic_arn            = aws_sns_topic.events.arn
  protocol             = local.subscriber.protocol
  endpoint             = local.subscriber.endpoint
  raw_message_delivery = false

  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.undelivered.arn })

  depends_on = [aws_sqs_queue_policy.undelivered, aws_lambda_permission.topic]
}

# What SNS could not put into the queue of ingest. Without it SNS would drop it in the end.
resource "aws_sqs_queue" "undelivered" {
  name                      = "${local.prefix}-undelivered"
  message_retention_seconds = 14 * 24 * 3600

  sqs_managed_sse_enabled           = local.is_encrypted ? null : true
  kms_master_key_id                 = local.key_arn
  kms_data_key_reuse_period_seconds = local.is_encrypted ? 300 : null

  depends_on = [module.data.identity]
}

locals {
  undelivered_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OneSender"
        Effect    = "Allow"
        Principal = { Service = "sns.amazonaws.com" }
        Action    = ["sqs:SendMessage"]
        Resource  = [local.undelivered_arn]
        Condition = { ArnEquals = { "aws:SourceArn" = values(local.topic_arns) } }
      },
      {
        Sid       = "OnlyTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["sqs:*"]
        Resource  = [local.undelivered_arn]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_sqs_queue_policy" "undelivered" {
  queue_url = aws_sqs_queue.undelivered.url
  policy    = local.undelivered_policy
}
