# What somebody should be told of. docs/runbooks.md says for each what to do. The guards of modules/function look at the
# errors of the alias too, but within a minute and for a canary alone: a person need not know of one failed invocation.

locals {
  # A message that fails stays out of sight for the visibility timeout. When it is half as old again, its second try has
  # failed too, or nobody reads the queue. S3 and SNS send nothing that waits longer by itself.
  alarm_age_seconds = {
    for function, seconds in local.visibility_seconds : function => max(900, ceil(seconds * 1.5))
  }

  function_names = {
    for function in ["ingest", "compact", "register", "query"] : function => "${local.prefix}-${function}"
  }

  alarms = merge(
    {
      for function, name in local.function_names : "${function}-errors" => {
        says       = "Invocations of ${name} failed for ten minutes. Their messages come again."
        namespace  = "AWS/Lambda"
        metric     = "Errors"
        dimensions = { FunctionName = name }
        statistic  = "Sum"
        above      = 0
        periods    = 2
      }
    },
    {
      for function, name in local.function_names : "${function}-throttles" => {
        says       = "Invocations of ${name} were throttled for ten minutes: its reserved concurrency, or the account's, is used up."
        namespace  = "AWS/Lambda"
        metric     = "Throttles"
        dimensions = { FunctionName = name }
        statistic  = "Sum"
        above      = 0
        periods    = 2
      }
    },
    {
      for function, seconds in local.alarm_age_seconds : "${function}-age" => {
        says       = "The oldest message of the queue ${local.function_names[function]} has not been handled for ${seconds} seconds."
        namespace  = "AWS/SQS"
        metric     = "ApproximateAgeOfOldestMessage"
        dimensions = { QueueName = local.function_names[function] }
        statistic  = "Maximum"
        above      = seconds
        periods    = 1
      }
    },
    {
      for queue in concat([for function in keys(local.queue_arns) : "${function}-dead-letter"], ["undelivered"]) : queue => {
        says       = "The queue ${local.prefix}-${queue} is not empty: messages are there that were not handled, and are deleted after 14 days."
        namespace  = "AWS/SQS"
        metric     = "ApproximateNumberOfMessagesVisible"
        dimensions = { QueueName = "${local.prefix}-${queue}" }
        statistic  = "Maximum"
        above      = 0
        periods    = 1
      }
    },
    {
      for metric, says in {
        PartitionsStopped   = "A partition needs a person: its events wait."
        PartitionsWithTwins = "Rows of a partition are the same event."
        PartitionsRefused   = "Events are in quarantine since they are of too many partitions."
        EventsUntrusted     = "Events are in quarantine since their topic may not publish them."
        } : metric => {
        says       = says
        namespace  = local.metrics_namespace
        metric     = metric
        dimensions = { Lake = local.prefix }
        statistic  = "Sum"
        above      = 0
        periods    = 1
      }
    },
    {
      api-failures = {
        says       = "The API answered with 5xx for ten minutes."
        namespace  = "AWS/ApiGateway"
        metric     = "5xx"
        dimensions = { ApiId = aws_apigatewayv2_api.query.id }
        statistic  = "Sum"
        above      = 0
        periods    = 2
      }
    },
  )
}

resource "aws_cloudwatch_metric_alarm" "lake" {
  for_each = { for name, alarm in local.alarms : name => alarm if var.alarms.enabled }

  alarm_name        = "${local.prefix}-${each.key}"
  alarm_description = "${each.value.says} See docs/runbooks.md."

  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = 300
  evaluation_periods  = each.value.periods
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  # Functions that do not run, queues without messages and metrics of log lines have no data, and that is good.
  treat_missing_data = "notBreaching"

  alarm_actions = var.alarms.actions
  ok_actions    = var.alarms.actions

  # An alarm of the same name would be written over.
  depends_on = [module.data.identity]
}
