//! The calls to SQS.

use aws::{Aws, RetryPassing};
use aws_sdk_sqs::{Client, error::ProvideErrorMetadata, types::QueueAttributeName};
use domain::port::Source;

use super::message::Received;
use crate::failure::Failure;

/// Messages of one call, at most.
const BATCH: i32 = 10;

/// How long a call waits for a message: with a wait, SQS looks everywhere, and no message means that there is none.
const WAIT_SECONDS: i32 = 2;

/// SQS's code for a queue that does not exist, in both of its protocols.
const NO_QUEUE: [&str; 2] = ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"];

/// Why SQS did not do what it should.
#[derive(Debug, thiserror::Error)]
pub(super) enum QueueError {
    /// There is no such queue.
    #[error("there is no queue {name} here: name it with {option}, by its name or its URL")]
    Missing {
        /// What was asked for.
        name: String,
        /// The option that names it.
        option: &'static str,
    },
    /// A call failed, after the SDK's attempts.
    #[error("{what}")]
    Call {
        /// What could not be done.
        what: String,
        /// What the SDK says.
        #[source]
        source: Source,
    },
}

impl From<QueueError> for Failure {
    fn from(error: QueueError) -> Self {
        let words = domain::chain(&error);
        match error {
            QueueError::Missing { .. } => Self::Input(words),
            QueueError::Call { .. } => Self::NotDone(words),
        }
    }
}

/// About how many messages a queue has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiting {
    /// Those that can be received.
    pub(super) shown: u64,
    /// Those that somebody received a moment ago, and has not deleted.
    pub(super) hidden: u64,
}

/// SQS, as the environment says where it is.
#[derive(Debug)]
pub(super) struct Queues(Client);

impl Queues {
    pub(super) fn new(aws: &Aws) -> Self {
        let config = aws_sdk_sqs::config::Builder::from(aws.sdk_config()).retry_classifier(RetryPassing);
        Self(Client::from_conf(config.build()))
    }

    /// The URL of a queue by its name; a URL is one already.
    pub(super) async fn url(&self, name: &str, option: &'static str) -> Result<String, QueueError> {
        if name.starts_with("https://") || name.starts_with("http://") {
            return Ok(name.to_owned());
        }
        let missing = || QueueError::Missing { name: name.to_owned(), option };
        match self.0.get_queue_url().queue_name(name).send().await {
            Ok(answer) => answer.queue_url.ok_or_else(missing),
            Err(error) if error.code().is_some_and(|code| NO_QUEUE.contains(&code)) => Err(missing()),
            Err(error) => Err(failed(format!("the queue {name} cannot be looked up"), error)),
        }
    }

    /// About how many messages wait in the queue.
    pub(super) async fn waiting(&self, url: &str) -> Result<Waiting, QueueError> {
        let (shown, hidden) = (
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        );
        let call = self.0.get_queue_attributes().queue_url(url);
        let call = call.attribute_names(shown.clone()).attribute_names(hidden.clone());
        let answer = call
            .send()
            .await
            .map_err(|error| failed(format!("{url} cannot be asked what it holds"), error))?;
        let attributes = answer.attributes.unwrap_or_default();
        let number = |name: &QueueAttributeName| {
            attributes.get(name).and_then(|text| text.parse().ok()).unwrap_or_default()
        };
        Ok(Waiting { shown: number(&shown), hidden: number(&hidden) })
    }

    /// Some messages, which nobody else receives for so long. None means that there are none to be had.
    pub(super) async fn receive(&self, url: &str, hidden_seconds: i32) -> Result<Vec<Received>, QueueError> {
        let call = self.0.receive_message().queue_url(url).max_number_of_messages(BATCH);
        let call = call.wait_time_seconds(WAIT_SECONDS).visibility_timeout(hidden_seconds);
        let answer = call.message_attribute_names("All").send().await;
        let answer =
            answer.map_err(|error| failed(format!("no message can be received from {url}"), error))?;
        Ok(answer.messages.unwrap_or_default().into_iter().filter_map(Received::new).collect())
    }

    /// Sends the message on as it was.
    pub(super) async fn send(&self, url: &str, message: &Received) -> Result<(), QueueError> {
        let attributes = Some(message.own_attributes()).filter(|attributes| !attributes.is_empty());
        let call = self.0.send_message().queue_url(url).message_body(&message.body);
        let answer = call.set_message_attributes(attributes).send().await;
        answer.map(drop).map_err(|error| failed(format!("no message can be sent to {url}"), error))
    }

    pub(super) async fn delete(&self, url: &str, message: &Received) -> Result<(), QueueError> {
        let call = self.0.delete_message().queue_url(url).receipt_handle(&message.receipt);
        let answer = call.send().await;
        answer.map(drop).map_err(|error| failed(format!("no message can be deleted from {url}"), error))
    }

    /// Shows the message to others again.
    pub(super) async fn release(&self, url: &str, message: &Received) -> Result<(), QueueError> {
        let call = self.0.change_message_visibility().queue_url(url).receipt_handle(&message.receipt);
        let answer = call.visibility_timeout(0).send().await;
        answer
            .map(drop)
            .map_err(|error| failed(format!("a message of {url} stays hidden for a while"), error))
    }
}

fn failed(what: String, source: impl std::error::Error + Send + Sync + 'static) -> QueueError {
    QueueError::Call { what, source: Box::new(source) }
}
