//! The lake to publish to: its topic, and what it knows of the dataset.

use aws::Aws;
use domain::{
    Dataset, DatasetName,
    schemas::{self, SchemasError},
    settings::Settings,
    suggest,
};
use local::AwsConfig;

use super::error::PublishError;
use crate::{lake, output::note};

/// The variable that names the topic.
const TOPIC: &str = "TRIBUTARY_TOPIC";

/// Where to publish, and as whom.
#[derive(Debug)]
pub(super) struct Lake {
    pub(super) aws: Aws,
    /// The topic's ARN.
    pub(super) topic: String,
}

impl Lake {
    /// By the options and the environment.
    pub(super) async fn find(asked: Option<&str>) -> Result<Self, PublishError> {
        let topic = match (asked.map(str::to_owned).or_else(|| lake::given(TOPIC)), lake::local_endpoint()) {
            (Some(topic), _) => topic,
            (None, Some(_)) => AwsConfig::new("").topic_arn(),
            (None, None) => {
                return Err(PublishError::Wrong(format!(
                    "where to? Name the topic with --topic arn:aws:sns:REGION:ACCOUNT:NAME or {TOPIC}, or set \
                     AWS_ENDPOINT_URL for the lake of `tributary dev`"
                )));
            }
        };
        let aws = lake::clients_in(region(&topic)?).await;
        Ok(Self { aws, topic })
    }

    /// The accepted definition of the dataset. `None` where it cannot be read and is not needed.
    pub(super) async fn definition(
        &self,
        settings: &Settings,
        name: &DatasetName,
        is_needed: bool,
    ) -> Result<Option<Dataset>, PublishError> {
        let store = self.aws.store(settings);
        match schemas::load(&store, name).await {
            Ok(Some(accepted)) => Ok(Some(accepted.dataset)),
            Ok(None) => {
                let known = schemas::load_all(&store).await?;
                let names = known.datasets.keys().map(DatasetName::as_str);
                let near = suggest::nearest(name.as_str(), names);
                let near = near.map_or_else(String::new, |near| format!(": did you mean {near}?"));
                Err(PublishError::Wrong(format!(
                    "the lake has no dataset {name}{near} (--no-definition publishes all the same, and the lake \
                     keeps such events in quarantine)"
                )))
            }
            Err(error @ SchemasError::Store(_)) if !is_needed => {
                let words = domain::chain(&error);
                note(&format!("warning: whether there is a dataset {name} is not known: {words}"));
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// The topic's region, by its ARN.
fn region(topic: &str) -> Result<&str, PublishError> {
    let parts: Vec<&str> = topic.split(':').collect();
    match parts[..] {
        ["arn", _, "sns", region, _, name] if !region.is_empty() && name.ends_with(".fifo") => {
            Err(PublishError::Wrong(format!("{topic} is a FIFO topic: a lake's topic is a standard one")))
        }
        ["arn", _, "sns", region, _, name] if !region.is_empty() && !name.is_empty() => Ok(region),
        _ => Err(PublishError::Wrong(format!(
            "{topic:?} is no topic: expected arn:aws:sns:REGION:ACCOUNT:NAME, for example {}",
            AwsConfig::new("").topic_arn()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_is_the_topics() {
        assert_eq!(region("arn:aws:sns:eu-west-1:123456789012:events").unwrap(), "eu-west-1");
        for wrong in
            ["events", "arn:aws:sqs:eu-west-1:1:q", "arn:aws:sns::1:t", "arn:aws:sns:eu-west-1:1:t.fifo"]
        {
            assert!(region(wrong).is_err_and(|error| error.is_wrong_input()), "{wrong}");
        }
    }
}
