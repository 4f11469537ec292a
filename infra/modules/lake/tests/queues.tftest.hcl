# Between the topic, the bucket and the functions: nothing is lost on the way, and nobody else may send.

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

run "from_source_to_function" {
  command = plan

  assert {
    condition = (
      aws_sns_topic_subscription.ingest.protocol == "sqs" &&
      aws_sns_topic_subscription.ingest.endpoint == "arn:aws:sqs:us-west-2:000000000000:tributary-prod-ingest" &&
      aws_sns_topic_subscription.ingest.topic_arn == "arn:aws:sns:us-west-2:000000000000:tributary-prod-events"
    )
    error_message = "The topic must deliver to the queue of ingest."
  }

  assert {
    condition     = aws_sns_topic_subscription.ingest.raw_message_delivery == false
    error_message = "Raw delivery drops the message id, by which ingest tells events apart."
  }

  assert {
    condition = (
      jsondecode(aws_sns_topic_subscription.ingest.redrive_policy).deadLetterTargetArn ==
      "arn:aws:sqs:us-west-2:000000000000:tributary-prod-undelivered"
    )
    error_message = "What SNS cannot deliver must go to a queue of its own."
  }

  assert {
    condition = jsondecode(aws_sqs_queue_policy.undelivered.policy).Statement[0] == {
      Sid       = "OneSender"
      Effect    = "Allow"
      Principal = { Service = "sns.amazonaws.com" }
      Action    = ["sqs:SendMessage"]
      Resource  = ["arn:aws:sqs:us-west-2:000000000000:tributary-prod-undelivered"]
      Condition = { ArnEquals = { "aws:SourceArn" = ["arn:aws:sns:us-west-2:000000000000:tributary-prod-events"] } }
    }
    error_message = "SNS, for this topic, must be able to send to the queue of what it could not deliver."
  }

  assert {
    condition = [
      for statement in jsondecode(aws_sns_topic_policy.events.policy).Statement :
      jsonencode([statement.Effect, statement.Principal, statement.Action]) if statement.Effect == "Allow"
    ] == [jsonencode(["Allow", { AWS = ["arn:aws:iam::000000000000:root"] }, ["sns:Publish"]])]
    error_message = "Unless asked to, only the account may publish, and only publish."
  }

  assert {
    condition = alltrue([
      for name, queue in { ingest = module.ingest_queue, compact = module.compact_queue, register = module.register_queue } :
      jsondecode(queue.redrive_policy).deadLetterTargetArn == "arn:aws:sqs:us-west-2:000000000000:tributary-prod-${name}-dead-letter" &&
      jsondecode(queue.redrive_policy).deadLetterTargetArn == queue.dead_letter_arn &&
      jsondecode(queue.redrive_policy).maxReceiveCount >= 5
    ])
    error_message = "Every queue must have its own dead-letter queue, and at least 5 tries before it."
  }

  assert {
    condition = output.dead_letter_queues == {
      undelivered = "https://sqs/undelivered"
      ingest      = "https://sqs/ingest-dead-letter"
      compact     = "https://sqs/compact-dead-letter"
      register    = "https://sqs/register-dead-letter"
    }
    error_message = "Whoever looks after the lake must find all four."
  }

  assert {
    condition = {
      for name, queue in { ingest = module.ingest_queue, compact = module.compact_queue, register = module.register_queue } :
      name => [for statement in jsondecode(queue.policy).Statement : jsonencode(statement) if statement.Effect == "Allow"]
      } == {
      ingest = [jsonencode({
        Action    = ["sqs:SendMessage"]
        Condition = { ArnEquals = { "aws:SourceArn" = ["arn:aws:sns:us-west-2:000000000000:tributary-prod-events"] } }
        Effect    = "Allow"
        Principal = { Service = "sns.amazonaws.com" }
        Resource  = ["arn:aws:sqs:us-west-2:000000000000:tributary-prod-ingest"]
        Sid       = "OneSender"
      })]
      compact = [jsonencode({
        Action = ["sqs:SendMessage"]
        Condition = {
          ArnEquals    = { "aws:SourceArn" = ["arn:aws:s3:::tributary-prod-000000000000-us-west-2"] }
          StringEquals = { "aws:SourceAccount" = "000000000000" }
        }
        Effect    = "Allow"
        Principal = { Service = "s3.amazonaws.com" }
        Resource  = ["arn:aws:sqs:us-west-2:000000000000:tributary-prod-compact"]
        Sid       = "OneSender"
      })]
      register = [jsonencode({
        Action = ["sqs:SendMessage"]
        Condition = {
          ArnEquals    = { "aws:SourceArn" = ["arn:aws:s3:::tributary-prod-000000000000-us-west-2"] }
          StringEquals = { "aws:SourceAccount" = "000000000000" }
        }
        Effect    = "Allow"
        Principal = { Service = "s3.amazonaws.com" }
        Resource  = ["arn:aws:sqs:us-west-2:000000000000:tributary-prod-register"]
        Sid       = "OneSender"
      })]
    }
    error_message = "Each queue takes messages from its one source and nobody else."
  }

  assert {
    condition = toset([
      for queue in aws_s3_bucket_notification.lake.queue :
      "${queue.filter_prefix}*${queue.filter_suffix} ${join(",", queue.events)} ${queue.queue_arn}"
      ]) == toset([
      "landing/*.ndjson.zst s3:ObjectCreated:* arn:aws:sqs:us-west-2:000000000000:tributary-prod-compact",
      "commits/*.json s3:ObjectCreated:* arn:aws:sqs:us-west-2:000000000000:tributary-prod-register",
      "datasets/*.json s3:ObjectCreated:* arn:aws:sqs:us-west-2:000000000000:tributary-prod-register",
    ])
    error_message = "Batches must reach compact, commits and definitions register, and no other object either of them."
  }

  assert {
    condition = alltrue([
      for name, function in { ingest = module.ingest, compact = module.compact, register = module.register } :
      function.queue.arn == "arn:aws:sqs:us-west-2:000000000000:tributary-prod-${name}" &&
      function.queue.response_types == toset(["ReportBatchItemFailures"])
    ])
    error_message = "Each function reads its own queue, and names what failed: otherwise one bad message fails all."
  }

  assert {
    condition     = module.query.queue == null && length(module.query.schedules) == 0 && length(module.ingest.schedules) == 0
    error_message = "query is set off by requests alone, and ingest by messages."
  }

  assert {
    condition = jsonencode({ compact = module.compact.schedules, register = module.register.schedules }) == jsonencode({
      compact = {
        sweep  = { expression = "rate(5 minutes)", input = null, rule = "tributary-prod-compact-sweep" }
        vacuum = { expression = "rate(1 hour)", input = "{\"vacuum\":{}}", rule = "tributary-prod-compact-vacuum" }
      }
      register = { reconcile = { expression = "rate(15 minutes)", input = null, rule = "tributary-prod-register-reconcile" } }
    })
    error_message = "What notifications missed, and what is garbage, is found by a schedule; the vacuum's event is the one of events/compact/vacuum.json."
  }
}

run "other_settings" {
  command = plan

  variables {
    ingest   = { timeout_seconds = 77, batching_window_seconds = 13 }
    compact  = { timeout_seconds = 900, batching_window_seconds = 300 }
    register = { timeout_seconds = 31 }

    publishers = ["arn:aws:iam::111111111111:role/billing"]
  }

  assert {
    condition = alltrue([
      for pair in [
        [module.ingest_queue, module.ingest], [module.compact_queue, module.compact], [module.register_queue, module.register],
      ] :
      pair[0].visibility_timeout_seconds >= 6 * pair[1].function.timeout_seconds + pair[1].queue.batching_window_seconds
    ])
    error_message = "A message must stay out of sight for six times the timeout and the window, whatever these are."
  }

  assert {
    condition     = module.ingest.function.timeout_seconds == 77 && module.compact.function.timeout_seconds == 900
    error_message = "The timeouts must be those that were asked for."
  }

  assert {
    condition = anytrue([
      for statement in jsondecode(aws_sns_topic_policy.events.policy).Statement :
      statement.Effect == "Allow" && statement.Action == ["sns:Publish"] &&
      try(statement.Principal.AWS, null) == ["arn:aws:iam::111111111111:role/billing"]
    ])
    error_message = "A named publisher must be let in."
  }
}
