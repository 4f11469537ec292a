# What the computed alarms need of the log lines. A metric costs for as long as it has data, so there is none without alarms.

locals {
  # By the metric: the function whose lines are counted, which of them, and by what.
  counted = {
    # ingest says of each invocation how many events it stored, and how many of them in quarantine.
    EventsAccepted    = { log_group = module.ingest.log_group.name, pattern = "{ $.accepted > 0 }", value = "$.accepted" }
    EventsQuarantined = { log_group = module.ingest.log_group.name, pattern = "{ $.quarantined > 0 }", value = "$.quarantined" }
    # register says of each commit that it is told of whether the catalog followed.
    PartitionsRegistered = {
      log_group = module.register.log_group.name, pattern = "{ ($.message = \"partition registered\") && ($.changed IS TRUE) }", value = "1"
    }
    # query says of each answer what Athena scanned for it. Each page of a result says it again, so this is the most that it can be.
    BytesScanned = { log_group = module.query.log_group.name, pattern = "{ $.bytes_scanned > 0 }", value = "$.bytes_scanned" }
  }
}

resource "aws_cloudwatch_log_metric_filter" "counted" {
  for_each = { for metric, line in local.counted : metric => line if var.alarms.enabled }

  name           = "${local.prefix}-${each.key}"
  log_group_name = each.value.log_group
  pattern        = each.value.pattern

  metric_transformation {
    namespace = local.metrics_namespace
    name      = each.key
    value     = each.value.value
    unit      = each.key == "BytesScanned" ? "Bytes" : "Count"
    # Every line has the lake's name, so that two lakes in an account are told apart.
    dimensions = { Lake = "$.lake" }
  }
}
