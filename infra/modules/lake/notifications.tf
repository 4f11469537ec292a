# S3 keeps one list of notifications for a bucket. The suffixes keep strangers' objects from the queues.
resource "aws_s3_bucket_notification" "lake" {
  bucket = module.data.bucket

  queue {
    id            = "landed"
    queue_arn     = module.compact_queue.arn
    events        = ["s3:ObjectCreated:*"]
    filter_prefix = "landing/"
    filter_suffix = ".ndjson.zst"
  }

  queue {
    id            = "committed"
    queue_arn     = module.register_queue.arn
    events        = ["s3:ObjectCreated:*"]
    filter_prefix = "commits/"
    filter_suffix = ".json"
  }

  queue {
    id            = "defined"
    queue_arn     = module.register_queue.arn
    events        = ["s3:ObjectCreated:*"]
    filter_prefix = "datasets/"
    filter_suffix = ".json"
  }
}
