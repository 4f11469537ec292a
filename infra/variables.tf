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
  description = "Tags of everything that can be tagged, beside application = name."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "bucket" {
  description = "Name of the lake's bucket, unique in all of AWS. Without it: <name>-<account>-<region>."
  type        = string
  default     = null
}

variable "bucket_force_destroy" {
  description = "Whether destroying the bucket deletes every event in it. Otherwise a bucket that is not empty stops the destruction."
  type        = bool
  default     = false
  nullable    = false
}

variable "database" {
  description = "Name of the Glue database. Without it: the name, with '_' for '-'."
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
  description = "Where the dataset definitions are, one <dataset>.json each. Without it: datasets/ beside this file."
  type        = string
  default     = null
}

variable "queries_directory" {
  description = "Where the named queries are, a <query>.json and a <query>.sql each. Without it: queries/ beside this file."
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
  description = <<-TEXT
    The HTTP API. authorization: AWS_IAM asks every caller for a signature by a principal that may execute-api:Invoke;
    NONE lets everybody on the internet ask, who then needs an API key. requests_per_second and burst bound all callers together.
  TEXT
  type = object({
    authorization       = optional(string)
    requests_per_second = optional(number)
    burst               = optional(number)
  })
  default  = {}
  nullable = false
}
