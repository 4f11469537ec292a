# Bucket, catalog, workgroup and API.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  artifacts_directory = "./tests/artifacts"
}

run "as_they_come" {
  command = plan

  assert {
    condition     = var.region == "us-west-2"
    error_message = "The region is us-west-2 unless asked otherwise."
  }

  assert {
    condition = (
      aws_s3_bucket_public_access_block.lake.block_public_acls &&
      aws_s3_bucket_public_access_block.lake.block_public_policy &&
      aws_s3_bucket_public_access_block.lake.ignore_public_acls &&
      aws_s3_bucket_public_access_block.lake.restrict_public_buckets
    )
    error_message = "The bucket must not become public in any way."
  }

  assert {
    condition     = aws_s3_bucket_ownership_controls.lake.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "Every object must be the account's."
  }

  assert {
    condition = one([
      for rule in aws_s3_bucket_server_side_encryption_configuration.lake.rule :
      rule.apply_server_side_encryption_by_default[0].sse_algorithm
    ]) == "AES256"
    error_message = "Objects must be encrypted."
  }

  assert {
    condition     = aws_s3_bucket.lake.force_destroy == false
    error_message = "Unless asked to, destroying the lake must not destroy its events."
  }

  assert {
    condition = {
      for statement in jsondecode(aws_s3_bucket_policy.lake.policy).Statement :
      statement.Sid => jsonencode([statement.Effect, statement.Principal, statement.Action, statement.Resource, statement.Condition])
      } == {
      OnlyTls = jsonencode([
        "Deny", "*", ["s3:*"],
        ["arn:aws:s3:::tributary-000000000000-us-west-2", "arn:aws:s3:::tributary-000000000000-us-west-2/*"],
        { Bool = { "aws:SecureTransport" = "false" } },
      ])
      CommitsAreCreatedOnce = jsonencode([
        "Deny", "*", ["s3:PutObject"], ["arn:aws:s3:::tributary-000000000000-us-west-2/commits/*"],
        { Bool = { "s3:ObjectCreationOperation" = "true" }, Null = { "s3:if-none-match" = "true" } },
      ])
    }
    error_message = "The bucket must refuse what is not encrypted on the way, and commits without a condition."
  }

  assert {
    condition = jsonencode([
      for rule in aws_s3_bucket_lifecycle_configuration.lake.rule :
      [rule.status, rule.filter[0].prefix, rule.expiration[0].days] if length(rule.expiration) > 0
    ]) == jsonencode([["Enabled", "results/", 1]])
    error_message = "Results must expire, and nothing else may."
  }

  assert {
    condition = jsonencode([
      for rule in aws_s3_bucket_lifecycle_configuration.lake.rule :
      [rule.status, rule.abort_incomplete_multipart_upload[0].days_after_initiation] if length(rule.abort_incomplete_multipart_upload) > 0
    ]) == jsonencode([["Enabled", 1]])
    error_message = "Uploads that broke off must not be paid for."
  }

  assert {
    condition = (
      toset([for definition in aws_s3_object.definition : definition.key]) ==
      toset([for file in fileset("datasets", "*.json") : "datasets/${file}"]) &&
      contains(keys(aws_s3_object.definition), "passengers.json")
    )
    error_message = "Every definition must be put where register looks."
  }

  assert {
    condition = (
      toset([for query in aws_s3_object.named_query : query.key]) ==
      toset([for file in fileset("queries", "*.json") : "queries/${file}"]) &&
      jsondecode(aws_s3_object.named_query["busiest-flights.json"].content).sql == file("queries/busiest-flights.sql") &&
      strcontains(aws_s3_object.named_query["busiest-flights.json"].content, "9223372036854775807")
    )
    error_message = "Every named query must be put where the API looks, with its SQL, and with every digit of its numbers."
  }

  assert {
    condition = (
      aws_athena_workgroup.lake.configuration[0].enforce_workgroup_configuration &&
      aws_athena_workgroup.lake.configuration[0].result_configuration[0].output_location == "s3://tributary-000000000000-us-west-2/results/" &&
      aws_athena_workgroup.lake.configuration[0].bytes_scanned_cutoff_per_query == 10000000000
    )
    error_message = "No query may write elsewhere than results/, or scan without a limit."
  }

  assert {
    condition = jsonencode({
      for tier in aws_athena_workgroup.scan_tier :
      tier.name => tier.configuration[0].bytes_scanned_cutoff_per_query
      if tier.configuration[0].enforce_workgroup_configuration &&
      tier.configuration[0].result_configuration[0].output_location == "s3://tributary-000000000000-us-west-2/results/"
      }) == jsonencode({
      for bytes in [10485760, 20000000, 50000000, 100000000, 200000000, 500000000, 1000000000, 2000000000, 5000000000] :
      format("tributary-scan-%d", bytes) => bytes
    })
    error_message = "Every scan tier must stop a query at its bytes, and write to results/."
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

run "definition_under_another_name" {
  command = plan

  variables {
    datasets_directory = "./tests/misnamed"
  }

  expect_failures = [aws_s3_object.definition]
}

run "query_under_another_name" {
  command = plan

  variables {
    queries_directory = "./tests/misnamed-queries"
  }

  expect_failures = [aws_s3_object.named_query]
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
    condition     = module.query.function.environment.TRIBUTARY_SCAN_TIERS == "tributary-scan-20000000=20000000,tributary=100000000"
    error_message = "query must be told of the tiers that there are."
  }
}
