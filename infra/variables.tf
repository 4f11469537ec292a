# What a deployment sets. Null leaves a setting to the environment, and then to modules/lake.

variable "region" {
  description = "AWS region of everything."
  type        = string
  default     = "us-west-2"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the name of an AWS region, for example us-west-2."
  }
}

variable "name" {
  description = "Name of the lake. With the workspace it is what every name begins with: <name>-<workspace>-<thing>."
  type        = string
  default     = "tributary"
  nullable    = false

  validation {
    # The name has to occur in the condition of its own validation.
    condition     = var.name == "" || local.known_workspace
    error_message = "The workspace \"${terraform.workspace}\" is no environment. Select or make one of them: terraform workspace select -or-create NAME, where NAME is ${join(", ", local.shared_environments)}, or dev-<you> with up to 12 of a-z and 0-9. An environment is an entry of local.environments in environments.tf."
  }
}

variable "prefix" {
  description = "What every name begins with, in place of <name>-<workspace>: the name of a lake that was deployed before names had an environment. A new lake needs none."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything that can be tagged but objects, beside application, environment and managed-by."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    # AWS takes fifty of a resource. The provider adds three, and a function has two of its own.
    condition     = length(var.tags) <= 40
    error_message = "tags must be 40 at most, and there are ${length(var.tags)}: AWS takes 50 of a resource, and the deployment has its own."
  }

  validation {
    condition = alltrue([
      for name, value in var.tags :
      can(regex("^[\\p{L}\\p{N} _.:/=+@-]{1,128}$", name)) && can(regex("^[\\p{L}\\p{N} _.:/=+@-]{0,256}$", value)) && !startswith(lower(name), "aws:")
    ])
    error_message = "tags must have names of 1 to 128 and values of up to 256 letters, digits, blanks and _.:/=+-@, and no name may begin with aws:."
  }

  validation {
    condition     = length(setintersection([for name in keys(var.tags) : lower(name)], ["application", "environment", "managed-by", "version", "commit"])) == 0
    error_message = "tags must not name application, environment, managed-by, version or commit: the deployment sets these."
  }
}

variable "bucket" {
  description = "Name of the lake's bucket, unique in all of AWS. Without it: <name>-<workspace>-<account>-<region>."
  type        = string
  default     = null
}

variable "protected" {
  description = "Whether Terraform refuses to destroy the lake, and to replace what holds data. Without it, as the environment says: staging and prod are protected. Without protection, destroying the lake deletes every event in it."
  type        = bool
  default     = null
}

variable "identity" {
  description = "Identity of a state that is lost, for the new state that takes its lake over: see \"Take over what exists\" in README.md."
  type        = string
  default     = null
}

variable "database" {
  description = "Name of the Glue database. Without it: <name>_<workspace>, with '_' for '-'."
  type        = string
  default     = null
}

variable "artifacts_directory" {
  description = "Where ./scripts/build left the functions: build.json and a zip for each. Relative to the working directory, which -chdir=infra makes infra/."
  type        = string
  default     = "../target/lambda"
  nullable    = false
}

variable "datasets_directory" {
  description = "Where the dataset definitions are, one <dataset>.json each. Without it: datasets/ beside this file. Adding a dataset is adding a file."
  type        = string
  default     = null
}

variable "queries_directory" {
  description = "Where the named queries are, a <query>.json and a <query>.sql each. Without it: queries/ beside this file. Adding a query is adding the two."
  type        = string
  default     = null
}

variable "publishers" {
  description = "ARNs of principals of other accounts who may publish to the topic. Within the account IAM decides."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "log" {
  description = "What the functions log: error, warn, info, debug, trace, or filters such as compact=debug."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "Days for which every log group keeps its lines."
  type        = number
  default     = null
}

variable "scan_limit_bytes" {
  description = "Bytes that one query may scan before Athena stops it. The default costs 5 cents at 5 dollars a TB."
  type        = number
  default     = null
}

variable "results_retention_days" {
  description = "Days after which the results that Athena wrote are deleted."
  type        = number
  default     = null
}

variable "api" {
  description = "The HTTP API: who may call it, and how often. modules/lake says what the members mean. The environment has the rates."
  type = object({
    authorization       = optional(string)
    requests_per_second = optional(number)
    burst               = optional(number)
    default_endpoint    = optional(bool)
    jwt = optional(object({
      issuer   = string
      audience = list(string)
      scopes   = optional(list(string), [])
    }))
  })
  default  = {}
  nullable = false
}

variable "public" {
  description = "Whether everybody on the internet is meant to read the lake. It has to be said where api.authorization = NONE meets query.open_access or query.sql."
  type        = bool
  default     = false
  nullable    = false
}

variable "topics" {
  description = "Topics beside the lake's own, by what stands behind <name>-<workspace>- in their names: the datasets that each may publish to, and principals of other accounts who may publish to it."
  type = map(object({
    datasets   = list(string)
    publishers = optional(list(string), [])
  }))
  default  = {}
  nullable = false
}

variable "delivery" {
  description = "How SNS hands over events: sqs, through the queue of ingest, or sns, straight to the function."
  type        = string
  default     = "sqs"
  nullable    = false
}

variable "allowed_account_ids" {
  description = "The only AWS accounts that this may be applied to. Without it, as the environment says; an empty list is any account."
  type        = list(string)
  default     = null

  validation {
    condition     = var.allowed_account_ids == null ? true : alltrue([for id in var.allowed_account_ids : can(regex("^[0-9]{12}$", id))])
    error_message = "allowed_account_ids must be numbers of AWS accounts, of 12 digits each and in quotes: [\"123456789012\"]."
  }
}
