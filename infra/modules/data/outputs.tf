output "bucket" {
  description = "Name of the bucket. It is ready when it is known: its policy and its settings are in place."
  value       = aws_s3_bucket.lake.bucket

  depends_on = [
    aws_s3_bucket_lifecycle_configuration.lake,
    aws_s3_bucket_policy.lake,
    aws_s3_bucket_server_side_encryption_configuration.lake,
  ]
}

output "arn" {
  description = "ARN of the bucket."
  value       = aws_s3_bucket.lake.arn
}

output "policy" {
  description = "JSON of the bucket's policy."
  value       = aws_s3_bucket_policy.lake.policy
}

output "database" {
  description = "Name of the Glue database."
  value       = aws_glue_catalog_database.lake.name
}
