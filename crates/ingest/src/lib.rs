//! Lambda: SNS, directly or through SQS, to landing batches.
