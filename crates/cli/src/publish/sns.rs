//! The topic as SNS has it, and as a dry run does.

use aws::{Aws, Outlook};
use aws_sdk_sns::{
    Client,
    config::retry::RetryConfig,
    error::{ProvideErrorMetadata, SdkError},
    operation::publish_batch::PublishBatchError,
    types::{BatchResultErrorEntry, MessageAttributeValue, PublishBatchRequestEntry},
};
use domain::DatasetName;

use super::send::{Answer, Failed, Topic};

/// The message attribute that says which dataset the events are of.
const ATTRIBUTE: &str = "dataset";
const ATTRIBUTE_TYPE: &str = "String";

/// Codes of messages that are wrong in themselves. What else is the sender's fault and does not pass is about all of
/// them: rights, keys.
const REFUSED: [&str; 3] = ["InvalidParameter", "InvalidParameterValue", "ParameterValueInvalid"];

/// An SNS topic, for the events of one dataset.
#[derive(Debug)]
pub(super) struct SnsTopic {
    client: Client,
    arn: String,
    dataset: DatasetName,
    /// Where SNS is asked for, and what to look at where nobody answers.
    place: String,
}

impl SnsTopic {
    pub(super) fn new(aws: &Aws, arn: String, dataset: DatasetName) -> Self {
        let sdk = aws.sdk_config();
        let place = match (sdk.endpoint_url(), sdk.region()) {
            (Some(endpoint), _) => format!("{endpoint} (AWS_ENDPOINT_URL: is it running?)"),
            (None, region) => {
                let region = region.map_or("", AsRef::as_ref);
                format!("SNS in {region} (the region of the topic's ARN: is it right, and the network up?)")
            }
        };
        // Who sends retries, and counts it.
        let config = aws_sdk_sns::config::Builder::from(sdk).retry_config(RetryConfig::disabled());
        Self { client: Client::from_conf(config.build()), arn, dataset, place }
    }
}

/// What SNS counts of a message besides its text.
pub(super) fn attributes(dataset: &DatasetName) -> usize {
    ATTRIBUTE.len() + ATTRIBUTE_TYPE.len() + dataset.as_str().len()
}

impl Topic for SnsTopic {
    async fn publish(&self, messages: &[&str]) -> Result<Vec<Answer>, Failed> {
        let entries = messages.iter().enumerate().map(|(position, text)| {
            let dataset = MessageAttributeValue::builder()
                .data_type(ATTRIBUTE_TYPE)
                .string_value(self.dataset.as_str());
            let entry = PublishBatchRequestEntry::builder().id(position.to_string()).message(*text);
            entry.message_attributes(ATTRIBUTE, dataset.build()?).build()
        });
        let entries: Result<Vec<_>, _> = entries.collect();
        let entries = entries.map_err(|error| Failed::Stop(error.to_string()))?;
        let call = self.client.publish_batch().topic_arn(&self.arn);
        let answer = call.set_publish_batch_request_entries(Some(entries)).send().await;
        let answer = answer.map_err(|error| failed(&error, &self.place))?;

        // A message that the answer does not name is not known to be published.
        let mut answers = vec![
            Answer::Failed(Failed::Later("SNS did not say what became of it".to_owned()));
            messages.len()
        ];
        let mut put = |id: Option<&str>, answer: Answer| {
            let position = id.and_then(|id| id.parse::<usize>().ok());
            if let Some(place) = position.and_then(|position| answers.get_mut(position)) {
                *place = answer;
            }
        };
        for entry in answer.successful() {
            put(entry.id(), Answer::Published);
        }
        for entry in answer.failed() {
            put(Some(entry.id()), entry_failed(entry));
        }
        Ok(answers)
    }

    fn attributes(&self) -> usize {
        attributes(&self.dataset)
    }
}

fn entry_failed(entry: &BatchResultErrorEntry) -> Answer {
    let words = words(entry.code(), entry.message());
    if !entry.sender_fault() || Outlook::of_code(entry.code()).is_some() {
        Answer::Failed(Failed::Later(words))
    } else if REFUSED.contains(&entry.code()) {
        Answer::Refused(words)
    } else {
        Answer::Failed(Failed::Stop(words))
    }
}

fn failed(error: &SdkError<PublishBatchError>, place: &str) -> Failed {
    let metadata = error.as_service_error().map(ProvideErrorMetadata::meta);
    let said = match (metadata.and_then(|metadata| metadata.code()), error.raw_response()) {
        (Some(code), _) => Some(words(code, error.message())),
        (None, Some(answer)) => {
            let status = answer.status().as_u16();
            Some(format!(
                "an answer of {place} that is not SNS's, with status {status}: {}",
                domain::chain(error)
            ))
        }
        (None, None) => None,
    };
    match (Outlook::of(error).may_pass(), said) {
        (true, Some(said)) => Failed::Later(said),
        (true, None) => Failed::Later(format!("no answer of {place}: {}", domain::chain(error))),
        (false, Some(said)) => Failed::Stop(format!("SNS refuses to publish: {said}")),
        (false, None) => Failed::Stop(format!("SNS cannot be asked: {}", domain::chain(error))),
    }
}

fn words(code: &str, message: Option<&str>) -> String {
    match message {
        Some(message) if !message.is_empty() => format!("{code}: {message}"),
        _ => code.to_owned(),
    }
}

/// Takes every message, and sends none.
#[derive(Debug)]
pub(super) struct DryRun(pub(super) DatasetName);

impl Topic for DryRun {
    async fn publish(&self, messages: &[&str]) -> Result<Vec<Answer>, Failed> {
        Ok(vec![Answer::Published; messages.len()])
    }

    fn attributes(&self) -> usize {
        attributes(&self.0)
    }
}

#[cfg(test)]
mod tests;
