provider "aws" {
  region = var.region
}

# A topic for each dataset, so that whoever may publish to one dataset cannot write into another. What comes by a topic for
# a dataset that is not its own goes to quarantine.
module "lake" {
  source = "../../modules/lake"

  name                = "travel"
  environment         = "develop"
  protected           = false
  artifacts_directory = var.artifacts_directory
  datasets_directory  = "${path.module}/datasets"

  topics = {
    for file in fileset("${path.module}/datasets", "*.json") :
    replace(trimsuffix(file, ".json"), "_", "-") => {
      datasets   = [trimsuffix(file, ".json")]
      publishers = lookup(var.publishers, trimsuffix(file, ".json"), [])
    }
  }
}
