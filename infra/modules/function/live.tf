# Every change of the function makes a numbered version that nobody can change any more: code, settings and memory. The
# alias names the version that queue, schedules and API call, so that going back is to name another one.

locals {
  alias  = "live"
  newest = aws_lambda_function.this.version
  # Lambda refuses a share for the version that the alias names anyway.
  shares = var.live_version != local.newest ? { (local.newest) = var.newest_share } : {}
}

resource "aws_lambda_alias" "live" {
  name             = local.alias
  description      = "What serves"
  function_name    = aws_lambda_function.this.function_name
  function_version = var.live_version == null ? local.newest : var.live_version

  # Without the block where nothing is shared: Lambda forgets an empty one, and every plan would add it again.
  dynamic "routing_config" {
    for_each = var.live_version != null && var.newest_share > 0 ? [local.shares] : []

    content {
      additional_version_weights = routing_config.value
    }
  }
}

# An invocation that ends in an error of the function: a crash, a time-out, no permission. What a sender did wrong is
# none. A deployment that moves traffic looks at it, so it reads the alias and not what others invoke, and minute by
# minute. It tells nobody: what people are told of fails for longer.
resource "aws_cloudwatch_metric_alarm" "guard" {
  count = var.guard ? 1 : 0

  alarm_name          = "${var.name}-live-errors"
  alarm_description   = "${var.name}: invocations that ended in an error within a minute. scripts/deploy goes back to the former version."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = var.name, Resource = "${var.name}:${local.alias}" }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
}
