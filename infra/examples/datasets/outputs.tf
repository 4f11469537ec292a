output "topic_arn" {
  description = "Where producers publish."
  value       = module.lake.topic_arn
}

output "api_url" {
  description = "Where consumers query."
  value       = module.lake.api_url
}
