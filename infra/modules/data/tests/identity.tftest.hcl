# One lake, one state.

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_ssm_parameters_by_path" {
    defaults = { names = [], values = [] }
  }
}

variables {
  prefix                 = "tributary-prod"
  bucket                 = "lake"
  database               = "tributary_prod"
  force_destroy          = false
  results_retention_days = 1
}

run "another_state_has_the_lake" {
  command = plan

  override_data {
    target = data.aws_ssm_parameters_by_path.markers
    values = { names = ["/tributary/tributary-prod/state"], values = ["7d444840-9dc0-11d1-b245-5ffdce74fad2"] }
  }

  expect_failures = [aws_ssm_parameter.marker]
}

run "that_state_is_lost" {
  command = plan

  variables {
    identity = "7d444840-9dc0-11d1-b245-5ffdce74fad2"
  }

  override_data {
    target = data.aws_ssm_parameters_by_path.markers
    values = { names = ["/tributary/tributary-prod/state"], values = ["7d444840-9dc0-11d1-b245-5ffdce74fad2"] }
  }

  assert {
    condition     = nonsensitive(aws_ssm_parameter.marker.value) == "7d444840-9dc0-11d1-b245-5ffdce74fad2"
    error_message = "Who names the identity takes the lake over."
  }
}

run "what_else_is_below_the_path" {
  command = plan

  override_data {
    target = data.aws_ssm_parameters_by_path.markers
    values = { names = ["/tributary/tributary-prod/other"], values = ["something"] }
  }

  assert {
    condition     = aws_ssm_parameter.marker.name == "/tributary/tributary-prod/state"
    error_message = "Only the marker counts."
  }
}

run "a_new_lake" {
  state_key = "another"

  assert {
    condition     = nonsensitive(aws_ssm_parameter.marker.value) == output.identity && can(regex("^[0-9a-f-]{36}$", output.identity))
    error_message = "The parameter must hold the identity of the state."
  }
}

# From here on with an identity that can be written down.
run "a_known_state" {
  variables {
    identity = "11111111-1111-1111-1111-111111111111"
  }

  assert {
    condition     = output.identity == "11111111-1111-1111-1111-111111111111"
    error_message = "The identity must be the one that was named."
  }
}

run "the_same_state_again" {
  command = plan

  override_data {
    target = data.aws_ssm_parameters_by_path.markers
    values = { names = ["/tributary/tributary-prod/state"], values = ["11111111-1111-1111-1111-111111111111"] }
  }

  assert {
    condition     = output.identity == "11111111-1111-1111-1111-111111111111"
    error_message = "The identity must stay."
  }
}

run "the_same_state_with_another_word" {
  command = plan

  variables {
    identity = "00000000-0000-0000-0000-000000000000"
  }

  override_data {
    target = data.aws_ssm_parameters_by_path.markers
    values = { names = ["/tributary/tributary-prod/state"], values = ["11111111-1111-1111-1111-111111111111"] }
  }

  assert {
    condition     = output.identity == "11111111-1111-1111-1111-111111111111"
    error_message = "A state that has an identity must keep it."
  }
}
