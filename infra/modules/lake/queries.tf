# Named queries. The API checks each in full when it reads it, and leaves out, with a line in its log, what cannot be run;
# `cargo test -p query` checks those in queries/ before. What can be told here is told before anything is applied.

locals {
  named_queries = var.queries_directory == null ? toset([]) : fileset(var.queries_directory, "*.json")
  # Null where the file is not JSON, or no object.
  named_query = {
    for file in local.named_queries : file => try(merge(jsondecode(file("${var.queries_directory}/${file}")), {}), null)
  }
  # Null where there is no file with the SQL.
  sql = { for file in local.named_queries : file => try(file("${var.queries_directory}/${trimsuffix(file, ".json")}.sql"), null) }

  query_members     = ["name", "description", "parameters"]
  parameter_members = ["name", "type", "description", "default", "min", "max", "max_length", "enum"]
  parameter_type    = "^(boolean|int|bigint|float|double|decimal\\([0-9]+,[0-9]+\\)|string|date|timestamp)$"

  # By file: what is wrong with it, each a sentence that says what would be right.
  named_query_faults = {
    for file, it in local.named_query : file => it == null ? ["it must be a JSON object, as queries/busiest-flights.json of this repository is"] : compact(concat(
      [
        !can(regex("^[a-z][a-z0-9_-]{0,62}\\.json$", file)) ? "the file's name must be <query>.json, where the query matches [a-z][a-z0-9_-]{0,62}" : "",
        try(it.name, "") != trimsuffix(file, ".json") ? "\"name\" must be \"${trimsuffix(file, ".json")}\", as the file's" : "",
        local.sql[file] == null ? "its SQL must be beside it, in ${trimsuffix(file, ".json")}.sql" : trimspace(local.sql[file]) == "" ? "${trimsuffix(file, ".json")}.sql must hold a SELECT, and is empty" : "",
        can(it.sql) ? "the SQL belongs into ${trimsuffix(file, ".json")}.sql, not into the member \"sql\"" : "",
        can(regex("^(null$|\")", jsonencode(try(it.description, null)))) && try(length(it.description) <= 2048, true) ? "" : "\"description\" must be a text of up to 2,048 characters",
        try(length(distinct(it.parameters[*].name)) != length(it.parameters), false) ? "every parameter must be declared once" : "",
      ],
      [for member in setsubtract(keys(it), concat(local.query_members, ["sql"])) : "\"${member}\" is no member of a named query; there are ${join(", ", local.query_members)}"],
      flatten(!can(it.parameters) ? [] : try([
        for parameter in it.parameters : [
          !can(regex("^[a-z][a-z0-9_]{0,62}$", parameter.name)) || contains(["limit", "format", "cursor", "select", "order"], parameter.name) ? "parameter \"${parameter.name}\": the name must match [a-z][a-z0-9_]{0,62}, and not be limit, format, cursor, select or order" : "",
          !can(regex(local.parameter_type, replace(parameter.type, " ", ""))) ? "parameter ${parameter.name}: \"type\" must be boolean, int, bigint, float, double, decimal(p,s), string, date or timestamp" : "",
          !alltrue([for digits in try(regexall("decimal\\(([0-9]{1,3}),([0-9]{1,3})\\)", replace(parameter.type, " ", "")), []) : tonumber(digits[0]) >= 1 && tonumber(digits[0]) <= 38 && tonumber(digits[1]) <= tonumber(digits[0])]) ? "parameter ${parameter.name}: \"type\" must have 1 to 38 digits in decimal(p,s), and s of them after the point" : "",
          contains(["boolean", "string"], parameter.type) && (try(parameter.min, null) != null || try(parameter.max, null) != null) ? "parameter ${parameter.name}: \"min\" and \"max\" must be left out for a ${parameter.type}: they are for numbers and times" : "",
          parameter.type != "string" && try(parameter.max_length, null) != null ? "parameter ${parameter.name}: \"max_length\" must be left out: it is for a string" : "",
          try(parameter.enum, null) != null && !try(startswith(jsonencode(parameter.enum), "[") && length(parameter.enum) >= 1 && length(parameter.enum) <= 100, false) ? "parameter ${parameter.name}: \"enum\" must be a list of 1 to 100 values" : "",
          local.sql[file] != null && !can(regex(":${parameter.name}\\b", coalesce(local.sql[file], " "))) ? "parameter ${parameter.name} must be used in the SQL, as :${parameter.name}, or be removed" : "",
          [for member in setsubtract(keys(parameter), local.parameter_members) : "parameter ${parameter.name}: \"${member}\" is no member of a parameter; there are ${join(", ", local.parameter_members)}"],
        ]
      ], ["\"parameters\" must be a list of { \"name\", \"type\" }"])),
    ))
  }
}

resource "aws_s3_object" "named_query" {
  for_each = local.named_queries

  bucket = module.data.bucket
  key    = "queries/${each.value}"
  content = jsonencode(merge(
    jsondecode(file("${var.queries_directory}/${each.value}")),
    { sql = local.sql[each.value] },
  ))
  content_type = "application/json"

  # As with the definitions.
  override_provider {
    default_tags {
      tags = {}
    }
  }

  lifecycle {
    precondition {
      condition     = length(local.named_query_faults[each.value]) == 0
      error_message = "${coalesce(var.queries_directory, "queries")}/${each.value}: ${join("; ", local.named_query_faults[each.value])}."
    }
  }
}
