//! One lake in a directory of its own, and what a user does with it.

use std::{net::SocketAddr, path::Path, time::Duration};

use aws::{Aws, GlueCatalog, S3Store, SystemClock};
use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};
use domain::{
    port::{Clock, ObjectStore},
    quarantine::Rejected,
    settings::Settings,
};
use local::{DatasetFiles, Lake, LakeOptions, QueryFiles, ServeOptions, StartError};
use serde_json::Value;
use tempfile::TempDir;

use crate::http;

/// Whether all seeds are played, as `./scripts/test all` does, and not some for each change.
pub(crate) fn all_seeds() -> bool {
    std::env::var_os("TRIBUTARY_ALL_SEEDS").is_some()
}

pub(crate) const PASSENGERS: &str = include_str!("../../../../infra/datasets/passengers.json");

/// The project's own named queries.
const QUERIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/queries");

/// How long anything may take to become visible.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct TestLake {
    pub(crate) lake: Lake,
    pub(crate) directory: TempDir,
    pub(crate) settings: Settings,
    pub(crate) aws: Aws,
    pub(crate) store: S3Store,
    pub(crate) catalog: GlueCatalog,
    sns: aws_sdk_sns::Client,
    pub(crate) http: reqwest::Client,
}

pub(crate) fn settings() -> Settings {
    settings_with(&[])
}

/// The settings of the tests, and these.
pub(crate) fn settings_with(more: &[(&str, &str)]) -> Settings {
    let own = |name: &str| match name {
        "TRIBUTARY_CATALOG_CACHE" => Some("0s".to_owned()),
        "TRIBUTARY_OPEN_ACCESS" | "TRIBUTARY_SQL" => Some("on".to_owned()),
        "TRIBUTARY_SCAN_TIERS" => Some("scan-small=10000000,scan-large=100000000".to_owned()),
        _ => more.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()),
    };
    Settings::read(own).unwrap()
}

pub(crate) async fn open(data: &Path, definitions: &[(&str, &str)]) -> Result<Lake, StartError> {
    open_serving(data, definitions, ServeOptions::default(), settings()).await
}

async fn open_serving(
    data: &Path,
    definitions: &[(&str, &str)],
    serving: ServeOptions,
    settings: Settings,
) -> Result<Lake, StartError> {
    let datasets = data.join("definitions");
    std::fs::create_dir_all(&datasets).unwrap();
    for (name, definition) in definitions {
        std::fs::write(datasets.join(format!("{name}.json")), definition).unwrap();
    }
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let datasets = DatasetFiles::read(&datasets)?;
    let options = LakeOptions {
        data: data.join("data"),
        aws: any_port,
        http: any_port,
        datasets,
        queries: QueryFiles::read(QUERIES.as_ref(), &settings.database).unwrap(),
        settings,
        serving,
    };
    Lake::start(options).await
}

impl TestLake {
    pub(crate) async fn start(definitions: &[(&str, &str)]) -> Self {
        Self::start_in(TempDir::new().unwrap(), definitions).await
    }

    pub(crate) async fn start_in(directory: TempDir, definitions: &[(&str, &str)]) -> Self {
        Self::start_with(directory, definitions, settings()).await
    }

    /// The same with other settings.
    pub(crate) async fn start_with(
        directory: TempDir,
        definitions: &[(&str, &str)],
        settings: Settings,
    ) -> Self {
        Self::start_serving(directory, definitions, ServeOptions::default(), settings).await
    }

    /// The same with other options of its servers, and other settings.
    pub(crate) async fn start_serving(
        directory: TempDir,
        definitions: &[(&str, &str)],
        serving: ServeOptions,
        settings: Settings,
    ) -> Self {
        let lake = open_serving(directory.path(), definitions, serving, settings.clone()).await.unwrap();
        let aws = Aws::local(&lake.aws_endpoint());
        Self {
            store: aws.store(&settings),
            catalog: aws.catalog(&settings),
            sns: aws_sdk_sns::Client::new(aws.sdk_config()),
            http: http::client(),
            lake,
            directory,
            settings,
            aws,
        }
    }

    pub(crate) async fn passengers() -> Self {
        Self::start(&[("passengers", PASSENGERS)]).await
    }

    pub(crate) async fn stop(self) -> TempDir {
        self.lake.stop().await;
        self.directory
    }

    /// Publishes one message; it is stored when this comes back.
    pub(crate) async fn publish(&self, dataset: &str, body: &str) {
        let call = self.sns.publish().topic_arn(self.lake.config().topic_arn()).message(body);
        call.message_attributes("dataset", attribute(dataset)).send().await.unwrap();
    }

    /// Publishes one packed message.
    pub(crate) async fn publish_packed(&self, dataset: &str, encoding: &str, body: &str) {
        let call = self.sns.publish().topic_arn(self.lake.config().topic_arn()).message(body);
        let call = call.message_attributes("dataset", attribute(dataset));
        call.message_attributes("content-encoding", attribute(encoding)).send().await.unwrap();
    }

    /// Publishes ten messages at a time, as SNS allows.
    pub(crate) async fn publish_all(&self, dataset: &str, bodies: &[String]) {
        for bodies in bodies.chunks(10) {
            let entries = bodies.iter().enumerate().map(|(position, body)| {
                let entry = PublishBatchRequestEntry::builder().id(position.to_string()).message(body);
                entry.message_attributes("dataset", attribute(dataset)).build().unwrap()
            });
            let call = self.sns.publish_batch().topic_arn(self.lake.config().topic_arn());
            let answer =
                call.set_publish_batch_request_entries(Some(entries.collect())).send().await.unwrap();
            assert!(answer.failed().is_empty(), "{:?}", answer.failed());
        }
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        let url = format!("{}{path}", self.lake.http_endpoint());
        let answer = self.http.get(url).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// The rows, once there are at least `count` of them.
    pub(crate) async fn rows(&self, path: &str, count: usize) -> Vec<Value> {
        let rows = self.until(path, |rows| rows.as_array().unwrap().len() >= count).await;
        rows.as_array().unwrap().clone()
    }

    /// The answer, once it is as wanted.
    pub(crate) async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = SystemClock.now() + PATIENCE;
        loop {
            let answer = self.json(path).await;
            if wanted(&answer) {
                return answer;
            }
            assert!(SystemClock.now() < deadline, "not as wanted in time: {path}: {answer}");
            SystemClock.sleep(Duration::from_millis(20)).await;
        }
    }

    /// Every line in quarantine below the place, in order of the objects.
    pub(crate) async fn quarantine(&self, place: &str) -> Vec<Rejected> {
        let mut lines = Vec::new();
        for object in self.store.list_all(&format!("quarantine/{place}")).await.unwrap() {
            let text = zstd::decode_all(&self.store.get(&object.key).await.unwrap()[..]).unwrap();
            for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                lines.push(serde_json::from_slice(line).unwrap());
            }
        }
        lines
    }
}

pub(crate) fn attribute(value: &str) -> MessageAttributeValue {
    MessageAttributeValue::builder().data_type("String").string_value(value).build().unwrap()
}
