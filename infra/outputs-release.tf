output "live" {
  description = "What serves, by function: the function's name, the alias, the version that it names and the newest version. ./scripts/deploy and ./scripts/rollback read it."
  value       = module.lake.live
}

output "guards" {
  description = "Names of the alarms that ./scripts/deploy --canary looks at."
  value       = module.lake.guards
}

output "region" {
  description = "Region of everything."
  value       = var.region
}

output "server_policy" {
  description = "JSON of what the standing process `server` may do, for modules/workload-role."
  value       = module.lake.server_policy
}
