# What register fills and Athena reads. The tables are not Terraform's: they follow the definitions.

resource "aws_glue_catalog_database" "lake" {
  name        = var.database
  description = "The tables of the lake ${var.prefix}: a projection of its bucket, made by register"
}
