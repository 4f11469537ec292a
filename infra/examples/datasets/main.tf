provider "aws" {
  region = var.region
}

# Each file in datasets/ is a dataset, and each pair of files in queries/ a named query: adding one is adding a file.
module "lake" {
  source = "../../modules/lake"

  name                = "travel"
  environment         = "develop"
  protected           = false
  artifacts_directory = var.artifacts_directory
  datasets_directory  = "${path.module}/datasets"
  queries_directory   = "${path.module}/queries"

  # Messages that name no dataset are bookings; no other dataset may be published to than these.
  ingest = {
    default_dataset = "bookings"
    datasets        = ["bookings", "flights", "passengers"]
  }
}
