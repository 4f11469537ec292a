provider "aws" {
  region = var.region
}

# SNS invokes ingest itself. An event is visible a little sooner, and each message is an invocation and an object of its
# own: for a few messages a second, and not for thousands. The bound on concurrency is what a burst cannot exceed; Lambda
# keeps what is beyond it for up to six hours.
module "lake" {
  source = "../../modules/lake"

  environment         = "develop"
  protected           = false
  artifacts_directory = var.artifacts_directory
  datasets_directory  = "${path.module}/datasets"

  delivery = "sns"
  ingest   = { reserved_concurrency = 20 }
}
