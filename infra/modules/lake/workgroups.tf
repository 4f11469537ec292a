# What stops a query that scans too much, and where Athena puts results: those of the API apart from those of people, since
# who may use a workgroup reads all results of its prefix.

locals {
  result_prefixes = { api = "results/api/", direct = "results/direct/" }
}

resource "aws_athena_workgroup" "lake" {
  name        = local.workgroup
  description = "The API's queries of the lake ${local.prefix}"
  # What goes with it is the history of its queries, not data.
  force_destroy = true

  configuration {
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.scan_limit_bytes

    engine_version {
      selected_engine_version = "Athena engine version 3"
    }

    result_configuration {
      output_location       = "s3://${module.data.bucket}/${local.result_prefixes.api}"
      expected_bucket_owner = local.account

      encryption_configuration {
        encryption_option = local.is_encrypted ? "SSE_KMS" : "SSE_S3"
        kms_key_arn       = local.key_arn
      }
    }
  }
}

# The same with a lower cutoff each, for the queries of keys that may scan less.
resource "aws_athena_workgroup" "scan_tier" {
  for_each = local.scan_tiers

  name          = each.value
  description   = "Queries of the lake ${local.prefix} that may scan ${each.key} bytes"
  force_destroy = true

  configuration {
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = tonumber(each.key)

    engine_version {
      selected_engine_version = "Athena engine version 3"
    }

    result_configuration {
      output_location       = "s3://${module.data.bucket}/${local.result_prefixes.api}"
      expected_bucket_owner = local.account

      encryption_configuration {
        encryption_option = local.is_encrypted ? "SSE_KMS" : "SSE_S3"
        kms_key_arn       = local.key_arn
      }
    }
  }
}

# For people and tools that query past the API.
resource "aws_athena_workgroup" "direct" {
  name          = local.direct_workgroup
  description   = "Queries of the lake ${local.prefix} past the API"
  force_destroy = true

  configuration {
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.scan_limit_bytes

    engine_version {
      selected_engine_version = "Athena engine version 3"
    }

    result_configuration {
      output_location       = "s3://${module.data.bucket}/${local.result_prefixes.direct}"
      expected_bucket_owner = local.account

      encryption_configuration {
        encryption_option = local.is_encrypted ? "SSE_KMS" : "SSE_S3"
        kms_key_arn       = local.key_arn
      }
    }
  }
}
