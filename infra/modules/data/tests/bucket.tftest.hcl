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
      [rule.status, rule.filter[0].prefix, rule.expiration[0].days] if rule.id == "results-expire"
    ]) == jsonencode([["Enabled", "results/", 1]])
    error_message = "Results must expire."
  }

  assert {
    condition = jsonencode([
      for rule in aws_s3_bucket_lifecycle_configuration.lake.rule :
      [rule.status, rule.abort_incomplete_multipart_upload[0].days_after_initiation] if length(rule.abort_incomplete_multipart_upload) > 0
    ]) == jsonencode([["Enabled", 1]])
    error_message = "Uploads that broke off must not be paid for."
  }

  # No other rule may delete what is current. (What an expiration does not set is unknown in a plan.)
  assert {
    condition = toset([for rule in aws_s3_bucket_lifecycle_configuration.lake.rule : rule.id if length(rule.expiration) > 0]) == toset([
      "results-expire", "delete-markers-expire",
    ])
    error_message = "Nothing but results and delete markers may expire."
  }

  assert {
    condition = one([
      for rule in aws_s3_bucket_lifecycle_configuration.lake.rule : rule.expiration[0].expired_object_delete_marker if rule.id == "delete-markers-expire"
    ])
    error_message = "A delete marker that nothing is behind must go."
  }

  assert {
    condition     = length(aws_s3_bucket_versioning.lake) == 0 && length(aws_s3_bucket_cors_configuration.lake) == 0
    error_message = "Versions are not kept, and pages of other origins read nothing, unless asked for."
  }
}

run "versioned" {
  command = plan

  variables {
    versioning = { enabled = true, noncurrent_days = 45 }
  }

  assert {
    condition     = aws_s3_bucket_versioning.lake[0].versioning_configuration[0].status == "Enabled"
    error_message = "The bucket must keep what is deleted."
  }

  assert {
    condition = {
      for rule in aws_s3_bucket_lifecycle_configuration.lake.rule :
      rule.filter[0].prefix => rule.noncurrent_version_expiration[0].noncurrent_days if length(rule.noncurrent_version_expiration) > 0
      } == {
      ""              = 45
      "access/usage/" = 1
      "landing/"      = 1
      "results/"      = 1
      "tables/"       = 1
      "vacuum/"       = 1
    }
    error_message = "Old versions must go after the days that were asked for, and below tables/ and what is replaced all the time as soon as S3 can."
  }

  assert {
    condition     = alltrue([for rule in aws_s3_bucket_lifecycle_configuration.lake.rule : rule.status == "Enabled"])
    error_message = "Every rule must be enabled."
  }
}

run "encrypted_and_read_by_pages" {
  command = plan

  variables {
    is_encrypted     = true
    key_arn          = "arn:aws:kms:us-west-2:000000000000:key/22222222-2222-3333-4444-555555555555"
    is_read_by_pages = true
  }

  assert {
    condition = one([
      for rule in aws_s3_bucket_server_side_encryption_configuration.lake.rule :
      [rule.apply_server_side_encryption_by_default[0].sse_algorithm, rule.apply_server_side_encryption_by_default[0].kms_master_key_id, rule.bucket_key_enabled]
    ]) == ["aws:kms", "arn:aws:kms:us-west-2:000000000000:key/22222222-2222-3333-4444-555555555555", true]
    error_message = "Objects must be encrypted with the key, by one data key for many of them."
  }

  # A page whose request was redirected sends "Origin: null".
  assert {
    condition = one([
      for rule in aws_s3_bucket_cors_configuration.lake[0].cors_rule :
      rule.allowed_origins == toset(["*"]) && rule.allowed_methods == toset(["GET", "HEAD"]) && rule.allowed_headers == toset(["*"])
    ])
    error_message = "A page must be able to read the file that it was redirected to, and to write nothing."
  }
}
