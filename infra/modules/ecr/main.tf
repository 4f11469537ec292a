# Repositories for the images of deploy/container. One for each image, since a repository has one policy.

resource "aws_ecr_repository" "this" {
  for_each = var.images

  name = "${var.prefix}/${each.value}"
  # A tag is a commit: what it names does not change, so an image that was tried is the one that is deployed.
  image_tag_mutability = "IMMUTABLE"
  force_delete         = var.force_delete

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = var.kms_key_arn == null ? "AES256" : "KMS"
    kms_key         = var.kms_key_arn
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  for_each = var.images

  repository = aws_ecr_repository.this[each.value].name

  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "What no tag names any more"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 7 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "Older releases than a rollback goes back to"
        selection    = { tagStatus = "tagged", tagPatternList = ["*"], countType = "imageCountMoreThan", countNumber = var.keep }
        action       = { type = "expire" }
      },
    ]
  })
}

resource "aws_ecr_repository_policy" "this" {
  for_each = length(var.readers) == 0 && length(local.lambda_accounts) == 0 ? [] : var.images

  repository = aws_ecr_repository.this[each.value].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      length(var.readers) == 0 ? [] : [{
        Sid       = "OtherAccountsPull"
        Effect    = "Allow"
        Principal = { AWS = sort(var.readers) }
        Action    = local.pull
      }],
      # Lambda pulls by itself when a function is idle for long.
      length(local.lambda_accounts) == 0 ? [] : [{
        Sid       = "LambdaPulls"
        Effect    = "Allow"
        Principal = { Service = "lambda.amazonaws.com" }
        Action    = local.pull
        Condition = { StringEquals = { "aws:SourceAccount" = local.lambda_accounts } }
      }],
    )
  })
}

locals {
  pull            = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
  lambda_accounts = sort(var.lambda_accounts)
}
