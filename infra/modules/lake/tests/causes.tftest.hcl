# Who is told of which alarm, what the alarms on several metrics compute, and that one cause pages once.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  environment         = "prod"
  artifacts_directory = "./tests/artifacts"
  datasets_directory  = "../../datasets"
  queries_directory   = "../../queries"
  alarms              = { actions = ["arn:aws:sns:us-west-2:000000000000:on-call"], tickets = ["arn:aws:sns:us-west-2:000000000000:tickets"] }
}

run "who_is_told" {
  command = plan

  assert {
    condition = {
      for severity in ["page", "ticket", "part"] : severity => sort([
        for name, alarm in merge(aws_cloudwatch_metric_alarm.lake, aws_cloudwatch_metric_alarm.computed, aws_cloudwatch_composite_alarm.cause, { events-not-stored = aws_cloudwatch_composite_alarm.not_stored[0] }) :
        name if startswith(alarm.alarm_description, "${severity}: ")
      ])
      } == {
      page = sort(["events-not-stored", "events-not-visible", "ingest-dead-letter-age", "queries-fail", "undelivered", "undelivered-age"])
      ticket = sort([
        "EventsUntrusted", "PartitionsRefused", "PartitionsWithTwins", "compact-dead-letter", "compact-duration", "cost-per-day",
        "ingest-dead-letter", "ingest-duration", "quarantine-share", "queries-fail-some", "register-dead-letter", "register-duration",
      ])
      part = sort([
        "PartitionsStopped", "api-burn-1h", "api-burn-30m", "api-burn-5m", "api-burn-6h", "api-failures", "compact-age",
        "compact-errors", "compact-throttles", "events-stalled", "ingest-age", "ingest-errors", "ingest-throttles", "query-duration",
        "query-errors", "query-throttles", "register-age", "register-errors", "register-throttles",
      ])
    }
    error_message = "Only what needs a person at once may page."
  }

  assert {
    condition = alltrue([
      for alarm in concat(values(aws_cloudwatch_metric_alarm.lake), values(aws_cloudwatch_metric_alarm.computed)) :
      alarm.alarm_actions == alarm.ok_actions && length(alarm.alarm_actions) == (startswith(alarm.alarm_description, "part: ") ? 0 : 1) &&
      alltrue([for action in alarm.alarm_actions : endswith(action, startswith(alarm.alarm_description, "page: ") ? ":on-call" : ":tickets")])
    ])
    error_message = "An alarm must tell those of its severity, at its beginning and its end, and a part of another alarm nobody."
  }

  assert {
    condition = alltrue([
      for alarm in concat(values(aws_cloudwatch_composite_alarm.cause), aws_cloudwatch_composite_alarm.not_stored) :
      alarm.alarm_actions == alarm.ok_actions &&
      alarm.alarm_actions == toset([startswith(alarm.alarm_description, "page: ") ? "arn:aws:sns:us-west-2:000000000000:on-call" : "arn:aws:sns:us-west-2:000000000000:tickets"])
    ])
    error_message = "A cause must tell those of its severity, at its beginning and its end."
  }
}

run "one_cause_pages_once" {
  command = plan

  # Each part is in one rule, and rules name nothing that is not there.
  assert {
    condition = sort([
      for name, alarm in merge(aws_cloudwatch_metric_alarm.lake, aws_cloudwatch_metric_alarm.computed) : name if startswith(alarm.alarm_description, "part: ")
      ]) == sort(flatten([
        for alarm in concat(values(aws_cloudwatch_composite_alarm.cause), aws_cloudwatch_composite_alarm.not_stored) :
        [for found in regexall("ALARM[(]\"tributary-prod-([A-Za-z0-9-]+)\"[)]", alarm.alarm_rule) : found[0]]
    ]))
    error_message = "Each part must be in exactly one cause, and a cause may name no alarm that is not there."
  }

  assert {
    condition = (
      aws_cloudwatch_composite_alarm.not_stored[0].alarm_rule == "ALARM(\"tributary-prod-ingest-errors\") OR ALARM(\"tributary-prod-ingest-throttles\") OR ALARM(\"tributary-prod-ingest-age\")" &&
      aws_cloudwatch_composite_alarm.cause["queries-fail"].alarm_rule == "(ALARM(\"tributary-prod-api-burn-1h\") AND ALARM(\"tributary-prod-api-burn-5m\")) OR (ALARM(\"tributary-prod-api-burn-6h\") AND ALARM(\"tributary-prod-api-burn-30m\"))"
    )
    error_message = "The rules must be those: a long window and a short one together, and any sign that ingest stands still."
  }

  # Dead letters stay until somebody moves them: if they held the others back, nothing would page meanwhile.
  assert {
    condition     = !strcontains(aws_cloudwatch_composite_alarm.not_stored[0].alarm_rule, "dead-letter") && !strcontains(aws_cloudwatch_composite_alarm.not_stored[0].alarm_rule, "undelivered")
    error_message = "What holds others back must end by itself when its cause has ended."
  }

  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_composite_alarm.cause :
      alarm.actions_suppressor[0].alarm == "tributary-prod-events-not-stored" && alarm.actions_suppressor[0].wait_period == 480 && alarm.actions_suppressor[0].extension_period == 2100
    ])
    error_message = "While events are not stored, nothing else may page."
  }
}

run "what_is_computed" {
  command = plan

  variables {
    alarms = { dollars_a_day = 7, quarantine_percent = 2 }
    query  = { price_per_tb = 6 }
    ingest = { memory_mib = 1024 }
  }

  assert {
    condition = {
      for name, alarm in aws_cloudwatch_metric_alarm.computed :
      name => "${one([for query in alarm.metric_query : query.expression if query.return_data == true])} > ${alarm.threshold}, ${alarm.evaluation_periods} x ${one(distinct(flatten([for query in alarm.metric_query : query.metric[*].period])))}"
      if name != "cost-per-day"
      } == {
      events-stalled   = "IF(FILL(accepted, 0) > 0 AND FILL(registered, 0) == 0, 1, 0) > 0, 4 x 300"
      quarantine-share = "IF(FILL(quarantined, 0) >= 10, 100 * FILL(quarantined, 0) / (FILL(quarantined, 0) + FILL(accepted, 0)), 0) > 2, 2 x 900"
      api-burn-1h      = "IF(FILL(failed, 0) >= 5, FILL(failed, 0) / requests, 0) > 0.0144, 1 x 3600"
      api-burn-5m      = "IF(FILL(failed, 0) >= 1, FILL(failed, 0) / requests, 0) > 0.0144, 1 x 300"
      api-burn-6h      = "IF(FILL(failed, 0) >= 10, FILL(failed, 0) / requests, 0) > 0.006, 1 x 21600"
      api-burn-30m     = "IF(FILL(failed, 0) >= 1, FILL(failed, 0) / requests, 0) > 0.006, 1 x 1800"
    }
    error_message = "The computed alarms must ask that."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.computed["cost-per-day"].threshold == 7 &&
      one(distinct(flatten([for query in aws_cloudwatch_metric_alarm.computed["cost-per-day"].metric_query : query.metric[*].period]))) == 86400 &&
      # 1 GiB for a millisecond on arm64, a publish, a byte at 6 dollars a TB.
      strcontains(one([for query in aws_cloudwatch_metric_alarm.computed["cost-per-day"].metric_query : query.expression if query.return_data == true]), "FILL(ingest, 0) * 0.000000013333360000") &&
      strcontains(one([for query in aws_cloudwatch_metric_alarm.computed["cost-per-day"].metric_query : query.expression if query.return_data == true]), "FILL(published, 0) * 0.000000500000000000") &&
      strcontains(one([for query in aws_cloudwatch_metric_alarm.computed["cost-per-day"].metric_query : query.expression if query.return_data == true]), "FILL(scanned, 0) * 0.000000000006000000")
    )
    error_message = "The cost of a day must follow the memory, the architecture and the prices."
  }

  # CloudWatch takes ten metrics in one alarm.
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.computed : length(alarm.metric_query) <= 11 && alarm.treat_missing_data == "notBreaching"])
    error_message = "An alarm may have ten metrics, and must take missing data for good."
  }

  assert {
    condition = {
      for name, filter in aws_cloudwatch_log_metric_filter.counted : name => "${filter.log_group_name} ${filter.pattern} ${filter.metric_transformation[0].value}"
      } == {
      EventsAccepted       = "/aws/lambda/tributary-prod-ingest { $.accepted > 0 } $.accepted"
      EventsQuarantined    = "/aws/lambda/tributary-prod-ingest { $.quarantined > 0 } $.quarantined"
      PartitionsRegistered = "/aws/lambda/tributary-prod-register { ($.message = \"partition registered\") && ($.changed IS TRUE) } 1"
      BytesScanned         = "/aws/lambda/tributary-prod-query { $.bytes_scanned > 0 } $.bytes_scanned"
    }
    error_message = "The metrics must be counted from these lines."
  }

  # An alarm on a metric that nothing feeds would never begin.
  assert {
    condition = alltrue(flatten([
      for alarm in aws_cloudwatch_metric_alarm.computed : [
        for query in alarm.metric_query : [
          for metric in query.metric : contains([for filter in aws_cloudwatch_log_metric_filter.counted : filter.metric_transformation[0].name], metric.metric_name) && metric.dimensions == tomap({ Lake = "tributary-prod" })
        ] if length(query.metric) > 0 && try(query.metric[0].namespace, "") == "Tributary"
      ]
    ]))
    error_message = "Each metric of the lake's own must be fed by a filter, with the lake's name."
  }
}

run "one_topic_for_all" {
  command = plan

  variables {
    alarms = { actions = ["arn:aws:sns:us-west-2:000000000000:on-call"] }
  }

  assert {
    condition = alltrue([
      for name in ["undelivered", "compact-dead-letter"] :
      aws_cloudwatch_metric_alarm.lake[name].alarm_actions == toset(["arn:aws:sns:us-west-2:000000000000:on-call"])
    ])
    error_message = "Without tickets, those of actions must be told of everything."
  }
}

run "refused" {
  command = plan

  variables {
    alarms = { tickets = ["tickets"] }
  }

  expect_failures = [var.alarms]
}

run "refused_numbers" {
  command = plan

  variables {
    alarms = { dollars_a_day = 0 }
  }

  expect_failures = [var.alarms]
}

run "too_many_to_tell" {
  command = plan

  variables {
    alarms = { actions = [for number in range(6) : "arn:aws:sns:us-west-2:000000000000:on-call-${number}"] }
  }

  expect_failures = [var.alarms]
}
