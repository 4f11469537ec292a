variable "release" {
  description = <<-TEXT
    Which version of each function serves. versions: the number of a version by the function's name, ingest, compact,
    register or query; a function that is not named runs its newest version. newest_share: the share of the calls, from
    0 to less than 1, that the newest version of each named function gets all the same. ./scripts/deploy --canary sets
    both; set versions by hand to stay with a former version while other things are applied.
  TEXT
  type = object({
    versions     = optional(map(string), {})
    newest_share = optional(number, 0)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for function in keys(var.release.versions) : contains(["ingest", "compact", "register", "query"], function)])
    error_message = "release.versions must name functions: ingest, compact, register or query."
  }

  validation {
    condition     = alltrue([for version in values(var.release.versions) : can(regex("^[1-9][0-9]*$", version))])
    error_message = "release.versions must hold numbers of published versions, for example { query = \"7\" }: ./scripts/rollback ENV --list shows them."
  }

  validation {
    condition     = var.release.newest_share >= 0 && var.release.newest_share < 1
    error_message = "release.newest_share must be from 0 to less than 1: to give the newest version everything, leave release out."
  }

  validation {
    condition     = var.release.newest_share == 0 || length(var.release.versions) > 0
    error_message = "release.newest_share needs release.versions: the share is taken from a version that serves."
  }
}
