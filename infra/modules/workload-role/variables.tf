variable "name" {
  description = "Name of the role."
  type        = string
}

variable "oidc_provider_arn" {
  description = "ARN of the cluster's OIDC provider in IAM."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:oidc-provider/.+$", var.oidc_provider_arn))
    error_message = "oidc_provider_arn must be the ARN of an OIDC provider: arn:aws:iam::<account>:oidc-provider/oidc.eks.<region>.amazonaws.com/id/<cluster>."
  }
}

variable "namespace" {
  description = "Namespace of the pods."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.namespace))
    error_message = "namespace must be the name of one namespace, without a wildcard."
  }
}

variable "service_account" {
  description = "Service account of the pods."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$", var.service_account))
    error_message = "service_account must be the name of one service account, without a wildcard."
  }
}

variable "policy" {
  description = "JSON of what the pods may do: the output server_policy of modules/lake."
  type        = string
}

variable "permissions_boundary" {
  description = "ARN of the policy that bounds the role, where the account asks for one."
  type        = string
  default     = null
}
