mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

variables {
  artifacts_directory = "./tests/artifacts"
  domain              = "lake.example.com"
  certificate_arn     = "arn:aws:acm:us-west-2:000000000000:certificate/7d444840-9dc0-11d1-b245-5ffdce74fad2"
  zone_id             = "Z0123456789ABCDEFGHIJ"
  issuer              = "https://issuer.example.com/"
  audience            = ["lake"]
  scopes              = ["lake/read"]
}

run "plan" {
  command = plan

  assert {
    condition     = output.api_url == "https://lake.example.com"
    error_message = "Consumers must be told the domain."
  }

  assert {
    condition     = aws_apigatewayv2_api_mapping.api.api_id == module.lake.api.id && aws_apigatewayv2_api_mapping.api.stage == "$default"
    error_message = "The domain must lead to the API."
  }

  assert {
    condition     = module.lake.api.authorization == "JWT" && !module.lake.api.default_endpoint
    error_message = "There must be one way in, and it must ask for a token."
  }
}
