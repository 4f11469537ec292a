mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

variables {
  artifacts_directory = "./tests/artifacts"
  publishers          = { bookings = ["arn:aws:iam::111111111111:root"] }
}

run "plan" {
  command = plan

  assert {
    condition     = toset(keys(output.topic_arns)) == toset(["bookings", "events", "flights"])
    error_message = "Every dataset must have a topic."
  }

  assert {
    condition     = strcontains(module.lake.topics_setting, "arn:aws:sns:us-west-2:000000000000:travel-develop-bookings=bookings,arn:aws:sns:us-west-2:000000000000:travel-develop-flights=flights")
    error_message = "ingest must be told what each topic may publish to."
  }
}
