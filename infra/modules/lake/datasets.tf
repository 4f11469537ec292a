# The definitions, as requests: register judges them, and accepts them into schemas/. What it would refuse for its form is
# refused here already, so that a deployment ends with a sentence and not with a log line.

locals {
  definitions = fileset(var.datasets_directory, "*.json")
  # Null where the file is not JSON, or no object.
  definition = {
    for file in local.definitions : file => try(merge(jsondecode(file("${var.datasets_directory}/${file}")), {}), null)
  }

  definition_members = ["name", "description", "columns", "identity", "event_time", "partition_by", "sort_by", "cloudevents_type", "unwrap"]
  column_members     = ["name", "type", "required", "from", "unit", "comment"]
  # The partition keys, and the words that the HTTP API uses as parameters.
  reserved_columns = ["dt", "hour", "select", "order", "limit", "format", "cursor", "and", "or", "not"]
  column_type      = "^(boolean|int|bigint|float|double|decimal\\([0-9]+,[0-9]+\\)|string|date|timestamp|binary|array<.+>|map<.+>|struct<.+>)$"

  # By file: the names of its columns, and the columns that are required.
  columns          = { for file, it in local.definition : file => try([for column in it.columns : column.name], []) }
  column_types     = { for file, it in local.definition : file => try({ for column in it.columns : column.name => replace(column.type, " ", "") }, {}) }
  required_columns = { for file, it in local.definition : file => try([for column in it.columns : column.name if try(column.required, false)], []) }

  # By file: what is wrong with it, each a sentence that says what would be right.
  definition_faults = {
    for file, it in local.definition : file => it == null ? ["it must be a JSON object, as datasets/passengers.json of this repository is"] : compact(concat(
      [
        !can(regex("^[a-z][a-z0-9_]{0,62}\\.json$", file)) ? "the file's name must be <dataset>.json, where the dataset matches [a-z][a-z0-9_]{0,62}" : "",
        try(it.name, "") != trimsuffix(file, ".json") ? "\"name\" must be \"${trimsuffix(file, ".json")}\", as the file's" : "",
        !try(length([for column in it.columns : column.name]) >= 1, false) ? "\"columns\" must be a list of at least one { \"name\", \"type\" }" : "",
        length(distinct(local.columns[file])) != length(local.columns[file]) ? "every column must be defined once" : "",
        !contains(["day", "hour", "month", "none"], try(it.partition_by, "day")) ? "\"partition_by\" must be \"day\", \"hour\", \"month\" or \"none\"" : "",
      ],
      [for member in setsubtract(keys(it), local.definition_members) : "\"${member}\" is no member of a definition; there are ${join(", ", local.definition_members)}"],
      flatten(try([
        for column in it.columns : [
          !can(regex("^[a-z][a-z0-9_]{0,62}$", column.name)) ? "column \"${column.name}\": the name must match [a-z][a-z0-9_]{0,62}" : "",
          contains(local.reserved_columns, try(column.name, "")) ? "column \"${column.name}\": the name is reserved; choose another one, and name the sender's field in \"from\"" : "",
          !can(regex(local.column_type, replace(column.type, " ", ""))) ? "column ${column.name}: \"type\" must be boolean, int, bigint, float, double, decimal(p,s), string, date, timestamp, binary, array<…>, struct<name:…> or map<string,…>" : "",
          [for member in setsubtract(keys(column), local.column_members) : "column ${column.name}: \"${member}\" is no member of a column; there are ${join(", ", local.column_members)}"],
        ]
      ], [])),
      [
        for pair in concat(
          [for name in try(tolist(it.identity), []) : { role = "identity", name = name }],
          [for name in try(tolist(it.sort_by), []) : { role = "sort_by", name = name }],
          [for name in try([tostring(it.event_time)], []) : { role = "event_time", name = name }],
        ) :
        !contains(local.columns[file], pair.name) ? "\"${pair.role}\" must name a column, and \"${pair.name}\" is none; there are ${join(", ", local.columns[file])}" :
        pair.role != "sort_by" && !contains(local.required_columns[file], pair.name) ? "column ${pair.name} must be required, as it is in \"${pair.role}\": add \"required\": true" :
        pair.role == "event_time" && !contains(try(it.partition_by, "day") == "hour" ? ["timestamp"] : ["timestamp", "date"], lookup(local.column_types[file], pair.name, "")) ? "column ${pair.name} must be a timestamp, as it is the \"event_time\"; with partition_by day, month or none it may be a date" :
        pair.role != "event_time" && can(regex("<", lookup(local.column_types[file], pair.name, ""))) ? "column ${pair.name} must be of a scalar type, as it is in \"${pair.role}\"" : ""
      ],
    ))
  }
}

resource "aws_s3_object" "definition" {
  for_each = local.definitions

  bucket       = module.data.bucket
  key          = "datasets/${each.value}"
  source       = "${var.datasets_directory}/${each.value}"
  source_hash  = filemd5("${var.datasets_directory}/${each.value}")
  content_type = "application/json"

  # An object takes ten tags, everything else fifty: the tags of the deployment are not for objects.
  override_provider {
    default_tags {
      tags = {}
    }
  }

  lifecycle {
    precondition {
      condition     = length(local.definition_faults[each.value]) == 0
      error_message = "${var.datasets_directory}/${each.value}: ${join("; ", local.definition_faults[each.value])}."
    }
  }

  # Whoever is notified has to be there.
  depends_on = [aws_s3_bucket_notification.lake, module.register]
}
