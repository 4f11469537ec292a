# Who gets the role: one service account, and nobody who has a token for something else.

mock_provider "aws" {
  override_during = plan
}

variables {
  name              = "tributary-prod-server"
  oidc_provider_arn = "arn:aws:iam::000000000000:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/C1"
  namespace         = "tributary"
  service_account   = "server"
  policy            = jsonencode({ Version = "2012-10-17", Statement = [] })
}

run "one_service_account" {
  command = plan

  assert {
    condition = aws_iam_role.this.assume_role_policy == jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Principal = { Federated = "arn:aws:iam::000000000000:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/C1" }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "oidc.eks.us-west-2.amazonaws.com/id/C1:aud" = "sts.amazonaws.com"
            "oidc.eks.us-west-2.amazonaws.com/id/C1:sub" = "system:serviceaccount:tributary:server"
          }
        }
      }]
    })
    error_message = "Only pods of the service account must get the role."
  }

  assert {
    condition     = aws_iam_role_policy.this.policy == var.policy
    error_message = "The pods must be allowed what was given, and nothing else."
  }
}

run "every_namespace" {
  command = plan
  variables {
    namespace = "*"
  }
  expect_failures = [var.namespace]
}

run "every_service_account" {
  command = plan
  variables {
    service_account = "server*"
  }
  expect_failures = [var.service_account]
}

run "no_provider" {
  command = plan
  variables {
    oidc_provider_arn = "https://oidc.eks.us-west-2.amazonaws.com/id/C1"
  }
  expect_failures = [var.oidc_provider_arn]
}
