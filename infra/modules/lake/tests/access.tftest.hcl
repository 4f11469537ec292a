# Further topics, delivery without a queue, tokens, and the protection.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan

  mock_resource "aws_apigatewayv2_authorizer" {
    defaults = { id = "mockauthorizer" }
  }
}

variables {
  environment         = "prod"
  artifacts_directory = "./tests/artifacts"
  datasets_directory  = "../../datasets"
}

run "as_they_come" {
  command = plan

  assert {
    condition     = length(aws_lambda_permission.topic) == 0 && length(aws_lambda_function_event_invoke_config.topic) == 0 && length(aws_sns_topic.other) == 0
    error_message = "Unless asked to, SNS may not invoke ingest, and there is one topic."
  }

  assert {
    condition     = length(aws_apigatewayv2_authorizer.jwt) == 0 && aws_apigatewayv2_route.query.authorizer_id == null && !aws_apigatewayv2_api.query.disable_execute_api_endpoint
    error_message = "Unless asked to, no token is asked for."
  }

  assert {
    condition     = length(terraform_data.protection) == 1 && terraform_data.emptying.input == "refused" && !module.data.force_destroy
    error_message = "Unless asked to, a lake must be protected."
  }
}

run "unprotected" {
  command = plan

  variables {
    protected = false
  }

  assert {
    condition     = length(terraform_data.protection) == 0 && terraform_data.emptying.input == "allowed" && module.data.force_destroy
    error_message = "What is not protected must be destroyed whole."
  }
}

run "topics" {
  command = plan

  variables {
    topics = { travel = { datasets = ["passengers"], publishers = ["arn:aws:iam::111111111111:root"] } }
  }

  assert {
    condition = (
      aws_sns_topic.other["travel"].name == "tributary-prod-travel" &&
      aws_sns_topic_subscription.other["travel"].protocol == "sqs" &&
      aws_sns_topic_subscription.other["travel"].endpoint == "arn:aws:sqs:us-west-2:000000000000:tributary-prod-ingest" &&
      aws_sns_topic_subscription.other["travel"].raw_message_delivery == false &&
      jsondecode(aws_sns_topic_subscription.other["travel"].redrive_policy).deadLetterTargetArn == "arn:aws:sqs:us-west-2:000000000000:tributary-prod-undelivered"
    )
    error_message = "A further topic must hand on as the lake's own does."
  }

  assert {
    condition = [
      for statement in jsondecode(aws_sns_topic_policy.other["travel"].policy).Statement :
      "${statement.Effect} ${jsonencode(statement.Principal)} ${join(",", statement.Action)} ${join(",", statement.Resource)}"
      ] == [
      "Allow {\"AWS\":[\"arn:aws:iam::000000000000:root\"]} sns:Publish arn:aws:sns:us-west-2:000000000000:tributary-prod-travel",
      "Deny \"*\" sns:Publish arn:aws:sns:us-west-2:000000000000:tributary-prod-travel",
      "Allow {\"AWS\":[\"arn:aws:iam::111111111111:root\"]} sns:Publish arn:aws:sns:us-west-2:000000000000:tributary-prod-travel",
    ]
    error_message = "The account and the named publishers may publish to it, and nobody else."
  }

  assert {
    condition = alltrue([
      for policy in [module.ingest_queue.policy, aws_sqs_queue_policy.undelivered.policy] :
      jsondecode(policy).Statement[0].Condition.ArnEquals["aws:SourceArn"] == [
        "arn:aws:sns:us-west-2:000000000000:tributary-prod-events", "arn:aws:sns:us-west-2:000000000000:tributary-prod-travel",
      ]
    ])
    error_message = "Both queues must take messages of both topics, and of no others."
  }

  assert {
    condition     = module.ingest.function.environment.TRIBUTARY_TOPICS == "arn:aws:sns:us-west-2:000000000000:tributary-prod-events,arn:aws:sns:us-west-2:000000000000:tributary-prod-travel=passengers"
    error_message = "ingest must know both topics, and what each may publish to."
  }
}

run "straight_to_the_function" {
  command = plan

  variables {
    delivery = "sns"
    topics   = { travel = { datasets = ["passengers"] } }
  }

  assert {
    condition = alltrue([
      for subscription in [aws_sns_topic_subscription.ingest, aws_sns_topic_subscription.other["travel"]] :
      subscription.protocol == "lambda" && strcontains(subscription.endpoint, ":function:")
    ])
    error_message = "Every topic must invoke the function."
  }

  assert {
    condition = {
      for name, permission in aws_lambda_permission.topic : name => "${permission.principal} ${permission.action} ${permission.source_arn}"
      } == {
      events = "sns.amazonaws.com lambda:InvokeFunction arn:aws:sns:us-west-2:000000000000:tributary-prod-events"
      travel = "sns.amazonaws.com lambda:InvokeFunction arn:aws:sns:us-west-2:000000000000:tributary-prod-travel"
    }
    error_message = "SNS may invoke it for these topics, and for no others."
  }

  assert {
    condition = (
      aws_lambda_function_event_invoke_config.topic[0].destination_config[0].on_failure[0].destination == "arn:aws:sqs:us-west-2:000000000000:tributary-prod-ingest-dead-letter" &&
      contains(flatten([
        for statement in jsondecode(module.ingest.policy).Statement : [for pair in setproduct(statement.Action, statement.Resource) : join(" ", pair)]
      ]), "sqs:SendMessage arn:aws:sqs:us-west-2:000000000000:tributary-prod-ingest-dead-letter")
    )
    error_message = "What the function cannot store must be kept, and its role must be allowed to."
  }
}

run "tokens" {
  command = plan

  variables {
    api = { authorization = "JWT", default_endpoint = false, jwt = { issuer = "https://issuer.example.com/", audience = ["lake"], scopes = ["read"] } }
  }

  assert {
    condition = (
      aws_apigatewayv2_route.query.authorization_type == "JWT" &&
      aws_apigatewayv2_route.query.authorizer_id == "mockauthorizer" &&
      aws_apigatewayv2_route.query.authorization_scopes == toset(["read"]) &&
      aws_apigatewayv2_authorizer.jwt[0].jwt_configuration[0].issuer == "https://issuer.example.com/" &&
      aws_apigatewayv2_authorizer.jwt[0].jwt_configuration[0].audience == toset(["lake"]) &&
      aws_apigatewayv2_api.query.disable_execute_api_endpoint &&
      module.query.function.environment.TRIBUTARY_OPEN_ACCESS == "on"
    )
    error_message = "Every request must carry a token of the issuer, and no key beside."
  }
}
