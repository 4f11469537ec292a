# The bucket: who may not reach it, what it refuses, what expires.

mock_provider "aws" {
  override_during = plan

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  prefix                 = "tributary-prod"
  bucket                 = "lake"
  database               = "tributary_prod"
  force_destroy          = false
  results_retention_days = 1
}

run "as_it_comes" {
  command = plan

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
        ["arn:aws:s3:::lake", "arn:aws:s3:::lake/*"],
        { Bool = { "aws:SecureTransport" = "false" } },
      ])
      CommitsAreCreatedOnce = jsonencode([
        "Deny", "*", ["s3:PutObject"], ["arn:aws:s3:::lake/commits/*"],
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
}
