# Who may do what, what is encrypted and kept, and who is told when something fails.

variable "service_publishers" {
  description = <<-TEXT
    AWS services that may publish to the topic, each for one resource or for an account. service: as
    s3.amazonaws.com or events.amazonaws.com. source_arn: the bucket or the rule, with * for any characters.
    source_account: the account of it, which the ARN of a bucket does not say.
  TEXT
  type = list(object({
    service        = string
    source_arn     = optional(string)
    source_account = optional(string)
  }))
  default  = []
  nullable = false

  validation {
    condition     = alltrue([for publisher in var.service_publishers : can(regex("^[a-z0-9.-]+\\.amazonaws\\.com$", publisher.service))])
    error_message = "service_publishers must name each service by its principal, for example s3.amazonaws.com."
  }

  validation {
    condition     = alltrue([for publisher in var.service_publishers : publisher.source_arn != null || publisher.source_account != null])
    error_message = "service_publishers must have a source_arn or a source_account each: without one, a service would publish for every account of AWS."
  }

  validation {
    condition = alltrue([
      for publisher in var.service_publishers :
      (publisher.source_arn == null || can(regex("^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:.+$", publisher.source_arn))) &&
      (publisher.source_account == null || can(regex("^[0-9]{12}$", publisher.source_account)))
    ])
    error_message = "service_publishers must have an ARN as source_arn and 12 digits as source_account."
  }

  validation {
    # The ARN of a bucket names no account, and somebody else may make a bucket of that name once it is deleted.
    condition = alltrue([
      for publisher in var.service_publishers : publisher.source_account != null if publisher.service == "s3.amazonaws.com"
    ])
    error_message = "service_publishers must have a source_account for s3.amazonaws.com: the ARN of a bucket does not say whose it is."
  }
}

variable "permissions_boundary" {
  description = "ARN of the policy that bounds every role of the lake, where the account wants one."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy."
  }
}

variable "operators" {
  description = <<-TEXT
    Who may take the role for `tributary`, the command line. principals: ARNs of users, roles or accounts; without any,
    there is no such role. require_mfa: whether they must have signed in with a second factor, which those of IAM Identity
    Center cannot show here.
  TEXT
  type = object({
    principals  = optional(list(string), [])
    require_mfa = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for principal in var.operators.principals : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(root|user/.+|role/.+)$", principal))
    ])
    error_message = "operators.principals must be ARNs of accounts (…:root), users or roles."
  }
}

variable "encryption" {
  description = <<-TEXT
    Encryption at rest with a customer managed key, of the bucket, the queues, the topic, Athena's results and the log groups.
    create_key: creates a key with the policy that all of these need. key_arn: takes an existing key of this region, whose
    policy must have what the output key_policy says. With neither, S3, SQS and CloudWatch Logs use their own keys, and the
    topic is not encrypted. topic: whether the topic is encrypted too; each publisher then needs kms:GenerateDataKey and
    kms:Decrypt on the key. catalog_key_arn: the key of the account's Glue catalog, where that is encrypted.
  TEXT
  type = object({
    create_key      = optional(bool, false)
    key_arn         = optional(string)
    topic           = optional(bool, true)
    catalog_key_arn = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = !(var.encryption.create_key && var.encryption.key_arn != null)
    error_message = "encryption must have either create_key or key_arn."
  }

  validation {
    # An alias cannot be a resource in a policy, and alias/aws/sns would shut other accounts out.
    condition = alltrue([
      for arn in [var.encryption.key_arn, var.encryption.catalog_key_arn] :
      arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", arn))
    ])
    error_message = "encryption.key_arn and encryption.catalog_key_arn must be ARNs of keys (arn:aws:kms:REGION:ACCOUNT:key/ID), not of aliases."
  }
}

variable "versioning" {
  description = <<-TEXT
    Whether S3 keeps what is deleted from the bucket or written over, and for how many days. false after true suspends
    it. Below access/usage/, landing/, results/, tables/ and vacuum/ it is one day, the least that S3 has.
  TEXT
  type = object({
    enabled         = optional(bool, false)
    noncurrent_days = optional(number, 30)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.versioning.noncurrent_days >= 1 && floor(var.versioning.noncurrent_days) == var.versioning.noncurrent_days
    error_message = "versioning.noncurrent_days must be a whole number from 1."
  }
}

variable "account_concurrency" {
  description = "Lambda's quota of invocations at a time, of the account in this region. Without it, Service Quotas is asked, for which who deploys needs servicequotas:GetServiceQuota and servicequotas:GetAWSDefaultServiceQuota."
  type        = number
  default     = null

  validation {
    condition     = var.account_concurrency == null || try(var.account_concurrency >= 1 && floor(var.account_concurrency) == var.account_concurrency, false)
    error_message = "account_concurrency must be a whole number from 1."
  }
}

variable "alarms" {
  description = <<-TEXT
    Alarms of CloudWatch. enabled: whether there are any. actions: ARNs that are told when an alarm begins and ends that needs a
    person at once, as of the SNS topic of who is on call; an encrypted one must let cloudwatch.amazonaws.com use its key. Without
    any, alarms are seen in the console only. tickets: ARNs that are told of what can wait until the morning; without it, those
    of actions, and the description of each alarm begins with page or ticket. dollars_a_day: what functions, published messages
    and Athena may cost in a day before there is a ticket. quarantine_percent: the share of the events that may go to quarantine
    before there is one.
  TEXT
  type = object({
    enabled            = optional(bool, true)
    actions            = optional(list(string), [])
    tickets            = optional(list(string))
    dollars_a_day      = optional(number, 20)
    quarantine_percent = optional(number, 5)
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for action in concat(var.alarms.actions, coalesce(var.alarms.tickets, [])) : can(regex("^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:.+$", action))
    ])
    error_message = "alarms.actions and alarms.tickets must be ARNs, for example of SNS topics."
  }

  validation {
    # CloudWatch takes five of one state.
    condition     = length(var.alarms.actions) <= 5 && length(coalesce(var.alarms.tickets, [])) <= 5
    error_message = "alarms.actions and alarms.tickets must have five ARNs each at most: CloudWatch takes no more of an alarm."
  }

  validation {
    condition     = var.alarms.dollars_a_day > 0 && var.alarms.quarantine_percent >= 0 && var.alarms.quarantine_percent < 100
    error_message = "alarms.dollars_a_day must be more than 0, and alarms.quarantine_percent from 0 to less than 100."
  }
}
