# Definitions, workgroups and API.

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

run "as_they_come" {
  command = plan

  assert {
    condition = (
      toset([for definition in aws_s3_object.definition : definition.key]) ==
      toset([for file in fileset("../../datasets", "*.json") : "datasets/${file}"]) &&
      contains(keys(aws_s3_object.definition), "passengers.json")
    )
    error_message = "Every definition must be put where register looks."
  }

  assert {
    condition = (
      toset([for query in aws_s3_object.named_query : query.key]) ==
      toset([for file in fileset("../../queries", "*.json") : "queries/${file}"]) &&
      jsondecode(aws_s3_object.named_query["busiest-flights.json"].content).sql == file("../../queries/busiest-flights.sql") &&
      strcontains(aws_s3_object.named_query["busiest-flights.json"].content, "9223372036854775807")
    )
    error_message = "Every named query must be put where the API looks, with its SQL, and with every digit of its numbers."
  }

  assert {
    condition = (
      aws_athena_workgroup.lake.configuration[0].enforce_workgroup_configuration &&
      aws_athena_workgroup.lake.configuration[0].result_configuration[0].output_location == "s3://tributary-prod-000000000000-us-west-2/results/api/" &&
      aws_athena_workgroup.lake.configuration[0].bytes_scanned_cutoff_per_query == 10000000000
    )
    error_message = "No query of the API may write elsewhere than results/api/, or scan without a limit."
  }

  assert {
    condition = jsonencode({
      for tier in aws_athena_workgroup.scan_tier :
      tier.name => tier.configuration[0].bytes_scanned_cutoff_per_query
      if tier.configuration[0].enforce_workgroup_configuration &&
      tier.configuration[0].result_configuration[0].output_location == "s3://tributary-prod-000000000000-us-west-2/results/api/"
      }) == jsonencode({
      for bytes in [10485760, 20000000, 50000000, 100000000, 200000000, 500000000, 1000000000, 2000000000, 5000000000] :
      format("tributary-prod-scan-%d", bytes) => bytes
    })
    error_message = "Every scan tier must stop a query at its bytes, and write to results/api/."
  }

  assert {
    condition = (
      aws_apigatewayv2_integration.query.payload_format_version == "2.0" &&
      aws_apigatewayv2_route.query.route_key == "$default" &&
      aws_apigatewayv2_stage.query.name == "$default" &&
      aws_apigatewayv2_stage.query.auto_deploy
    )
    error_message = "Every request must reach query, as the event that it reads, without a stage in its path."
  }

  assert {
    condition     = aws_apigatewayv2_route.query.authorization_type == "AWS_IAM"
    error_message = "Unless asked to, the API must not be open to everybody."
  }

  assert {
    condition = (
      aws_apigatewayv2_stage.query.default_route_settings[0].throttling_rate_limit == 50 &&
      aws_apigatewayv2_stage.query.default_route_settings[0].throttling_burst_limit == 100
    )
    error_message = "The API must be throttled."
  }

  assert {
    condition = (
      aws_apigatewayv2_stage.query.access_log_settings[0].destination_arn == aws_cloudwatch_log_group.api.arn &&
      aws_cloudwatch_log_group.api.retention_in_days == 30 &&
      !strcontains(aws_apigatewayv2_stage.query.access_log_settings[0].format, "querystring")
    )
    error_message = "Requests must be logged, for a time, and without what people look for."
  }

  assert {
    condition     = aws_lambda_permission.api.source_arn == "arn:aws:execute-api:us-west-2:000000000000:mockapi/*/$default"
    error_message = "Only this API may invoke query."
  }
}

run "a_tier_that_stops_no_earlier_than_the_lake" {
  command = plan

  variables {
    scan_limit_bytes = 100000000
    query            = { scan_tiers = [1000000000, 20000000, 100000000] }
  }

  assert {
    condition     = join(",", keys(aws_athena_workgroup.scan_tier)) == "20000000"
    error_message = "A tier that stops a query no earlier than the lake's workgroup must not be made."
  }

  assert {
    condition     = module.query.function.environment.TRIBUTARY_SCAN_TIERS == "tributary-prod-scan-20000000=20000000,tributary-prod-queries=100000000"
    error_message = "query must be told of the tiers that there are."
  }
}
