# The bucket is the truth: all else can be made again from it. versioning.tf says what is kept of what is deleted.

resource "aws_s3_bucket" "lake" {
  #checkov:skip=CKV_AWS_144:a copy in another region doubles the storage, and not every lake may have one there
  #checkov:skip=CKV_AWS_145:by the variable encryption; S3 encrypts with a key of its own otherwise
  #checkov:skip=CKV_AWS_18:CloudTrail's data events say more, and want no further bucket
  #checkov:skip=CKV2_AWS_62:modules/lake has the notification, and checkov does not always follow it out of this module
  #checkov:skip=CKV_AWS_21:by the variable versioning; versioning.tf says what it costs
  bucket        = var.bucket
  force_destroy = var.force_destroy
}

resource "aws_s3_bucket_public_access_block" "lake" {
  bucket                  = aws_s3_bucket.lake.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "lake" {
  bucket = aws_s3_bucket.lake.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "lake" {
  bucket = aws_s3_bucket.lake.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = var.is_encrypted ? "aws:kms" : "AES256"
      kms_master_key_id = var.key_arn
    }

    # One data key for many objects: otherwise each request would be one to KMS too.
    bucket_key_enabled = var.is_encrypted
  }
}

locals {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyTls"
        Effect    = "Deny"
        Principal = "*"
        # A refusal has to cover everything, whatever actions S3 will have.
        Action    = ["s3:*"]
        Resource  = [local.arn, "${local.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        # A commit is never overwritten, whoever asks: the protocol stands on that. The parts of a multipart upload
        # cannot carry the condition and create nothing, so they are let through, and its completion is not. A copy
        # into the log is refused: on S3 it carries no such condition.
        Sid       = "CommitsAreCreatedOnce"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:PutObject"]
        Resource  = ["${local.arn}/commits/*"]
        Condition = {
          Null = { "s3:if-none-match" = "true" }
          Bool = { "s3:ObjectCreationOperation" = "true" }
        }
      },
    ]
  })
}

resource "aws_s3_bucket_policy" "lake" {
  bucket = aws_s3_bucket.lake.id
  policy = local.policy

  # Both settle what policies may say; changed at the same time, S3 refuses one of them.
  depends_on = [aws_s3_bucket_public_access_block.lake, aws_s3_bucket_ownership_controls.lake]
}

resource "aws_s3_bucket_lifecycle_configuration" "lake" {
  bucket = aws_s3_bucket.lake.id

  rule {
    id     = "results-expire"
    status = "Enabled"

    filter {
      prefix = "results/"
    }

    expiration {
      days = var.results_retention_days
    }
  }

  rule {
    id     = "broken-off-uploads-expire"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  # Always there: versions do not go by themselves when versioning is suspended.
  dynamic "rule" {
    for_each = local.noncurrent_days

    content {
      id     = "versions-expire-${rule.key}"
      status = "Enabled"

      filter {
        prefix = rule.value.prefix
      }

      noncurrent_version_expiration {
        noncurrent_days = rule.value.days
      }
    }
  }

  # A marker that nothing is behind any more only slows listings.
  rule {
    id     = "delete-markers-expire"
    status = "Enabled"

    filter {}

    expiration {
      expired_object_delete_marker = true
    }
  }

  depends_on = [aws_s3_bucket_versioning.lake]
}

# For the files that the API answers by a redirect. A page whose request was redirected from another origin sends
# "Origin: null", so no list of origins would do. It gives nothing away: S3 knows no cookies, so a page can read what it
# has a signed address of, and nothing else.
resource "aws_s3_bucket_cors_configuration" "lake" {
  count  = var.is_read_by_pages ? 1 : 0
  bucket = aws_s3_bucket.lake.id

  cors_rule {
    allowed_methods = ["GET", "HEAD"]
    allowed_origins = ["*"]
    allowed_headers = ["*"]
    expose_headers  = ["Content-Disposition", "Content-Length", "Content-Range", "ETag"]
    max_age_seconds = 600
  }
}
