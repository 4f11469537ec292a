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
