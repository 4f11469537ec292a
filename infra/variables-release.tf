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
}
