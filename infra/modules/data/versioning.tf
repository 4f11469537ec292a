# Versioning is a bucket's, not a prefix's. So one rule expires old versions in the whole bucket, and others expire them
# sooner below the prefixes whose objects are replaced all the time; where two rules match, S3 follows the sooner one.
#
# A second bucket, for tables/ or for what is versioned, was not taken: the files of a generation, its commit and the
# catalog have to agree, and one restore then brings back one of two buckets.
#
# No role may delete a version: what compact deletes by mistake, or by the rights of somebody else, must be restorable for
# a day. See "Versions" in infra/README.md.

resource "aws_s3_bucket_versioning" "lake" {
  # Without it a bucket is not versioned; once it was, the provider suspends versioning when this goes.
  count  = var.versioning.enabled ? 1 : 0
  bucket = aws_s3_bucket.lake.id

  versioning_configuration {
    status = "Enabled"
  }
}

locals {
  # The least that S3 has.
  least_days = 1

  noncurrent_days = merge(
    { everywhere = { prefix = "", days = var.versioning.noncurrent_days } },
    {
      # Every generation has its own copies of the sealed files, landing objects live for minutes, and the others are
      # written over again and again.
      for prefix in ["access/usage/", "landing/", "results/", "tables/", "vacuum/"] :
      trimsuffix(replace(prefix, "/", "-"), "-") => { prefix = prefix, days = local.least_days }
    },
  )
}
