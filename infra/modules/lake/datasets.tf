# The definitions, as requests: register judges them, and accepts them into schemas/. What it would refuse for its form is
# refused here already, so that a deployment ends with a sentence and not with a log line.

locals {
  definitions = fileset(var.datasets_directory, "*.json")
  # Null where the file is not JSON, or no object.
  definition = {
    for file in local.definitions : file => try(merge(jsondecode(file("${var.datasets_directory}/${file}")), {}), null)
  }

  # Those that crates/domain reads. Its test plan_time.rs has that both judge the same of modules/lake/tests/files/datasets.
  definition_members = ["name", "description", "columns", "identity", "event_time", "partition_by", "sort_by", "cloudevents_type", "unwrap"]
  column_members     = ["name", "type", "required", "from", "fields", "unit", "comment"]
  # The partition keys, and the words that the HTTP API uses as parameters.
  reserved_columns = ["dt", "hour", "select", "order", "limit", "format", "cursor", "and", "or", "not"]

  # By file: the names of its columns, the sender's names for them, their types, and the columns that are required.
  columns          = { for file, it in local.definition : file => try([for column in it.columns : tostring(column.name)], []) }
  sent_columns     = { for file, it in local.definition : file => try([for column in it.columns : tostring(try(coalesce(column.from), column.name))], []) }
  column_types     = { for file, it in local.definition : file => { for index, name in local.columns[file] : name => local.written_types[file][index]... } }
  required_columns = { for file, it in local.definition : file => try([for column in it.columns : column.name if try(column.required, false)], []) }

  # By file: the texts that may be left out, and how many bytes each may have. Glue takes no line breaks.
  definition_texts = {
    for file, it in local.definition : file => concat(
      [
        { what = "\"description\"", text = try(it.description, null), least = 0, most = 2048, is_line = true },
        { what = "\"cloudevents_type\"", text = try(it.cloudevents_type, null), least = 1, most = 255, is_line = true },
        { what = "\"unwrap\"", text = try(it.unwrap, null), least = 1, most = 255, is_line = false },
        { what = "\"event_time\"", text = try(it.event_time, null), least = 1, most = 63, is_line = false },
      ],
      flatten([
        for index, name in local.columns[file] : [
          { what = "\"comment\" of column ${name}", text = try(it.columns[index].comment, null), least = 0, most = 255, is_line = true },
          { what = "\"from\" of column ${name}", text = try(it.columns[index].from, null), least = 0, most = 1000000, is_line = false },
        ]
      ]),
    )
  }

  # By file: what is wrong with it, each a sentence that says what would be right.
  definition_faults = {
    for file, it in local.definition : file => it == null ? ["it must be a JSON object, as datasets/passengers.json of this repository is"] : compact(concat(
      [
        !can(regex("^[a-z][a-z0-9_]{0,62}\\.json$", file)) ? "the file's name must be <dataset>.json, where the dataset matches [a-z][a-z0-9_]{0,62}" : "",
        try(it.name, "") != trimsuffix(file, ".json") ? "\"name\" must be \"${trimsuffix(file, ".json")}\", as the file's" : "",
        !try(startswith(jsonencode(it.columns), "[") && length(local.columns[file]) >= 1 && length(local.columns[file]) <= 1000, false) ? "\"columns\" must be a list of 1 to 1,000 { \"name\", \"type\" }" : "",
        length(distinct(local.columns[file])) != length(local.columns[file]) ? "every column must be defined once" : "",
        length(distinct(local.sent_columns[file])) != length(local.sent_columns[file]) ? "two columns must not read the same field: change \"from\" of one of them" : "",
        can(it.partition_by) && !try(contains(["day", "hour", "month", "none"], it.partition_by), false) ? "\"partition_by\" must be \"day\", \"hour\", \"month\" or \"none\"" : "",
      ],
      [
        for role, names in { identity = try(it.identity, []), sort_by = try(it.sort_by, []) } :
        !startswith(jsonencode(names), "[") ? "\"${role}\" must be a list of columns, as [\"${try(tostring(coalesce(names)), "id")}\"]" :
        try(length(distinct(names)) != length(names), false) ? "\"${role}\" must name each column once" : ""
      ],
      [
        for given in local.definition_texts[file] :
        can(regex("^null$", jsonencode(given.text))) || try(
          startswith(jsonencode(given.text), "\"") && length(given.text) >= given.least && length(regexall("%..|[^%]", urlencode(given.text))) <= given.most && !(given.is_line && can(regex("\\p{Cc}", given.text))),
          false
        ) ? "" : "${given.what} must be a text of ${given.least} to ${given.most} bytes${given.is_line ? " without line breaks" : ""}, or be left out"
      ],
      [for member in setsubtract(keys(it), local.definition_members) : "\"${member}\" is no member of a definition; there are ${join(", ", local.definition_members)}"],
      flatten([
        for index, name in local.columns[file] : [
          !can(regex("^[a-z][a-z0-9_]{0,62}$", name)) ? "column \"${name}\": the name must match [a-z][a-z0-9_]{0,62}" : "",
          contains(local.reserved_columns, name) ? "column \"${name}\": the name is reserved; choose another one, and name the sender's field in \"from\"" : "",
          local.type_faults[file][index] == "" ? "" : "column ${name}: ${local.type_faults[file][index]}",
          can(it.columns[index].required) && !contains(["true", "false"], try(jsonencode(it.columns[index].required), "")) ? "column ${name}: \"required\" must be true or false" : "",
          try(it.columns[index].unit, null) != null && !(try(contains(["s", "ms"], it.columns[index].unit), false) && local.written_types[file][index] == "timestamp") ? "column ${name}: \"unit\" must be \"s\" or \"ms\", and is for a timestamp alone" : "",
          can(it.columns[index].fields) && !startswith(try(jsonencode(it.columns[index].fields), ""), "{") ? "column ${name}: \"fields\" must be an object of the sender's names by the paths of fields" : "",
          [
            for path, sent in try(merge(it.columns[index].fields, {}), {}) :
            alltrue([for step in split(".", path) : can(regex("[<,]${step}:", local.written_types[file][index]))]) && startswith(jsonencode(sent), "\"") ? "" :
            "column ${name}: \"fields\" must have the sender's names by the paths of fields that the type has, and \"${path}\" is none"
          ],
          [for member in setsubtract(try(keys(it.columns[index]), []), local.column_members) : "column ${name}: \"${member}\" is no member of a column; there are ${join(", ", local.column_members)}"],
        ]
      ]),
      [
        for pair in concat(
          [for name in try(formatlist("%s", it.identity), []) : { role = "identity", name = name }],
          [for name in try(formatlist("%s", it.sort_by), []) : { role = "sort_by", name = name }],
          [for name in try([tostring(coalesce(it.event_time))], []) : { role = "event_time", name = name }],
        ) :
        !contains(local.columns[file], pair.name) ? "\"${pair.role}\" must name a column, and \"${pair.name}\" is none; there are ${join(", ", local.columns[file])}" :
        pair.role != "sort_by" && !contains(local.required_columns[file], pair.name) ? "column ${pair.name} must be required, as it is in \"${pair.role}\": add \"required\": true" :
        pair.role == "event_time" && !contains(try(it.partition_by, "day") == "hour" ? ["timestamp"] : ["timestamp", "date"], try(one(distinct(local.column_types[file][pair.name])), "")) ? "column ${pair.name} must be a timestamp, as it is the \"event_time\"; with partition_by day, month or none it may be a date" :
        pair.role != "event_time" && can(regex("<", join("", local.column_types[file][pair.name]))) ? "column ${pair.name} must be of a scalar type, as it is in \"${pair.role}\"" : ""
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
