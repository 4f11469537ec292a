# The definitions, as requests: register judges them, and accepts them into schemas/.

locals {
  datasets_directory = var.datasets_directory
  definitions        = fileset(local.datasets_directory, "*.json")
}

resource "aws_s3_object" "definition" {
  for_each = local.definitions

  bucket       = module.data.bucket
  key          = "datasets/${each.value}"
  source       = "${local.datasets_directory}/${each.value}"
  source_hash  = filemd5("${local.datasets_directory}/${each.value}")
  content_type = "application/json"

  lifecycle {
    precondition {
      condition = (
        can(regex("^[a-z][a-z0-9_]{0,62}\\.json$", each.value)) &&
        try(jsondecode(file("${local.datasets_directory}/${each.value}")).name, "") == trimsuffix(each.value, ".json")
      )
      error_message = "${each.value} must be JSON whose \"name\" is the file's, and match [a-z][a-z0-9_]{0,62}."
    }
  }

  # Whoever is notified has to be there.
  depends_on = [aws_s3_bucket_notification.lake, module.register]
}
