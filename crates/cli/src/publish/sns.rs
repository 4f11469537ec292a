//! The topic as SNS has it, and as a dry run does.

use aws::Aws;
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

/// Codes of messages that are wrong in themselves. What else is the sender's fault is about all of them: rights, keys.
const REFUSED: [&str; 3] = ["InvalidParameter", "InvalidParameterValue", "ParameterValueInvalid"];

/// An SNS topic, for the events of one dataset.
#[derive(Debug)]
pub(super) struct SnsTopic {
    client: Client,
    arn: String,
    dataset: DatasetName,
}

impl SnsTopic {
    pub(super) fn new(aws: &Aws, arn: String, dataset: DatasetName) -> Self {
        // Who sends retries, and counts it.
        let config =
            aws_sdk_sns::config::Builder::from(aws.sdk_config()).retry_config(RetryConfig::disabled());
        Self { client: Client::from_conf(config.build()), arn, dataset }
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
        let answer = call.set_publish_batch_request_entries(Some(entries)).send().await.map_err(failed)?;

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
    if !entry.sender_fault() || is_throttled(entry.code()) {
        Answer::Failed(Failed::Later(words))
    } else if REFUSED.contains(&entry.code()) {
        Answer::Refused(words)
    } else {
        Answer::Failed(Failed::Stop(words))
    }
}

fn failed(error: SdkError<PublishBatchError>) -> Failed {
    let may_pass = match &error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            status >= 500 || status == 429 || answer.err().code().is_some_and(is_throttled)
        }
        SdkError::DispatchFailure(failure) => failure.is_io() || failure.is_timeout(),
        SdkError::TimeoutError(_) | SdkError::ResponseError(_) => true,
        _ => false,
    };
    let words = match error.as_service_error().map(ProvideErrorMetadata::meta) {
        Some(meta) => words(meta.code().unwrap_or("error"), meta.message()),
        None => domain::chain(&error),
    };
    if may_pass { Failed::Later(words) } else { Failed::Stop(format!("SNS refuses to publish: {words}")) }
}

fn is_throttled(code: &str) -> bool {
    code.contains("Throttl") || code == "TooManyRequests"
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
mod tests {
    use super::*;

    #[test]
    fn only_a_message_that_is_wrong_in_itself_is_refused() {
        let later = |words: &str| Answer::Failed(Failed::Later(words.to_owned()));
        let stop = |words: &str| Answer::Failed(Failed::Stop(words.to_owned()));
        for (code, sender_fault, expected) in [
            ("InvalidParameter", true, Answer::Refused("InvalidParameter: why".to_owned())),
            ("InternalError", false, later("InternalError: why")),
            ("InvalidParameter", false, later("InvalidParameter: why")),
            ("KMSThrottling", true, later("KMSThrottling: why")),
            ("KMSAccessDenied", true, stop("KMSAccessDenied: why")),
            ("AuthorizationError", true, stop("AuthorizationError: why")),
        ] {
            let entry = BatchResultErrorEntry::builder().id("0").code(code).message("why");
            assert_eq!(entry_failed(&entry.sender_fault(sender_fault).build().unwrap()), expected, "{code}");
        }
    }

    #[test]
    fn a_call_without_an_answer_may_pass_and_one_that_cannot_be_made_does_not() {
        let timeout: SdkError<PublishBatchError> = SdkError::timeout_error("late");
        assert!(matches!(failed(timeout), Failed::Later(_)));
        let construction: SdkError<PublishBatchError> = SdkError::construction_failure("no credentials");
        assert_eq!(
            failed(construction),
            Failed::Stop("SNS refuses to publish: failed to construct request: no credentials".to_owned())
        );
    }
}
