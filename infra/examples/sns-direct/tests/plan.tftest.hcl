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
    condition     = module.lake.delivery.protocol == "lambda" && strcontains(module.lake.delivery.endpoint, ":function:") && endswith(module.lake.delivery.endpoint, ":live")
    error_message = "SNS must invoke the version of the function that serves."
  }
}
