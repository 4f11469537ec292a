//! A lake in a temporary directory, on free ports.

use std::net::SocketAddr;

use aws::{Aws, GlueCatalog, RetryPassing, S3Store};
use local::{DatasetFiles, Lake, LakeOptions, QueryFiles, ServeOptions};
use tempfile::TempDir;

use crate::{failure::Failure, stop::Stop};

const DEFINITION: &str = include_str!("../../../../infra/datasets/passengers.json");

pub(super) struct DemoLake {
    lake: Lake,
    directory: TempDir,
    pub(super) store: S3Store,
    pub(super) catalog: GlueCatalog,
    pub(super) sns: aws_sdk_sns::Client,
    pub(super) http: reqwest::Client,
}

impl DemoLake {
    pub(super) async fn start() -> Result<Self, Failure> {
        let temporary = |source| Failure::Temporary { directory: std::env::temp_dir(), source };
        let directory = tempfile::Builder::new().prefix("tributary-demo-").tempdir().map_err(temporary)?;
        let definitions = directory.path().join("datasets");
        std::fs::create_dir(&definitions).map_err(temporary)?;
        std::fs::write(definitions.join("passengers.json"), DEFINITION).map_err(temporary)?;

        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let settings = local::settings()?;
        let lake = Lake::start(LakeOptions {
            data: directory.path().join("data"),
            aws: any_port,
            http: any_port,
            datasets: DatasetFiles::read(&definitions)?,
            queries: QueryFiles::default(),
            settings: settings.clone(),
            serving: ServeOptions::default(),
        })
        .await?;
        let aws = Aws::local(&lake.aws_endpoint());
        let sns = aws_sdk_sns::config::Builder::from(aws.sdk_config()).retry_classifier(RetryPassing);
        Ok(Self {
            store: aws.store(&settings),
            catalog: aws.catalog(&settings),
            sns: aws_sdk_sns::Client::from_conf(sns.build()),
            http: reqwest::Client::new(),
            lake,
            directory,
        })
    }

    pub(super) fn topic(&self) -> String {
        self.lake.config().topic_arn()
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.lake.http_endpoint())
    }

    pub(super) fn what_to_try(&self) -> String {
        format!(
            "
The lake stays up until Ctrl-C. To try next:

  curl '{datasets}'
  curl '{seats}'
  curl '{names}'

  export AWS_ENDPOINT_URL={aws} AWS_DEFAULT_REGION=us-west-2
  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
  aws sns publish --topic-arn {topic} \\
    --message '{{\"passenger_id\": 21, \"name\": \"Ada Lovelace\"}}' \\
    --message-attributes 'dataset={{DataType=String,StringValue=passengers}}'
  aws s3 ls --recursive s3://{bucket}/",
            datasets = self.url("/v1/datasets"),
            seats = self.url("/v1/datasets/passengers/rows?seat_number=gte.20A&format=csv"),
            names = self.url("/v1/datasets/passengers/rows?select=name&passenger_id=eq.13"),
            aws = self.lake.aws_endpoint(),
            topic = self.topic(),
            bucket = self.lake.config().bucket,
        )
    }

    pub(super) async fn stop(self, stop: &mut Stop) -> Result<(), Failure> {
        stop.stop(self.lake).await;
        let path = self.directory.path().to_owned();
        self.directory.close().map_err(|source| Failure::Temporary { directory: path, source })
    }
}
