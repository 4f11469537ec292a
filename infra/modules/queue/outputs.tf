output "arn" {
  description = "ARN of the queue. It can be sent to from when it is known."
  value       = aws_sqs_queue.this.arn
  depends_on  = [aws_sqs_queue_policy.this]
}

output "url" {
  description = "URL of the queue."
  value       = aws_sqs_queue.this.url
}

output "dead_letter_arn" {
  description = "ARN of the dead-letter queue."
  value       = aws_sqs_queue.dead_letter.arn
}

output "dead_letter_url" {
  description = "URL of the dead-letter queue."
  value       = aws_sqs_queue.dead_letter.url
}

output "visibility_timeout_seconds" {
  description = "How long a received message stays out of sight."
  value       = aws_sqs_queue.this.visibility_timeout_seconds
}

output "redrive_policy" {
  description = "JSON that wires the dead-letter queue."
  value       = aws_sqs_queue.this.redrive_policy
}

output "policy" {
  description = "JSON of the queue's policy."
  value       = aws_sqs_queue_policy.this.policy
}

output "key_arns" {
  description = "ARNs of the keys that encrypt the queue and its dead-letter queue; null for SQS's own."
  value       = [aws_sqs_queue.this.kms_master_key_id, aws_sqs_queue.dead_letter.kms_master_key_id]
}
