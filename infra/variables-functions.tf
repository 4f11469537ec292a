# The settings of each function. modules/lake says what they mean, what they may be and what they are by default.

variable "ingest" {
  description = "Settings of the function ingest."
  type = object({
    memory_mib              = optional(number)
    timeout_seconds         = optional(number)
    reserved_concurrency    = optional(number)
    queue_concurrency       = optional(number)
    batch_size              = optional(number)
    batching_window_seconds = optional(number)
    default_dataset         = optional(string)
    earliest_event          = optional(string)
    event_behind_hours      = optional(number)
    event_ahead_hours       = optional(number)
    message_partitions      = optional(number)
    invocation_partitions   = optional(number)
    hourly_partitions       = optional(number)
    datasets                = optional(list(string))
    max_unpacked_mib        = optional(number)
    extra_environment       = optional(map(string))
  })
  default  = {}
  nullable = false
}

variable "compact" {
  description = "Settings of the function compact."
  type = object({
    memory_mib              = optional(number)
    timeout_seconds         = optional(number)
    reserved_concurrency    = optional(number)
    queue_concurrency       = optional(number)
    batch_size              = optional(number)
    batching_window_seconds = optional(number)
    memory_budget_mib       = optional(number)
    threads                 = optional(number)
    target_file_size_mib    = optional(number)
    grace_minutes           = optional(number)
    retention_hours         = optional(number)
    sweep                   = optional(string)
    vacuum                  = optional(string)
    extra_environment       = optional(map(string))
  })
  default  = {}
  nullable = false
}

variable "register" {
  description = "Settings of the function register."
  type = object({
    memory_mib              = optional(number)
    timeout_seconds         = optional(number)
    reserved_concurrency    = optional(number)
    queue_concurrency       = optional(number)
    batch_size              = optional(number)
    batching_window_seconds = optional(number)
    reconcile               = optional(string)
    extra_environment       = optional(map(string))
  })
  default  = {}
  nullable = false
}

variable "query" {
  description = "Settings of the function query."
  type = object({
    memory_mib            = optional(number)
    reserved_concurrency  = optional(number)
    wait_seconds          = optional(number)
    max_rows              = optional(number)
    max_running           = optional(number)
    catalog_cache_seconds = optional(number)
    open_access           = optional(bool)
    sql                   = optional(bool)
    max_rendered_mib      = optional(number)
    result_reuse_minutes  = optional(number)
    price_per_tb          = optional(number)
    scan_tiers            = optional(list(number))
    cors_origins          = optional(list(string))
    extra_environment     = optional(map(string))
  })
  default  = {}
  nullable = false
}
