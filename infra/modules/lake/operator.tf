# The role of who operates the lake with `tributary`. Its rights are those of the commands; it cannot change functions,
# roles or settings.

locals {
  # What a person and the tools of a person query: their results are apart from those of the API.
  direct_workgroup     = "${local.prefix}-direct"
  direct_workgroup_arn = "arn:${local.partition}:athena:${local.region}:${local.account}:workgroup/${local.direct_workgroup}"

  operator_statements = concat(
    [
      {
        sid       = "ListTheLake"
        actions   = ["s3:ListBucket"]
        resources = [local.bucket_arn]
        conditions = {
          StringLike = { "s3:prefix" = [for prefix in local.operator_reads : "${prefix}*"] }
        }
      },
      local.missing_is_404,
      {
        sid        = "ReadTheLake"
        actions    = ["s3:GetObject"]
        resources  = [for prefix in local.operator_reads : "${local.bucket_arn}/${prefix}*"]
        conditions = {}
      },
      {
        # Keys, requested definitions, what is replayed from quarantine, what compaction, repair and rollback write, and
        # what is restored.
        sid     = "WriteByCommand"
        actions = ["s3:PutObject"]
        resources = [
          "${local.bucket_arn}/access/keys.json",
          "${local.bucket_arn}/commits/*",
          "${local.bucket_arn}/datasets/*",
          "${local.bucket_arn}/landing/*",
          "${local.bucket_arn}/quarantine/*",
          "${local.bucket_arn}/queries/*",
          "${local.bucket_arn}/results/queries/*",
          "${local.bucket_arn}/results/rendered/*",
          "${local.bucket_arn}/schemas/*",
          "${local.bucket_arn}/tables/*",
          "${local.bucket_arn}/vacuum/*",
        ]
        conditions = {}
      },
      {
        # What is consumed, garbage, replayed or discarded from quarantine, and what of a dataset is dropped.
        sid     = "DeleteByCommand"
        actions = ["s3:DeleteObject"]
        resources = [
          "${local.bucket_arn}/commits/*",
          "${local.bucket_arn}/datasets/*",
          "${local.bucket_arn}/landing/*",
          "${local.bucket_arn}/quarantine/*",
          "${local.bucket_arn}/schemas/*",
          "${local.bucket_arn}/tables/*",
          "${local.bucket_arn}/vacuum/*",
        ]
        conditions = {}
      },
      local.copies_carry_tags,
      {
        sid        = "ReadTheCatalog"
        actions    = ["glue:GetDatabase", "glue:GetPartition", "glue:GetPartitions", "glue:GetTable", "glue:GetTables"]
        resources  = [local.glue_arns.catalog, local.glue_arns.database, local.glue_arns.tables]
        conditions = {}
      },
      {
        # The table of a dataset that is dropped.
        sid        = "DropTables"
        actions    = ["glue:DeleteTable"]
        resources  = [local.glue_arns.catalog, local.glue_arns.database, local.glue_arns.tables]
        conditions = {}
      },
      {
        sid = "RunQueries"
        actions = [
          "athena:StartQueryExecution",
          "athena:GetQueryExecution",
          "athena:GetQueryResults",
          "athena:StopQueryExecution",
        ]
        resources  = [local.direct_workgroup_arn]
        conditions = {}
      },
      {
        sid        = "Publish"
        actions    = ["sns:Publish"]
        resources  = [local.topic_arn]
        conditions = {}
      },
      {
        # What was not handled is looked at, and sent on its way again.
        sid = "ReplayDeadLetters"
        actions = [
          "sqs:ChangeMessageVisibility",
          "sqs:DeleteMessage",
          "sqs:GetQueueAttributes",
          "sqs:GetQueueUrl",
          "sqs:ReceiveMessage",
          "sqs:StartMessageMoveTask",
          "sqs:CancelMessageMoveTask",
          "sqs:ListMessageMoveTasks",
        ]
        resources  = local.dead_letter_arns
        conditions = {}
      },
      {
        # A move task sends in the name of who started it, and undelivered is replayed into the queue of ingest.
        sid        = "SendToQueues"
        actions    = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"]
        resources  = values(local.queue_arns)
        conditions = {}
      },
      {
        sid        = "ReadLogs"
        actions    = ["logs:FilterLogEvents"]
        resources  = [for arn in concat(values(local.log_group_arns), [local.api_log_group_arn]) : "${arn}:*"]
        conditions = {}
      },
    ],
    # What was deleted is restored from the bucket's own versions.
    [for statement in local.version_statements : statement if var.versioning.enabled],
    local.athena_statements.direct,
    local.key_statements.operator,
  )

  version_statements = [
    {
      sid        = "ListVersions"
      actions    = ["s3:ListBucketVersions"]
      resources  = [local.bucket_arn]
      conditions = { StringLike = { "s3:prefix" = [for prefix in local.operator_reads : "${prefix}*"] } }
    },
    {
      sid        = "ReadVersions"
      actions    = ["s3:GetObjectVersion"]
      resources  = [for prefix in local.operator_reads : "${local.bucket_arn}/${prefix}*"]
      conditions = {}
    },
    {
      # A restore is a copy of a version within the bucket, wherever it is: it takes the version's tags along.
      sid        = "RestoredCarryTags"
      actions    = ["s3:GetObjectVersionTagging", "s3:PutObjectTagging"]
      resources  = [for prefix in local.operator_reads : "${local.bucket_arn}/${prefix}*"]
      conditions = {}
    },
  ]

  operator_reads = [
    "access/", "commits/", "datasets/", "landing/", "quarantine/", "queries/", "results/direct/", "results/queries/",
    "results/rendered/", "schemas/", "tables/", "vacuum/",
  ]

  dead_letter_arns = concat([local.undelivered_arn], [for arn in values(local.queue_arns) : "${arn}-dead-letter"])
}

resource "aws_iam_role" "operator" {
  count = length(var.operators.principals) == 0 ? 0 : 1

  name                 = "${local.prefix}-operator-${local.region}"
  description          = "What who operates the lake ${local.prefix} may do, with tributary"
  permissions_boundary = var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [merge(
      {
        Effect    = "Allow"
        Principal = { AWS = var.operators.principals }
        Action    = "sts:AssumeRole"
      },
      var.operators.require_mfa ? { Condition = { Bool = { "aws:MultiFactorAuthPresent" = "true" } } } : {},
    )]
  })
}

resource "aws_iam_role_policy" "operator" {
  count = length(var.operators.principals) == 0 ? 0 : 1

  name = "operator"
  role = aws_iam_role.operator[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for statement in local.operator_statements : merge(
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
