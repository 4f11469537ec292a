# What pages, and whom. Each of these alarms stands for one promise to users and is made of the alarms that show how it is broken,
# so that one cause tells once. Where the cause breaks several promises (S3 is out of reach, a right is gone, the account's
# invocations are used up, a deployment), events-not-stored tells of it, and the others are held back for as long as it lasts:
# what fails on after it tells then.

locals {
  told = {
    page   = var.alarms.actions
    ticket = var.alarms.tickets == null ? var.alarms.actions : var.alarms.tickets
    part   = []
  }

  # By cause: its alarms, of which any pair means that it is there.
  causes = {
    events-not-visible = {
      severity = "page"
      runbook  = "events-do-not-become-visible"
      says     = "Events are stored, and do not become rows."
      any = concat(
        [for function in ["compact", "register"] : ["${function}-errors"]],
        [for function in ["compact", "register"] : ["${function}-throttles"]],
        [for function in ["compact", "register"] : ["${function}-age"]],
        [["PartitionsStopped"], ["events-stalled"]],
      )
    }
    queries-fail = {
      severity = "page"
      runbook  = "queries-fail"
      says     = "The API fails so often that the month's allowance is used up in two days or five."
      any      = [["api-burn-1h", "api-burn-5m"], ["api-burn-6h", "api-burn-30m"]]
    }
    queries-fail-some = {
      severity = "ticket"
      runbook  = "the-api-answers-5xx"
      says     = "Some requests to the API failed, or needed all their time."
      any      = [["api-failures"], ["query-errors"], ["query-throttles"], ["query-duration"]]
    }
  }
  cause_rules = {
    for name, cause in local.causes : name => join(" OR ", [
      for together in cause.any : format(length(together) > 1 ? "(%s)" : "%s", join(" AND ", [for alarm in together : "ALARM(\"${local.prefix}-${alarm}\")"]))
    ])
  }
}

resource "aws_cloudwatch_composite_alarm" "not_stored" {
  count = var.alarms.enabled ? 1 : 0

  alarm_name        = "${local.prefix}-events-not-stored"
  alarm_description = "page: Published events are not stored. They wait in the queue of ingest. See docs/runbooks.md#events-are-not-stored."
  alarm_rule        = join(" OR ", [for alarm in ["ingest-errors", "ingest-throttles", "ingest-age"] : "ALARM(\"${local.prefix}-${alarm}\")"])

  alarm_actions = local.told.page
  ok_actions    = local.told.page

  depends_on = [module.data.identity, aws_cloudwatch_metric_alarm.lake]
}

resource "aws_cloudwatch_composite_alarm" "cause" {
  for_each = { for name, cause in local.causes : name => cause if var.alarms.enabled }

  alarm_name        = "${local.prefix}-${each.key}"
  alarm_description = "${each.value.severity}: ${each.value.says} See docs/runbooks.md#${each.value.runbook}."
  alarm_rule        = local.cause_rules[each.key]

  alarm_actions = local.told[each.value.severity]
  ok_actions    = local.told[each.value.severity]

  # The alarms of one cause do not begin in the same minute: failures of the API are seen at once, and those of ingest after five
  # minutes, and some more until CloudWatch has the metric. When the cause has ended, api-burn-30m takes half an hour to end too,
  # and so does a message that failed at last.
  actions_suppressor {
    alarm            = aws_cloudwatch_composite_alarm.not_stored[0].alarm_name
    wait_period      = 480
    extension_period = 2100
  }

  depends_on = [module.data.identity, aws_cloudwatch_metric_alarm.lake, aws_cloudwatch_metric_alarm.computed]
}
