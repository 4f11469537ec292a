# In a workspace that is no environment. The check runs this in several.

mock_provider "aws" {
  source          = "./examples/mocks"
  override_during = plan
}

variables {
  artifacts_directory = "./tests/artifacts"
}

run "refused" {
  command = plan

  expect_failures = [var.name]
}
