//! What a message in a dead-letter queue of SNS says of itself, or one that Lambda kept of what SNS handed to it directly.

use std::collections::HashMap;

use aws_sdk_sqs::types::{Message, MessageAttributeValue};
use serde::Serialize;
use serde_json::Value;

/// What SNS adds to a message that it could not deliver, and Lambda to one that a function failed with. The receiver never had
/// these.
const ADDED: [&str; 3] = ["RequestID", "ErrorCode", "ErrorMessage"];

/// Where SNS's envelope is in what Lambda keeps: in the record of a failure destination, and in the event alone, which is
/// what a dead-letter queue of a function has. `ingest` finds it there, too.
const KEPT_BY_LAMBDA: [&str; 2] = ["/requestPayload/Records/0/Sns", "/Records/0/Sns"];

/// A message that was received, and is hidden from others for a while.
#[derive(Debug, Clone)]
pub(super) struct Received {
    /// SQS's name for it.
    pub(super) id: String,
    /// What deletes it.
    pub(super) receipt: String,
    pub(super) body: String,
    attributes: HashMap<String, MessageAttributeValue>,
}

/// For a person who decides whether to replay it. No text of the event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct About {
    message_id: String,
    /// The topic it was published to, if SNS's envelope says so.
    topic: Option<String>,
    /// When it was published.
    published_at: Option<String>,
    /// The dataset that its sender names.
    dataset: Option<String>,
    /// Why SNS could not deliver it, or on what condition Lambda gave up.
    error: Option<String>,
}

impl Received {
    /// `None` for what no message of SQS lacks.
    pub(super) fn new(message: Message) -> Option<Self> {
        Some(Self {
            id: message.message_id?,
            receipt: message.receipt_handle?,
            body: message.body?,
            attributes: message.message_attributes.unwrap_or_default(),
        })
    }

    /// The attributes that the message had when SNS tried to deliver it.
    pub(super) fn own_attributes(&self) -> HashMap<String, MessageAttributeValue> {
        let mut attributes = self.attributes.clone();
        attributes.retain(|name, _| !ADDED.contains(&name.as_str()));
        attributes
    }

    pub(super) fn about(&self) -> About {
        // With raw delivery there is no envelope, and the sender's attributes are the message's.
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let envelope = KEPT_BY_LAMBDA.iter().find_map(|place| body.pointer(place)).unwrap_or(&body);
        let of_envelope =
            |pointer: &str| envelope.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let attribute = |name: &str| self.attributes.get(name)?.string_value.clone();
        let condition = || Some(body.pointer("/requestContext/condition")?.as_str()?.to_owned());
        let error = match (attribute("ErrorCode"), attribute("ErrorMessage")) {
            (Some(code), Some(message)) => Some(format!("{code}: {message}")),
            (one, other) => one.or(other).or_else(condition),
        };
        About {
            message_id: of_envelope("/MessageId").unwrap_or_else(|| self.id.clone()),
            topic: of_envelope("/TopicArn"),
            published_at: of_envelope("/Timestamp"),
            dataset: of_envelope("/MessageAttributes/dataset/Value").or_else(|| attribute("dataset")),
            error,
        }
    }
}

impl About {
    /// The cells of a table's row.
    pub(super) fn cells(&self) -> [String; 4] {
        let text = |text: &Option<String>| crate::output::one_line(text.as_deref().unwrap_or("-"));
        [text(&self.published_at), text(&self.topic), text(&self.dataset), text(&self.error)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(text: &str) -> MessageAttributeValue {
        MessageAttributeValue::builder().data_type("String").string_value(text).build().unwrap()
    }

    fn received(body: &str, attributes: &[(&str, &str)]) -> Received {
        let attributes = attributes.iter().map(|(name, text)| ((*name).to_owned(), attribute(text)));
        Received {
            id: "sqs-1".into(),
            receipt: "r".into(),
            body: body.into(),
            attributes: attributes.collect(),
        }
    }

    #[test]
    fn an_envelope_says_where_it_comes_from_and_nothing_of_the_event() {
        let body = r#"{"Type": "Notification", "MessageId": "sns-1", "TopicArn": "arn:t", "Message": "secret",
            "Timestamp": "2026-11-23T10:00:00.000Z",
            "MessageAttributes": {"dataset": {"Type": "String", "Value": "bookings"}}}"#;
        let errors = [("ErrorCode", "403"), ("ErrorMessage", "no right"), ("RequestID", "7")];
        let about = received(body, &errors).about();
        let expected = ["2026-11-23T10:00:00.000Z", "arn:t", "bookings", "403: no right"];
        assert_eq!(about.cells(), expected);
        assert!(!serde_json::to_string(&about).unwrap().contains("secret"));
        assert_eq!(received(body, &errors).own_attributes().len(), 0);
    }

    #[test]
    fn what_lambda_kept_says_the_same_and_why_it_gave_up() {
        let event = r#"{"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": {
            "Timestamp": "2026-11-23T10:00:00.000Z", "MessageId": "sns-1", "Message": "secret", "Type": "Notification",
            "TopicArn": "arn:t", "MessageAttributes": {"dataset": {"Type": "String", "Value": "bookings"}}}}]}"#;
        let record = format!(
            r#"{{"version": "1.0", "timestamp": "2026-11-23T10:09:00.000Z", "requestPayload": {event},
            "requestContext": {{"condition": "RetriesExhausted", "approximateInvokeCount": 3}},
            "responsePayload": {{"errorMessage": "secret"}}}}"#
        );
        let of_function = [("ErrorCode", "200"), ("RequestID", "7")];
        for (body, attributes, error) in
            [(record.as_str(), &[][..], "RetriesExhausted"), (event, &of_function[..], "200")]
        {
            let received = received(body, attributes);
            let about = received.about();
            assert_eq!(about.cells(), ["2026-11-23T10:00:00.000Z", "arn:t", "bookings", error]);
            assert_eq!((about.message_id.as_str(), received.own_attributes().len()), ("sns-1", 0));
            assert!(!serde_json::to_string(&about).unwrap().contains("secret"));
        }
    }

    #[test]
    fn a_raw_message_keeps_its_own_attributes() {
        let raw = received("not JSON", &[("dataset", "bookings"), ("ErrorMessage", "gone")]);
        assert_eq!(raw.about().cells(), ["-", "-", "bookings", "gone"]);
        assert_eq!(raw.own_attributes().into_keys().collect::<Vec<_>>(), ["dataset"]);
    }
}
