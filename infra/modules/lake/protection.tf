# What keeps a lake from being destroyed by mistake. `prevent_destroy` has to be a literal, and it holds for one resource:
# so it is on a resource of its own, which there is or is not, and which depends on everything that holds data. It is
# planned to be destroyed with any of that, by destroy, -target, -replace or a new name, and then the whole plan is
# refused before anything is deleted. A variable cannot lift it: it is to be removed from the state by hand.

resource "terraform_data" "protection" {
  count = var.protected ? 1 : 0

  # Values that change, or become unknown, only when the thing that has them is replaced.
  triggers_replace = {
    region      = local.region
    prefix      = local.prefix
    bucket      = local.bucket
    database    = local.database
    topic       = local.topic
    kept_bucket = module.data.bucket_id
    kept_topic  = aws_sns_topic.events.id
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [
    module.data, module.ingest_queue, module.compact_queue, module.register_queue, aws_sqs_queue.undelivered,
    aws_sns_topic_subscription.ingest, aws_sns_topic.other,
    module.ingest, module.compact, module.register, module.query, aws_apigatewayv2_stage.query, aws_athena_workgroup.lake,
  ]
}

# The second line. Whether destroying the bucket deletes its events is part of the state, and only an apply changes it:
# a destroy between lifting the protection and that apply would delete everything but the bucket, and stop there. This is
# destroyed first, since it depends on everything, and refuses that.
resource "terraform_data" "emptying" {
  input = var.protected ? "refused" : "allowed"

  provisioner "local-exec" {
    when    = destroy
    command = self.output == "allowed" ? "exit 0" : "echo The lake was protected when it was last applied. Apply it with protected = false before it is destroyed. && exit 1"
  }

  # All else: what is not here is deleted at the same time.
  depends_on = [
    module.data, module.key, module.ingest_queue, module.compact_queue, module.register_queue,
    module.ingest, module.compact, module.register, module.query,
    aws_sns_topic.events, aws_sns_topic_policy.events, aws_sns_topic_subscription.ingest,
    aws_sns_topic.other, aws_sns_topic_policy.other, aws_sns_topic_subscription.other,
    aws_sqs_queue.undelivered, aws_sqs_queue_policy.undelivered,
    aws_lambda_permission.topic, aws_lambda_function_event_invoke_config.topic,
    aws_s3_bucket_notification.lake, aws_s3_object.definition, aws_s3_object.named_query,
    aws_apigatewayv2_api.query, aws_apigatewayv2_authorizer.jwt, aws_apigatewayv2_integration.query,
    aws_apigatewayv2_route.query, aws_apigatewayv2_route.preflight, aws_apigatewayv2_stage.query,
    aws_lambda_permission.api, aws_lambda_permission.preflight, aws_cloudwatch_log_group.api,
    aws_athena_workgroup.lake, aws_athena_workgroup.direct, aws_athena_workgroup.scan_tier,
    aws_cloudwatch_log_metric_filter.refused_partitions, aws_cloudwatch_log_metric_filter.twins,
    aws_cloudwatch_log_metric_filter.untrusted, aws_cloudwatch_log_metric_filter.counted,
    aws_cloudwatch_metric_alarm.lake, aws_cloudwatch_metric_alarm.computed,
    aws_cloudwatch_composite_alarm.not_stored, aws_cloudwatch_composite_alarm.cause,
    aws_iam_role.operator, aws_iam_role_policy.operator,
  ]
}
