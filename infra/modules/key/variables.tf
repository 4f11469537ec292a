variable "prefix" {
  description = "What the lake's names begin with: the key's alias is alias/<prefix>."
  type        = string
  nullable    = false
}

variable "create" {
  description = "Whether to create the key. Otherwise the module only says which policy a key for the lake needs."
  type        = bool
  nullable    = false
}

variable "partition" {
  description = "The AWS partition, for example aws."
  type        = string
  nullable    = false
}

variable "region" {
  description = "The region of the lake."
  type        = string
  nullable    = false
}

variable "account" {
  description = "The account of the lake."
  type        = string
  nullable    = false
}

variable "topic_arns" {
  description = "ARNs of the topics, which send to encrypted queues."
  type        = list(string)
  nullable    = false
}

variable "log_group_arns" {
  description = "ARNs of the log groups that the key encrypts."
  type        = list(string)
  nullable    = false
}

variable "publishers" {
  description = "ARNs of principals of other accounts who publish to the encrypted topics."
  type        = list(string)
  nullable    = false
}

variable "service_publishers" {
  description = "The AWS services that publish to the encrypted topic, and for which resource or account."
  type = list(object({
    service        = string
    source_arn     = optional(string)
    source_account = optional(string)
  }))
  nullable = false
}
