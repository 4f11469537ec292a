# One object for each function. A queue hands over a batch when it has batch_size messages or after
# batching_window_seconds. queue_concurrency bounds how many invocations a queue makes at a time;
# reserved_concurrency bounds all of the function's, and keeps that many free for it (-1: neither).
# extra_environment: further variables of the function's environment, which win over those of the module.

variable "ingest" {
  description = <<-TEXT
    The function ingest. A longer window makes fewer and larger landing objects, and events visible later.
    default_dataset: the dataset of messages that name none; without it they go to quarantine/_unrouted.
    earliest_event, event_behind_hours, event_ahead_hours: the first day of event times, and how far they may be behind
    their message and ahead of it; a backfill of events older than ten years wants more.
    message_partitions, invocation_partitions, hourly_partitions: how many partitions the events of one message may go
    to, after how many an invocation begins no further message, and how many of a dataset that ended two days ago or
    before each running instance writes to in an hour; a backfill wants more of the last.
    datasets: the only ones that the topic may publish to; without it, all.
    max_unpacked_mib: what a compressed message may unpack to; the memory must hold several of them. compact gets it
    too: it takes whatever ingest lands.
  TEXT
  type = object({
    memory_mib              = optional(number, 512)
    timeout_seconds         = optional(number, 60)
    reserved_concurrency    = optional(number, -1)
    queue_concurrency       = optional(number, 10)
    batch_size              = optional(number, 1000)
    batching_window_seconds = optional(number, 1)
    default_dataset         = optional(string)
    earliest_event          = optional(string, "1970-01-01")
    event_behind_hours      = optional(number, 87600)
    event_ahead_hours       = optional(number, 24)
    message_partitions      = optional(number, 400)
    invocation_partitions   = optional(number, 4000)
    hourly_partitions       = optional(number, 2000)
    datasets                = optional(list(string))
    max_unpacked_mib        = optional(number, 16)
    extra_environment       = optional(map(string), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.ingest.memory_mib >= 128 && var.ingest.memory_mib <= 10240
    error_message = "ingest.memory_mib must be from 128 to 10240."
  }

  validation {
    condition     = var.ingest.timeout_seconds >= 10 && var.ingest.timeout_seconds <= 900
    error_message = "ingest.timeout_seconds must be from 10 to 900."
  }

  validation {
    condition     = var.ingest.queue_concurrency >= 2 && var.ingest.queue_concurrency <= 1000
    error_message = "ingest.queue_concurrency must be from 2 to 1000."
  }

  validation {
    condition     = var.ingest.reserved_concurrency == -1 || var.ingest.reserved_concurrency >= var.ingest.queue_concurrency
    error_message = "ingest.reserved_concurrency must be -1 or at least queue_concurrency: what is throttled counts as received."
  }

  validation {
    condition = (
      var.ingest.batch_size >= 1 && var.ingest.batch_size <= 10000 &&
      var.ingest.batching_window_seconds >= (var.ingest.batch_size > 10 ? 1 : 0) && var.ingest.batching_window_seconds <= 300
    )
    error_message = "ingest.batch_size must be from 1 to 10000 and batching_window_seconds from 0 to 300; more than 10 messages want a window of at least 1."
  }

  validation {
    condition     = var.ingest.default_dataset == null || can(regex("^[a-z][a-z0-9_]{0,62}$", var.ingest.default_dataset))
    error_message = "ingest.default_dataset must match [a-z][a-z0-9_]{0,62}."
  }

  validation {
    condition     = can(formatdate("YYYY-MM-DD", "${var.ingest.earliest_event}T00:00:00Z")) && can(regex("^[0-9]{4}-", var.ingest.earliest_event))
    error_message = "ingest.earliest_event must be a day, as 1970-01-01."
  }

  validation {
    condition     = floor(var.ingest.event_ahead_hours) == var.ingest.event_ahead_hours && var.ingest.event_ahead_hours >= 0 && var.ingest.event_ahead_hours <= 8784
    error_message = "ingest.event_ahead_hours must be a whole number from 0 to 8784, a year."
  }

  validation {
    condition     = floor(var.ingest.event_behind_hours) == var.ingest.event_behind_hours && var.ingest.event_behind_hours >= 24 && var.ingest.event_behind_hours <= 87660000
    error_message = "ingest.event_behind_hours must be a whole number from 24 to 87660000, ten thousand years."
  }

  validation {
    condition = alltrue([
      for bound in [
        { value = var.ingest.message_partitions, most = 50000 },
        { value = var.ingest.invocation_partitions, most = 100000 },
        { value = var.ingest.hourly_partitions, most = 1000000 },
      ] : floor(bound.value) == bound.value && bound.value >= 1 && bound.value <= bound.most
    ])
    error_message = "ingest.message_partitions must be a whole number from 1 to 50000, invocation_partitions to 100000, and hourly_partitions to 1000000."
  }

  validation {
    condition = var.ingest.datasets == null ? true : (
      length(var.ingest.datasets) > 0 && alltrue([for dataset in var.ingest.datasets : can(regex("^[a-z][a-z0-9_]{0,62}$", dataset))])
    )
    error_message = "ingest.datasets must be names of datasets, each of which matches [a-z][a-z0-9_]{0,62}, or be left out."
  }

  validation {
    condition = (
      floor(var.ingest.max_unpacked_mib) == var.ingest.max_unpacked_mib &&
      var.ingest.max_unpacked_mib >= 1 && var.ingest.max_unpacked_mib * 8 <= var.ingest.memory_mib
    )
    error_message = "ingest.max_unpacked_mib must be a whole number from 1 to an eighth of memory_mib."
  }
}

variable "compact" {
  description = <<-TEXT
    The function compact. A longer window makes fewer generations, and events visible later.
    memory_budget_mib: the memory that it works in; without it, three quarters of memory_mib. What a partition has
    beyond that is merged in several steps. threads: how many it works on; without it, as many as Lambda gives it
    processors. target_file_size_mib: the size of a full data file.
    grace_minutes: how long a consumed landing object is kept. retention_hours: how long a superseded generation is
    kept for the queries that read it: more than Athena's longest.
    sweep: how often it looks for what notifications missed, and vacuum: how often it looks for what is garbage, and for
    twins in a few partitions, as schedule expressions of EventBridge.
  TEXT
  type = object({
    memory_mib              = optional(number, 2048)
    timeout_seconds         = optional(number, 300)
    reserved_concurrency    = optional(number, -1)
    queue_concurrency       = optional(number, 4)
    batch_size              = optional(number, 1000)
    batching_window_seconds = optional(number, 10)
    memory_budget_mib       = optional(number)
    threads                 = optional(number)
    target_file_size_mib    = optional(number, 128)
    grace_minutes           = optional(number, 10)
    retention_hours         = optional(number, 6)
    sweep                   = optional(string, "rate(5 minutes)")
    vacuum                  = optional(string, "rate(1 hour)")
    extra_environment       = optional(map(string), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.compact.memory_mib >= 128 && var.compact.memory_mib <= 10240
    error_message = "compact.memory_mib must be from 128 to 10240."
  }

  validation {
    # It keeps within its budget and a fifth of that.
    condition = var.compact.memory_budget_mib == null ? true : (
      var.compact.memory_budget_mib >= 64 && var.compact.memory_budget_mib * 6 / 5 <= var.compact.memory_mib &&
      floor(var.compact.memory_budget_mib) == var.compact.memory_budget_mib
    )
    error_message = "compact.memory_budget_mib must be a whole number from 64 to five sixths of memory_mib, or left out."
  }

  validation {
    condition = var.compact.threads == null ? true : (
      var.compact.threads >= 1 && var.compact.threads <= 64 && floor(var.compact.threads) == var.compact.threads
    )
    error_message = "compact.threads must be a whole number from 1 to 64, or left out."
  }

  validation {
    condition = (
      var.compact.target_file_size_mib >= 1 && var.compact.target_file_size_mib <= 4096 &&
      floor(var.compact.target_file_size_mib) == var.compact.target_file_size_mib
    )
    error_message = "compact.target_file_size_mib must be a whole number from 1 to 4096: S3 copies no more than 5 GB at once."
  }

  validation {
    # With less than 20 seconds left no generation is begun.
    condition     = var.compact.timeout_seconds >= 60 && var.compact.timeout_seconds <= 900
    error_message = "compact.timeout_seconds must be from 60 to 900."
  }

  validation {
    condition     = var.compact.queue_concurrency >= 2 && var.compact.queue_concurrency <= 1000
    error_message = "compact.queue_concurrency must be from 2 to 1000."
  }

  validation {
    condition     = var.compact.reserved_concurrency == -1 || var.compact.reserved_concurrency >= var.compact.queue_concurrency + 2
    error_message = "compact.reserved_concurrency must be -1 or at least queue_concurrency + 2: the sweep and the vacuum want one each."
  }

  validation {
    condition = (
      var.compact.batch_size >= 1 && var.compact.batch_size <= 10000 &&
      var.compact.batching_window_seconds >= (var.compact.batch_size > 10 ? 1 : 0) && var.compact.batching_window_seconds <= 300
    )
    error_message = "compact.batch_size must be from 1 to 10000 and batching_window_seconds from 0 to 300; more than 10 messages want a window of at least 1."
  }

  validation {
    condition = (
      var.compact.grace_minutes >= 1 && var.compact.grace_minutes <= 59 &&
      floor(var.compact.grace_minutes) == var.compact.grace_minutes
    )
    error_message = "compact.grace_minutes must be a whole number from 1 to 59: the grace is under one hour."
  }

  validation {
    # A late register may point the catalog at what it saw an hour ago, and a vacuum delete what it saw an hour ago.
    condition = (
      var.compact.retention_hours >= 3 && var.compact.retention_hours <= 8784 &&
      floor(var.compact.retention_hours) == var.compact.retention_hours
    )
    error_message = "compact.retention_hours must be a whole number from 3 to 8784: the retention is over two hours."
  }

  validation {
    condition = alltrue([
      for expression in [var.compact.sweep, var.compact.vacuum] : can(regex("^(rate|cron)\\(.+\\)$", expression))
    ])
    error_message = "compact.sweep and compact.vacuum must be schedule expressions, for example rate(5 minutes)."
  }
}

variable "register" {
  description = <<-TEXT
    The function register. reconcile: how often it compares the whole catalog with the bucket, as a schedule
    expression of EventBridge.
  TEXT
  type = object({
    memory_mib              = optional(number, 256)
    timeout_seconds         = optional(number, 300)
    reserved_concurrency    = optional(number, -1)
    queue_concurrency       = optional(number, 2)
    batch_size              = optional(number, 100)
    batching_window_seconds = optional(number, 1)
    reconcile               = optional(string, "rate(15 minutes)")
    extra_environment       = optional(map(string), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.register.memory_mib >= 128 && var.register.memory_mib <= 10240
    error_message = "register.memory_mib must be from 128 to 10240."
  }

  validation {
    # With less than 10 seconds left no partition is begun.
    condition     = var.register.timeout_seconds >= 30 && var.register.timeout_seconds <= 900
    error_message = "register.timeout_seconds must be from 30 to 900."
  }

  validation {
    condition     = var.register.queue_concurrency >= 2 && var.register.queue_concurrency <= 1000
    error_message = "register.queue_concurrency must be from 2 to 1000."
  }

  validation {
    condition     = var.register.reserved_concurrency == -1 || var.register.reserved_concurrency > var.register.queue_concurrency
    error_message = "register.reserved_concurrency must be -1 or more than queue_concurrency: the reconcile run wants one too."
  }

  validation {
    condition = (
      var.register.batch_size >= 1 && var.register.batch_size <= 10000 &&
      var.register.batching_window_seconds >= (var.register.batch_size > 10 ? 1 : 0) && var.register.batching_window_seconds <= 300
    )
    error_message = "register.batch_size must be from 1 to 10000 and batching_window_seconds from 0 to 300; more than 10 messages want a window of at least 1."
  }

  validation {
    condition     = can(regex("^(rate|cron)\\(.+\\)$", var.register.reconcile))
    error_message = "register.reconcile must be a schedule expression, for example rate(15 minutes)."
  }
}

variable "query" {
  description = <<-TEXT
    The function query. wait_seconds: how long a request waits for its query. max_rows: the highest limit of a
    request. max_running: how many queries of all callers may run at once, those that go on after a 202 included, at most
    reserved_concurrency; without it 50, or reserved_concurrency where that is lower; 0 bounds none; half of them
    may be one API key's, and all may be those of callers without a key. catalog_cache_seconds: how old the definitions,
    partitions and API keys may be that a request is answered from. open_access: whether, while no API key was ever made, everybody may ask whom the gateway lets through;
    without it, if api.authorization is not NONE. sql: whether the API takes free SQL. max_rendered_mib: the largest
    file that a result too long for one answer is written to; it is made in memory. result_reuse_minutes: how old a
    result may be that Athena answers again instead of running the query; 0 runs it. price_per_tb: what Athena charges
    per TB scanned, in US dollars, for the estimates in answers and for daily budgets in dollars. scan_tiers: bytes at which
    further workgroups stop a query, a workgroup for each; a query of a key with --max-bytes-scanned runs in the one with the
    most bytes that the key allows, so those are its bound, and below the lowest it cannot go on after a 202. cors_origins: the origins whose pages may call the API
    from a browser, or ["*"].
  TEXT
  type = object({
    memory_mib            = optional(number, 512)
    reserved_concurrency  = optional(number)
    wait_seconds          = optional(number, 20)
    max_rows              = optional(number, 10000)
    max_running           = optional(number)
    catalog_cache_seconds = optional(number, 5)
    open_access           = optional(bool)
    sql                   = optional(bool, false)
    max_rendered_mib      = optional(number, 64)
    result_reuse_minutes  = optional(number, 0)
    price_per_tb          = optional(number, 5)
    scan_tiers = optional(list(number), [
      10485760, 20000000, 50000000, 100000000, 200000000, 500000000, 1000000000, 2000000000, 5000000000,
    ])
    cors_origins      = optional(list(string), [])
    extra_environment = optional(map(string), {})
  })
  default  = {}
  nullable = false

  validation {
    # Parquet and Arrow take some times a file's size while it is made.
    condition     = var.query.max_rendered_mib >= 1 && var.query.max_rendered_mib * 4 <= var.query.memory_mib && floor(var.query.max_rendered_mib) == var.query.max_rendered_mib
    error_message = "query.max_rendered_mib must be a whole number from 1 to a quarter of query.memory_mib."
  }

  validation {
    condition     = var.query.result_reuse_minutes >= 0 && var.query.result_reuse_minutes <= 10080 && floor(var.query.result_reuse_minutes) == var.query.result_reuse_minutes
    error_message = "query.result_reuse_minutes must be a whole number from 0 to 10080."
  }

  validation {
    condition     = var.query.price_per_tb >= 0
    error_message = "query.price_per_tb must be a number from 0."
  }

  validation {
    condition = (
      alltrue([for bytes in var.query.scan_tiers : bytes >= 10485760 && floor(bytes) == bytes]) &&
      length(distinct(var.query.scan_tiers)) == length(var.query.scan_tiers) && length(var.query.scan_tiers) <= 20
    )
    error_message = "query.scan_tiers must be up to 20 different whole numbers of at least 10,485,760 (10 MiB): the AWS provider takes no lower limit."
  }

  validation {
    condition     = alltrue([for origin in var.query.cors_origins : origin == "*" || can(regex("^https?://[^/,]+$", origin))])
    error_message = "query.cors_origins must be origins, for example [\"https://app.example.com\"], or [\"*\"]."
  }

  validation {
    condition     = var.query.memory_mib >= 128 && var.query.memory_mib <= 10240
    error_message = "query.memory_mib must be from 128 to 10240."
  }

  validation {
    condition     = try(var.query.reserved_concurrency == -1 || var.query.reserved_concurrency >= 1, var.query.reserved_concurrency == null)
    error_message = "query.reserved_concurrency must be -1 or from 1 (with 0 nothing is answered), or left out: then it is 100, or -1 where the account's quota is under 500."
  }

  validation {
    # After the wait: 5 s to fetch the result or 2 s to cancel. The gateway ends the request after 30 s in all.
    condition     = var.query.wait_seconds >= 1 && var.query.wait_seconds <= 22 && floor(var.query.wait_seconds) == var.query.wait_seconds
    error_message = "query.wait_seconds must be a whole number from 1 to 22: API Gateway ends a request after 30 seconds."
  }

  validation {
    condition     = var.query.max_rows >= 1 && floor(var.query.max_rows) == var.query.max_rows
    error_message = "query.max_rows must be a whole number from 1."
  }

  validation {
    condition = var.query.max_running == null ? true : (
      var.query.max_running >= 0 && var.query.max_running <= 1000 && floor(var.query.max_running) == var.query.max_running
    )
    error_message = "query.max_running must be a whole number from 0 (no bound) to 1000, or left out: then it is 50 at most."
  }

  validation {
    condition     = var.query.catalog_cache_seconds >= 0 && floor(var.query.catalog_cache_seconds) == var.query.catalog_cache_seconds
    error_message = "query.catalog_cache_seconds must be a whole number from 0."
  }
}
