# Two accounts: the lake's, and that of an application which publishes. Each allows it: the topic's policy in the one, the
# role's policy in the other.

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.lake_account_id]
}

provider "aws" {
  alias               = "publisher"
  region              = var.region
  allowed_account_ids = [var.publisher_account_id]

  assume_role {
    role_arn = "arn:aws:iam::${var.publisher_account_id}:role/${var.deployment_role}"
  }
}

module "lake" {
  source = "../../modules/lake"

  environment         = "prod"
  artifacts_directory = var.artifacts_directory
  datasets_directory  = "${path.module}/datasets"
  publishers          = [aws_iam_role.publisher.arn]
}

resource "aws_iam_role" "publisher" {
  provider = aws.publisher

  name        = "tributary-publisher"
  description = "Publishes to the lake of the account ${var.lake_account_id}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "publisher" {
  provider = aws.publisher

  name = "publish"
  role = aws_iam_role.publisher.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Publish"
      Effect   = "Allow"
      Action   = ["sns:Publish"]
      Resource = [module.lake.topic_arn]
    }]
  })
}
