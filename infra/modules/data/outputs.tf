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

output "identity" {
  description = "Identity of the Terraform state. What AWS creates by name, whether or not it exists, depends on this: so it comes after the guard."
  value       = terraform_data.identity.input
  depends_on  = [aws_ssm_parameter.marker]
}

output "marker" {
  description = "Name of the parameter that holds the identity of the state that keeps the lake."
  value       = aws_ssm_parameter.marker.name
}

output "bucket_id" {
  description = "Name of the bucket that exists: unknown while the bucket is to be made, or made anew."
  value       = aws_s3_bucket.lake.id
}

output "force_destroy" {
  description = "Whether destroying the bucket deletes every event in it."
  value       = aws_s3_bucket.lake.force_destroy
}
