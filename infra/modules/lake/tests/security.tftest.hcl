# Encryption, boundary, publishers, operators, browsers, reservations: each as asked for, and not otherwise.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  environment         = "prod"
  artifacts_directory = "./tests/artifacts"
  datasets_directory  = "../../datasets"
  queries_directory   = "../../queries"
  bucket              = "lake"
}

run "as_they_come" {
  command = plan

  assert {
    condition = alltrue(concat(
      [for queue in [module.ingest_queue, module.compact_queue, module.register_queue] : jsonencode(queue.key_arns) == "[null,null]"],
      [for function in [module.ingest, module.compact, module.register, module.query] : function.log_group.key_arn == null && function.permissions_boundary == null],
      [
        aws_sns_topic.events.kms_master_key_id == null,
        aws_sqs_queue.undelivered.sqs_managed_sse_enabled,
        aws_athena_workgroup.lake.configuration[0].result_configuration[0].encryption_configuration[0].encryption_option == "SSE_S3",
        aws_athena_workgroup.direct.configuration[0].result_configuration[0].encryption_configuration[0].encryption_option == "SSE_S3",
      ],
    ))
    error_message = "Without a key, each service must encrypt with its own, and nothing costs a key."
  }

  assert {
    condition = alltrue([
      for function in [module.ingest, module.compact, module.register, module.query] : !strcontains(function.policy, "kms:")
    ])
    error_message = "Without a key, no role may have a right on one."
  }

  assert {
    condition     = length(aws_iam_role.operator) == 0 && length(aws_iam_role_policy.operator) == 0 && output.operator_role_arn == null
    error_message = "Unless asked for, there is no role for operators."
  }

  assert {
    condition     = length(aws_apigatewayv2_route.preflight) == 0 && length(aws_lambda_permission.preflight) == 0
    error_message = "Unless pages may call the API, there is no route without authorization."
  }

  assert {
    condition     = jsonencode(output.reserved_concurrency) == jsonencode({ compact = -1, ingest = -1, query = 100, register = -1 })
    error_message = "query must not be able to use up the account's invocations."
  }

  assert {
    condition     = module.query.function.reserved_concurrency == 100
    error_message = "The reservation must reach the function."
  }
}

run "encrypted_by_a_key_of_its_own" {
  command = plan

  variables {
    encryption = { create_key = true, catalog_key_arn = "arn:aws:kms:us-west-2:000000000000:key/99999999-2222-3333-4444-555555555555" }
    topics     = { billing = { datasets = ["passengers"], publishers = ["arn:aws:iam::111111111111:role/billing", "arn:aws:iam::333333333333:root"] } }
    publishers = ["arn:aws:iam::111111111111:role/billing"]
    service_publishers = [
      { service = "s3.amazonaws.com", source_arn = "arn:aws:s3:::uploads", source_account = "222222222222" },
      { service = "events.amazonaws.com", source_arn = "arn:aws:events:us-west-2:000000000000:rule/uploads" },
    ]
  }

  assert {
    condition = alltrue(concat(
      flatten([
        for queue in [module.ingest_queue, module.compact_queue, module.register_queue] :
        [for arn in queue.key_arns : arn == "arn:aws:kms:us-west-2:000000000000:key/11111111-2222-3333-4444-555555555555"]
      ]),
      [
        for arn in concat(
          [for function in [module.ingest, module.compact, module.register, module.query] : function.log_group.key_arn],
          [
            aws_cloudwatch_log_group.api.kms_key_id, aws_sns_topic.events.kms_master_key_id, aws_sns_topic.other["billing"].kms_master_key_id, aws_sqs_queue.undelivered.kms_master_key_id,
            aws_athena_workgroup.lake.configuration[0].result_configuration[0].encryption_configuration[0].kms_key_arn,
            aws_athena_workgroup.direct.configuration[0].result_configuration[0].encryption_configuration[0].kms_key_arn,
          ],
          [for tier in aws_athena_workgroup.scan_tier : tier.configuration[0].result_configuration[0].encryption_configuration[0].kms_key_arn],
        ) : arn == "arn:aws:kms:us-west-2:000000000000:key/11111111-2222-3333-4444-555555555555"
      ],
    ))
    error_message = "Queues, topic, results and log groups must be encrypted with the lake's key."
  }

  # In full: a service that is missing here loses messages, and one more could read them.
  assert {
    condition = {
      for statement in jsondecode(output.key_policy).Statement :
      statement.Sid => jsonencode([statement.Principal, statement.Action, try(statement.Condition, null)])
      } == {
      Account              = jsonencode([{ AWS = ["arn:aws:iam::000000000000:root"] }, ["kms:*"], null])
      TopicSendsToQueues   = jsonencode([{ Service = "sns.amazonaws.com" }, ["kms:Decrypt", "kms:GenerateDataKey"], { ArnEquals = { "aws:SourceArn" = [for name in ["billing", "events"] : "arn:aws:sns:us-west-2:000000000000:tributary-prod-${name}"] } }])
      BucketNotifiesQueues = jsonencode([{ Service = "s3.amazonaws.com" }, ["kms:Decrypt", "kms:GenerateDataKey"], null])
      LogGroups = jsonencode([
        { Service = "logs.us-west-2.amazonaws.com" },
        ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"],
        { ArnEquals = { "kms:EncryptionContext:aws:logs:arn" = concat(
          [for name in ["compact", "ingest", "query", "register"] : "arn:aws:logs:us-west-2:000000000000:log-group:/aws/lambda/tributary-prod-${name}"],
          ["arn:aws:logs:us-west-2:000000000000:log-group:/aws/vendedlogs/apigateway/tributary-prod"],
        ) } },
      ])
      Publishers        = jsonencode([{ AWS = ["arn:aws:iam::111111111111:role/billing", "arn:aws:iam::333333333333:root"] }, ["kms:Decrypt", "kms:GenerateDataKey"], { StringEquals = { "kms:ViaService" = "sns.us-west-2.amazonaws.com" } }])
      ServicePublisher0 = jsonencode([{ Service = "s3.amazonaws.com" }, ["kms:Decrypt", "kms:GenerateDataKey"], { ArnLike = { "aws:SourceArn" = "arn:aws:s3:::uploads" }, StringEquals = { "aws:SourceAccount" = "222222222222" } }])
      ServicePublisher1 = jsonencode([{ Service = "events.amazonaws.com" }, ["kms:Decrypt", "kms:GenerateDataKey"], null])
    }
    error_message = "The key must let SNS, S3, CloudWatch Logs and the publishers use it, and nobody else beside IAM."
  }

  # What the key's policy says of log groups must be the log groups.
  assert {
    condition = (
      [aws_cloudwatch_log_group.api.name] == [for arn in jsondecode(output.key_policy).Statement[3].Condition.ArnEquals["kms:EncryptionContext:aws:logs:arn"] : trimprefix(arn, "arn:aws:logs:us-west-2:000000000000:log-group:") if strcontains(arn, "vendedlogs")]
    )
    error_message = "The key must be usable for the log group of the API."
  }

  assert {
    condition = {
      for name, function in { ingest = module.ingest, compact = module.compact, register = module.register, query = module.query } :
      name => [
        for statement in jsondecode(function.policy).Statement :
        "${trimprefix(one(statement.Resource), "arn:aws:kms:us-west-2:000000000000:key/")} ${join(",", statement.Action)} ${join(",", statement.Condition.StringEquals["kms:ViaService"])}"
        if anytrue([for action in statement.Action : startswith(action, "kms:")])
      ]
      } == {
      ingest = ["11111111-2222-3333-4444-555555555555 kms:Decrypt,kms:GenerateDataKey s3.us-west-2.amazonaws.com,sqs.us-west-2.amazonaws.com"]
      compact = [
        "11111111-2222-3333-4444-555555555555 kms:Decrypt,kms:GenerateDataKey s3.us-west-2.amazonaws.com,sqs.us-west-2.amazonaws.com",
        "99999999-2222-3333-4444-555555555555 kms:Decrypt glue.us-west-2.amazonaws.com",
      ]
      register = [
        "11111111-2222-3333-4444-555555555555 kms:Decrypt,kms:GenerateDataKey s3.us-west-2.amazonaws.com,sqs.us-west-2.amazonaws.com",
        "99999999-2222-3333-4444-555555555555 kms:Decrypt,kms:Encrypt,kms:GenerateDataKey glue.us-west-2.amazonaws.com",
      ]
      query = [
        "11111111-2222-3333-4444-555555555555 kms:Decrypt,kms:GenerateDataKey s3.us-west-2.amazonaws.com",
        "99999999-2222-3333-4444-555555555555 kms:Decrypt glue.us-west-2.amazonaws.com",
      ]
    }
    error_message = "Each role must use the keys through the services that it calls, and never by itself."
  }

  assert {
    condition = [
      for statement in jsondecode(aws_sns_topic_policy.events.policy).Statement :
      jsonencode([statement.Effect, statement.Principal, statement.Action, statement.Condition]) if startswith(statement.Sid, "ServicePublisher")
      ] == [
      jsonencode(["Allow", { Service = "s3.amazonaws.com" }, ["sns:Publish"], { ArnLike = { "aws:SourceArn" = "arn:aws:s3:::uploads" }, StringEquals = { "aws:SourceAccount" = "222222222222" } }]),
      jsonencode(["Allow", { Service = "events.amazonaws.com" }, ["sns:Publish"], { ArnLike = { "aws:SourceArn" = "arn:aws:events:us-west-2:000000000000:rule/uploads" } }]),
    ]
    error_message = "A service must publish for its one source only."
  }
}

run "encrypted_by_an_existing_key_but_for_the_topic" {
  command = plan

  variables {
    encryption = { key_arn = "arn:aws:kms:us-west-2:000000000000:key/33333333-2222-3333-4444-555555555555", topic = false }
  }

  assert {
    condition = (
      aws_sns_topic.events.kms_master_key_id == null && output.key_policy != null &&
      module.ingest_queue.key_arns[0] == "arn:aws:kms:us-west-2:000000000000:key/33333333-2222-3333-4444-555555555555" &&
      strcontains(module.query.policy, "key/33333333-")
    )
    error_message = "An existing key must be taken, and the topic left alone where publishers cannot use it."
  }
}

run "bounded_and_operated" {
  command = plan

  variables {
    permissions_boundary = "arn:aws:iam::000000000000:policy/boundary"
    operators            = { principals = ["arn:aws:iam::000000000000:role/on-call"], require_mfa = true }
    encryption           = { create_key = true }
  }

  assert {
    condition = alltrue(concat(
      [for function in [module.ingest, module.compact, module.register, module.query] : function.permissions_boundary == "arn:aws:iam::000000000000:policy/boundary"],
      [aws_iam_role.operator[0].permissions_boundary == "arn:aws:iam::000000000000:policy/boundary"],
    ))
    error_message = "Every role must have the boundary: where an account wants one, it refuses to create a role without."
  }

  assert {
    condition = jsondecode(aws_iam_role.operator[0].assume_role_policy).Statement == [{
      Action    = "sts:AssumeRole"
      Condition = { Bool = { "aws:MultiFactorAuthPresent" = "true" } }
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::000000000000:role/on-call"] }
    }]
    error_message = "Only who was named may take the operators' role, with a second factor where that is asked for."
  }

  assert {
    condition = sort(flatten([
      for statement in jsondecode(aws_iam_role_policy.operator[0].policy).Statement :
      [for pair in setproduct(statement.Action, statement.Resource) : join(" ", pair)]
      if !can(statement.Condition["ForAnyValue:StringEquals"]["aws:CalledVia"]) && !startswith(statement.Action[0], "kms:") && !startswith(statement.Action[0], "sqs:") && !startswith(statement.Action[0], "logs:")
      ])) == sort(concat(
      [
        for pair in setproduct(
          ["glue:DeleteTable", "glue:GetDatabase", "glue:GetPartition", "glue:GetPartitions", "glue:GetTable", "glue:GetTables"],
          ["catalog", "database/tributary_prod", "table/tributary_prod/*"],
        ) : "${pair[0]} arn:aws:glue:us-west-2:000000000000:${pair[1]}"
      ],
      [
        for action in ["GetQueryExecution", "GetQueryResults", "StartQueryExecution", "StopQueryExecution"] :
        "athena:${action} arn:aws:athena:us-west-2:000000000000:workgroup/tributary-prod-direct"
      ],
      [
        for prefix in [
          "access/", "commits/", "datasets/", "landing/", "quarantine/", "queries/", "results/direct/", "results/queries/",
          "results/rendered/", "schemas/", "tables/", "vacuum/",
        ] : "s3:GetObject arn:aws:s3:::lake/${prefix}*"
      ],
      [
        for key in [
          "access/keys.json", "commits/*", "datasets/*", "landing/*", "quarantine/*", "queries/*", "results/queries/*", "results/rendered/*",
          "schemas/*", "tables/*", "vacuum/*",
        ] : "s3:PutObject arn:aws:s3:::lake/${key}"
      ],
      [for prefix in ["commits/", "datasets/", "landing/", "quarantine/", "schemas/", "tables/", "vacuum/"] : "s3:DeleteObject arn:aws:s3:::lake/${prefix}*"],
      [
        "s3:GetObjectTagging arn:aws:s3:::lake/tables/*",
        "s3:ListBucket arn:aws:s3:::lake",
        "s3:ListBucket arn:aws:s3:::lake",
        "s3:PutObjectTagging arn:aws:s3:::lake/tables/*",
        "sns:Publish arn:aws:sns:us-west-2:000000000000:tributary-prod-events",
      ],
    ))
    error_message = "Operators may do something else than the commands need."
  }

  assert {
    condition = toset(flatten([
      for statement in jsondecode(aws_iam_role_policy.operator[0].policy).Statement :
      [for resource in statement.Resource : trimprefix(resource, "arn:aws:sqs:us-west-2:000000000000:tributary-prod-")]
      if contains(statement.Action, "sqs:DeleteMessage")
    ])) == toset(["compact-dead-letter", "ingest-dead-letter", "register-dead-letter", "undelivered"])
    error_message = "Operators take messages out of the dead-letter queues, and of no other."
  }

  # IAM refuses a role's inline policies beyond 10,240 characters, after the role was created.
  assert {
    condition = alltrue([
      for policy in concat([for function in [module.ingest, module.compact, module.register, module.query] : function.policy], [aws_iam_role_policy.operator[0].policy]) :
      length(policy) <= 10240
    ])
    error_message = "A role's policy must be short enough for IAM."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.operator[0].policy).Statement :
      alltrue([for action in statement.Action : !strcontains(action, "*")]) &&
      alltrue([for resource in statement.Resource : startswith(resource, "arn:aws:") && !startswith(resource, "arn:aws:s3:::*")])
    ])
    error_message = "No action of operators may have a wildcard, and each has a resource."
  }
}

run "versioned" {
  command = plan

  variables {
    operators  = { principals = ["arn:aws:iam::000000000000:root"] }
    versioning = { enabled = true }
    encryption = { create_key = true, catalog_key_arn = "arn:aws:kms:us-west-2:000000000000:key/99999999-2222-3333-4444-555555555555" }
  }

  assert {
    condition = (
      strcontains(aws_iam_role_policy.operator[0].policy, "s3:ListBucketVersions") &&
      strcontains(aws_iam_role_policy.operator[0].policy, "\"s3:GetObjectVersion\"") &&
      strcontains(aws_iam_role_policy.operator[0].policy, "s3:GetObjectVersionTagging") &&
      length(aws_iam_role_policy.operator[0].policy) <= 10240
    )
    error_message = "Who restores must be able to read versions, by a policy that IAM takes."
  }

  assert {
    condition = alltrue([
      for function in [module.ingest, module.compact, module.register, module.query] : !strcontains(function.policy, "ObjectVersion")
    ])
    error_message = "No function has to do with versions."
  }
}

run "the_results_of_each_caller_are_apart" {
  command = plan

  variables {
    operators = { principals = ["arn:aws:iam::000000000000:root"] }
  }

  assert {
    condition = (
      aws_athena_workgroup.direct.configuration[0].result_configuration[0].output_location == "s3://lake/results/direct/" &&
      aws_athena_workgroup.direct.configuration[0].enforce_workgroup_configuration &&
      aws_athena_workgroup.direct.configuration[0].bytes_scanned_cutoff_per_query == 10000000000 &&
      output.workgroup == aws_athena_workgroup.direct.name
    )
    error_message = "Who queries past the API must be bounded as well, and have results apart."
  }

  assert {
    condition     = !strcontains(module.query.policy, "results/direct") && !strcontains(module.query.policy, "results/*") && !strcontains(module.query.policy, "-direct")
    error_message = "The API must not read the results of people."
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.operator[0].policy, "results/api") && !strcontains(aws_iam_role_policy.operator[0].policy, "results/*")
    error_message = "Operators must not read what Athena wrote for the API's callers."
  }
}

run "called_by_pages" {
  command = plan

  variables {
    query = { cors_origins = ["https://app.example.com"] }
  }

  assert {
    condition = (
      aws_apigatewayv2_route.preflight[0].route_key == "OPTIONS /{proxy+}" &&
      aws_apigatewayv2_route.preflight[0].authorization_type == "NONE" &&
      aws_apigatewayv2_route.preflight[0].target == aws_apigatewayv2_route.query.target &&
      aws_apigatewayv2_route.query.authorization_type == "AWS_IAM"
    )
    error_message = "A preflight, which has no credentials, must reach the API, and nothing else without them."
  }

  assert {
    condition     = aws_lambda_permission.preflight[0].source_arn == "arn:aws:execute-api:us-west-2:000000000000:mockapi/*/OPTIONS/{proxy+}"
    error_message = "The route must be allowed to invoke query."
  }

  assert {
    condition     = module.query.function.environment.TRIBUTARY_CORS_ORIGINS == "https://app.example.com"
    error_message = "The API must know the origins."
  }
}

run "more_environment" {
  command = plan

  variables {
    ingest   = { extra_environment = { A = "1" } }
    compact  = { extra_environment = { A = "2", TRIBUTARY_LOG = "debug" } }
    register = { extra_environment = { A = "3" } }
    query    = { extra_environment = { AWS_ENDPOINT_URL_ATHENA = "https://athena.example.com" } }
  }

  assert {
    condition = (
      module.ingest.function.environment.A == "1" && module.compact.function.environment.A == "2" &&
      module.compact.function.environment.TRIBUTARY_LOG == "debug" && module.register.function.environment.A == "3" &&
      module.query.function.environment.AWS_ENDPOINT_URL_ATHENA == "https://athena.example.com" &&
      module.query.function.environment.TRIBUTARY_BUCKET == "lake"
    )
    error_message = "Each function must get the variables that were added, beside its own."
  }
}

run "a_small_quota" {
  command = plan

  variables {
    account_concurrency = 499
  }

  assert {
    condition     = module.query.function.reserved_concurrency == -1 && length(data.aws_servicequotas_service_quota.concurrency) == 0
    error_message = "Where the quota is small nothing is reserved, and nobody is asked for a quota that was given."
  }

  assert {
    condition     = module.query.function.environment.TRIBUTARY_MAX_RUNNING == "50"
    error_message = "Without a reservation the queries must be bounded all the same."
  }
}

run "a_quota_that_is_just_enough" {
  command = plan

  variables {
    account_concurrency = 500
    ingest              = { reserved_concurrency = 200 }
    query               = { reserved_concurrency = 200, max_running = 200 }
  }

  assert {
    condition     = module.query.function.reserved_concurrency == 200 && module.query.function.environment.TRIBUTARY_MAX_RUNNING == "200"
    error_message = "A reservation that was asked for must be made, and as many queries may run."
  }
}

run "a_small_reservation" {
  command = plan

  variables {
    query = { reserved_concurrency = 20 }
  }

  assert {
    condition     = module.query.function.environment.TRIBUTARY_MAX_RUNNING == "20"
    error_message = "Unless asked for, no more queries may run than invocations."
  }
}

run "more_queries_than_invocations" {
  command = plan

  variables {
    query = { reserved_concurrency = 20, max_running = 21 }
  }

  expect_failures = [output.reserved_concurrency]
}

run "more_than_the_quota" {
  command = plan

  variables {
    account_concurrency = 500
    ingest              = { reserved_concurrency = 201 }
    query               = { reserved_concurrency = 200 }
  }

  expect_failures = [output.reserved_concurrency]
}
