# Athena works with the rights of who asks it. What it alone needs is allowed through it alone, by aws:CalledVia, so that
# the API's function cannot read a table past Athena. For each caller, the results are below the caller's own prefix.

locals {
  through_athena = { "ForAnyValue:StringEquals" = { "aws:CalledVia" = ["athena.amazonaws.com"] } }

  athena_statements = {
    for caller, prefix in local.result_prefixes : caller => [
      {
        sid        = "AthenaReadsTheCatalog"
        actions    = ["glue:GetTables", "glue:GetPartition", "glue:BatchGetPartition"]
        resources  = [local.glue_arns.catalog, local.glue_arns.database, local.glue_arns.tables]
        conditions = local.through_athena
      },
      {
        # Athena looks the database default up, whatever the query says.
        sid        = "AthenaLooksForDefault"
        actions    = ["glue:GetDatabase"]
        resources  = [local.glue_arns.catalog, local.glue_arns.default]
        conditions = local.through_athena
      },
      {
        sid        = "AthenaListsTables"
        actions    = ["s3:ListBucket"]
        resources  = [local.bucket_arn]
        conditions = merge(local.through_athena, { StringLike = { "s3:prefix" = ["${prefix}*", "tables/*"] } })
      },
      {
        sid        = "AthenaReadsTables"
        actions    = ["s3:GetObject"]
        resources  = ["${local.bucket_arn}/tables/*"]
        conditions = local.through_athena
      },
      {
        sid        = "AthenaFindsTheBucket"
        actions    = ["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"]
        resources  = [local.bucket_arn]
        conditions = local.through_athena
      },
      {
        sid        = "AthenaWritesResults"
        actions    = ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
        resources  = ["${local.bucket_arn}/${prefix}*"]
        conditions = local.through_athena
      },
    ]
  }
}
