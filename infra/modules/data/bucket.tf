# The bucket is the truth: all else can be made again from it. It is not versioned: what the lake deletes is deleted,
# and delete markers would slow every listing.

resource "aws_s3_bucket" "lake" {
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
      sse_algorithm = "AES256"
    }
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
}
