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
    condition     = module.lake.delivery.protocol == "lambda" && strcontains(module.lake.delivery.endpoint, ":function:")
    error_message = "SNS must invoke the function."
  }
}
