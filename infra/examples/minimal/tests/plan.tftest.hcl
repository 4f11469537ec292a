mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

variables {
  artifacts_directory = "./tests/artifacts"
}

run "plan" {
  command = plan

  assert {
    condition     = output.api_url != null && module.lake.bucket == "tributary-develop-000000000000-us-west-2"
    error_message = "The smallest lake must have a bucket and an API."
  }
}
