//! The lake to publish to: its topic, and what it knows of the dataset.

use std::io::Write;

use aws::Aws;
use domain::{
    Dataset, DatasetName,
    schemas::{self, SchemasError},
    settings::Settings,
    suggest,
};
use local::AwsConfig;

use super::error::PublishError;

/// The variable that names the topic.
const TOPIC: &str = "TRIBUTARY_TOPIC";

/// Variables that say who we are; without them, and with an endpoint on this machine, nobody asks.
const IDENTITY: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_PROFILE"];

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
        let variable = |name: &str| aws::variable(name).filter(|value| !value.is_empty());
        let endpoint = variable("AWS_ENDPOINT_URL_SNS").or_else(|| variable("AWS_ENDPOINT_URL"));
        let local = endpoint.filter(|endpoint| is_loopback(endpoint));
        let topic = asked.map(str::to_owned).or_else(|| variable(TOPIC));
        let topic = match (topic, &local) {
            (Some(topic), _) => topic,
            (None, Some(_)) => AwsConfig::new("").topic_arn(),
            (None, None) => {
                return Err(PublishError::Wrong(format!(
                    "where to? Name the topic with --topic arn:aws:sns:REGION:ACCOUNT:NAME or {TOPIC}, or set \
                     AWS_ENDPOINT_URL to a local lake"
                )));
            }
        };
        let region = region(&topic)?.to_owned();
        let aws = match local {
            Some(endpoint) if !IDENTITY.iter().any(|name| variable(name).is_some()) => Aws::local(&endpoint),
            _ => Aws::from_environment_in(&region).await,
        };
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
                // Who started it may have closed its standard error.
                let _closed = writeln!(
                    std::io::stderr(),
                    "warning: whether there is a dataset {name} is not known: {words}"
                );
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

fn is_loopback(endpoint: &str) -> bool {
    let url = reqwest::Url::parse(endpoint).ok();
    let host = url.as_ref().and_then(reqwest::Url::host_str).unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_on_this_machine_is_known() {
        for (endpoint, local) in [
            ("http://127.0.0.1:4566", true),
            ("http://[::1]:4566/", true),
            ("http://localhost:4566", true),
            ("http://sns.localhost:4566", true),
            ("https://sns.us-west-2.amazonaws.com", false),
            ("http://localhost.example.com", false),
            ("127.0.0.1:4566", false),
        ] {
            assert_eq!(is_loopback(endpoint), local, "{endpoint}");
        }
    }

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
