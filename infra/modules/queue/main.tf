# A queue, the queue for what it could not get handled, and who may send to it.

locals {
  # A message keeps its age when it moves on, so the dead-letter queue must keep it for longer.
  retention_seconds             = 7 * 24 * 3600
  dead_letter_retention_seconds = 14 * 24 * 3600

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OneSender"
        Effect    = "Allow"
        Principal = { Service = var.sender.service }
        Action    = ["sqs:SendMessage"]
        Resource  = [var.arn]
        Condition = merge(
          { ArnEquals = { "aws:SourceArn" = var.sender.source_arns } },
          var.sender.source_account == null ? {} : { StringEquals = { "aws:SourceAccount" = var.sender.source_account } },
        )
      },
      {
        Sid       = "OnlyTls"
        Effect    = "Deny"
        Principal = "*"
        # A refusal has to cover everything, whatever actions SQS will have.
        Action    = ["sqs:*"]
        Resource  = [var.arn]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_sqs_queue" "this" {
  name                       = var.name
  visibility_timeout_seconds = var.visibility_timeout_seconds
  message_retention_seconds  = local.retention_seconds
  receive_wait_time_seconds  = 20

  # Either SQS's own key or the customer's, never both.
  sqs_managed_sse_enabled           = var.is_encrypted ? null : true
  kms_master_key_id                 = var.key_arn
  kms_data_key_reuse_period_seconds = var.is_encrypted ? var.key_reuse_seconds : null

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letter.arn
    maxReceiveCount     = var.max_receive_count
  })
}

resource "aws_sqs_queue" "dead_letter" {
  name                      = "${var.name}-dead-letter"
  message_retention_seconds = local.dead_letter_retention_seconds

  sqs_managed_sse_enabled           = var.is_encrypted ? null : true
  kms_master_key_id                 = var.key_arn
  kms_data_key_reuse_period_seconds = var.is_encrypted ? var.key_reuse_seconds : null

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [var.arn]
  })
}

resource "aws_sqs_queue_policy" "this" {
  queue_url = aws_sqs_queue.this.url
  policy    = local.policy
}
