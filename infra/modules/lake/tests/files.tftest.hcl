# The files that people add: a definition, or a named query. What is wrong with one is said before anything is applied.

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

run "definitions" {
  command = plan

  variables {
    datasets_directory = "./tests/files/datasets"
  }

  expect_failures = [
    aws_s3_object.definition["Upper.json"],
    aws_s3_object.definition["broken.json"],
    aws_s3_object.definition["by_name.json"],
    aws_s3_object.definition["by_nothing.json"],
    aws_s3_object.definition["columnless.json"],
    aws_s3_object.definition["deeper.json"],
    aws_s3_object.definition["described.json"],
    aws_s3_object.definition["digits.json"],
    aws_s3_object.definition["extra_member.json"],
    aws_s3_object.definition["hour_of_date.json"],
    aws_s3_object.definition["inner_binary.json"],
    aws_s3_object.definition["keyless.json"],
    aws_s3_object.definition["list_key.json"],
    aws_s3_object.definition["listed.json"],
    aws_s3_object.definition["map_key.json"],
    aws_s3_object.definition["map_list.json"],
    aws_s3_object.definition["minutes.json"],
    aws_s3_object.definition["misspelt.json"],
    aws_s3_object.definition["nested.json"],
    aws_s3_object.definition["no_field.json"],
    aws_s3_object.definition["no_time.json"],
    aws_s3_object.definition["of_texts.json"],
    aws_s3_object.definition["one_key.json"],
    aws_s3_object.definition["optional_key.json"],
    aws_s3_object.definition["renamed.json"],
    aws_s3_object.definition["reserved.json"],
    aws_s3_object.definition["said.json"],
    aws_s3_object.definition["same_from.json"],
    aws_s3_object.definition["same_key.json"],
    aws_s3_object.definition["scale.json"],
    aws_s3_object.definition["spoken.json"],
    aws_s3_object.definition["times.json"],
    aws_s3_object.definition["twice.json"],
    aws_s3_object.definition["typed_by_list.json"],
    aws_s3_object.definition["typeless.json"],
    aws_s3_object.definition["unclosed.json"],
    aws_s3_object.definition["unit_of_text.json"],
    aws_s3_object.definition["untyped.json"],
    aws_s3_object.definition["unwrapped.json"],
    aws_s3_object.definition["upper.json"],
    aws_s3_object.definition["upper_field.json"],
    aws_s3_object.definition["weekly.json"],
    aws_s3_object.definition["wordy.json"],
  ]
}

run "named_queries" {
  command = plan

  variables {
    queries_directory = "./tests/files/queries"
  }

  expect_failures = [
    aws_s3_object.named_query["broken.json"],
    aws_s3_object.named_query["declared-twice.json"],
    aws_s3_object.named_query["described.json"],
    aws_s3_object.named_query["digits.json"],
    aws_s3_object.named_query["empty.json"],
    aws_s3_object.named_query["inside.json"],
    aws_s3_object.named_query["least-text.json"],
    aws_s3_object.named_query["long-number.json"],
    aws_s3_object.named_query["member.json"],
    aws_s3_object.named_query["misspelt.json"],
    aws_s3_object.named_query["no-choice.json"],
    aws_s3_object.named_query["sqlless.json"],
    aws_s3_object.named_query["taken.json"],
    aws_s3_object.named_query["typed.json"],
    aws_s3_object.named_query["unlisted.json"],
    aws_s3_object.named_query["unused.json"],
    aws_s3_object.named_query["wordy.json"],
  ]
}

run "files_of_no_meaning" {
  command = plan

  variables {
    datasets_directory = "./tests/files/stray"
    queries_directory  = "./tests/files/stray-queries"
  }

  expect_failures = [var.datasets_directory, var.queries_directory]
}

run "directories_that_are_not_there" {
  command = plan

  variables {
    datasets_directory = "./tests/files/nowhere"
    queries_directory  = "./tests/files/nowhere"
  }

  expect_failures = [var.datasets_directory, var.queries_directory]
}

run "no_named_queries" {
  command = plan

  variables {
    queries_directory = null
  }

  assert {
    condition     = length(aws_s3_object.named_query) == 0 && length(aws_s3_object.definition) > 0
    error_message = "A lake without named queries is one."
  }
}

# The provider merges the tags of the deployment into those of every resource: an object takes ten.
run "tags" {
  command = plan

  assert {
    condition = alltrue([
      for object in concat(values(aws_s3_object.definition), values(aws_s3_object.named_query)) :
      length(object.override_provider) == 1 && try(length(object.override_provider[0].default_tags[0].tags), 0) == 0 && object.tags == null
    ])
    error_message = "No object may have the tags of the deployment."
  }
}
