# Where the resources were before the modules lake and data. Terraform moves them in the state, and recreates none.

moved {
  from = aws_apigatewayv2_api.query
  to   = module.lake.aws_apigatewayv2_api.query
}

moved {
  from = aws_apigatewayv2_integration.query
  to   = module.lake.aws_apigatewayv2_integration.query
}

moved {
  from = aws_apigatewayv2_route.query
  to   = module.lake.aws_apigatewayv2_route.query
}

moved {
  from = aws_apigatewayv2_stage.query
  to   = module.lake.aws_apigatewayv2_stage.query
}

moved {
  from = aws_athena_workgroup.lake
  to   = module.lake.aws_athena_workgroup.lake
}

moved {
  from = aws_athena_workgroup.scan_tier
  to   = module.lake.aws_athena_workgroup.scan_tier
}

moved {
  from = aws_cloudwatch_log_group.api
  to   = module.lake.aws_cloudwatch_log_group.api
}

moved {
  from = aws_cloudwatch_log_metric_filter.refused_partitions
  to   = module.lake.aws_cloudwatch_log_metric_filter.refused_partitions
}

moved {
  from = aws_cloudwatch_log_metric_filter.twins
  to   = module.lake.aws_cloudwatch_log_metric_filter.twins
}

moved {
  from = aws_cloudwatch_log_metric_filter.untrusted
  to   = module.lake.aws_cloudwatch_log_metric_filter.untrusted
}

moved {
  from = aws_lambda_permission.api
  to   = module.lake.aws_lambda_permission.api
}

moved {
  from = aws_s3_bucket_notification.lake
  to   = module.lake.aws_s3_bucket_notification.lake
}

moved {
  from = aws_s3_object.definition
  to   = module.lake.aws_s3_object.definition
}

moved {
  from = aws_s3_object.named_query
  to   = module.lake.aws_s3_object.named_query
}

moved {
  from = aws_sns_topic.events
  to   = module.lake.aws_sns_topic.events
}

moved {
  from = aws_sns_topic_policy.events
  to   = module.lake.aws_sns_topic_policy.events
}

moved {
  from = aws_sns_topic_subscription.ingest
  to   = module.lake.aws_sns_topic_subscription.ingest
}

moved {
  from = aws_sqs_queue.undelivered
  to   = module.lake.aws_sqs_queue.undelivered
}

moved {
  from = aws_sqs_queue_policy.undelivered
  to   = module.lake.aws_sqs_queue_policy.undelivered
}

moved {
  from = module.compact
  to   = module.lake.module.compact
}

moved {
  from = module.compact_queue
  to   = module.lake.module.compact_queue
}

moved {
  from = module.ingest
  to   = module.lake.module.ingest
}

moved {
  from = module.ingest_queue
  to   = module.lake.module.ingest_queue
}

moved {
  from = module.query
  to   = module.lake.module.query
}

moved {
  from = module.register
  to   = module.lake.module.register
}

moved {
  from = module.register_queue
  to   = module.lake.module.register_queue
}

moved {
  from = aws_glue_catalog_database.lake
  to   = module.lake.module.data.aws_glue_catalog_database.lake
}

moved {
  from = aws_s3_bucket.lake
  to   = module.lake.module.data.aws_s3_bucket.lake
}

moved {
  from = aws_s3_bucket_lifecycle_configuration.lake
  to   = module.lake.module.data.aws_s3_bucket_lifecycle_configuration.lake
}

moved {
  from = aws_s3_bucket_ownership_controls.lake
  to   = module.lake.module.data.aws_s3_bucket_ownership_controls.lake
}

moved {
  from = aws_s3_bucket_policy.lake
  to   = module.lake.module.data.aws_s3_bucket_policy.lake
}

moved {
  from = aws_s3_bucket_public_access_block.lake
  to   = module.lake.module.data.aws_s3_bucket_public_access_block.lake
}

moved {
  from = aws_s3_bucket_server_side_encryption_configuration.lake
  to   = module.lake.module.data.aws_s3_bucket_server_side_encryption_configuration.lake
}
