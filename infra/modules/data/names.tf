data "aws_partition" "current" {}

locals {
  # Made of what is known before the bucket exists, so that a plan shows its policy in full.
  arn = "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}"
}
