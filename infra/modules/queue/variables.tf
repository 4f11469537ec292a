variable "name" {
  description = "Name of the queue. Its dead-letter queue has '-dead-letter' behind it."
  type        = string
}

variable "arn" {
  description = "ARN that the queue will have: policies name it before it exists."
  type        = string
}

variable "visibility_timeout_seconds" {
  description = "How long a received message stays out of sight: at least six times the timeout of the function that receives it."
  type        = number

  validation {
    condition     = var.visibility_timeout_seconds >= 0 && var.visibility_timeout_seconds <= 43200
    error_message = "visibility_timeout_seconds must be from 0 to 43200, which is 12 hours."
  }
}

variable "max_receive_count" {
  description = "How often a message is received before it goes to the dead-letter queue."
  type        = number

  validation {
    # With fewer, a message can get there because of throttling alone.
    condition     = var.max_receive_count >= 5 && var.max_receive_count <= 1000
    error_message = "max_receive_count must be from 5 to 1000."
  }
}

variable "sender" {
  description = "Who may send: a service, on behalf of which resources, and of which account where their ARNs do not say it."
  type = object({
    service        = string
    source_arns    = list(string)
    source_account = optional(string)
  })
}

variable "is_encrypted" {
  description = "Whether messages are encrypted with the key of key_arn, and not with SQS's own."
  type        = bool
  default     = false
  nullable    = false
}

variable "key_arn" {
  description = "ARN of the key that encrypts messages; null for SQS's own. Its policy must let the sender use it."
  type        = string
  default     = null
}

variable "key_reuse_seconds" {
  description = "How long SQS uses one data key before it asks KMS for another: each costs a request."
  type        = number
  default     = 300
  nullable    = false
}
