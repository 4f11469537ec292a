# What somebody should be told of. docs/alarms.md has a row for each alarm, which scripts/infra-check compares with the plan, and
# docs/runbooks.md says what to do. This file has the alarms on one metric each; alarms-computed.tf those on several, and
# alarms-causes.tf what pages. The guards of modules/function look at the errors of the alias too, but within a minute and for a
# canary alone: a person need not know of one failed invocation.
#
# severity: `page` wakes somebody, `ticket` waits until the morning, and `part` tells nobody: it is part of an alarm in
# alarms-causes.tf, so that one cause tells once.

locals {
  # A message that fails stays out of sight for the visibility timeout. When it is half as old again, its second try has
  # failed too, or nobody reads the queue. S3 and SNS send nothing that waits longer by itself.
  alarm_age_seconds = {
    for function, seconds in local.visibility_seconds : function => max(900, ceil(seconds * 1.5))
  }

  # A handler ends half a second before its time is up. compact begins no generation in the last 20 seconds and register no
  # partition in the last 10, so beyond nine tenths an invocation had more to do than it could. query may wait for 22 seconds
  # and then fetch for 5.
  alarm_duration_milliseconds = merge(
    {
      for function, settings in { ingest = var.ingest, compact = var.compact, register = var.register } :
      function => settings.timeout_seconds * 900
    },
    { query = (local.query_timeout_seconds - 1) * 1000 },
  )

  # A dead letter is deleted 14 days after it was sent, of which it may have waited 7 in the queue before. SQS counts the age from
  # the move, so that after 5 days 2 are left at the least.
  alarm_dead_letter_seconds = 5 * 24 * 3600

  function_names = {
    for function in ["ingest", "compact", "register", "query"] : function => "${local.prefix}-${function}"
  }

  alarms = merge(
    {
      for function, name in local.function_names : "${function}-errors" => {
        severity   = "part"
        runbook    = "a-function-fails"
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
        severity   = "part"
        runbook    = "a-function-is-throttled"
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
      for function, name in local.function_names : "${function}-duration" => {
        # The API's callers get an answer at the deadline too; what they get counts as a failure there.
        severity   = function == "query" ? "part" : "ticket"
        runbook    = "a-function-needs-all-its-time"
        says       = "For a quarter of an hour, invocations of ${name} took nearly all the time that they may."
        namespace  = "AWS/Lambda"
        metric     = "Duration"
        dimensions = { FunctionName = name }
        statistic  = "Maximum"
        above      = local.alarm_duration_milliseconds[function]
        periods    = 3
      }
    },
    {
      for function, seconds in local.alarm_age_seconds : "${function}-age" => {
        severity   = "part"
        runbook    = "messages-wait"
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
        # Nothing else shows that SNS cannot send to the queue of ingest, which is empty then. The others are empty for as long as
        # somebody mends what their functions fail with, which has paged before.
        severity   = queue == "undelivered" ? "page" : "ticket"
        runbook    = "a-dead-letter-queue-is-not-empty"
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
      # The two queues whose events are nowhere else.
      for queue in ["ingest-dead-letter", "undelivered"] : "${queue}-age" => {
        severity   = "page"
        runbook    = "a-dead-letter-queue-is-not-empty"
        says       = "Events have been in the queue ${local.prefix}-${queue} for five days. They are stored nowhere else, and SQS deletes them in two days or later."
        namespace  = "AWS/SQS"
        metric     = "ApproximateAgeOfOldestMessage"
        dimensions = { QueueName = "${local.prefix}-${queue}" }
        statistic  = "Maximum"
        above      = local.alarm_dead_letter_seconds
        periods    = 1
      }
    },
    {
      for metric, alarm in {
        PartitionsStopped   = { severity = "part", says = "A partition needs a person: its events wait." }
        PartitionsWithTwins = { severity = "ticket", says = "Rows of a partition are the same event." }
        PartitionsRefused   = { severity = "ticket", says = "Events are in quarantine since they are of too many partitions." }
        EventsUntrusted     = { severity = "ticket", says = "Events are in quarantine since their topic may not publish them." }
        } : metric => {
        severity   = alarm.severity
        runbook    = "${lower(metric)}-is-above-zero"
        says       = alarm.says
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
        severity   = "part"
        runbook    = "the-api-answers-5xx"
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
  alarm_description = "${each.value.severity}: ${each.value.says} See docs/runbooks.md#${each.value.runbook}."

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

  alarm_actions = local.told[each.value.severity]
  ok_actions    = local.told[each.value.severity]

  # An alarm of the same name would be written over.
  depends_on = [module.data.identity]
}
