# How each function runs, and what is kept of what it says.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  environment         = "prod"
  artifacts_directory = "./tests/artifacts"
  datasets_directory  = "../../datasets"
  queries_directory   = "../../queries"
}

run "as_they_come" {
  command = plan

  assert {
    condition = {
      for name, function in { ingest = module.ingest, compact = module.compact, register = module.register, query = module.query } :
      name => "${function.log_group.name} ${function.log_group.retention_days} ${function.function.log_group} ${function.function.log_format}"
      } == {
      for name in ["ingest", "compact", "register", "query"] :
      name => "/aws/lambda/tributary-prod-${name} 30 /aws/lambda/tributary-prod-${name} JSON"
    }
    error_message = "Each function must write JSON to a log group of its own that does not keep its lines for ever."
  }

  assert {
    condition = alltrue([
      for function in [module.ingest, module.compact, module.register, module.query] :
      function.function.runtime == "provided.al2023" &&
      jsonencode(function.function.architectures) == jsonencode([jsondecode(file("tests/artifacts/build.json")).architecture])
    ])
    error_message = "A bootstrap must run on what it was built for."
  }

  assert {
    condition = {
      for name, function in { ingest = module.ingest, compact = module.compact, register = module.register, query = module.query } :
      name => jsonencode(function.function.environment)
      } == {
      ingest = jsonencode({
        TRIBUTARY_BUCKET                = "tributary-prod-000000000000-us-west-2"
        TRIBUTARY_EARLIEST_EVENT        = "1970-01-01"
        TRIBUTARY_EVENT_AHEAD           = "24h"
        TRIBUTARY_EVENT_BEHIND          = "87600h"
        TRIBUTARY_HOURLY_PARTITIONS     = "2000"
        TRIBUTARY_INVOCATION_PARTITIONS = "4000"
        TRIBUTARY_LAKE                  = "tributary-prod"
        TRIBUTARY_LOG                   = "info"
        TRIBUTARY_MAX_UNPACKED          = "16MiB"
        TRIBUTARY_MESSAGE_PARTITIONS    = "400"
        TRIBUTARY_TOPICS                = "arn:aws:sns:us-west-2:000000000000:tributary-prod-events"
      })
      compact = jsonencode({
        MALLOC_ARENA_MAX           = "1"
        MALLOC_MMAP_THRESHOLD_     = "33554432"
        MALLOC_TOP_PAD_            = "16777216"
        MALLOC_TRIM_THRESHOLD_     = "1073741824"
        TRIBUTARY_BUCKET           = "tributary-prod-000000000000-us-west-2"
        TRIBUTARY_DATABASE         = "tributary_prod"
        TRIBUTARY_GRACE            = "10m"
        TRIBUTARY_LAKE             = "tributary-prod"
        TRIBUTARY_LOG              = "info"
        TRIBUTARY_MAX_UNPACKED     = "16MiB"
        TRIBUTARY_RETENTION        = "6h"
        TRIBUTARY_TARGET_FILE_SIZE = "128MiB"
      })
      register = jsonencode({
        TRIBUTARY_BUCKET   = "tributary-prod-000000000000-us-west-2"
        TRIBUTARY_DATABASE = "tributary_prod"
        TRIBUTARY_LAKE     = "tributary-prod"
        TRIBUTARY_LOG      = "info"
      })
      query = jsonencode({
        TRIBUTARY_BUCKET        = "tributary-prod-000000000000-us-west-2"
        TRIBUTARY_CATALOG_CACHE = "5s"
        TRIBUTARY_CORS_ORIGINS  = ""
        TRIBUTARY_DATABASE      = "tributary_prod"
        TRIBUTARY_LAKE          = "tributary-prod"
        TRIBUTARY_LOG           = "info"
        TRIBUTARY_MAX_RENDERED  = "64MiB"
        TRIBUTARY_MAX_ROWS      = "10000"
        TRIBUTARY_MAX_RUNNING   = "50"
        TRIBUTARY_OPEN_ACCESS   = "on"
        TRIBUTARY_PRICE_PER_TB  = "5"
        TRIBUTARY_RESULT_REUSE  = "0m"
        TRIBUTARY_SCAN_TIERS = join(",", [
          "tributary-prod-scan-100000000=100000000",
          "tributary-prod-scan-1000000000=1000000000",
          "tributary-prod-scan-10485760=10485760",
          "tributary-prod-scan-20000000=20000000",
          "tributary-prod-scan-200000000=200000000",
          "tributary-prod-scan-2000000000=2000000000",
          "tributary-prod-scan-50000000=50000000",
          "tributary-prod-scan-500000000=500000000",
          "tributary-prod-scan-5000000000=5000000000",
          "tributary-prod-queries=10000000000",
        ])
        TRIBUTARY_SQL       = "off"
        TRIBUTARY_WAIT      = "20s"
        TRIBUTARY_WORKGROUP = "tributary-prod-queries"
      })
    }
    error_message = "Each function must be given the settings that it reads, in the form that it reads."
  }

  assert {
    condition = {
      for name, function in { ingest = module.ingest, compact = module.compact, register = module.register, query = module.query } :
      name => jsonencode(function.stopped_partitions)
      } == {
      ingest = "null"
      query  = "null"
      compact = jsonencode({
        lake = "$.lake", log_group = "/aws/lambda/tributary-prod-compact", metric = "Tributary/PartitionsStopped", pattern = "{ $.stopped IS TRUE }", value = "1"
      })
      register = jsonencode({
        lake = "$.lake", log_group = "/aws/lambda/tributary-prod-register", metric = "Tributary/PartitionsStopped", pattern = "{ $.stopped IS TRUE }", value = "1"
      })
    }
    error_message = "A partition that stops must be counted, whoever meets it."
  }

  assert {
    condition = (
      aws_cloudwatch_log_metric_filter.twins.log_group_name == "/aws/lambda/tributary-prod-compact" &&
      aws_cloudwatch_log_metric_filter.twins.pattern == "{ $.twins > 0 }" &&
      aws_cloudwatch_log_metric_filter.twins.metric_transformation[0].namespace == "Tributary" &&
      aws_cloudwatch_log_metric_filter.twins.metric_transformation[0].name == "PartitionsWithTwins" &&
      aws_cloudwatch_log_metric_filter.twins.metric_transformation[0].dimensions == tomap({ Lake = "$.lake" })
    )
    error_message = "A partition with twins must be counted."
  }

  assert {
    condition = {
      for filter in [aws_cloudwatch_log_metric_filter.refused_partitions, aws_cloudwatch_log_metric_filter.untrusted] :
      "${filter.metric_transformation[0].namespace}/${filter.metric_transformation[0].name}" =>
      "${filter.log_group_name} ${filter.pattern} ${filter.metric_transformation[0].value} ${filter.metric_transformation[0].dimensions.Lake}"
      } == {
      "Tributary/PartitionsRefused" = "/aws/lambda/tributary-prod-ingest { $.refused_partitions > 0 } $.refused_partitions $.lake"
      "Tributary/EventsUntrusted"   = "/aws/lambda/tributary-prod-ingest { $.untrusted > 0 } $.untrusted $.lake"
    }
    error_message = "What ingest refuses for its number or its topic must be counted."
  }

  # After the wait a result takes up to 5 seconds, a cancel 2; the gateway ends the request after 30.
  assert {
    condition = (
      module.query.function.timeout_seconds + 1 <= aws_apigatewayv2_integration.query.timeout_milliseconds / 1000 &&
      tonumber(trimsuffix(module.query.function.environment.TRIBUTARY_WAIT, "s")) + 7 <= module.query.function.timeout_seconds
    )
    error_message = "query must answer for itself before the gateway gives up."
  }

  # The age that a run may reach before it must change nothing any more, in domain::run.
  assert {
    condition = alltrue([
      for function in [module.ingest, module.compact, module.register, module.query] :
      function.function.timeout_seconds < 3600
    ])
    error_message = "An invocation must end before it is too old to change anything."
  }

  assert {
    condition = alltrue([
      for function in [module.ingest, module.compact, module.register] :
      function.queue.concurrency >= 2 && function.function.reserved_concurrency == -1
    ])
    error_message = "A queue must bound how many invocations it makes, and nothing is reserved unless asked for."
  }
}

run "as_somebody_wants_them" {
  command = plan

  override_data {
    target = data.aws_region.current
    values = { id = "eu-central-1" }
  }

  variables {
    name               = "lake-2"
    environment        = "qa"
    log                = "compact=debug"
    log_retention_days = 7
    ingest = {
      default_dataset = "passengers", reserved_concurrency = 40, queue_concurrency = 40
      earliest_event  = "2020-01-01", event_ahead_hours = 1, max_unpacked_mib = 64, event_behind_hours = 24
      datasets        = ["passengers", "flights"], message_partitions = 10, invocation_partitions = 20, hourly_partitions = 30
    }
    compact = {
      memory_budget_mib = 850, grace_minutes = 59, memory_mib = 1024, sweep = "cron(0 * * * ? *)"
      retention_hours   = 3, target_file_size_mib = 64, vacuum = "rate(6 hours)", reserved_concurrency = 6
      threads           = 2
    }
    public = true
    api    = { authorization = "NONE" }
    query  = { wait_seconds = 22, catalog_cache_seconds = 0, sql = true }
  }

  assert {
    condition = (
      module.query.function.environment.TRIBUTARY_OPEN_ACCESS == "off" &&
      module.query.function.environment.TRIBUTARY_SQL == "on"
    )
    error_message = "Where the gateway lets everybody in, the API asks for a key; free SQL is as wanted."
  }

  assert {
    condition = alltrue([
      for function in [module.ingest, module.compact, module.register, module.query] :
      function.function.tags == tomap({ commit = "0123abc", version = "1.2.3" })
    ])
    error_message = "Each function must say what it was built from."
  }

  assert {
    condition     = module.ingest.function.environment.TRIBUTARY_DEFAULT_DATASET == "passengers"
    error_message = "A default dataset must reach ingest."
  }

  assert {
    condition = (
      module.ingest.function.environment.TRIBUTARY_EARLIEST_EVENT == "2020-01-01" &&
      module.ingest.function.environment.TRIBUTARY_EVENT_AHEAD == "1h" &&
      module.ingest.function.environment.TRIBUTARY_EVENT_BEHIND == "24h" &&
      module.ingest.function.environment.TRIBUTARY_MESSAGE_PARTITIONS == "10" &&
      module.ingest.function.environment.TRIBUTARY_INVOCATION_PARTITIONS == "20" &&
      module.ingest.function.environment.TRIBUTARY_HOURLY_PARTITIONS == "30" &&
      module.ingest.function.environment.TRIBUTARY_TOPICS == "arn:aws:sns:eu-central-1:000000000000:lake-2-qa-events=passengers+flights" &&
      module.ingest.function.environment.TRIBUTARY_MAX_UNPACKED == "64MiB"
    )
    error_message = "The bounds of ingest must reach it."
  }

  assert {
    condition     = module.ingest.queue.concurrency == 40 && module.ingest.function.reserved_concurrency == 40
    error_message = "Both concurrencies must be those that were asked for."
  }

  assert {
    condition = (
      module.compact.function.environment.TRIBUTARY_MAX_UNPACKED == "64MiB" &&
      module.compact.function.environment.TRIBUTARY_MEMORY_BUDGET == "850MiB" &&
      module.compact.function.environment.TRIBUTARY_THREADS == "2" &&
      module.compact.function.environment.TRIBUTARY_RETENTION == "3h" &&
      module.compact.function.environment.TRIBUTARY_TARGET_FILE_SIZE == "64MiB" &&
      module.compact.function.environment.TRIBUTARY_DATABASE == "lake_2_qa" &&
      module.compact.schedules.vacuum.expression == "rate(6 hours)" &&
      module.compact.function.environment.TRIBUTARY_GRACE == "59m" &&
      module.compact.function.environment.TRIBUTARY_LOG == "compact=debug" &&
      module.compact.schedules.sweep.expression == "cron(0 * * * ? *)" &&
      module.compact.log_group.retention_days == 7
    )
    error_message = "The settings of compact must reach it."
  }

  # An account may hold two lakes, and a lake in two regions; roles and buckets are not of a region.
  assert {
    condition = (
      output.bucket == "lake-2-qa-000000000000-eu-central-1" &&
      output.database == "lake_2_qa" &&
      output.workgroup == "lake-2-qa-direct" &&
      module.query.function.environment.TRIBUTARY_WORKGROUP == "lake-2-qa-queries" &&
      module.ingest.role_name == "lake-2-qa-ingest-eu-central-1" &&
      jsonencode(output.functions) == jsonencode({
        compact = "lake-2-qa-compact", ingest = "lake-2-qa-ingest", query = "lake-2-qa-query", register = "lake-2-qa-register"
      })
    )
    error_message = "Two lakes must not meet in a name."
  }

  assert {
    condition     = strcontains(module.query.policy, "arn:aws:athena:eu-central-1:000000000000:workgroup/lake-2-qa-queries")
    error_message = "Policies must speak of the region and the lake that were asked for."
  }
}
