output "topic_arns" {
  description = "Where producers publish, by dataset."
  value       = module.lake.topic_arns
}
