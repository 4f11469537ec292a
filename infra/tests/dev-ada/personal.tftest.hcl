# In a workspace dev-<name>: the entry personal.

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
    condition     = output.environment == { name = "dev-ada", prefix = "tributary-dev-ada", protected = false }
    error_message = "A lake of one's own must have its own names."
  }

  assert {
    condition     = module.lake.settings.log_retention_days == 3 && output.database == "tributary_dev_ada"
    error_message = "Retention must be that of the entry personal."
  }
}
