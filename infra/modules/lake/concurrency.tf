# Lambda's quota of invocations at a time is the whole account's. A request to query lasts up to 29 seconds, so 50 requests a
# second could use up the usual 1,000, and ingest would not run. So a part is reserved for query, which is also its bound.

data "aws_servicequotas_service_quota" "concurrency" {
  count = var.account_concurrency == null ? 1 : 0

  service_code = "lambda"
  # Concurrent executions
  quota_code = "L-B99A9384"
}

locals {
  account_concurrency = var.account_concurrency == null ? data.aws_servicequotas_service_quota.concurrency[0].value : var.account_concurrency

  # Lambda keeps 100 for functions without a reservation, and new accounts have a quota of 10: where it is small, nothing
  # is reserved.
  query_reserved_concurrency = (
    var.query.reserved_concurrency != null ? var.query.reserved_concurrency :
    local.account_concurrency >= 500 ? 100 : -1
  )

  # Requests that wait for a query take an invocation each, and the others have to be answered beside them.
  max_running = (
    var.query.max_running != null ? var.query.max_running :
    local.query_reserved_concurrency == -1 ? 50 : min(50, local.query_reserved_concurrency)
  )

  reserved_concurrency = {
    ingest   = var.ingest.reserved_concurrency
    compact  = var.compact.reserved_concurrency
    register = var.register.reserved_concurrency
    query    = local.query_reserved_concurrency
  }
  reserved_sum = sum([for reserved in local.reserved_concurrency : max(reserved, 0)])
}
