output "topic_arn" {
  description = "Where the application publishes."
  value       = module.lake.topic_arn
}

output "publisher_role_arn" {
  description = "The role that the application runs with."
  value       = aws_iam_role.publisher.arn
}
