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

variable "domain" {
  description = "The API's name, for example lake.example.com."
  type        = string
}

variable "certificate_arn" {
  description = "ARN of the certificate for the domain, in ACM and in the same region."
  type        = string
}

variable "zone_id" {
  description = "The hosted zone of Route 53 that the domain is in."
  type        = string
}

variable "issuer" {
  description = "Who issues the tokens, for example https://cognito-idp.us-west-2.amazonaws.com/us-west-2_abcdefghi."
  type        = string
}

variable "audience" {
  description = "Whom the tokens are for: the ids of the clients."
  type        = list(string)
}

variable "scopes" {
  description = "The scopes of which a token must have one; none for any token."
  type        = list(string)
  default     = []
}
