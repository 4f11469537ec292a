# Named queries. The API checks each when it reads it, and leaves out, with a line in its log, what cannot be run;
# `cargo test -p query` checks those in queries/ before.

locals {
  queries_directory = var.queries_directory
  named_queries     = fileset(local.queries_directory, "*.json")
}

resource "aws_s3_object" "named_query" {
  for_each = local.named_queries

  bucket = module.data.bucket
  key    = "queries/${each.value}"
  content = jsonencode(merge(
    jsondecode(file("${local.queries_directory}/${each.value}")),
    { sql = file("${local.queries_directory}/${trimsuffix(each.value, ".json")}.sql") },
  ))
  content_type = "application/json"

  lifecycle {
    precondition {
      condition = (
        can(regex("^[a-z][a-z0-9_-]{0,62}\\.json$", each.value)) &&
        try(jsondecode(file("${local.queries_directory}/${each.value}")).name, "") == trimsuffix(each.value, ".json")
      )
      error_message = "${each.value} must be JSON whose \"name\" is the file's, and match [a-z][a-z0-9_-]{0,62}."
    }
  }
}
