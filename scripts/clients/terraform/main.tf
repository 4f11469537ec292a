# What Terraform makes on the local lake, and what it reads of it. AWS_ENDPOINT_URL is all that says where AWS is.
provider "aws" {}

variable "comment" {
  type        = string
  description = "What the database says of itself"
}

variable "columns" {
  type        = map(string)
  description = "The columns of the table, with their types"
}

variable "scan_limit_bytes" {
  type        = number
  description = "What one query of the workgroup may scan"
}

data "aws_sns_topic" "events" {
  name = "tributary"
}

data "aws_glue_catalog_table" "passengers" {
  database_name = "tributary"
  name          = "passengers"
}

resource "aws_glue_catalog_database" "notes" {
  name        = "notes"
  description = var.comment
}

resource "aws_glue_catalog_table" "notes" {
  database_name = aws_glue_catalog_database.notes.name
  name          = "notes"
  table_type    = "EXTERNAL_TABLE"
  parameters    = { classification = "parquet" }

  partition_keys {
    name = "dt"
    type = "string"
  }

  storage_descriptor {
    location      = "s3://tributary/notes/"
    input_format  = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"

    ser_de_info {
      serialization_library = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    }

    dynamic "columns" {
      for_each = var.columns
      content {
        name = columns.key
        type = columns.value
      }
    }
  }
}

resource "aws_athena_workgroup" "notes" {
  name = "notes"

  configuration {
    bytes_scanned_cutoff_per_query = var.scan_limit_bytes

    result_configuration {
      output_location = "s3://tributary/results/notes/"
    }
  }
}

output "topic" {
  value = data.aws_sns_topic.events.arn
}

output "passengers" {
  value = data.aws_glue_catalog_table.passengers.storage_descriptor[0].columns[*].name
}
