use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::env::iso_millis;

/// What stands where AWS puts a signature: nothing is signed locally.
const NOT_SIGNED: &str = "not-signed-by-the-local-lake";

/// A message as it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnsMessage {
    /// A UUID, made at the publish.
    pub message_id: String,
    /// The topic's ARN.
    pub topic_arn: String,
    /// What an e-mail would be headed with.
    pub subject: Option<String>,
    /// The text.
    pub message: String,
    /// The message attributes by name.
    pub attributes: BTreeMap<String, AttributeValue>,
    /// When it was published.
    pub timestamp: DateTime<Utc>,
}

/// The value of a message attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeValue {
    /// Text.
    String(String),
    /// A number, as the sender wrote it.
    Number(String),
    /// A JSON array, as the sender wrote it.
    StringArray(String),
    /// Bytes.
    Binary(Bytes),
}

impl AttributeValue {
    /// The type's name in the protocol.
    pub fn data_type(&self) -> &'static str {
        match self {
            Self::String(_) => "String",
            Self::Number(_) => "Number",
            Self::StringArray(_) => "String.Array",
            Self::Binary(_) => "Binary",
        }
    }

    /// The value as text; bytes in base64.
    pub fn text(&self) -> String {
        match self {
            Self::String(text) | Self::Number(text) | Self::StringArray(text) => text.clone(),
            Self::Binary(bytes) => STANDARD.encode(bytes),
        }
    }
}

impl SnsMessage {
    /// The notification as SNS puts it into the body of an SQS message.
    pub fn notification(&self) -> Value {
        let mut envelope = self.envelope("SigningCertURL", "UnsubscribeURL");
        if self.attributes.is_empty() {
            envelope.remove("MessageAttributes");
        }
        if self.subject.is_none() {
            envelope.remove("Subject");
        }
        Value::Object(envelope)
    }

    /// One record of the event with which SNS invokes a Lambda. It differs from the notification: the
    /// attributes are always there, the subject may be null, and two names end in `Url`.
    pub fn lambda_record(&self) -> Value {
        json!({
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": format!("{}:local", self.topic_arn),
            "Sns": self.envelope("SigningCertUrl", "UnsubscribeUrl"),
        })
    }

    fn envelope(&self, certificate: &str, unsubscribe: &str) -> Map<String, Value> {
        let attributes: Map<String, Value> = self
            .attributes
            .iter()
            .map(|(name, value)| (name.clone(), json!({"Type": value.data_type(), "Value": value.text()})))
            .collect();
        [
            ("Type", json!("Notification")),
            ("MessageId", json!(self.message_id)),
            ("TopicArn", json!(self.topic_arn)),
            ("Subject", json!(self.subject)),
            ("Message", json!(self.message)),
            ("Timestamp", json!(iso_millis(self.timestamp))),
            ("SignatureVersion", json!("1")),
            ("Signature", json!(NOT_SIGNED)),
            (certificate, json!("https://localhost/not-signed.pem")),
            (unsubscribe, json!("https://localhost/not-subscribed")),
            ("MessageAttributes", Value::Object(attributes)),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }
}
