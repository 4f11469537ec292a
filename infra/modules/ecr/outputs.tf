output "urls" {
  description = "Where to push and pull, by image."
  value       = { for image, repository in aws_ecr_repository.this : image => repository.repository_url }
}

output "arns" {
  description = "ARNs of the repositories, by image."
  value       = { for image, repository in aws_ecr_repository.this : image => repository.arn }
}
