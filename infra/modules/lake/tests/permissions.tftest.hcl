# What each role may do, in full: an action or a prefix more, or less, fails here. The lists follow from the calls in
# crates/: change them together.

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

run "each_role" {
  command = plan

  assert {
    condition = alltrue([
      for function in [module.ingest, module.compact, module.register, module.query] : alltrue([
        for statement in jsondecode(function.policy).Statement :
        statement.Effect == "Allow" &&
        alltrue([for action in statement.Action : !strcontains(action, "*") && !strcontains(action, "?")]) &&
        alltrue([for resource in statement.Resource : startswith(resource, "arn:aws:") && !startswith(resource, "arn:aws:s3:::*")])
      ])
    ])
    error_message = "No role may have a wildcard in an action, or a resource without an ARN."
  }

  assert {
    condition = alltrue([
      for policy in [
        module.data.policy, aws_sns_topic_policy.events.policy, aws_sqs_queue_policy.undelivered.policy,
        module.ingest_queue.policy, module.compact_queue.policy, module.register_queue.policy,
        ] : alltrue([
          for statement in jsondecode(policy).Statement :
          !anytrue([for action in statement.Action : strcontains(action, "*")]) if statement.Effect == "Allow"
      ])
    ])
    error_message = "What a resource allows is named in full. Only a refusal may cover everything."
  }

  assert {
    condition = length(distinct([
      module.ingest.role_name, module.compact.role_name, module.register.role_name, module.query.role_name,
    ])) == 4
    error_message = "Each function must have a role of its own."
  }

  assert {
    condition = sort(flatten([
      for statement in jsondecode(module.ingest.policy).Statement :
      [for pair in setproduct(statement.Action, statement.Resource) : join(" ", pair)]
      ])) == sort([
      "logs:CreateLogStream arn:aws:logs:us-west-2:000000000000:log-group:/aws/lambda/tributary-prod-ingest:*",
      "logs:PutLogEvents arn:aws:logs:us-west-2:000000000000:log-group:/aws/lambda/tributary-prod-ingest:*",
      "s3:GetObject arn:aws:s3:::lake/schemas/*",
      "s3:ListBucket arn:aws:s3:::lake",
      "s3:PutObject arn:aws:s3:::lake/landing/*",
      "s3:PutObject arn:aws:s3:::lake/quarantine/*",
      "sqs:DeleteMessage arn:aws:sqs:us-west-2:000000000000:tributary-prod-ingest",
      "sqs:GetQueueAttributes arn:aws:sqs:us-west-2:000000000000:tributary-prod-ingest",
      "sqs:ReceiveMessage arn:aws:sqs:us-west-2:000000000000:tributary-prod-ingest",
    ])
    error_message = "ingest may do something else than it should."
  }

  assert {
    condition = sort(flatten([
      for statement in jsondecode(module.compact.policy).Statement :
      [for pair in setproduct(statement.Action, statement.Resource) : join(" ", pair)]
      ])) == sort(concat(
      [
        for pair in setproduct(
          ["glue:GetDatabase", "glue:GetPartition", "glue:GetTable"],
          ["catalog", "database/tributary_prod", "table/tributary_prod/*"],
        ) : "${pair[0]} arn:aws:glue:us-west-2:000000000000:${pair[1]}"
      ],
      [
        "logs:CreateLogStream arn:aws:logs:us-west-2:000000000000:log-group:/aws/lambda/tributary-prod-compact:*",
        "logs:PutLogEvents arn:aws:logs:us-west-2:000000000000:log-group:/aws/lambda/tributary-prod-compact:*",
        "s3:DeleteObject arn:aws:s3:::lake/commits/*",
        "s3:DeleteObject arn:aws:s3:::lake/landing/*",
        "s3:DeleteObject arn:aws:s3:::lake/tables/*",
        "s3:DeleteObject arn:aws:s3:::lake/vacuum/*",
        "s3:GetObject arn:aws:s3:::lake/commits/*",
        "s3:GetObject arn:aws:s3:::lake/landing/*",
        "s3:GetObject arn:aws:s3:::lake/schemas/*",
        "s3:GetObject arn:aws:s3:::lake/tables/*",
        "s3:GetObject arn:aws:s3:::lake/vacuum/*",
        "s3:GetObjectTagging arn:aws:s3:::lake/tables/*",
        "s3:ListBucket arn:aws:s3:::lake",
        "s3:ListBucket arn:aws:s3:::lake",
        "s3:PutObject arn:aws:s3:::lake/commits/*",
        "s3:PutObject arn:aws:s3:::lake/quarantine/*",
        "s3:PutObject arn:aws:s3:::lake/tables/*",
        "s3:PutObject arn:aws:s3:::lake/vacuum/*",
        "s3:PutObjectTagging arn:aws:s3:::lake/tables/*",
        "sqs:DeleteMessage arn:aws:sqs:us-west-2:000000000000:tributary-prod-compact",
        "sqs:GetQueueAttributes arn:aws:sqs:us-west-2:000000000000:tributary-prod-compact",
        "sqs:ReceiveMessage arn:aws:sqs:us-west-2:000000000000:tributary-prod-compact",
      ],
    ))
    error_message = "compact may do something else than it should."
  }

  assert {
    condition = sort(flatten([
      for statement in jsondecode(module.register.policy).Statement :
      [for pair in setproduct(statement.Action, statement.Resource) : join(" ", pair)]
      ])) == sort(concat(
      [
        for pair in setproduct(
          [
            "glue:BatchCreatePartition", "glue:BatchDeletePartition", "glue:BatchUpdatePartition", "glue:CreateTable",
            "glue:GetDatabase", "glue:GetPartition", "glue:GetPartitions", "glue:GetTable", "glue:UpdateTable",
          ],
          ["catalog", "database/tributary_prod", "table/tributary_prod/*"],
        ) : "${pair[0]} arn:aws:glue:us-west-2:000000000000:${pair[1]}"
      ],
      [
        "logs:CreateLogStream arn:aws:logs:us-west-2:000000000000:log-group:/aws/lambda/tributary-prod-register:*",
        "logs:PutLogEvents arn:aws:logs:us-west-2:000000000000:log-group:/aws/lambda/tributary-prod-register:*",
        "s3:GetObject arn:aws:s3:::lake/commits/*",
        "s3:GetObject arn:aws:s3:::lake/datasets/*",
        "s3:GetObject arn:aws:s3:::lake/schemas/*",
        "s3:ListBucket arn:aws:s3:::lake",
        "s3:ListBucket arn:aws:s3:::lake",
        "s3:PutObject arn:aws:s3:::lake/schemas/*",
        "sqs:DeleteMessage arn:aws:sqs:us-west-2:000000000000:tributary-prod-register",
        "sqs:GetQueueAttributes arn:aws:sqs:us-west-2:000000000000:tributary-prod-register",
        "sqs:ReceiveMessage arn:aws:sqs:us-west-2:000000000000:tributary-prod-register",
      ],
    ))
    error_message = "register may do something else than it should."
  }

  # What query may do by itself.
  assert {
    condition = sort(flatten([
      for statement in jsondecode(module.query.policy).Statement :
      [for pair in setproduct(statement.Action, statement.Resource) : join(" ", pair)]
      if !can(statement.Condition["ForAnyValue:StringEquals"]["aws:CalledVia"])
      ])) == sort(concat(
      [
        for pair in setproduct(
          ["glue:GetDatabase", "glue:GetPartitions", "glue:GetTable"],
          ["catalog", "database/tributary_prod", "table/tributary_prod/*"],
        ) : "${pair[0]} arn:aws:glue:us-west-2:000000000000:${pair[1]}"
      ],
      [
        for pair in setproduct(
          ["GetQueryExecution", "GetQueryResults", "StartQueryExecution", "StopQueryExecution"],
          [
            "tributary-prod-queries", "tributary-prod-scan-10485760", "tributary-prod-scan-20000000", "tributary-prod-scan-50000000",
            "tributary-prod-scan-100000000", "tributary-prod-scan-200000000", "tributary-prod-scan-500000000",
            "tributary-prod-scan-1000000000", "tributary-prod-scan-2000000000", "tributary-prod-scan-5000000000",
          ],
        ) : "athena:${pair[0]} arn:aws:athena:us-west-2:000000000000:workgroup/${pair[1]}"
      ],
      [
        "logs:CreateLogStream arn:aws:logs:us-west-2:000000000000:log-group:/aws/lambda/tributary-prod-query:*",
        "logs:PutLogEvents arn:aws:logs:us-west-2:000000000000:log-group:/aws/lambda/tributary-prod-query:*",
        "s3:GetObject arn:aws:s3:::lake/access/keys.json",
        "s3:GetObject arn:aws:s3:::lake/access/usage/*",
        "s3:GetObject arn:aws:s3:::lake/queries/*",
        "s3:GetObject arn:aws:s3:::lake/results/api/*",
        "s3:GetObject arn:aws:s3:::lake/results/queries/*",
        "s3:GetObject arn:aws:s3:::lake/results/rendered/*",
        "s3:GetObject arn:aws:s3:::lake/schemas/*",
        "s3:ListBucket arn:aws:s3:::lake",
        "s3:PutObject arn:aws:s3:::lake/access/usage/*",
        "s3:PutObject arn:aws:s3:::lake/results/queries/*",
        "s3:PutObject arn:aws:s3:::lake/results/rendered/*",
      ],
    ))
    error_message = "query may do something else than it should."
  }

  # What Athena may do with its rights.
  assert {
    condition = sort(flatten([
      for statement in jsondecode(module.query.policy).Statement :
      [for pair in setproduct(statement.Action, statement.Resource) : join(" ", pair)]
      if try(statement.Condition["ForAnyValue:StringEquals"]["aws:CalledVia"], []) == ["athena.amazonaws.com"]
      ])) == sort(concat(
      [
        for pair in setproduct(
          ["glue:BatchGetPartition", "glue:GetPartition", "glue:GetTables"],
          ["catalog", "database/tributary_prod", "table/tributary_prod/*"],
        ) : "${pair[0]} arn:aws:glue:us-west-2:000000000000:${pair[1]}"
      ],
      [
        "glue:GetDatabase arn:aws:glue:us-west-2:000000000000:catalog",
        "glue:GetDatabase arn:aws:glue:us-west-2:000000000000:database/default",
        "s3:AbortMultipartUpload arn:aws:s3:::lake/results/api/*",
        "s3:GetBucketLocation arn:aws:s3:::lake",
        "s3:GetObject arn:aws:s3:::lake/tables/*",
        "s3:ListBucket arn:aws:s3:::lake",
        "s3:ListBucketMultipartUploads arn:aws:s3:::lake",
        "s3:ListMultipartUploadParts arn:aws:s3:::lake/results/api/*",
        "s3:PutObject arn:aws:s3:::lake/results/api/*",
      ],
    ))
    error_message = "Athena may do something else for query than it should."
  }

  assert {
    condition = {
      for name, function in { ingest = module.ingest, compact = module.compact, register = module.register, query = module.query } :
      name => jsonencode(sort(flatten([
        for statement in jsondecode(function.policy).Statement : [
          try(statement.Condition.StringLike["s3:prefix"], []),
          try(statement.Condition.Null["s3:prefix"], []) == ["true"] ? ["none"] : [],
          can(statement.Condition) ? [] : ["anything"],
        ]
        if contains(statement.Action, "s3:ListBucket")
      ])))
      } == {
      ingest   = jsonencode(["schemas/*"])
      compact  = jsonencode(["commits/*", "landing/*", "none", "schemas/*", "tables/*", "vacuum/*"])
      register = jsonencode(["commits/*", "datasets/*", "none", "schemas/*"])
      query = jsonencode([
        "access/*", "queries/*", "results/api/*", "results/api/*", "results/queries/*", "results/rendered/*", "schemas/*", "tables/*",
      ])
    }
    error_message = "Each role lists only what it works on; compact and register are told of missing keys (prefix: none)."
  }
}
