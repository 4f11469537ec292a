# Further topics, and who may publish to each. They hand on as the lake's own does.

resource "aws_sns_topic" "other" {
  for_each = var.topics

  #checkov:skip=CKV_AWS_26:by the variable encryption; with SNS's own key no other account could publish
  name              = "${local.prefix}-${each.key}"
  kms_master_key_id = var.encryption.topic ? local.key_arn : null
  depends_on        = [module.data.identity]
}

resource "aws_sns_topic_policy" "other" {
  for_each = var.topics

  arn = aws_sns_topic.other[each.key].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid       = "Account"
          Effect    = "Allow"
          Principal = { AWS = ["arn:${local.partition}:iam::${local.account}:root"] }
          Action    = ["sns:Publish"]
          Resource  = [local.topic_arns[each.key]]
        },
        {
          Sid       = "OnlyTls"
          Effect    = "Deny"
          Principal = "*"
          Action    = ["sns:Publish"]
          Resource  = [local.topic_arns[each.key]]
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
      ],
      length(each.value.publishers) == 0 ? [] : [
        {
          Sid       = "Publishers"
          Effect    = "Allow"
          Principal = { AWS = each.value.publishers }
          Action    = ["sns:Publish"]
          Resource  = [local.topic_arns[each.key]]
        },
      ],
    )
  })
}

resource "aws_sns_topic_subscription" "other" {
  for_each = var.topics

  topic_arn            = aws_sns_topic.other[each.key].arn
  protocol             = local.subscriber.protocol
  endpoint             = local.subscriber.endpoint
  raw_message_delivery = false

  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.undelivered.arn })

  depends_on = [aws_sqs_queue_policy.undelivered, aws_lambda_permission.topic]
}
