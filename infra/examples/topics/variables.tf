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

variable "publishers" {
  description = "By dataset: ARNs of principals of other accounts who may publish to it. Within the account IAM decides."
  type        = map(list(string))
  default     = {}
}
