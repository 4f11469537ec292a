# Who may do what, what is encrypted and kept, and who is told when something fails. modules/lake says what may be set.

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
}

variable "permissions_boundary" {
  description = "ARN of the policy that bounds every role of the lake, where the account wants one."
  type        = string
  default     = null
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
}

variable "account_concurrency" {
  description = "Lambda's quota of invocations at a time, of the account in this region. Without it, Service Quotas is asked, for which who deploys needs servicequotas:GetServiceQuota and servicequotas:GetAWSDefaultServiceQuota."
  type        = number
  default     = null
}

variable "alarms" {
  description = <<-TEXT
    Alarms of CloudWatch. enabled: whether there are any; without it, as the environment says. actions: ARNs that are told when an
    alarm begins and ends that needs a person at once, as of the SNS topic of who is on call; an encrypted one must let
    cloudwatch.amazonaws.com use its key. Without any, alarms are seen in the console only. tickets: ARNs that are told of what
    can wait until the morning; without it, those of actions. dollars_a_day: what functions, published messages and Athena may
    cost in a day before there is a ticket: 20. quarantine_percent: the share of the events that may go to quarantine before there
    is one: 5.
  TEXT
  type = object({
    enabled            = optional(bool)
    actions            = optional(list(string), [])
    tickets            = optional(list(string))
    dollars_a_day      = optional(number)
    quarantine_percent = optional(number)
  })
  default  = {}
  nullable = false
}
