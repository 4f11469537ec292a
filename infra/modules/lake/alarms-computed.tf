# Alarms on what is computed of several metrics. All count what has no data as zero.

locals {
  # Of what the API promises: 999 of 1,000 requests are not answered with 5xx. An alarm looks whether the failures of a month, at the
  # rate of this window, would be so many times those that the promise allows. At 14.4 times, an hour uses up 2 percent of the
  # month; at 6 times, six hours use up 5 percent. The short windows end the alarm soon after the failures have ended. One
  # failure among few requests is a large share, so the long windows ask for some.
  # (The windows and rates are those of Google's Site Reliability Workbook, chapter 5.)
  availability = 0.999
  burns = {
    "1h"  = { seconds = 3600, rate = 14.4, least = 5 }
    "5m"  = { seconds = 300, rate = 14.4, least = 1 }
    "6h"  = { seconds = 21600, rate = 6, least = 10 }
    "30m" = { seconds = 1800, rate = 6, least = 1 }
  }

  # What may run away in a lake, by list prices in us-west-2, as scripts/lib/prices.py has them: the time of functions, published
  # messages, and what Athena scans. arm64 costs a fifth less.
  dollars_gb_second = 0.0000166667 * (local.architecture == "arm64" ? 0.8 : 1)
  dollars_publish   = 0.0000005
  dollars_byte      = var.query.price_per_tb / 1000000000000
  memory_mib = {
    ingest   = var.ingest.memory_mib
    compact  = var.compact.memory_mib
    register = var.register.memory_mib
    query    = var.query.memory_mib
  }
  spent = merge(
    {
      for function, name in local.function_names : function => {
        namespace  = "AWS/Lambda"
        metric     = "Duration"
        dimensions = { FunctionName = name }
        price      = local.memory_mib[function] / 1024 / 1000 * local.dollars_gb_second
      }
    },
    {
      published = {
        namespace  = "AWS/SNS"
        metric     = "NumberOfMessagesPublished"
        dimensions = { TopicName = local.topic }
        price      = local.dollars_publish
      }
      scanned = {
        namespace  = local.metrics_namespace
        metric     = "BytesScanned"
        dimensions = { Lake = local.prefix }
        price      = local.dollars_byte
      }
      direct = {
        namespace  = "AWS/Athena"
        metric     = "ProcessedBytes"
        dimensions = { WorkGroup = aws_athena_workgroup.direct.name, QueryType = "DML", QueryState = "SUCCEEDED" }
        price      = local.dollars_byte
      }
    },
  )

  computed_alarms = merge(
    {
      # Commits of a partition with sealed files may be five minutes apart, and four periods without any are longer.
      events-stalled = {
        severity   = "part"
        runbook    = "events-do-not-become-visible"
        says       = "Events were stored in each of four times five minutes, and no partition was registered in any of them."
        seconds    = 300
        periods    = 4
        above      = 0
        expression = "IF(FILL(accepted, 0) > 0 AND FILL(registered, 0) == 0, 1, 0)"
        metrics = {
          accepted   = { namespace = local.metrics_namespace, metric = "EventsAccepted", dimensions = { Lake = local.prefix } }
          registered = { namespace = local.metrics_namespace, metric = "PartitionsRegistered", dimensions = { Lake = local.prefix } }
        }
      }

      quarantine-share = {
        severity   = "ticket"
        runbook    = "many-events-go-to-quarantine"
        says       = "For half an hour, more than ${var.alarms.quarantine_percent} percent of the events went to quarantine, and at least ten in each quarter."
        seconds    = 900
        periods    = 2
        above      = var.alarms.quarantine_percent
        expression = "IF(FILL(quarantined, 0) >= 10, 100 * FILL(quarantined, 0) / (FILL(quarantined, 0) + FILL(accepted, 0)), 0)"
        metrics = {
          accepted    = { namespace = local.metrics_namespace, metric = "EventsAccepted", dimensions = { Lake = local.prefix } }
          quarantined = { namespace = local.metrics_namespace, metric = "EventsQuarantined", dimensions = { Lake = local.prefix } }
        }
      }

      cost-per-day = {
        severity   = "ticket"
        runbook    = "the-lake-costs-more-than-expected"
        says       = "What the lake used in the last day costs more than ${var.alarms.dollars_a_day} dollars: the time of functions, published messages, and bytes that Athena scanned."
        seconds    = 86400
        periods    = 1
        above      = var.alarms.dollars_a_day
        expression = join(" + ", [for name, item in local.spent : format("FILL(%s, 0) * %.18f", name, item.price)])
        metrics    = { for name, item in local.spent : name => { namespace = item.namespace, metric = item.metric, dimensions = item.dimensions } }
      }
    },
    {
      for window, burn in local.burns : "api-burn-${window}" => {
        severity   = "part"
        runbook    = "queries-fail"
        says       = "In ${window}, the API failed ${burn.rate} times as often as it may."
        seconds    = burn.seconds
        periods    = 1
        above      = tonumber(format("%.6f", burn.rate * (1 - local.availability)))
        expression = "IF(FILL(failed, 0) >= ${burn.least}, FILL(failed, 0) / requests, 0)"
        metrics = {
          failed   = { namespace = "AWS/ApiGateway", metric = "5xx", dimensions = { ApiId = aws_apigatewayv2_api.query.id } }
          requests = { namespace = "AWS/ApiGateway", metric = "Count", dimensions = { ApiId = aws_apigatewayv2_api.query.id } }
        }
      }
    },
  )
}

resource "aws_cloudwatch_metric_alarm" "computed" {
  for_each = { for name, alarm in local.computed_alarms : name => alarm if var.alarms.enabled }

  alarm_name        = "${local.prefix}-${each.key}"
  alarm_description = "${each.value.severity}: ${each.value.says} See docs/runbooks.md#${each.value.runbook}."

  evaluation_periods  = each.value.periods
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  treat_missing_data  = "notBreaching"

  metric_query {
    id          = "computed"
    expression  = each.value.expression
    label       = each.key
    return_data = true
  }

  dynamic "metric_query" {
    for_each = each.value.metrics

    content {
      id = metric_query.key

      metric {
        namespace   = metric_query.value.namespace
        metric_name = metric_query.value.metric
        dimensions  = metric_query.value.dimensions
        period      = each.value.seconds
        stat        = "Sum"
      }
    }
  }

  alarm_actions = local.told[each.value.severity]
  ok_actions    = local.told[each.value.severity]

  depends_on = [module.data.identity]
}
