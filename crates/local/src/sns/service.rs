use std::sync::Arc;

use axum::http::StatusCode;
use futures::future::join_all;

use super::{
    Delivery, SnsMessage,
    entry::Entry,
    limits::{check_batch, check_entry, check_message_size, invalid, not_found},
    request::missing,
    subscriptions::Subscription,
};
use crate::{
    env::Env,
    faults::{Faults, Service},
    protocol::query::{Params, QueryError, escape},
};

pub(crate) const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";
pub(crate) const VERSION: &str = "2010-03-31";

/// The lake's one topic.
pub(crate) struct Sns {
    topic_arn: String,
    owner: String,
    delivery: Arc<dyn Delivery>,
    faults: Faults,
    env: Env,
}

impl Sns {
    pub(crate) fn new(
        topic_arn: String,
        owner: String,
        delivery: Arc<dyn Delivery>,
        faults: Faults,
        env: Env,
    ) -> Self {
        Self { topic_arn, owner, delivery, faults, env }
    }

    /// Runs one action and answers the XML inside its result.
    pub(crate) async fn call(&self, action: &str, params: &Params) -> Result<String, QueryError> {
        if self.faults.strikes(Service::Sns, action) {
            return Err(QueryError {
                status: StatusCode::TOO_MANY_REQUESTS,
                code: "Throttled",
                message: "Rate exceeded".to_owned(),
            });
        }
        match action {
            "Publish" => self.publish(params).await,
            "PublishBatch" => self.publish_batch(params).await,
            "CreateTopic" => self.create_topic(params),
            "ListTopics" => {
                let arn = escape(&self.topic_arn);
                Ok(format!("<Topics><member><TopicArn>{arn}</TopicArn></member></Topics>"))
            }
            "GetTopicAttributes" => self.topic_attributes(params),
            "ListSubscriptions" => self.subscription().list(params),
            "ListSubscriptionsByTopic" => {
                self.check_topic(params.get("TopicArn"))?;
                self.subscription().list(params)
            }
            "ListTagsForResource" => self.tags(params),
            "GetSubscriptionAttributes" => self.subscription().attributes(params),
            other => Err(missing(&format!("SNS {other}"))),
        }
    }

    async fn publish(&self, params: &Params) -> Result<String, QueryError> {
        if params.get("PhoneNumber").is_some() {
            return Err(missing("SMS: publish to the topic"));
        }
        self.check_topic(params.get("TopicArn").or_else(|| params.get("TargetArn")))?;
        let entry = Entry::read(params, "")?;
        check_entry(&entry)?;
        check_message_size(&entry)?;
        let id = self.deliver(entry).await.map_err(internal)?;
        Ok(format!("<MessageId>{id}</MessageId>"))
    }

    async fn publish_batch(&self, params: &Params) -> Result<String, QueryError> {
        self.check_topic(params.get("TopicArn"))?;
        let read = Entry::read_batch(params);
        let whole: Vec<Entry> = read
            .iter()
            .map(|entry| match entry {
                Ok(entry) => entry.clone(),
                Err((id, _)) => Entry {
                    id: id.clone(),
                    subject: None,
                    message: String::new(),
                    attributes: Default::default(),
                },
            })
            .collect();
        check_batch(&whole)?;
        // Together, so that the delivery can make one batch of them.
        let answers = join_all(read.into_iter().map(|entry| self.batch_entry(entry))).await;
        let (successful, failed): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        let text = |answers: Vec<Result<String, String>>| -> String {
            answers.into_iter().map(|(Ok(inner) | Err(inner))| format!("<member>{inner}</member>")).collect()
        };
        Ok(format!("<Successful>{}</Successful><Failed>{}</Failed>", text(successful), text(failed)))
    }

    async fn batch_entry(&self, entry: Result<Entry, (String, QueryError)>) -> Result<String, String> {
        let (id, result) = match entry {
            Ok(entry) => {
                let id = entry.id.clone();
                let result = match check_entry(&entry) {
                    Ok(()) => self.deliver(entry).await.map_err(internal),
                    Err(error) => Err(error),
                };
                (id, result)
            }
            Err((id, error)) => (id, Err(error)),
        };
        match result {
            Ok(message_id) => Ok(format!("<Id>{id}</Id><MessageId>{message_id}</MessageId>")),
            Err(error) => Err(format!(
                "<Id>{id}</Id><Code>{}</Code><Message>{}</Message><SenderFault>{}</SenderFault>",
                error.code,
                escape(&error.message),
                !error.status.is_server_error(),
            )),
        }
    }

    async fn deliver(&self, entry: Entry) -> Result<String, super::DeliveryError> {
        let message = SnsMessage {
            message_id: self.env.uuid(),
            topic_arn: self.topic_arn.clone(),
            subject: entry.subject,
            message: entry.message,
            attributes: entry.attributes,
            timestamp: self.env.now(),
        };
        let id = message.message_id.clone();
        self.delivery.deliver(message).await.map(|()| id)
    }

    fn check_topic(&self, arn: Option<&str>) -> Result<(), QueryError> {
        match arn {
            None | Some("") => Err(invalid("TopicArn or TargetArn Reason: no value for required parameter")),
            Some(arn) if arn == self.topic_arn => Ok(()),
            Some(arn) if arn.starts_with("arn:") && arn.split(':').count() == 6 => Err(not_found()),
            Some(arn) => Err(invalid(format!("TopicArn Reason: {arn:?} is no ARN of a topic"))),
        }
    }

    fn subscription(&self) -> Subscription<'_> {
        Subscription { topic_arn: &self.topic_arn, owner: &self.owner }
    }

    fn create_topic(&self, params: &Params) -> Result<String, QueryError> {
        let name = params.get("Name").unwrap_or_default();
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        if name.is_empty() || name.len() > 256 || !plain {
            return Err(invalid(format!("Topic Name {name:?} (it must be 1 to 256 of A-Z a-z 0-9 _ -)")));
        }
        if self.topic_arn.rsplit(':').next() != Some(name) {
            return Err(missing(&format!("SNS CreateTopic for other topics than {}", self.topic_arn)));
        }
        if params.any_under("Tags.member.") {
            return Err(invalid("Tags Reason: Topic already exists with different tags"));
        }
        Ok(format!("<TopicArn>{}</TopicArn>", escape(&self.topic_arn)))
    }

    /// The topic has none: those that are given are refused.
    fn tags(&self, params: &Params) -> Result<String, QueryError> {
        match params.get("ResourceArn") {
            Some(arn) if arn == self.topic_arn => Ok("<Tags/>".to_owned()),
            Some(arn) if arn.starts_with("arn:") && arn.split(':').count() == 6 => Err(QueryError {
                status: StatusCode::NOT_FOUND,
                code: "ResourceNotFound",
                message: "Resource does not exist".to_owned(),
            }),
            _ => Err(invalid("ResourceArn Reason: it is no ARN of a topic")),
        }
    }

    fn topic_attributes(&self, params: &Params) -> Result<String, QueryError> {
        self.check_topic(params.get("TopicArn"))?;
        let entry = |key: &str, value: &str| {
            format!("<entry><key>{key}</key><value>{}</value></entry>", escape(value))
        };
        let entries = [
            entry("TopicArn", &self.topic_arn),
            entry("Owner", &self.owner),
            entry("DisplayName", ""),
            entry("SubscriptionsConfirmed", "1"),
            entry("SubscriptionsPending", "0"),
            entry("SubscriptionsDeleted", "0"),
        ];
        Ok(format!("<Attributes>{}</Attributes>", entries.concat()))
    }
}

fn internal(error: super::DeliveryError) -> QueryError {
    tracing::error!(error = domain::chain(&error), "publish not delivered");
    QueryError {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        code: "InternalError",
        message: "the message could not be delivered: publish it again".to_owned(),
    }
}
