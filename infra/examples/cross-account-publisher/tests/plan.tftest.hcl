mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

mock_provider "aws" {
  alias           = "publisher"
  override_during = plan

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111111111111:role/tributary-publisher" }
  }
}

variables {
  artifacts_directory  = "./tests/artifacts"
  lake_account_id      = "000000000000"
  publisher_account_id = "111111111111"
}

run "plan" {
  command = plan

  assert {
    condition     = strcontains(module.lake.topic_policy, "arn:aws:iam::111111111111:role/tributary-publisher")
    error_message = "The topic must let the application's role publish."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.publisher.policy).Statement[0].Resource == [module.lake.topic_arn]
    error_message = "The role must be allowed to publish to the lake's topic, and to no other."
  }
}
