variable "name" {
  description = "Name of the function."
  type        = string
}

variable "description" {
  description = "What the function does, for who meets it in the console."
  type        = string
}

variable "built_from" {
  description = "Version and commit of the code, as 0.1.0 (commit 1a2b3c4): the description of every version ends with it. Empty if unknown."
  type        = string
  default     = ""
  nullable    = false
}

variable "role_name" {
  description = "Name of the function's role. Roles are of the whole account, so it names the region."
  type        = string
}

variable "artifact" {
  description = "Path of the zip that holds the bootstrap."
  type        = string
}

variable "architecture" {
  description = "What the bootstrap was built for."
  type        = string

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be arm64 or x86_64."
  }
}

variable "memory_mib" {
  description = "Memory; processors go with it, one for each 1,769 MiB."
  type        = number
}

variable "timeout_seconds" {
  description = "The longest that one invocation may take."
  type        = number
}

variable "reserved_concurrency" {
  description = "The most invocations at a time, kept free for the function; -1 for neither."
  type        = number
}

variable "environment" {
  description = "The settings that the function reads. A setting of null is left out."
  type        = map(string)
}

variable "log_group_arn" {
  description = "ARN that the log group will have: the policy names it before it exists."
  type        = string
}

variable "log_retention_days" {
  description = "Days for which the log group keeps its lines."
  type        = number
}

variable "log_key_arn" {
  description = "ARN of the key that encrypts the log group; null for that of CloudWatch Logs."
  type        = string
  default     = null
}

variable "permissions_boundary" {
  description = "ARN of the policy that bounds the role, if one does."
  type        = string
  default     = null
}

variable "statements" {
  description = "What the function may do, beside writing its log and reading its queue."
  type = list(object({
    sid        = string
    actions    = list(string)
    resources  = list(string)
    conditions = optional(map(map(list(string))), {})
  }))

  validation {
    condition     = alltrue([for action in flatten(var.statements[*].actions) : can(regex("^[a-z0-9]+:[A-Za-z]+$", action))])
    error_message = "statements must name each action in full, without wildcards."
  }

  validation {
    condition     = alltrue([for resource in flatten(var.statements[*].resources) : startswith(resource, "arn:")])
    error_message = "statements must name their resources by ARN."
  }
}

variable "queue" {
  description = "The queue that sets the function off, if one does."
  type = object({
    arn                     = string
    policy_arn              = string
    batch_size              = number
    batching_window_seconds = number
    concurrency             = number
  })
  default = null
}

variable "schedules" {
  description = "What the clock sets the function off by: a schedule expression each, by what it is called. With an input, that JSON text is the event; without, EventBridge's own."
  type = map(object({
    expression = string
    input      = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for schedule in var.schedules : schedule.input == null || can(jsondecode(schedule.input))])
    error_message = "The input of a schedule must be JSON."
  }
}

variable "stopped_partitions" {
  description = "The namespace of CloudWatch in which partitions are counted that stop until somebody looks at them; null where the function has none."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the function alone, beside those of the provider: what it was built from."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "live_version" {
  description = "The version that serves, by its number; null for the newest, which every change makes."
  type        = string
  default     = null

  validation {
    condition     = var.live_version == null || can(regex("^[1-9][0-9]*$", var.live_version))
    error_message = "live_version must be the number of a published version, for example 7."
  }
}

variable "newest_share" {
  description = "The share of the calls, from 0 to less than 1, that the newest version gets while live_version names another one."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.newest_share >= 0 && var.newest_share < 1
    error_message = "newest_share must be from 0 to less than 1: to give the newest version everything, leave live_version out."
  }
}

variable "guard" {
  description = "Whether there is an alarm on errors of the version that serves, for deployments that move traffic. It has no actions."
  type        = bool
  default     = true
  nullable    = false
}
