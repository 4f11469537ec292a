variable "prefix" {
  description = "What the names of the repositories begin with: <prefix>/<image>."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,62}[a-z0-9]$", var.prefix))
    error_message = "prefix must have 3 to 64 of a-z, 0-9 and '-', begin with a letter and not end with '-'."
  }
}

variable "images" {
  description = "The images, a repository for each: server, or the functions that run as images."
  type        = set(string)
  default     = ["server"]
  nullable    = false

  validation {
    condition     = length(var.images) > 0 && alltrue([for image in var.images : contains(["server", "ingest", "compact", "register", "query"], image)])
    error_message = "images must name at least one of server, ingest, compact, register and query."
  }
}

variable "keep" {
  description = "Tagged images that are kept, the newest."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.keep >= 2 && floor(var.keep) == var.keep
    error_message = "keep must be a whole number from 2: with one image there is none to go back to."
  }
}

variable "readers" {
  description = "ARNs of accounts (…:root), users or roles of other accounts that may pull."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for reader in var.readers : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(root|user/.+|role/.+)$", reader))])
    error_message = "readers must be ARNs of accounts (…:root), users or roles."
  }
}

variable "lambda_accounts" {
  description = "Numbers of the accounts whose functions run these images."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for account in var.lambda_accounts : can(regex("^[0-9]{12}$", account))])
    error_message = "lambda_accounts must be numbers of accounts, twelve digits each."
  }
}

variable "kms_key_arn" {
  description = "ARN of a customer key that encrypts the images; null for S3's own encryption. Changing it replaces the repositories."
  type        = string
  default     = null
}

variable "force_delete" {
  description = "Whether destroying a repository deletes the images in it."
  type        = bool
  default     = false
  nullable    = false
}
