data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

# Names and ARNs that policies speak of, made from what is known before anything exists: so a plan, and a test,
# shows every policy in full.
locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  # The attribute that both major versions of the provider have for the name.
  region = data.aws_region.current.id

  # What every name begins with.
  prefix = coalesce(var.prefix, "${var.name}-${var.environment}")

  bucket     = coalesce(var.bucket, "${local.prefix}-${local.account}-${local.region}")
  bucket_arn = "arn:${local.partition}:s3:::${local.bucket}"
  database   = coalesce(var.database, replace(local.prefix, "-", "_"))
  # A lake that was deployed before names had an environment has a topic and a workgroup of its own name.
  topic     = var.prefix == null ? "${local.prefix}-events" : local.prefix
  workgroup = var.prefix == null ? "${local.prefix}-queries" : local.prefix

  topic_arn = "arn:${local.partition}:sns:${local.region}:${local.account}:${local.topic}"
  # Of every topic, the lake's own under "events".
  topic_arns = merge({ events = local.topic_arn }, {
    for name in keys(var.topics) : name => "arn:${local.partition}:sns:${local.region}:${local.account}:${local.prefix}-${name}"
  })
  queue_arns = {
    for function in ["ingest", "compact", "register"] :
    function => "arn:${local.partition}:sqs:${local.region}:${local.account}:${local.prefix}-${function}"
  }
  undelivered_arn = "arn:${local.partition}:sqs:${local.region}:${local.account}:${local.prefix}-undelivered"
  log_group_arns = {
    for function in ["ingest", "compact", "register", "query"] :
    function => "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${local.prefix}-${function}"
  }
  glue_arns = {
    catalog  = "arn:${local.partition}:glue:${local.region}:${local.account}:catalog"
    database = "arn:${local.partition}:glue:${local.region}:${local.account}:database/${local.database}"
    tables   = "arn:${local.partition}:glue:${local.region}:${local.account}:table/${local.database}/*"
    default  = "arn:${local.partition}:glue:${local.region}:${local.account}:database/default"
  }
  # Of the metrics that are counted from the logs.
  metrics_namespace = "Tributary"

  # By the bytes at which each stops a query. Those that stop it no earlier than the lake's own are of no use.
  scan_tiers = {
    for bytes in var.query.scan_tiers : format("%d", bytes) => "${local.prefix}-scan-${format("%d", bytes)}"
    if bytes < var.scan_limit_bytes
  }
  workgroup_arns = [
    for workgroup in concat([local.workgroup], values(local.scan_tiers)) :
    "arn:${local.partition}:athena:${local.region}:${local.account}:workgroup/${workgroup}"
  ]

  # AWS asks for a visibility timeout of at least six times the function's timeout, beside the window.
  visibility_seconds = {
    for function, settings in { ingest = var.ingest, compact = var.compact, register = var.register } :
    function => 6 * settings.timeout_seconds + settings.batching_window_seconds
  }
}

# What scripts/build says of the zips: they hold machine code, so the architecture is theirs to name.
locals {
  build        = jsondecode(file("${var.artifacts_directory}/build.json"))
  architecture = local.build.architecture
  # On the functions alone: they are what runs this commit, and all else need not change with every deployment.
  release_tags = { for name in ["version", "commit"] : name => try(tostring(local.build[name]), "unknown") }
}

# S3 answers 403 for a missing key, not 404, to who may not list. The question it asks itself has no s3:prefix, so a
# right that is bound to prefixes does not count. Functions for which "it is gone" is an answer like any other (a
# batch that was cleaned, a definition that was taken back, a commit that was not made) are given this one too. It
# also lets them list the bucket without a prefix: they learn names of keys, and no key holds what a sender wrote.
locals {
  missing_is_404 = {
    sid        = "MissingIs404"
    actions    = ["s3:ListBucket"]
    resources  = [local.bucket_arn]
    conditions = { Null = { "s3:prefix" = ["true"] } }
  }

  # A server-side copy takes the tags of its source along, if it has some: of a scanner for malware, for example. Without
  # the rights, S3 refuses the copy of such an object.
  copies_carry_tags = {
    sid        = "CopiesCarryTags"
    actions    = ["s3:GetObjectTagging", "s3:PutObjectTagging"]
    resources  = ["${local.bucket_arn}/tables/*"]
    conditions = {}
  }
}
