# The types of the definitions' columns. Terraform has no recursion: so what is innermost of a nested type, and is right, is put
# in place of it by a scalar type, as often as types may nest; a type that is right is a scalar one then.

locals {
  scalar_types = ["boolean", "int", "bigint", "float", "double", "string", "date", "timestamp"]
  scalar       = "(${join("|", local.scalar_types)})"
  field        = "[a-z][a-z0-9_]{0,62}:${local.scalar}"
  # Not by string: the keys of a map are strings, and a nested type is none.
  innermost = "/(^|[<,:])(array<${local.scalar}>|map<string,${local.scalar}>|struct<${local.field}(,${local.field})*>)/"

  # By file and in the order of the columns, without the blanks that nobody needs. A type that is no text is left as empty.
  written_types = {
    for file, it in local.definition : file => try([
      for column in it.columns : trimspace(replace(try(startswith(jsonencode(column.type), "\"") ? tostring(column.type) : "", ""), "/ *([<>,:()]) */", "$1"))
    ], [])
  }

  # Digits in all, and those after the point.
  decimals = {
    for file, types in local.written_types : file => [
      for type in types : [for digits in regexall("decimal\\(([0-9]{1,3}),([0-9]{1,3})\\)", type) : { all = tonumber(digits[0]), after = tonumber(digits[1]) }]
    ]
  }
  types_0 = { for file, types in local.written_types : file => [for type in types : replace(type, "/decimal\\([0-9]{1,3},[0-9]{1,3}\\)/", "double")] }

  # Types nest up to 16 deep, the innermost scalar counted.
  types_3 = { for file, types in local.types_0 : file => [
    for type in types : replace(replace(replace(type, local.innermost, "$${1}double"), local.innermost, "$${1}double"), local.innermost, "$${1}double")
  ] }
  types_6 = { for file, types in local.types_3 : file => [
    for type in types : replace(replace(replace(type, local.innermost, "$${1}double"), local.innermost, "$${1}double"), local.innermost, "$${1}double")
  ] }
  types_9 = { for file, types in local.types_6 : file => [
    for type in types : replace(replace(replace(type, local.innermost, "$${1}double"), local.innermost, "$${1}double"), local.innermost, "$${1}double")
  ] }
  types_12 = { for file, types in local.types_9 : file => [
    for type in types : replace(replace(replace(type, local.innermost, "$${1}double"), local.innermost, "$${1}double"), local.innermost, "$${1}double")
  ] }
  types_15 = { for file, types in local.types_12 : file => [
    for type in types : replace(replace(replace(type, local.innermost, "$${1}double"), local.innermost, "$${1}double"), local.innermost, "$${1}double")
  ] }

  # By file and in the order of the columns: what is wrong with the type; empty if nothing is.
  type_faults = {
    for file, types in local.types_15 : file => [
      for index, type in types :
      !contains(concat(local.scalar_types, ["binary"]), type) ? "\"type\" must be boolean, int, bigint, float, double, decimal(p,s), string, date, timestamp, binary, or of these but binary array<…>, struct<name:…> or map<string,…>" :
      !alltrue([for digits in local.decimals[file][index] : digits.all >= 1 && digits.all <= 38 && digits.after <= digits.all]) ? "\"type\" must have 1 to 38 digits in decimal(p,s), and s of them after the point" : ""
    ]
  }
}
