# In the workspace prod.

mock_provider "aws" {
  source          = "./examples/mocks"
  override_during = plan
}

variables {
  artifacts_directory = "./tests/artifacts"
}

run "as_the_map_says" {
  command = plan

  assert {
    condition     = output.environment == { name = "prod", prefix = "tributary-prod", protected = true }
    error_message = "A lake in use must be protected."
  }

  assert {
    condition = (
      module.lake.settings.functions.compact.memory_mib == 2048 &&
      module.lake.settings.log_retention_days == 90 &&
      module.lake.settings.scan_limit_bytes == 10000000000 &&
      module.lake.settings.requests_per_second == 50
    )
    error_message = "Sizes and retention must be those of the entry prod."
  }
}

run "a_public_lake_on_purpose" {
  command = plan

  variables {
    api    = { authorization = "NONE" }
    public = true
    query  = { sql = true }
  }

  assert {
    condition     = module.lake.api.authorization == "NONE"
    error_message = "What is meant to be public must reach the module."
  }
}

run "security_reaches_the_module" {
  command = plan

  variables {
    account_concurrency  = 2000
    alarms               = { actions = ["arn:aws:sns:us-west-2:000000000000:on-call"] }
    encryption           = { key_arn = "arn:aws:kms:us-west-2:000000000000:key/33333333-2222-3333-4444-555555555555" }
    operators            = { principals = ["arn:aws:iam::000000000000:role/on-call"] }
    permissions_boundary = "arn:aws:iam::000000000000:policy/boundary"
    service_publishers   = [{ service = "s3.amazonaws.com", source_account = "222222222222" }]
    versioning           = { enabled = true }
    query                = { extra_environment = { A = "1" } }
  }

  assert {
    condition     = length(output.alarms) == 37 && contains(output.alarms, "tributary-prod-PartitionsStopped")
    error_message = "The entry prod has alarms."
  }

  assert {
    condition     = output.operator_role_arn != null && output.reserved_concurrency.query == 100 && strcontains(output.key_policy, "222222222222")
    error_message = "Operators, publishers and the quota must reach the module."
  }
}
