# A role for pods of one service account of one EKS cluster (IAM roles for service accounts): the cluster signs a token for
# the pod, and STS gives the role for it.

locals {
  # arn:aws:iam::ACCOUNT:oidc-provider/ISSUER
  issuer = element(split(":oidc-provider/", var.oidc_provider_arn), 1)
}

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = "What the pods of ${var.namespace}/${var.service_account} may do"
  permissions_boundary = var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = var.oidc_provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${local.issuer}:aud" = "sts.amazonaws.com"
          "${local.issuer}:sub" = "system:serviceaccount:${var.namespace}:${var.service_account}"
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name   = "workload"
  role   = aws_iam_role.this.name
  policy = var.policy
}
