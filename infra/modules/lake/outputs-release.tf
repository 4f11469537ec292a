output "live" {
  description = "What serves, by function: the function's name, the alias, the version that it names and the newest version. ./scripts/deploy and ./scripts/rollback read it."
  value = {
    for name, function in { ingest = module.ingest, compact = module.compact, register = module.register, query = module.query } :
    name => {
      function = function.name
      alias    = function.live.alias
      version  = function.live.version
      newest   = function.newest_version
    }
  }
}

output "guards" {
  description = "Names of the alarms that ./scripts/deploy --canary looks at. There are none where alarms.enabled is false."
  value       = compact([for function in [module.ingest, module.compact, module.register, module.query] : try(function.guard.name, "")])
}

output "server_policy" {
  description = "JSON of what the standing process `server` may do: what the function query may, but for writing the function's log."
  value = jsonencode(merge(jsondecode(module.query.policy), {
    Statement = [for statement in jsondecode(module.query.policy).Statement : statement if statement.Sid != "OwnLog"]
  }))
}
