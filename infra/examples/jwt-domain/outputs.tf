output "topic_arn" {
  description = "Where producers publish."
  value       = module.lake.topic_arn
}

output "api_url" {
  description = "Where consumers query."
  value       = "https://${aws_apigatewayv2_api_mapping.api.domain_name}"
}
