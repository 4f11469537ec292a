# One function, and with it all that is its alone: role, log group, and what sets it off.

locals {
  own_statements = concat(
    [{
      sid        = "OwnLog"
      actions    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      resources  = ["${var.log_group_arn}:*"]
      conditions = {}
    }],
    var.queue == null ? [] : [{
      sid        = "OwnQueue"
      actions    = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      resources  = [var.queue.policy_arn]
      conditions = {}
    }],
  )

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for statement in concat(local.own_statements, var.statements) : merge(
        {
          Sid      = statement.sid
          Effect   = "Allow"
          Action   = statement.actions
          Resource = statement.resources
        },
        length(statement.conditions) == 0 ? {} : { Condition = statement.conditions },
      )
    ]
  })
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_158:by the variable encryption; CloudWatch Logs encrypts with a key of its own otherwise
  #checkov:skip=CKV_AWS_338:by the variable log_retention_days, for each environment; the lines hold no event
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_key_arn
}

# The function says `stopped` of a partition that needs a person: a commit that cannot be read, a data file that is
# gone. No other line has the field, or it is false there.
resource "aws_cloudwatch_log_metric_filter" "stopped" {
  count = var.stopped_partitions == null ? 0 : 1

  name           = "${var.name}-partitions-stopped"
  log_group_name = aws_cloudwatch_log_group.this.name
  pattern        = "{ $.stopped IS TRUE }"

  metric_transformation {
    namespace = var.stopped_partitions
    name      = "PartitionsStopped"
    value     = "1"
    unit      = "Count"
    # Every line has the lake's name, so that two lakes in an account are told apart.
    dimensions = { Lake = "$.lake" }
  }
}

resource "aws_iam_role" "this" {
  name                 = var.role_name
  description          = "What the function ${var.name} may do"
  permissions_boundary = var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name   = "function"
  role   = aws_iam_role.this.name
  policy = local.policy
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_116:queues have dead-letter queues of their own, a schedule comes again, and a request has its answer
  #checkov:skip=CKV_AWS_117:it reaches AWS's own endpoints alone, with IAM; a VPC would add endpoints to pay for and protect nothing else
  #checkov:skip=CKV_AWS_173:the variables are names and bounds; there is no secret among them
  #checkov:skip=CKV_AWS_272:who may change the function may change its signing configuration; the plan has the hash of the zip
  #checkov:skip=CKV_AWS_50:tracing wants rights on every resource, and each line of the log has its request already
  function_name                  = var.name
  description                    = join(", ", compact([var.description, var.built_from]))
  role                           = aws_iam_role.this.arn
  filename                       = var.artifact
  source_code_hash               = filebase64sha256(var.artifact)
  publish                        = true
  runtime                        = "provided.al2023"
  handler                        = "bootstrap"
  architectures                  = [var.architecture]
  memory_size                    = var.memory_mib
  timeout                        = var.timeout_seconds
  reserved_concurrent_executions = var.reserved_concurrency

  environment {
    variables = { for name, value in var.environment : name => value if value != null }
  }

  logging_config {
    log_group  = aws_cloudwatch_log_group.this.name
    log_format = "JSON"
    # TRIBUTARY_LOG decides; the platform would hold back debug lines on its own.
    application_log_level = "TRACE"
    system_log_level      = "INFO"
  }

  tags = var.tags

  # Without its permissions a first invocation fails; without the group Lambda would make one that keeps all lines.
  depends_on = [aws_iam_role_policy.this, aws_cloudwatch_log_group.this]
}
