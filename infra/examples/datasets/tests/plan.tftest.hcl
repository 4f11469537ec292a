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
    condition     = toset(module.lake.datasets) == toset(["bookings", "flights", "passengers"])
    error_message = "Every definition must be put where register looks."
  }

  assert {
    condition     = toset(module.lake.named_queries) == toset(["revenue-of-flight"])
    error_message = "Every named query must be put where the API looks."
  }
}
