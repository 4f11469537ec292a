# The environments, by Terraform workspace. This map is the only place that tells them apart; a variable that is set
# overrides its entry. What an entry leaves out has the default of modules/lake.

locals {
  environments = {
    develop = {
      # Whether Terraform refuses to destroy the lake. Where it does not, destroying deletes every event.
      protected = false
      # The accounts that this may be applied to; empty for any. An account for each environment is the best fence.
      account_ids = []
      # Whether alarms are made.
      alarms                 = false
      log                    = "info"
      log_retention_days     = 7
      results_retention_days = 1
      scan_limit_bytes       = 1000000000
      api                    = { requests_per_second = 10, burst = 20 }
      ingest                 = {}
      compact                = { memory_mib = 1024 }
      register               = {}
      query                  = {}
    }

    qa = {
      account_ids            = []
      protected              = false
      alarms                 = true
      log                    = "info"
      log_retention_days     = 14
      results_retention_days = 1
      scan_limit_bytes       = 1000000000
      api                    = { requests_per_second = 10, burst = 20 }
      ingest                 = {}
      compact                = { memory_mib = 1024 }
      register               = {}
      query                  = {}
    }

    # As prod, so that what is measured there holds in prod.
    staging = {
      account_ids            = []
      protected              = true
      alarms                 = true
      log                    = "info"
      log_retention_days     = 30
      results_retention_days = 1
      scan_limit_bytes       = 10000000000
      api                    = { requests_per_second = 50, burst = 100 }
      ingest                 = {}
      compact                = { memory_mib = 2048 }
      register               = {}
      query                  = {}
    }

    prod = {
      account_ids            = []
      protected              = true
      alarms                 = true
      log                    = "info"
      log_retention_days     = 90
      results_retention_days = 1
      scan_limit_bytes       = 10000000000
      api                    = { requests_per_second = 50, burst = 100 }
      ingest                 = {}
      compact                = { memory_mib = 2048 }
      register               = {}
      query                  = {}
    }

    # Every workspace dev-<name>.
    personal = {
      account_ids            = []
      protected              = false
      alarms                 = false
      log                    = "compact=debug,ingest=debug,query=debug,register=debug,info"
      log_retention_days     = 3
      results_retention_days = 1
      scan_limit_bytes       = 1000000000
      api                    = { requests_per_second = 5, burst = 10 }
      ingest                 = { queue_concurrency = 2 }
      compact                = { memory_mib = 1024, queue_concurrency = 2 }
      register               = {}
      query                  = {}
    }
  }

  shared_environments = [for name in keys(local.environments) : name if name != "personal"]

  # The workspace's entry. The validation of var.name refuses a workspace that has none; the entry that stands in for it
  # keeps every other expression from failing beside that sentence.
  known_workspace = contains(local.shared_environments, terraform.workspace) || can(regex("^dev-[a-z0-9]{1,12}$", terraform.workspace))
  environment = local.environments[
    contains(local.shared_environments, terraform.workspace) ? terraform.workspace : "personal"
  ]
  account_ids = coalesce(var.allowed_account_ids, local.environment.account_ids)
}
