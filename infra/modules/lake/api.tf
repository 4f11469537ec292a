# Every path and method goes to query, whose router knows which there are.

resource "aws_apigatewayv2_api" "query" {
  name          = "${local.prefix}-api"
  description   = "SQL tables of the lake ${local.prefix} over HTTP"
  protocol_type = "HTTP"

  disable_execute_api_endpoint = !var.api.default_endpoint
}

resource "aws_apigatewayv2_authorizer" "jwt" {
  count = var.api.authorization == "JWT" ? 1 : 0

  api_id           = aws_apigatewayv2_api.query.id
  name             = "jwt"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = var.api.jwt.issuer
    audience = var.api.jwt.audience
  }
}

resource "aws_apigatewayv2_integration" "query" {
  api_id                 = aws_apigatewayv2_api.query.id
  integration_type       = "AWS_PROXY"
  integration_uri        = module.query.invoke_arn
  payload_format_version = "2.0"
  timeout_milliseconds   = 30000
}

resource "aws_apigatewayv2_route" "query" {
  #checkov:skip=CKV_AWS_309:by api.authorization, which is AWS_IAM unless somebody asks otherwise; with NONE callers need an API key
  api_id             = aws_apigatewayv2_api.query.id
  route_key          = "$default"
  target             = "integrations/${aws_apigatewayv2_integration.query.id}"
  authorization_type = var.api.authorization

  authorizer_id        = one(aws_apigatewayv2_authorizer.jwt[*].id)
  authorization_scopes = var.api.authorization == "JWT" ? var.api.jwt.scopes : null
}

# A browser asks without credentials whether a page may send its request, so API Gateway must let that question through;
# the API answers it, and every other OPTIONS with 405. The route matches before $default, which asks for a signature.
resource "aws_apigatewayv2_route" "preflight" {
  count = length(var.query.cors_origins) == 0 ? 0 : 1

  #checkov:skip=CKV_AWS_309:a preflight has no credentials by the Fetch standard, and its answer says only which origins may ask
  api_id             = aws_apigatewayv2_api.query.id
  route_key          = "OPTIONS /{proxy+}"
  target             = "integrations/${aws_apigatewayv2_integration.query.id}"
  authorization_type = "NONE"
}

resource "aws_lambda_permission" "preflight" {
  count = length(var.query.cors_origins) == 0 ? 0 : 1

  statement_id  = "preflight"
  action        = "lambda:InvokeFunction"
  function_name = module.query.name
  qualifier     = module.query.live.alias
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.query.execution_arn}/*/OPTIONS/{proxy+}"
}

resource "aws_apigatewayv2_stage" "query" {
  api_id      = aws_apigatewayv2_api.query.id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit  = var.api.requests_per_second
    throttling_burst_limit = var.api.burst
  }

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api.arn
    # Not the query string: it holds what people look for.
    format = jsonencode({
      at                 = "$context.requestTimeEpoch"
      request_id         = "$context.requestId"
      caller             = "$context.identity.userArn"
      ip                 = "$context.identity.sourceIp"
      method             = "$context.httpMethod"
      path               = "$context.path"
      status             = "$context.status"
      response_bytes     = "$context.responseLength"
      latency_ms         = "$context.responseLatency"
      integration_ms     = "$context.integrationLatency"
      integration_error  = "$context.integrationErrorMessage"
      gateway_error_type = "$context.error.responseType"
    })
  }
}

# A group under /aws/vendedlogs/ is not counted in the account's policy for log delivery, whose length has a limit.
resource "aws_cloudwatch_log_group" "api" {
  #checkov:skip=CKV_AWS_158:by the variable encryption; CloudWatch Logs encrypts with a key of its own otherwise
  #checkov:skip=CKV_AWS_338:by the variable log_retention_days, for each environment; the lines hold no query
  name              = "/aws/vendedlogs/apigateway/${local.prefix}"
  retention_in_days = var.log_retention_days
  kms_key_id        = local.key_arn
}

resource "aws_lambda_permission" "api" {
  statement_id  = "api"
  action        = "lambda:InvokeFunction"
  function_name = module.query.name
  qualifier     = module.query.live.alias
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.query.execution_arn}/*/$default"
}
