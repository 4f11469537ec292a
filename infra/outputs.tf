output "topic_arn" {
  description = "Where producers publish."
  value       = module.lake.topic_arn
}

output "api_url" {
  description = "Where consumers query."
  value       = module.lake.api_url
}

output "bucket" {
  description = "The lake's bucket."
  value       = module.lake.bucket
}

output "database" {
  description = "The Glue database of the tables."
  value       = module.lake.database
}

output "workgroup" {
  description = "The Athena workgroup for clients that query past the HTTP API, the command line among them."
  value       = module.lake.workgroup
}

output "functions" {
  description = "Names of the functions, by what they do."
  value       = module.lake.functions
}

output "log_groups" {
  description = "Names of the log groups: one for each function, and the access log of the API."
  value       = module.lake.log_groups
}

output "dead_letter_queues" {
  description = "URLs of the queues that should be empty. undelivered: what SNS could not hand over; the others: what a function could not handle."
  value       = module.lake.dead_letter_queues
}

output "topic_arns" {
  description = "Where producers publish, by the name of the topic: the lake's own under events, and those of var.topics."
  value       = module.lake.topic_arns
}

output "api" {
  description = "The HTTP API: its id, its stage, and the ARN that execute-api:Invoke is allowed on."
  value       = module.lake.api
}

output "state" {
  description = "Which Terraform state keeps the lake: its identity, and the parameter that holds it."
  value       = module.lake.state
}

output "release" {
  description = "The version and the commit that the functions were built from."
  value       = module.lake.release
}

output "environment" {
  description = "The workspace, what its names begin with, and whether it is protected from being destroyed."
  value = {
    name      = terraform.workspace
    prefix    = module.lake.prefix
    protected = coalesce(var.protected, local.environment.protected)
  }
}

output "operator_role_arn" {
  description = "ARN of the role for the command line; null if nobody may take it."
  value       = module.lake.operator_role_arn
}

output "key_policy" {
  description = "JSON of the policy that a key needs to encrypt the lake: what to give a key of encryption.key_arn."
  value       = module.lake.key_policy
}

output "alarms" {
  description = "Names of the alarms."
  value       = module.lake.alarms
}

output "reserved_concurrency" {
  description = "How many invocations at a time are reserved for each function; -1 for none."
  value       = module.lake.reserved_concurrency
}
