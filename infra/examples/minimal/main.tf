provider "aws" {
  region = var.region
}

# Names begin with tributary-develop. Unless told otherwise, a lake is protected from being destroyed.
module "lake" {
  source = "../../modules/lake"

  environment         = "develop"
  protected           = false
  artifacts_directory = var.artifacts_directory
  datasets_directory  = "${path.module}/datasets"
}
