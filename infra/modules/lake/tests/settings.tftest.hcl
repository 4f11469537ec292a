# Values that would deploy something that does not work, or costs more than anybody meant, stop the plan.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  environment         = "prod"
  artifacts_directory = "./tests/artifacts"
  datasets_directory  = "../../datasets"
  queries_directory   = "../../queries"
}

# Each value is refused by a validation of its own. A run tries one for each variable that has any left.
run "refused_1" {
  command = plan

  variables {
    prefix                 = "Lake"
    name                   = "My_Lake"
    bucket                 = "My_Bucket"
    database               = "my-database"
    publishers             = ["*"]
    log                    = "compact=debug; rm"
    log_retention_days     = 31
    scan_limit_bytes       = 10485759
    results_retention_days = 0
    api                    = { authorization = "OPEN" }
    ingest                 = { timeout_seconds = 901 }
    compact                = { grace_minutes = 60 }
    register               = { reconcile = "hourly" }
    query                  = { wait_seconds = 23 }
    topics                 = { travel = { datasets = ["passengers"], publishers = ["*"] } }
    release                = { versions = { squery = "7" } }
  }

  expect_failures = [
    var.prefix,
    var.name,
    var.bucket,
    var.database,
    var.publishers,
    var.log,
    var.log_retention_days,
    var.scan_limit_bytes,
    var.results_retention_days,
    var.api,
    var.ingest,
    var.compact,
    var.register,
    var.query,
    var.topics,
    var.release,
  ]
}

run "refused_2" {
  command = plan

  variables {
    name     = "tributary-of-a-very-large-river"
    api      = { requests_per_second = 0 }
    ingest   = { batch_size = 11, batching_window_seconds = 0 }
    compact  = { memory_budget_mib = 1800 }
    register = { reserved_concurrency = 2, queue_concurrency = 2 }
    query    = { reserved_concurrency = 0 }
    topics   = { travel = { datasets = [] } }
    release  = { versions = { query = "$LATEST" } }
  }

  expect_failures = [
    var.name,
    var.api,
    var.ingest,
    var.compact,
    var.register,
    var.query,
    var.topics,
    var.release,
  ]
}

run "refused_3" {
  command = plan

  variables {
    ingest   = { reserved_concurrency = 5 }
    compact  = { sweep = "5 minutes" }
    register = { queue_concurrency = 1 }
    query    = { max_rows = 0 }
    api      = { authorization = "JWT" }
    delivery = "eventbridge"
    identity = "mine"
    topics   = { bookings = { datasets = ["bookings"] } }
    release  = { versions = { query = "7" }, newest_share = 1 }
  }

  expect_failures = [
    var.ingest,
    var.compact,
    var.register,
    var.query,
    var.api,
    var.delivery,
    var.identity,
    var.topics,
    var.release,
  ]
}

run "refused_4" {
  command = plan

  variables {
    ingest   = { default_dataset = "Passengers" }
    compact  = { timeout_seconds = 20 }
    register = { batch_size = 10001 }
    query    = { memory_mib = 64 }
    api      = { jwt = { issuer = "https://issuer.example.com", audience = ["lake"] } }
    topics   = { events = { datasets = ["passengers"] } }
    release  = { newest_share = 0.1 }
  }

  expect_failures = [
    var.ingest,
    var.compact,
    var.register,
    var.query,
    var.api,
    var.topics,
    var.release,
  ]
}

run "refused_5" {
  command = plan

  variables {
    ingest  = { earliest_event = "yesterday" }
    compact = { vacuum = "1 hour" }
    query   = { memory_mib = 512, max_rendered_mib = 129 }
  }

  expect_failures = [
    var.ingest,
    var.compact,
    var.query,
  ]
}

run "refused_6" {
  command = plan

  variables {
    ingest  = { event_ahead_hours = 9000, max_unpacked_mib = 65 }
    compact = { retention_hours = 2 }
    query   = { cors_origins = ["https://app.example.com/path"] }
  }

  expect_failures = [
    var.ingest,
    var.compact,
    var.query,
  ]
}

run "refused_7" {
  command = plan

  variables {
    compact = { target_file_size_mib = 4097 }
    ingest  = { event_behind_hours = 23 }
    query   = { scan_tiers = [10485759] }
  }

  expect_failures = [
    var.compact,
    var.ingest,
    var.query,
  ]
}

run "refused_8" {
  command = plan

  variables {
    compact = { memory_mib = 127 }
    ingest  = { message_partitions = 0 }
    query   = { scan_tiers = [20000000, 20000000] }
  }

  expect_failures = [
    var.compact,
    var.ingest,
    var.query,
  ]
}

run "refused_9" {
  command = plan

  variables {
    compact = { memory_budget_mib = 63 }
    ingest  = { hourly_partitions = 1000001 }
    query   = { max_running = 1001 }
  }

  expect_failures = [
    var.compact,
    var.ingest,
    var.query,
  ]
}

run "refused_10" {
  command = plan

  variables {
    compact = { reserved_concurrency = 5, queue_concurrency = 4 }
    ingest  = { datasets = ["Passengers"] }
  }

  expect_failures = [
    var.compact,
    var.ingest,
  ]
}

run "refused_11" {
  command = plan

  variables {
    ingest  = { datasets = [] }
    compact = { threads = 65 }
  }

  expect_failures = [
    var.ingest,
    var.compact,
  ]
}

run "no_environment" {
  command = plan

  variables {
    environment = "Prod"
  }

  expect_failures = [var.environment]
}

# S3 takes 63 characters, and the bucket's name has the account and the region behind these.
run "a_name_that_is_too_long" {
  command = plan

  variables {
    name        = "a-lake-of-24-characters-"
    environment = "twelve-chars"
  }

  expect_failures = [var.name]
}

run "a_name_and_an_environment_that_are_too_long" {
  command = plan

  variables {
    name        = "a-lake-of-24-characters1"
    environment = "twelve-chars"
  }

  expect_failures = [var.environment]
}

# A lake that everybody on the internet may read.
run "public_by_open_access" {
  command = plan

  variables {
    api   = { authorization = "NONE" }
    query = { open_access = true }
  }

  expect_failures = [var.public]
}

run "public_by_sql" {
  command = plan

  variables {
    api   = { authorization = "NONE" }
    query = { sql = true }
  }

  expect_failures = [var.public]
}

run "public_on_purpose" {
  command = plan

  variables {
    api    = { authorization = "NONE" }
    query  = { open_access = true, sql = true }
    public = true
  }

  assert {
    condition     = module.query.function.environment.TRIBUTARY_OPEN_ACCESS == "on" && aws_apigatewayv2_route.query.authorization_type == "NONE"
    error_message = "A lake that is meant to be public must be."
  }
}

run "keys_for_everybody" {
  command = plan

  variables {
    api = { authorization = "NONE" }
  }

  assert {
    condition     = module.query.function.environment.TRIBUTARY_OPEN_ACCESS == "off" && module.query.function.environment.TRIBUTARY_SQL == "off"
    error_message = "Where the gateway lets everybody in, callers need a key, and this needs no word more."
  }
}
