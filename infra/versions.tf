terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Not 6.x yet: the checks run with the newest 5.x alone, since no other could be had where they run. What is used
      # here has kept its form in 6.x but for names that only became deprecated; admit it when the checks have passed.
      version = "~> 5.100"
    }
  }

  # The state belongs in a bucket with a lock: see "State" in README.md, which comes first.
}

provider "aws" {
  region              = var.region
  allowed_account_ids = length(local.account_ids) == 0 ? null : local.account_ids

  default_tags {
    tags = merge(var.tags, {
      application = var.name
      environment = terraform.workspace
      managed-by  = "terraform"
    })
  }
}
