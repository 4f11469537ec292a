//! The lake that a command works with: the deployed one or, with `AWS_ENDPOINT_URL`, one elsewhere.

use std::sync::Arc;

use aws::{Aws, GlueCatalog, RandomIds, S3Origin, S3Store, SystemClock};
use chrono::{DateTime, Utc};
use compact::Compactor;
use domain::{
    DatasetName, Partition,
    schemas::{self, SchemasError},
    settings::Settings,
};

use crate::failure::Failure;

pub(crate) use crate::lake_error::LakeError;

/// The ports of one lake, and where it is.
pub(crate) struct RemoteLake {
    pub(crate) store: S3Store,
    pub(crate) catalog: GlueCatalog,
    pub(crate) settings: Settings,
    aws: Aws,
    asked: Asked,
}

/// Where a lake is, in words.
#[derive(Debug)]
struct Asked {
    /// The bucket, the database, and where both are.
    place: String,
    /// What to look at if nothing answers there.
    advice: &'static str,
}

impl RemoteLake {
    /// As the environment says: the settings of the Lambdas, and the SDK's own variables.
    pub(crate) async fn from_environment() -> Result<Self, Failure> {
        let settings = aws::settings()?;
        let aws = clients().await?;
        let region = aws.sdk_config().region().map_or("", AsRef::as_ref);
        let (place, advice) = match aws.sdk_config().endpoint_url() {
            Some(endpoint) => (format!("at {endpoint} (AWS_ENDPOINT_URL)"), ": is it running?"),
            None => {
                (format!("in {region} of AWS"), "; for the lake of `tributary dev`, set AWS_ENDPOINT_URL")
            }
        };
        let (bucket, database) = (&settings.bucket, &settings.database);
        let place = format!(
            "Asked were the bucket {bucket} (TRIBUTARY_BUCKET) and the Glue database {database} (TRIBUTARY_DATABASE) \
             {place}"
        );
        let asked = Asked { place, advice };
        Ok(Self { store: aws.store(&settings), catalog: aws.catalog(&settings), settings, aws, asked })
    }

    /// `compact`, in this process.
    pub(crate) fn compactor(&self) -> Compactor<S3Store, SystemClock, RandomIds> {
        let store = Arc::new(self.store.clone());
        Compactor::new(store, Arc::new(SystemClock), Arc::new(RandomIds), &self.settings)
    }

    /// The HTTP API in this process, for who has the rights of the environment's credentials.
    pub(crate) fn api(&self) -> axum::Router {
        query::Context::router_for_operators(&self.aws, &self.settings)
    }

    /// Another bucket, or a bucket as it was, to restore this lake's from. In another region, if one is named.
    pub(crate) async fn origin(
        &self,
        bucket: &str,
        region: Option<&str>,
        at: Option<DateTime<Utc>>,
    ) -> S3Origin {
        match region {
            Some(region) => clients_in(region).await.origin(bucket, at, &self.store),
            None => self.aws.origin(bucket, at, &self.store),
        }
    }

    /// Refuses a partition that its dataset cannot have, and says which it can. A dataset whose definition does not
    /// exist, or cannot be read, allows any.
    pub(crate) async fn check_partition(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
    ) -> Result<(), Failure> {
        let accepted = match schemas::load(&self.store, dataset).await {
            Err(SchemasError::Invalid { .. }) => None,
            accepted => accepted.map_err(|error| self.failure(error))?,
        };
        match accepted.map(|accepted| accepted.dataset.check_partition(partition)) {
            Some(Err(other)) => Err(Failure::Input(other.to_string())),
            Some(Ok(())) | None => Ok(()),
        }
    }

    /// The failure of a command: what went wrong, and whom it had asked.
    pub(crate) fn failure(&self, source: impl Into<LakeError>) -> Failure {
        let source: Box<LakeError> = Box::new(source.into());
        let Asked { place, advice } = &self.asked;
        let asked = if source.is_out_of_reach() { format!("{place}{advice}") } else { place.clone() };
        Failure::Lake { source, asked }
    }
}

/// The SDK as the environment configures it. The lake of `tributary dev` takes any credentials, so for an
/// endpoint on this machine none need to be set.
pub(crate) async fn clients() -> Result<Aws, Failure> {
    if let Some(local) = local() {
        return Ok(local);
    }
    let aws = Aws::from_environment().await;
    match aws.sdk_config().region() {
        Some(_) => Ok(aws),
        None => Err(Failure::Input(
            "no AWS region: set AWS_REGION, for example us-west-2, or AWS_ENDPOINT_URL for the lake of \
             `tributary dev`"
                .to_owned(),
        )),
    }
}

/// The same, in this region, whatever the environment says.
pub(crate) async fn clients_in(region: &str) -> Aws {
    match local() {
        Some(local) => local,
        None => Aws::from_environment_in(region).await,
    }
}

/// The endpoint that the environment names, if it is on this machine.
pub(crate) fn local_endpoint() -> Option<String> {
    given("AWS_ENDPOINT_URL").filter(|endpoint| is_on_this_machine(endpoint))
}

/// The lake on this machine, unless the environment says who we are.
fn local() -> Option<Aws> {
    let endpoint = local_endpoint()?;
    let is_anonymous = given("AWS_ACCESS_KEY_ID").is_none() && given("AWS_PROFILE").is_none();
    is_anonymous.then(|| Aws::local(&endpoint))
}

/// A variable that is not empty.
pub(crate) fn given(name: &str) -> Option<String> {
    aws::variable(name).filter(|value| !value.is_empty())
}

fn is_on_this_machine(endpoint: &str) -> bool {
    let url = reqwest::Url::parse(endpoint).ok();
    let host = url.as_ref().and_then(|url| url.host_str());
    host.is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_loopback_needs_no_credentials() {
        for (endpoint, expected) in [
            ("http://127.0.0.1:4566", true),
            ("http://localhost:4566/", true),
            ("http://[::1]:4566", true),
            ("https://s3.us-west-2.amazonaws.com", false),
            ("http://localhost.example.com", false),
            ("nonsense", false),
        ] {
            assert_eq!(is_on_this_machine(endpoint), expected, "{endpoint}");
        }
    }
}
