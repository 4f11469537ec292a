//! The lake that a command works with: the deployed one or, with `AWS_ENDPOINT_URL`, one elsewhere.

use aws::{Aws, GlueCatalog, S3Store};
use domain::{
    commit::UnreadableCommit,
    port::{CatalogError, StoreError},
    schemas::SchemasError,
    settings::Settings,
};

use crate::failure::Failure;

/// Why the lake does not say what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LakeError {
    /// The bucket.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Glue.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The accepted definitions.
    #[error(transparent)]
    Schemas(#[from] SchemasError),
    /// A commit.
    #[error(transparent)]
    Commit(#[from] UnreadableCommit),
}

/// The ports of one lake, and where it is.
pub(crate) struct RemoteLake {
    pub(crate) store: S3Store,
    pub(crate) catalog: GlueCatalog,
    pub(crate) settings: Settings,
    asked: String,
}

impl RemoteLake {
    /// As the environment says: the settings of the Lambdas, and the SDK's own variables.
    pub(crate) async fn from_environment() -> Result<Self, Failure> {
        let settings = aws::settings()?;
        let aws = clients().await?;
        let region = aws.sdk_config().region().map_or("", AsRef::as_ref);
        let place = match aws.sdk_config().endpoint_url() {
            Some(endpoint) => format!("at {endpoint} (AWS_ENDPOINT_URL): is it running?"),
            None => format!("in {region} of AWS; for the lake of `tributary dev`, set AWS_ENDPOINT_URL"),
        };
        let asked = format!("Asked was the bucket {} (TRIBUTARY_BUCKET) {place}", settings.bucket);
        Ok(Self { store: aws.store(&settings), catalog: aws.catalog(&settings), settings, asked })
    }

    /// The failure of a command: what went wrong, and whom it had asked.
    pub(crate) fn failure(&self, source: impl Into<LakeError>) -> Failure {
        Failure::Lake { source: Box::new(source.into()), asked: self.asked.clone() }
    }
}

/// The SDK as the environment configures it. The lake of `tributary dev` takes any credentials, so for an
/// endpoint on this machine none need to be set.
pub(crate) async fn clients() -> Result<Aws, Failure> {
    let given = |name| aws::variable(name).filter(|value| !value.is_empty());
    if let Some(endpoint) = given("AWS_ENDPOINT_URL")
        && is_on_this_machine(&endpoint)
        && given("AWS_ACCESS_KEY_ID").is_none()
        && given("AWS_PROFILE").is_none()
    {
        return Ok(Aws::local(&endpoint));
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
