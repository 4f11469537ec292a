# What somebody is told of, and which metric it is.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  environment         = "prod"
  artifacts_directory = "./tests/artifacts"
  datasets_directory  = "../../datasets"
  queries_directory   = "../../queries"
}

run "all_of_them" {
  command = plan

  variables {
    alarms = { actions = ["arn:aws:sns:us-west-2:000000000000:on-call"] }
  }

  assert {
    condition = {
      for name, alarm in aws_cloudwatch_metric_alarm.lake :
      name => "${alarm.namespace} ${alarm.metric_name} ${jsonencode(alarm.dimensions)} ${alarm.statistic} ${alarm.threshold} ${alarm.evaluation_periods}"
      } == merge(
      {
        for function in ["ingest", "compact", "register", "query"] :
        "${function}-errors" => "AWS/Lambda Errors {\"FunctionName\":\"tributary-prod-${function}\"} Sum 0 2"
      },
      {
        for function in ["ingest", "compact", "register", "query"] :
        "${function}-throttles" => "AWS/Lambda Throttles {\"FunctionName\":\"tributary-prod-${function}\"} Sum 0 2"
      },
      {
        ingest-age   = "AWS/SQS ApproximateAgeOfOldestMessage {\"QueueName\":\"tributary-prod-ingest\"} Maximum 900 1"
        compact-age  = "AWS/SQS ApproximateAgeOfOldestMessage {\"QueueName\":\"tributary-prod-compact\"} Maximum 2715 1"
        register-age = "AWS/SQS ApproximateAgeOfOldestMessage {\"QueueName\":\"tributary-prod-register\"} Maximum 2702 1"
      },
      {
        # nine tenths of 60 and of 300 seconds, and a second less than the 29 of query
        ingest-duration   = "AWS/Lambda Duration {\"FunctionName\":\"tributary-prod-ingest\"} Maximum 54000 3"
        compact-duration  = "AWS/Lambda Duration {\"FunctionName\":\"tributary-prod-compact\"} Maximum 270000 3"
        register-duration = "AWS/Lambda Duration {\"FunctionName\":\"tributary-prod-register\"} Maximum 270000 3"
        query-duration    = "AWS/Lambda Duration {\"FunctionName\":\"tributary-prod-query\"} Maximum 28000 3"
      },
      {
        ingest-dead-letter-age = "AWS/SQS ApproximateAgeOfOldestMessage {\"QueueName\":\"tributary-prod-ingest-dead-letter\"} Maximum 432000 1"
        undelivered-age        = "AWS/SQS ApproximateAgeOfOldestMessage {\"QueueName\":\"tributary-prod-undelivered\"} Maximum 432000 1"
      },
      {
        for queue in ["ingest-dead-letter", "compact-dead-letter", "register-dead-letter", "undelivered"] :
        queue => "AWS/SQS ApproximateNumberOfMessagesVisible {\"QueueName\":\"tributary-prod-${queue}\"} Maximum 0 1"
      },
      {
        for metric in ["PartitionsStopped", "PartitionsWithTwins", "PartitionsRefused", "EventsUntrusted"] :
        metric => "Tributary ${metric} {\"Lake\":\"tributary-prod\"} Sum 0 1"
      },
      { api-failures = "AWS/ApiGateway 5xx {\"ApiId\":\"mockapi\"} Sum 0 2" },
    )
    error_message = "There must be an alarm for every way in which the lake fails, on the metric of this lake."
  }

  # An alarm on a metric that nothing feeds would never begin.
  assert {
    condition = alltrue([
      for filter in [
        aws_cloudwatch_log_metric_filter.twins, aws_cloudwatch_log_metric_filter.refused_partitions, aws_cloudwatch_log_metric_filter.untrusted,
      ] :
      one([
        for alarm in aws_cloudwatch_metric_alarm.lake :
        keys(alarm.dimensions) == keys(filter.metric_transformation[0].dimensions) && alarm.namespace == filter.metric_transformation[0].namespace
        if alarm.metric_name == filter.metric_transformation[0].name
      ])
    ])
    error_message = "Each alarm on a metric of log lines must have the name, namespace and dimensions that the filter gives."
  }

  # The line has the name in the field that the filter takes it from.
  assert {
    condition = alltrue([
      for function in [module.ingest, module.compact, module.register, module.query] :
      function.function.environment.TRIBUTARY_LAKE == aws_cloudwatch_metric_alarm.lake["PartitionsStopped"].dimensions.Lake
    ])
    error_message = "Each function must be told the lake's name, and the alarms must look for that."
  }

  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_metric_alarm.lake :
      alarm.comparison_operator == "GreaterThanThreshold" && alarm.treat_missing_data == "notBreaching" && alarm.period == 300 &&
      startswith(alarm.alarm_name, "tributary-prod-") && can(regex("^(page|ticket|part): .+ See docs/runbooks[.]md#[a-z0-9-]+[.]$", alarm.alarm_description))
    ])
    error_message = "Each alarm must say how grave it is and where to look, and take missing data for good."
  }

  # Before a message is dead-lettered, which takes max_receive_count visibility timeouts. After three tries SQS counts the
  # age without it.
  assert {
    condition = alltrue([
      for pair in [[module.ingest_queue, "ingest"], [module.compact_queue, "compact"], [module.register_queue, "register"]] :
      aws_cloudwatch_metric_alarm.lake["${pair[1]}-age"].threshold < 3 * pair[0].visibility_timeout_seconds &&
      aws_cloudwatch_metric_alarm.lake["${pair[1]}-age"].threshold >= pair[0].visibility_timeout_seconds
    ])
    error_message = "A message that fails must be seen after its second try, and not at its first."
  }

  assert {
    condition = output.alarms == sort(concat(
      [for alarm in aws_cloudwatch_metric_alarm.lake : alarm.alarm_name],
      [for alarm in aws_cloudwatch_metric_alarm.computed : alarm.alarm_name],
      [for name in ["events-not-stored", "events-not-visible", "queries-fail", "queries-fail-some"] : "tributary-prod-${name}"],
    ))
    error_message = "Whoever looks after the lake must find the alarms."
  }
}

run "none" {
  command = plan

  variables {
    alarms = { enabled = false }
  }

  assert {
    condition = (
      length(aws_cloudwatch_metric_alarm.lake) == 0 && length(aws_cloudwatch_metric_alarm.computed) == 0 &&
      length(aws_cloudwatch_composite_alarm.not_stored) == 0 && length(aws_cloudwatch_composite_alarm.cause) == 0 &&
      length(aws_cloudwatch_log_metric_filter.counted) == 0 && length(output.alarms) == 0
    )
    error_message = "An environment without alarms must have none."
  }
}

run "other_times" {
  command = plan

  variables {
    compact = { timeout_seconds = 900 }
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.lake["compact-age"].threshold == 8115
    error_message = "The age must follow the visibility timeout: the first try alone may take that long."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.lake["compact-duration"].threshold == 810000
    error_message = "The duration must follow the timeout."
  }
}
