output "invoke_arn" {
  description = "ARN by which API Gateway invokes the version that serves."
  value       = aws_lambda_alias.live.invoke_arn
}

output "live" {
  description = "What serves: the alias, its ARN, the version that it names, and the share of the calls that each other version gets."
  value = {
    alias   = aws_lambda_alias.live.name
    arn     = aws_lambda_alias.live.arn
    version = aws_lambda_alias.live.function_version
    shares  = one(aws_lambda_alias.live.routing_config[*].additional_version_weights)
  }
}

output "calls" {
  description = "What the queue and the schedules invoke, an ARN for each of them."
  value = concat(
    aws_lambda_event_source_mapping.queue[*].function_name,
    [for target in aws_cloudwatch_event_target.schedule : target.arn],
  )
}

output "permitted" {
  description = "The qualifier of each thing that is said of the calls of schedules: their permissions, and what becomes of a failed run."
  value = concat(
    [for permission in aws_lambda_permission.schedule : permission.qualifier],
    aws_lambda_function_event_invoke_config.schedule[*].qualifier,
  )
}

output "newest_version" {
  description = "Number of the newest version: this code with these settings."
  value       = aws_lambda_function.this.version
}

output "guard" {
  description = "The alarm that a deployment looks at while it moves traffic; null if there is none."
  value = !var.guard ? null : {
    name       = aws_cloudwatch_metric_alarm.guard[0].alarm_name
    metric     = "${aws_cloudwatch_metric_alarm.guard[0].namespace}/${aws_cloudwatch_metric_alarm.guard[0].metric_name}"
    dimensions = aws_cloudwatch_metric_alarm.guard[0].dimensions
  }
}

output "name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "role_name" {
  description = "Name of the function's role."
  value       = aws_iam_role.this.name
}

output "permissions_boundary" {
  description = "ARN of the policy that bounds the function's role; null if none does."
  value       = aws_iam_role.this.permissions_boundary
}

output "policy" {
  description = "JSON of the only policy of the function's role."
  value       = aws_iam_role_policy.this.policy
}

output "log_group" {
  description = "Name of the function's log group, and the days for which it keeps its lines."
  value = {
    name           = aws_cloudwatch_log_group.this.name
    retention_days = aws_cloudwatch_log_group.this.retention_in_days
    key_arn        = aws_cloudwatch_log_group.this.kms_key_id
  }
}

output "function" {
  description = "How the function is set up."
  value = {
    description          = aws_lambda_function.this.description
    architectures        = aws_lambda_function.this.architectures
    environment          = aws_lambda_function.this.environment[0].variables
    log_format           = aws_lambda_function.this.logging_config[0].log_format
    log_group            = aws_lambda_function.this.logging_config[0].log_group
    memory_mib           = aws_lambda_function.this.memory_size
    reserved_concurrency = aws_lambda_function.this.reserved_concurrent_executions
    runtime              = aws_lambda_function.this.runtime
    tags                 = aws_lambda_function.this.tags
    timeout_seconds      = aws_lambda_function.this.timeout
  }
}

output "queue" {
  description = "How the function reads its queue; null if it has none."
  value = var.queue == null ? null : {
    arn                     = aws_lambda_event_source_mapping.queue[0].event_source_arn
    batch_size              = aws_lambda_event_source_mapping.queue[0].batch_size
    batching_window_seconds = aws_lambda_event_source_mapping.queue[0].maximum_batching_window_in_seconds
    response_types          = aws_lambda_event_source_mapping.queue[0].function_response_types
    concurrency             = aws_lambda_event_source_mapping.queue[0].scaling_config[0].maximum_concurrency
  }
}

output "schedules" {
  description = "When the function is set off by the clock, and with what as its event; null is EventBridge's own."
  value = {
    for name, rule in aws_cloudwatch_event_rule.schedule : name => {
      expression = rule.schedule_expression
      input      = aws_cloudwatch_event_target.schedule[name].input
      rule       = rule.name
    }
  }
}

output "stopped_partitions" {
  description = "How partitions that stop are counted; null if they are not."
  value = var.stopped_partitions == null ? null : {
    log_group = aws_cloudwatch_log_metric_filter.stopped[0].log_group_name
    pattern   = aws_cloudwatch_log_metric_filter.stopped[0].pattern
    metric    = "${aws_cloudwatch_log_metric_filter.stopped[0].metric_transformation[0].namespace}/${aws_cloudwatch_log_metric_filter.stopped[0].metric_transformation[0].name}"
    value     = aws_cloudwatch_log_metric_filter.stopped[0].metric_transformation[0].value
    lake      = aws_cloudwatch_log_metric_filter.stopped[0].metric_transformation[0].dimensions.Lake
  }
}
