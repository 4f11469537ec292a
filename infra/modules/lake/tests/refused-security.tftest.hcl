# Settings of security that would let somebody in, lock somebody out, or fail half-way, stop the plan.

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

run "malformed" {
  command = plan

  variables {
    service_publishers   = [{ service = "s3", source_account = "222222222222" }]
    permissions_boundary = "boundary"
    operators            = { principals = ["*"] }
    encryption           = { key_arn = "alias/aws/sns" }
    versioning           = { enabled = true, noncurrent_days = 0 }
    account_concurrency  = 0
    alarms               = { actions = ["on-call@example.com"] }
    query                = { reserved_concurrency = 0 }
  }

  expect_failures = [
    var.service_publishers, var.permissions_boundary, var.operators, var.encryption, var.versioning, var.account_concurrency,
    var.alarms, var.query,
  ]
}

run "a_service_for_everybody" {
  command = plan

  variables {
    service_publishers = [{ service = "events.amazonaws.com" }]
  }

  expect_failures = [var.service_publishers]
}

run "a_bucket_of_nobody" {
  command = plan

  variables {
    service_publishers = [{ service = "s3.amazonaws.com", source_arn = "arn:aws:s3:::uploads" }]
  }

  expect_failures = [var.service_publishers]
}

run "a_source_that_is_no_arn" {
  command = plan

  variables {
    service_publishers = [{ service = "s3.amazonaws.com", source_arn = "uploads", source_account = "222222222222" }]
  }

  expect_failures = [var.service_publishers]
}

run "two_keys" {
  command = plan

  variables {
    encryption = { create_key = true, key_arn = "arn:aws:kms:us-west-2:000000000000:key/33333333-2222-3333-4444-555555555555" }
  }

  expect_failures = [var.encryption]
}

run "a_catalog_key_by_alias" {
  command = plan

  variables {
    encryption = { catalog_key_arn = "arn:aws:kms:us-west-2:000000000000:alias/glue" }
  }

  expect_failures = [var.encryption]
}

run "half_a_day" {
  command = plan

  variables {
    versioning = { enabled = true, noncurrent_days = 1.5 }
  }

  expect_failures = [var.versioning]
}
