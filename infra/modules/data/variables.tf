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
