# The repositories: what is in them does not change, and who may pull.

mock_provider "aws" {
  override_during = plan
}

variables {
  prefix = "tributary"
}

run "as_it_comes" {
  command = plan

  assert {
    condition = (
      keys(aws_ecr_repository.this) == ["server"] &&
      aws_ecr_repository.this["server"].name == "tributary/server" &&
      aws_ecr_repository.this["server"].image_tag_mutability == "IMMUTABLE" &&
      aws_ecr_repository.this["server"].image_scanning_configuration[0].scan_on_push &&
      aws_ecr_repository.this["server"].encryption_configuration[0].encryption_type == "AES256" &&
      !aws_ecr_repository.this["server"].force_delete
    )
    error_message = "A repository must scan, encrypt, keep what a tag names, and not be deleted with images in it."
  }

  assert {
    condition     = length(aws_ecr_repository_policy.this) == 0
    error_message = "Nobody outside of the account may pull unless that is said."
  }

  assert {
    condition = [for rule in jsondecode(aws_ecr_lifecycle_policy.this["server"].policy).rules : "${rule.selection.tagStatus} ${rule.selection.countNumber}"] == [
      "untagged 7", "tagged 30",
    ]
    error_message = "Images that nobody goes back to must expire."
  }
}

run "as_somebody_wants_it" {
  command = plan

  variables {
    images          = ["query", "ingest"]
    keep            = 5
    kms_key_arn     = "arn:aws:kms:us-west-2:000000000000:key/k"
    readers         = ["arn:aws:iam::111111111111:root"]
    lambda_accounts = ["222222222222"]
  }

  assert {
    condition = (
      aws_ecr_repository.this["query"].encryption_configuration[0].kms_key == "arn:aws:kms:us-west-2:000000000000:key/k" &&
      aws_ecr_repository.this["query"].encryption_configuration[0].encryption_type == "KMS"
    )
    error_message = "A customer key must encrypt the images."
  }

  assert {
    condition = alltrue([for image in ["query", "ingest"] : aws_ecr_repository_policy.this[image].policy == jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid       = "OtherAccountsPull"
          Effect    = "Allow"
          Principal = { AWS = ["arn:aws:iam::111111111111:root"] }
          Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        },
        {
          Sid       = "LambdaPulls"
          Effect    = "Allow"
          Principal = { Service = "lambda.amazonaws.com" }
          Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
          Condition = { StringEquals = { "aws:SourceAccount" = ["222222222222"] } }
        },
      ]
    })])
    error_message = "Who was named may pull, and nothing else."
  }
}

run "no_such_image" {
  command = plan
  variables {
    images = ["worker"]
  }
  expect_failures = [var.images]
}

run "nothing_to_go_back_to" {
  command = plan
  variables {
    keep = 1
  }
  expect_failures = [var.keep]
}

run "anybody" {
  command = plan
  variables {
    readers = ["*"]
  }
  expect_failures = [var.readers]
}

run "an_account_by_name" {
  command = plan
  variables {
    lambda_accounts = ["prod"]
  }
  expect_failures = [var.lambda_accounts]
}
