provider "aws" {
  region = var.region
}

# Callers send a token of the issuer, to a name of one's own. The API's generated name answers nobody, so that there is one
# way in. If there are API keys too, callers send theirs as X-Api-Key: the token is in Authorization.
module "lake" {
  source = "../../modules/lake"

  environment         = "prod"
  artifacts_directory = var.artifacts_directory
  datasets_directory  = "${path.module}/datasets"

  api = {
    authorization    = "JWT"
    jwt              = { issuer = var.issuer, audience = var.audience, scopes = var.scopes }
    default_endpoint = false
  }
}

resource "aws_apigatewayv2_domain_name" "api" {
  domain_name = var.domain

  domain_name_configuration {
    certificate_arn = var.certificate_arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }
}

resource "aws_apigatewayv2_api_mapping" "api" {
  api_id      = module.lake.api.id
  stage       = module.lake.api.stage
  domain_name = aws_apigatewayv2_domain_name.api.domain_name
}

resource "aws_route53_record" "api" {
  for_each = toset(["A", "AAAA"])

  zone_id = var.zone_id
  name    = var.domain
  type    = each.value

  alias {
    name                   = aws_apigatewayv2_domain_name.api.domain_name_configuration[0].target_domain_name
    zone_id                = aws_apigatewayv2_domain_name.api.domain_name_configuration[0].hosted_zone_id
    evaluate_target_health = false
  }
}
