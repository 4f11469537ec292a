output "topic_arn" {
  description = "Where producers publish."
  value       = aws_sns_topic.events.arn
}

output "api_url" {
  description = "Where consumers query."
  value       = aws_apigatewayv2_api.query.api_endpoint
}

output "bucket" {
  description = "The lake's bucket."
  value       = module.data.bucket
}

output "database" {
  description = "The Glue database of the tables."
  value       = module.data.database
}

output "workgroup" {
  description = "The Athena workgroup, for clients that query past the HTTP API."
  value       = aws_athena_workgroup.lake.name
}

output "functions" {
  description = "Names of the functions, by what they do."
  value = {
    ingest   = module.ingest.name
    compact  = module.compact.name
    register = module.register.name
    query    = module.query.name
  }
}

output "log_groups" {
  description = "Names of the log groups: one for each function, and the access log of the API."
  value = {
    ingest   = module.ingest.log_group.name
    compact  = module.compact.log_group.name
    register = module.register.log_group.name
    query    = module.query.log_group.name
    api      = aws_cloudwatch_log_group.api.name
  }
}

output "dead_letter_queues" {
  description = "URLs of the queues that should be empty. undelivered: what SNS could not hand over; the others: what a function could not handle."
  value = {
    undelivered = aws_sqs_queue.undelivered.url
    ingest      = module.ingest_queue.dead_letter_url
    compact     = module.compact_queue.dead_letter_url
    register    = module.register_queue.dead_letter_url
  }
}
