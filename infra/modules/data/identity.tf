# One lake, one state. SNS, SQS and EventBridge create by name whether or not the thing is there, so a second state would
# take over a running lake, and delete it when it is destroyed. So the state has an identity, a parameter in the account
# names it, and a plan of any other state stops before it does anything.

locals {
  marker = "/tributary/${var.prefix}/state"
  # Known while a plan is made: a condition on what is known only later would stop an apply half-way. It is of its own
  # second, caller and directory.
  new_identity = coalesce(var.identity, uuidv5("url", join("|", [
    plantimestamp(), data.aws_caller_identity.current.user_id, abspath(path.root), var.prefix,
  ])))
}

data "aws_caller_identity" "current" {}

# A listing, since the data source of one parameter fails where there is none.
data "aws_ssm_parameters_by_path" "markers" {
  path            = "/tributary/${var.prefix}"
  with_decryption = false
}

locals {
  markers = zipmap(data.aws_ssm_parameters_by_path.markers.names, nonsensitive(data.aws_ssm_parameters_by_path.markers.values))
  owner   = lookup(local.markers, local.marker, null)
}

resource "terraform_data" "identity" {
  input = local.new_identity

  lifecycle {
    ignore_changes = [input]
  }
}

resource "aws_ssm_parameter" "marker" {
  #checkov:skip=CKV2_AWS_34:the identity of a state is no secret, and every plan must be able to read it
  name        = local.marker
  description = "The identity of the Terraform state that keeps the lake ${var.prefix}. Any other state refuses to plan it."
  type        = "String"
  value       = terraform_data.identity.input

  lifecycle {
    precondition {
      condition     = local.owner == null || local.owner == terraform_data.identity.input
      error_message = "The lake ${var.prefix} is kept by another Terraform state: the parameter ${local.marker} holds ${coalesce(local.owner, "nothing")}, and this state is ${terraform_data.identity.input}. Use the state that the lake was applied with: the same backend, and the same workspace. If this is to be another lake, give it another name. If that state is lost, see \"Take over what exists\" in infra/README.md."
    }
  }
}
