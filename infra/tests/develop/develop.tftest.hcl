# In the workspace develop: what the map says, and what overrides it.

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
    condition     = output.environment == { name = "develop", prefix = "tributary-develop", protected = false }
    error_message = "The workspace must be in the names, and a lake for trying things out must not be protected."
  }

  assert {
    condition = (
      module.lake.settings.functions.compact.memory_mib == 1024 &&
      module.lake.settings.log_retention_days == 7 &&
      module.lake.settings.scan_limit_bytes == 1000000000 &&
      module.lake.settings.requests_per_second == 10 &&
      output.bucket == "tributary-develop-000000000000-us-west-2" &&
      output.database == "tributary_develop"
    )
    error_message = "Sizes, retention and names must be those of the entry develop."
  }

  assert {
    condition     = toset(module.lake.datasets) == toset([for file in fileset("datasets", "*.json") : trimsuffix(file, ".json")])
    error_message = "Every file in datasets/ must be a dataset."
  }

  assert {
    condition     = length(output.alarms) == 0 && length(output.guards) == 0
    error_message = "The entry develop has no alarms."
  }

  assert {
    condition     = output.release == { commit = "0123abc", version = "1.2.3" }
    error_message = "The version and the commit of what is deployed must be told."
  }
}

run "a_variable_overrides_the_map" {
  command = plan

  variables {
    name                   = "lake"
    protected              = true
    log_retention_days     = 365
    results_retention_days = 3
    scan_limit_bytes       = 20000000
    api                    = { burst = 7 }
    compact                = { threads = 2 }
    query                  = { max_rows = 7, max_running = 9 }
  }

  assert {
    condition     = output.environment == { name = "develop", prefix = "lake-develop", protected = true }
    error_message = "Name and protection must be those that were asked for."
  }

  # What is not overridden stays the entry's: memory_mib beside threads, and the rate beside the burst.
  assert {
    condition = (
      module.lake.settings.functions.compact.memory_mib == 1024 &&
      module.lake.settings.functions.compact.environment.TRIBUTARY_THREADS == "2" &&
      module.lake.settings.functions.query.environment.TRIBUTARY_MAX_ROWS == "7" &&
      module.lake.settings.functions.query.environment.TRIBUTARY_MAX_RUNNING == "9" &&
      module.lake.settings.log_retention_days == 365 &&
      module.lake.settings.results_retention_days == 3 &&
      module.lake.settings.scan_limit_bytes == 20000000 &&
      module.lake.settings.requests_per_second == 10
    )
    error_message = "A variable must override its setting, and no other."
  }
}

run "a_lake_from_before_the_environments" {
  command = plan

  variables {
    prefix = "tributary"
  }

  assert {
    condition = (
      output.bucket == "tributary-000000000000-us-west-2" && output.database == "tributary" && output.workgroup == "tributary-direct" &&
      output.functions.ingest == "tributary-ingest"
    )
    error_message = "A lake that was deployed before must keep its names."
  }
}

run "refused_tags" {
  command = plan

  variables {
    tags = { for number in range(41) : "tag-${number}" => "value" }
  }

  expect_failures = [var.tags]
}

run "refused_characters_of_tags" {
  command = plan

  variables {
    tags                = { cost_centre = "R&D" }
    allowed_account_ids = ["12345678901"]
    region              = "Oregon"
  }

  expect_failures = [var.tags, var.allowed_account_ids, var.region]
}

run "refused_names_of_tags" {
  command = plan

  variables {
    tags = { Application = "mine" }
  }

  expect_failures = [var.tags]
}

run "refused_aws_tags" {
  command = plan

  variables {
    tags = { "aws:mine" = "mine" }
  }

  expect_failures = [var.tags]
}

run "as_many_tags_as_there_may_be" {
  command = plan

  variables {
    tags = { for number in range(40) : "Tag ${number}: +=./@-" => "Wert für ${number}" }
  }

  assert {
    condition     = length(var.tags) == 40
    error_message = "40 tags may be."
  }
}
