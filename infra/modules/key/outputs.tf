output "arn" {
  description = "ARN of the key; null if it was not to be created."
  value       = one(aws_kms_key.this[*].arn)
}

output "policy" {
  description = "JSON of the policy that a key for the lake needs."
  value       = local.policy
}
