# The lake as a whole. What concerns one function alone is in variables-functions.tf.

variable "name" {
  description = "Name of the lake. With the environment it is what every name begins with: <name>-<environment>-<thing>."
  type        = string
  default     = "tributary"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must have 3 to 24 of a-z, 0-9 and '-', begin with a letter and not end with '-'; it is \"${var.name}\"."
  }
}

variable "environment" {
  description = "What the lake is for: develop, qa, staging, prod, or somebody's own."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,14}[a-z0-9])?$", var.environment))
    error_message = "environment must have 1 to 16 of a-z, 0-9 and '-', begin with a letter and not end with '-'; it is \"${var.environment}\"."
  }
}

variable "prefix" {
  description = "What every name begins with, in place of <name>-<environment>: the name of a lake that was deployed before names had an environment. Its topic and workgroup have that name with nothing behind it."
  type        = string
  default     = null

  validation {
    condition     = var.prefix == null || can(regex("^[a-z][a-z0-9-]{1,33}[a-z0-9]$", var.prefix))
    error_message = "prefix must have 3 to 35 of a-z, 0-9 and '-', begin with a letter and not end with '-'."
  }
}

variable "bucket" {
  description = "Name of the lake's bucket, unique in all of AWS. Without it: <name>-<environment>-<account>-<region>."
  type        = string
  default     = null

  validation {
    condition     = var.bucket == null || can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "bucket must have 3 to 63 of a-z, 0-9 and '-', and neither begin nor end with '-'."
  }
}

variable "bucket_force_destroy" {
  description = "Whether destroying the bucket deletes every event in it. Otherwise a bucket that is not empty stops the destruction."
  type        = bool
  default     = false
  nullable    = false
}

variable "database" {
  description = "Name of the Glue database. Without it: <name>_<environment>, with '_' for '-'."
  type        = string
  default     = null

  validation {
    condition     = var.database == null || can(regex("^[a-z0-9_]{1,255}$", var.database))
    error_message = "database must have 1 to 255 of a-z, 0-9 and '_'."
  }
}

variable "artifacts_directory" {
  description = "Where ./scripts/build left the functions: build.json and a zip for each. Relative to the working directory, which -chdir=infra makes infra/."
  type        = string
  default     = "../target/lambda"
  nullable    = false

  validation {
    condition = alltrue([
      for file in ["build.json", "ingest.zip", "compact.zip", "register.zip", "query.zip"] :
      fileexists("${var.artifacts_directory}/${file}")
    ])
    error_message = "artifacts_directory must hold build.json, ingest.zip, compact.zip, register.zip and query.zip: run ./scripts/build first."
  }
}

variable "datasets_directory" {
  description = "Where the dataset definitions are, one <dataset>.json each."
  type        = string
  nullable    = false
}

variable "queries_directory" {
  description = "Where the named queries are, a <query>.json and a <query>.sql each."
  type        = string
  nullable    = false
}

variable "publishers" {
  description = "ARNs of principals of other accounts who may publish to the topic. Within the account IAM decides."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition = alltrue([
      for publisher in var.publishers : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(root|user/.+|role/.+)$", publisher))
    ])
    error_message = "publishers must be ARNs of accounts (…:root), users or roles."
  }
}

variable "log" {
  description = "What the functions log: error, warn, info, debug, trace, or filters such as compact=debug."
  type        = string
  default     = "info"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_:=,.-]+$", var.log))
    error_message = "log must be a level, or filters such as compact=debug."
  }
}

variable "log_retention_days" {
  description = "Days for which every log group keeps its lines."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days
    )
    error_message = "log_retention_days must be a number of days that CloudWatch Logs knows, for example 7, 30 or 365."
  }
}

variable "scan_limit_bytes" {
  description = "Bytes that one query may scan before Athena stops it. The default costs 5 cents at 5 dollars a TB."
  type        = number
  default     = 10000000000
  nullable    = false

  validation {
    condition     = var.scan_limit_bytes >= 10485760 && floor(var.scan_limit_bytes) == var.scan_limit_bytes
    error_message = "scan_limit_bytes must be a whole number of at least 10,485,760 (10 MiB): the AWS provider takes no lower limit."
  }
}

variable "results_retention_days" {
  description = "Days after which the results that Athena wrote are deleted."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.results_retention_days >= 1 && floor(var.results_retention_days) == var.results_retention_days
    error_message = "results_retention_days must be a whole number from 1."
  }
}

variable "api" {
  description = <<-TEXT
    The HTTP API. authorization: AWS_IAM asks every caller for a signature by a principal that may execute-api:Invoke;
    NONE lets everybody on the internet ask, who then needs an API key. requests_per_second and burst bound all callers together.
  TEXT
  type = object({
    authorization       = optional(string, "AWS_IAM")
    requests_per_second = optional(number, 50)
    burst               = optional(number, 100)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["AWS_IAM", "NONE"], var.api.authorization)
    error_message = "api.authorization must be AWS_IAM or NONE."
  }

  validation {
    condition     = var.api.requests_per_second >= 1 && var.api.burst >= 1
    error_message = "api.requests_per_second and api.burst must be from 1: 0 would refuse every request."
  }
}
