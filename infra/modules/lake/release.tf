# In the description of every version, so that a rollback finds the former release by what Lambda alone knows.
locals {
  built_from = format("%s (commit %s)", try(local.build.version, "unknown"), try(coalesce(local.build.commit), "unknown"))
}
