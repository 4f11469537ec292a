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
