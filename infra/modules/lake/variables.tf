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

  validation {
    # S3 takes 63 characters for <name>-<environment>-<account>-<region>.
    condition     = length("${var.name}-${var.environment}") <= 35
    error_message = "name and environment must have 34 characters together, and \"${var.name}\" and \"${var.environment}\" have ${length("${var.name}${var.environment}")}: shorten one of them."
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

variable "protected" {
  description = "Whether Terraform refuses to destroy the lake, and to replace what holds data. Without protection, destroying the lake deletes every event in it."
  type        = bool
  default     = true
  nullable    = false
}

variable "identity" {
  description = "Identity of a state that is lost, for the new state that takes its lake over: what the parameter /tributary/<name>-<environment>/state holds."
  type        = string
  default     = null

  validation {
    condition     = var.identity == null || can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.identity))
    error_message = "identity must be what the parameter of the lost state holds, for example 7d444840-9dc0-11d1-b245-5ffdce74fad2."
  }
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
  description = "Where the dataset definitions are, one <dataset>.json each. Adding a dataset is adding a file."
  type        = string
  nullable    = false

  validation {
    # A directory that is not there looks like an empty one.
    condition     = length(fileset(var.datasets_directory, "*.json")) > 0
    error_message = "datasets_directory must hold a definition, <dataset>.json, and there is none in \"${var.datasets_directory}\"."
  }

  validation {
    condition = alltrue([
      for file in fileset(var.datasets_directory, "**") : endswith(file, ".json") && !strcontains(file, "/") || endswith(file, ".md") || startswith(file, ".")
    ])
    error_message = "datasets_directory must hold <dataset>.json files side by side, and no others but .md: a file that is named otherwise would be left out without a word."
  }
}

variable "queries_directory" {
  description = "Where the named queries are, a <query>.json and a <query>.sql each. Adding a query is adding the two. Without it there are none."
  type        = string
  default     = null

  validation {
    condition     = var.queries_directory == null || length(fileset(coalesce(var.queries_directory, "."), "*.json")) > 0
    error_message = "queries_directory must hold a definition, <query>.json, and there is none in \"${coalesce(var.queries_directory, ".")}\". Leave it out for a lake without named queries."
  }

  validation {
    condition = var.queries_directory == null || alltrue([
      for file in fileset(coalesce(var.queries_directory, "."), "**") :
      endswith(file, ".json") && !strcontains(file, "/") || endswith(file, ".md") || startswith(file, ".") ||
      fileexists("${coalesce(var.queries_directory, ".")}/${trimsuffix(file, ".sql")}.json")
    ])
    error_message = "queries_directory must hold <query>.json files with a <query>.sql beside each, and no others but .md: a file that is named otherwise would be left out without a word."
  }
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
    JWT for a token of the issuer and audience in jwt, which also may name scopes of which the token must have one;
    NONE lets everybody on the internet ask, who then needs an API key. requests_per_second and burst bound all callers
    together. default_endpoint: whether the API answers under its own name as well, beside a custom domain.
  TEXT
  type = object({
    authorization       = optional(string, "AWS_IAM")
    requests_per_second = optional(number, 50)
    burst               = optional(number, 100)
    default_endpoint    = optional(bool, true)
    jwt = optional(object({
      issuer   = string
      audience = list(string)
      scopes   = optional(list(string), [])
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["AWS_IAM", "JWT", "NONE"], var.api.authorization)
    error_message = "api.authorization must be AWS_IAM, JWT or NONE; it is \"${var.api.authorization}\"."
  }

  validation {
    condition     = var.api.authorization == "JWT" ? try(startswith(var.api.jwt.issuer, "https://") && length(var.api.jwt.audience) > 0, false) : var.api.jwt == null
    error_message = "api.jwt must have an issuer that begins with https:// and at least one audience where api.authorization is JWT, and be left out otherwise."
  }

  validation {
    condition     = var.api.requests_per_second >= 1 && var.api.burst >= 1
    error_message = "api.requests_per_second and api.burst must be from 1: 0 would refuse every request."
  }
}

variable "public" {
  description = "Whether everybody on the internet is meant to read the lake. It has to be said where api.authorization = NONE meets query.open_access or query.sql."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = var.public || var.api.authorization != "NONE" || !coalesce(var.query.open_access, false)
    error_message = "With api.authorization = \"NONE\", query.open_access = true lets everybody on the internet read every dataset, until the first API key is made. Leave open_access out, so that callers need an API key, or use AWS_IAM or JWT. If the lake is meant to be public, set public = true."
  }

  validation {
    condition     = var.public || var.api.authorization != "NONE" || !var.query.sql
    error_message = "With api.authorization = \"NONE\", query.sql = true lets everybody on the internet who has an API key that may use SQL, or a stolen one, run any SELECT at your cost. Use AWS_IAM or JWT, or leave sql out. If that is meant, set public = true."
  }
}

variable "topics" {
  description = <<-TEXT
    Topics beside <name>-<environment>-events, by what stands in place of events in their names. datasets: the only ones
    that a topic may publish to. publishers: ARNs of principals of other accounts who may publish to it. With a topic for
    each group of producers, no group can write into another's datasets.
  TEXT
  type = map(object({
    datasets   = list(string)
    publishers = optional(list(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.topics) : can(regex("^[a-z][a-z0-9-]{0,30}$", name)) && name != "events"])
    error_message = "The names of topics must have 1 to 31 of a-z, 0-9 and '-', begin with a letter, and not be \"events\", which is the lake's own."
  }

  validation {
    condition = alltrue([
      for topic in var.topics : length(topic.datasets) > 0 && alltrue([
        for dataset in topic.datasets : fileexists("${var.datasets_directory}/${dataset}.json")
      ])
    ])
    error_message = "The datasets of each of topics must name at least one, and have a definition in datasets_directory each."
  }

  validation {
    condition = alltrue([
      for publisher in flatten([for topic in var.topics : topic.publishers]) :
      can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(root|user/.+|role/.+)$", publisher))
    ])
    error_message = "The publishers of each of topics must be ARNs of accounts (…:root), users or roles."
  }
}

variable "delivery" {
  description = <<-TEXT
    How SNS hands over events: sqs, through the queue of ingest, or sns, straight to the function. Straight is a little
    faster and saves the queue's requests; but each message is an invocation and a landing object of its own, and nothing
    bounds how many run at a time but ingest.reserved_concurrency. A change replaces the subscriptions, and SNS drops what
    is published in the seconds between: stop the producers before it.
  TEXT
  type        = string
  default     = "sqs"
  nullable    = false

  validation {
    condition     = contains(["sqs", "sns"], var.delivery)
    error_message = "delivery must be sqs or sns; it is \"${var.delivery}\"."
  }
}
