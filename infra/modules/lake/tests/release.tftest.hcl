# Which version of a function serves, and that nothing calls a function past its alias.

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

run "the_newest_serves" {
  command = plan

  assert {
    condition = alltrue([
      for function in [module.ingest, module.compact, module.register, module.query] :
      function.live.alias == "live" && function.live.version == "8" && function.newest_version == "8" && function.live.shares == null
    ])
    error_message = "Without a word about it the newest version must serve, and no other."
  }

  assert {
    condition = (
      length(concat(module.ingest.calls, module.compact.calls, module.register.calls)) == 6 &&
      alltrue([for arn in concat(module.ingest.calls, module.compact.calls, module.register.calls) : endswith(arn, ":live")]) &&
      endswith(aws_apigatewayv2_integration.query.integration_uri, ":live/invocations") &&
      aws_lambda_permission.api.qualifier == "live"
    )
    error_message = "Queues, schedules and the API must call the alias: else a rollback does not reach them."
  }

  assert {
    condition = alltrue([
      for function in [module.compact, module.register] :
      length(function.permitted) == length(function.schedules) + 1 && toset(function.permitted) == toset(["live"])
    ])
    error_message = "A schedule may invoke the alias, and a failed run is not tried again there: both are said of the alias."
  }

  assert {
    condition = alltrue([
      for function in [module.ingest, module.compact, module.register, module.query] :
      function.guard.name == "${function.name}-live-errors" && function.guard.metric == "AWS/Lambda/Errors" &&
      function.guard.dimensions == tomap({ FunctionName = function.name, Resource = "${function.name}:live" })
    ])
    error_message = "Each function must have an alarm on the errors of the version that serves."
  }

  assert {
    condition     = length(output.guards) == 4 && output.live.compact.version == "8" && output.live.compact.function == module.compact.name
    error_message = "The scripts must learn the guards and the versions from the outputs."
  }
}

run "whoever_else_calls_calls_the_alias" {
  command = plan

  variables {
    delivery = "sns"
    topics   = { travel = { datasets = ["passengers"] } }
    query    = { cors_origins = ["https://app.example.com"] }
  }

  assert {
    condition = alltrue([
      for subscription in [aws_sns_topic_subscription.ingest, aws_sns_topic_subscription.other["travel"]] :
      subscription.endpoint == module.ingest.live.arn && endswith(subscription.endpoint, ":live")
    ])
    error_message = "SNS must invoke the alias: else a rollback does not reach ingest."
  }

  assert {
    condition = (
      length(aws_lambda_permission.topic) == 2 &&
      alltrue([for permission in aws_lambda_permission.topic : permission.qualifier == "live"]) &&
      aws_lambda_function_event_invoke_config.topic[0].qualifier == "live"
    )
    error_message = "What SNS may invoke, and where what failed is kept, must be said of the alias that it invokes."
  }

  assert {
    condition     = aws_lambda_permission.preflight[0].qualifier == "live"
    error_message = "API Gateway must be allowed to invoke the alias for preflights too: it answers 500 otherwise."
  }
}

run "without_alarms_there_is_no_guard" {
  command = plan

  variables {
    alarms = { enabled = false }
  }

  assert {
    condition     = length(output.guards) == 0 && alltrue([for function in [module.ingest, module.compact, module.register, module.query] : function.guard == null])
    error_message = "An environment without alarms must pay for none."
  }
}

run "versions_say_what_they_were_built_from" {
  command = plan

  assert {
    condition = alltrue([
      for function in [module.ingest, module.compact, module.register, module.query] :
      endswith(function.function.description, ", ${try(local.build.version, "unknown")} (commit ${try(local.build.commit, "unknown")})")
    ])
    error_message = "A rollback tells releases apart by the commit at the end of a version's description."
  }
}

run "the_server_may_what_query_may" {
  command = plan

  assert {
    condition = (
      [for statement in jsondecode(output.server_policy).Statement : statement.Sid] ==
      [for statement in jsondecode(module.query.policy).Statement : statement.Sid if statement.Sid != "OwnLog"] &&
      length(jsondecode(output.server_policy).Statement) == length(jsondecode(module.query.policy).Statement) - 1
    )
    error_message = "The standing process must be allowed what the function is, but for its log."
  }
}

run "a_former_version_serves" {
  command = plan

  variables {
    release = { versions = { query = "7" } }
  }

  assert {
    condition     = module.query.live.version == "7" && module.query.live.shares == null && module.ingest.live.version == "8"
    error_message = "A version that is named must serve, whatever is newest; other functions must not change."
  }
}

run "the_newest_gets_a_share" {
  command = plan

  variables {
    release = { versions = { query = "7", ingest = "8" }, newest_share = 0.1 }
  }

  assert {
    condition     = module.query.live.version == "7" && jsonencode(module.query.live.shares) == jsonencode({ "8" = 0.1 })
    error_message = "The newest version must get its share beside the one that serves."
  }

  assert {
    condition     = module.ingest.live.version == "8" && length(module.ingest.live.shares) == 0
    error_message = "Lambda refuses a share for the version that the alias names: a function that did not change must have none."
  }
}
