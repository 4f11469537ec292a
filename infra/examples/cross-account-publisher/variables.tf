variable "region" {
  description = "AWS region of everything."
  type        = string
  default     = "us-west-2"
}

variable "artifacts_directory" {
  description = "Where ./scripts/build left the functions."
  type        = string
  default     = "../../../target/lambda"
}

variable "lake_account_id" {
  description = "The account of the lake."
  type        = string
}

variable "publisher_account_id" {
  description = "The account of the application."
  type        = string
}

variable "deployment_role" {
  description = "Name of the role in the application's account that Terraform may take on there."
  type        = string
  default     = "terraform"
}
