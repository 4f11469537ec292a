use chrono::{DateTime, Utc};

/// One message, however it came: what the service needs to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The SNS message id; a redelivery keeps it.
    pub id: String,
    /// When it was published; a redelivery keeps it.
    pub sent_at: DateTime<Utc>,
    /// The topic's name, the last part of its ARN; empty if it is not known.
    pub topic: String,
    /// The message attribute `dataset`.
    pub dataset: Option<String>,
    /// The payload, or why there is none that can be read.
    pub body: Result<String, Unreadable>,
}

/// A message whose envelope is not understood. It is kept in quarantine, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// What came.
    pub text: String,
    /// Why it is not understood, and what would be.
    pub reason: String,
}
