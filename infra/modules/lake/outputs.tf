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
  description = "The Athena workgroup for clients that query past the HTTP API, the command line among them."
  value       = aws_athena_workgroup.direct.name
}

output "operator_role_arn" {
  description = "ARN of the role for the command line; null if nobody may take it."
  value       = one(aws_iam_role.operator[*].arn)
}

output "key_policy" {
  description = "JSON of the policy that a key needs to encrypt the lake: what to give a key of encryption.key_arn."
  value       = module.key.policy
}

output "alarms" {
  description = "Names of the alarms."
  value = sort(concat(
    [for alarm in aws_cloudwatch_metric_alarm.lake : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.computed : alarm.alarm_name],
    aws_cloudwatch_composite_alarm.not_stored[*].alarm_name,
    [for alarm in aws_cloudwatch_composite_alarm.cause : alarm.alarm_name],
  ))
}

output "reserved_concurrency" {
  description = "How many invocations at a time are reserved for each function; -1 for none."
  value       = local.reserved_concurrency

  precondition {
    condition     = local.query_reserved_concurrency == -1 || local.max_running <= local.query_reserved_concurrency
    error_message = "query.max_running is ${local.max_running}, and query has ${local.query_reserved_concurrency} invocations at a time. Lower query.max_running, or raise query.reserved_concurrency."
  }

  precondition {
    # Lambda refuses a reservation that leaves fewer, after other resources were changed.
    condition     = local.reserved_sum == 0 || local.reserved_sum + 100 <= local.account_concurrency
    error_message = "The reserved concurrencies come to ${local.reserved_sum}, and Lambda keeps 100 of the account's ${local.account_concurrency} without a reservation. Lower ingest.reserved_concurrency, compact.reserved_concurrency, register.reserved_concurrency or query.reserved_concurrency (-1: none), or ask AWS for a higher quota."
  }
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

output "topic_arns" {
  description = "Where producers publish, by the name of the topic: the lake's own under events, and those of var.topics."
  value       = merge({ events = aws_sns_topic.events.arn }, { for name, topic in aws_sns_topic.other : name => topic.arn })
}

output "api" {
  description = "The HTTP API, for a custom domain, and for policies that let somebody call it: its id, its stage, the ARN that execute-api:Invoke is allowed on, and who may call it."
  value = {
    id            = aws_apigatewayv2_api.query.id
    stage         = aws_apigatewayv2_stage.query.name
    execution_arn = aws_apigatewayv2_api.query.execution_arn

    authorization    = aws_apigatewayv2_route.query.authorization_type
    default_endpoint = !aws_apigatewayv2_api.query.disable_execute_api_endpoint
  }
}

output "state" {
  description = "Which Terraform state keeps the lake: its identity, and the parameter that holds it."
  value = {
    identity  = module.data.identity
    parameter = module.data.marker
  }
}

output "release" {
  description = "The version and the commit that the functions were built from."
  value       = local.release_tags
}

output "prefix" {
  description = "What every name begins with."
  value       = local.prefix
}

output "datasets" {
  description = "The datasets that are asked for."
  value       = [for file in local.definitions : trimsuffix(file, ".json")]
}

output "named_queries" {
  description = "The named queries that the API is given."
  value       = [for file in local.named_queries : trimsuffix(file, ".json")]
}

output "topic_policy" {
  description = "JSON of the policy of the lake's own topic."
  value       = aws_sns_topic_policy.events.policy
}

output "delivery" {
  description = "Whom the topics hand on to."
  value = {
    protocol = aws_sns_topic_subscription.ingest.protocol
    endpoint = aws_sns_topic_subscription.ingest.endpoint
  }
}

output "topics_setting" {
  description = "What ingest is told of the topics: TRIBUTARY_TOPICS."
  value       = module.ingest.function.environment.TRIBUTARY_TOPICS
}

output "settings" {
  description = "How the lake is set up, and each function."
  value = {
    log_retention_days     = var.log_retention_days
    results_retention_days = var.results_retention_days
    scan_limit_bytes       = var.scan_limit_bytes
    requests_per_second    = var.api.requests_per_second
    functions = {
      ingest   = module.ingest.function
      compact  = module.compact.function
      register = module.register.function
      query    = module.query.function
    }
  }
}
