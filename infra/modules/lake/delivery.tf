# Whom the topics hand on to: the queue of ingest, or the version of the function that serves.

locals {
  is_direct  = var.delivery == "sns"
  subscriber = local.is_direct ? { protocol = "lambda", endpoint = module.ingest.live.arn } : { protocol = "sqs", endpoint = module.ingest_queue.arn }
}

resource "aws_lambda_permission" "topic" {
  for_each = local.is_direct ? local.topic_arns : {}

  statement_id  = "topic-${each.key}"
  action        = "lambda:InvokeFunction"
  function_name = module.ingest.name
  qualifier     = module.ingest.live.alias
  principal     = "sns.amazonaws.com"
  source_arn    = each.value
}

# What the function fails at, Lambda tries twice more, for up to six hours where it is throttled, and then keeps in the
# dead-letter queue of ingest. The queue itself stays: what is sent to it is ingested as ever.
resource "aws_lambda_function_event_invoke_config" "topic" {
  count = local.is_direct ? 1 : 0

  function_name                = module.ingest.name
  qualifier                    = module.ingest.live.alias
  maximum_retry_attempts       = 2
  maximum_event_age_in_seconds = 21600

  destination_config {
    on_failure {
      destination = module.ingest_queue.dead_letter_arn
    }
  }
}
