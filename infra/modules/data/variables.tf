variable "prefix" {
  description = "What the lake's names begin with, for descriptions."
  type        = string
  nullable    = false
}

variable "bucket" {
  description = "Name of the bucket, unique in all of AWS."
  type        = string
  nullable    = false
}

variable "database" {
  description = "Name of the Glue database."
  type        = string
  nullable    = false
}

variable "force_destroy" {
  description = "Whether destroying the bucket deletes every event in it."
  type        = bool
  nullable    = false
}

variable "results_retention_days" {
  description = "Days after which the results that Athena wrote are deleted."
  type        = number
  nullable    = false
}

variable "identity" {
  description = "Identity of a state that is lost, for the new state that takes its lake over: what the marker parameter holds. It counts only until the state has one."
  type        = string
  default     = null
}

variable "is_encrypted" {
  description = "Whether objects are encrypted with the key of key_arn, and not with S3's own."
  type        = bool
  default     = false
  nullable    = false
}

variable "key_arn" {
  description = "ARN of the key that encrypts objects; null for S3's own."
  type        = string
  default     = null
}

variable "versioning" {
  description = "Whether the bucket keeps what is deleted or written over, and for how many days."
  type = object({
    enabled         = optional(bool, false)
    noncurrent_days = optional(number, 30)
  })
  default  = {}
  nullable = false
}

variable "is_read_by_pages" {
  description = "Whether pages of other origins may read an object that they have a signed address of."
  type        = bool
  default     = false
  nullable    = false
}
