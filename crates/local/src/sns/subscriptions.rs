//! The topic's one subscription: the queue in front of `ingest`. It is there from the start, and stays.

use super::limits::{invalid, not_found};
use crate::protocol::query::{Params, QueryError, escape};

/// The queue's name, as the events that `ingest` is handed say it.
const QUEUE: &str = "tributary-ingest";

pub(super) struct Subscription<'a> {
    pub(super) topic_arn: &'a str,
    pub(super) owner: &'a str,
}

impl Subscription<'_> {
    fn arn(&self) -> String {
        format!("{}:local", self.topic_arn)
    }

    fn endpoint(&self) -> String {
        let region = self.topic_arn.split(':').nth(3).unwrap_or_default();
        format!("arn:aws:sqs:{region}:{}:{QUEUE}", self.owner)
    }

    /// The list of all subscriptions: it fits into one page.
    pub(super) fn list(&self, params: &Params) -> Result<String, QueryError> {
        if params.get("NextToken").is_some_and(|token| !token.is_empty()) {
            return Err(invalid("NextToken Reason: it is not one that this operation gave"));
        }
        Ok(format!(
            "<Subscriptions><member><SubscriptionArn>{}</SubscriptionArn><Owner>{}</Owner>\
             <Protocol>sqs</Protocol><Endpoint>{}</Endpoint><TopicArn>{}</TopicArn></member></Subscriptions>",
            escape(&self.arn()),
            escape(self.owner),
            escape(&self.endpoint()),
            escape(self.topic_arn),
        ))
    }

    pub(super) fn attributes(&self, params: &Params) -> Result<String, QueryError> {
        match params.get("SubscriptionArn") {
            Some(arn) if arn == self.arn() => {}
            // A topic's ARN has six parts, a subscription's seven.
            Some(arn) if arn.starts_with("arn:") && arn.split(':').count() == 7 => {
                return Err(QueryError { message: "Subscription does not exist".to_owned(), ..not_found() });
            }
            _ => return Err(invalid("SubscriptionArn Reason: it is no ARN of a subscription")),
        }
        let entries = [
            ("SubscriptionArn", self.arn().as_str()),
            ("TopicArn", self.topic_arn),
            ("Owner", self.owner),
            ("Protocol", "sqs"),
            ("Endpoint", &self.endpoint()),
            ("RawMessageDelivery", "false"),
            ("PendingConfirmation", "false"),
            ("ConfirmationWasAuthenticated", "true"),
        ]
        .map(|(key, value)| format!("<entry><key>{key}</key><value>{}</value></entry>", escape(value)));
        Ok(format!("<Attributes>{}</Attributes>", entries.concat()))
    }
}
