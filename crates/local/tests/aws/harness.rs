//! One server in a directory of its own, and clients for it.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use aws_smithy_http_client::Builder;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use chrono::{DateTime, Utc};
use domain::port::{Clock, Ids, ResultColumn};
use futures::{StreamExt, future::BoxFuture, stream};
use local::{
    AwsConfig, AwsServer, Delivery, DeliveryError, ErrorCategory, ObjectCreated, RunChunk, RunError, RunForm,
    RunOutput, RunQuery, SnsMessage, SqlRunner,
};
use tempfile::TempDir;
use tokio::{
    sync::{Notify, oneshot},
    task::JoinHandle,
};

pub(crate) const TOPIC: &str = "arn:aws:sns:us-west-2:000000000000:tributary";
pub(crate) const BUCKET: &str = "tributary";

/// A clock that stands still until it is moved.
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn advance(&self, duration: Duration) {
        self.0.fetch_add(i64::try_from(duration.as_millis()).unwrap(), Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0.load(Ordering::Relaxed)).unwrap()
    }

    async fn sleep(&self, _: Duration) {}
}

struct TestIds(AtomicU64);

impl Ids for TestIds {
    fn ulid(&self) -> ulid::Ulid {
        ulid::Ulid::from_parts(0, u128::from(self.random()))
    }

    fn random(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// Keeps what is delivered; fails for messages that say so.
#[derive(Clone, Default)]
pub(crate) struct Inbox(pub(crate) Arc<Mutex<Vec<SnsMessage>>>);

impl Delivery for Inbox {
    fn deliver(&self, message: SnsMessage) -> BoxFuture<'static, Result<(), DeliveryError>> {
        let inbox = Arc::clone(&self.0);
        Box::pin(async move {
            if message.message == "undeliverable" {
                return Err(DeliveryError("the disk is full".into()));
            }
            inbox.lock().unwrap().push(message);
            Ok(())
        })
    }
}

/// A statement and its parameters.
pub(crate) type Ran = (String, Vec<String>);

/// Runs SQL that says what should happen.
#[derive(Clone, Default)]
pub(crate) struct Runner {
    pub(crate) gate: Arc<Notify>,
    pub(crate) ran: Arc<Mutex<Vec<Ran>>>,
}

impl SqlRunner for Runner {
    fn refusal(&self, sql: &str, _: &[String]) -> Option<String> {
        sql.starts_with("SELEC ").then(|| format!("line 1:1: mismatched input '{sql}'"))
    }

    fn run(&self, query: RunQuery) -> BoxFuture<'static, Result<RunOutput, RunError>> {
        let (gate, ran) = (Arc::clone(&self.gate), Arc::clone(&self.ran));
        let RunQuery { sql, parameters, view: _, form, scanned, slot } = query;
        Box::pin(async move {
            ran.lock().unwrap().push((sql.clone(), parameters));
            if form == RunForm::Plan {
                let columns =
                    vec![ResultColumn { name: "Query Plan".to_owned(), data_type: "varchar".to_owned() }];
                let plan = RunChunk { bytes: "Output\n  Scan t\n".into(), rows: 2, partition: None };
                return Ok(RunOutput { columns, chunks: stream::iter([Ok(plan)]).boxed() });
            }
            if form == RunForm::Inputs && sql != "fail" {
                let columns =
                    vec![ResultColumn { name: "Query Plan".to_owned(), data_type: "varchar".to_owned() }];
                let inputs = RunChunk { bytes: "[{\"table\":\"t\"}]".into(), rows: 1, partition: None };
                return Ok(RunOutput { columns, chunks: stream::iter([Ok(inputs)]).boxed() });
            }
            match sql.as_str() {
                "wait" => gate.notified().await,
                "deaf" => {
                    // What computes it goes on, whatever becomes of the query.
                    tokio::spawn(async move {
                        gate.notified().await;
                        drop(slot);
                    });
                    std::future::pending::<()>().await;
                }
                "panic" => panic!("as asked"),
                "fail" => {
                    return Err(RunError {
                        message: "COLUMN_NOT_FOUND: line 1:8".to_owned(),
                        category: ErrorCategory::User,
                        error_type: Some(1_006),
                        retryable: false,
                    });
                }
                "scan" => scanned.add(20_000_000).map_err(|limit| RunError {
                    message: limit.to_string(),
                    category: ErrorCategory::User,
                    error_type: None,
                    retryable: false,
                })?,
                _ => {}
            }
            if let RunForm::Partitions(..) = form {
                let column = |(name, data_type): (&str, &str)| ResultColumn {
                    name: name.to_owned(),
                    data_type: data_type.to_owned(),
                };
                let columns = [("n", "bigint"), ("day", "varchar")].map(column).to_vec();
                let piece = |day: &str| {
                    let partition = Some(Arc::from(vec![Some(day.to_owned())]));
                    Ok(RunChunk { bytes: "a file of rows".into(), rows: 1, partition })
                };
                let chunks = stream::iter([piece("2026-11-27"), piece("2026-11-28")]).boxed();
                return Ok(RunOutput { columns, chunks });
            }
            let rows: String =
                (0..25).map(|n| format!("\"{n}\",{}\n", if n % 2 == 0 { "\"\"" } else { "" })).collect();
            let column = |name: &str, data_type: &str| ResultColumn {
                name: name.to_owned(),
                data_type: data_type.to_owned(),
            };
            scanned.add(4_711).unwrap();
            let chunk = |csv: String, rows: u64| Ok(RunChunk { bytes: csv.into(), rows, partition: None });
            let chunks = [chunk("\"n\",\"price\"\n".to_owned(), 0), chunk(rows, 25)];
            Ok(RunOutput {
                columns: vec![column("n", "bigint"), column("price", "decimal(12,2)")],
                chunks: stream::iter(chunks).boxed(),
            })
        })
    }
}

/// A running server.
pub(crate) struct Lake {
    pub(crate) aws: AwsServer,
    pub(crate) address: String,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) inbox: Inbox,
    pub(crate) runner: Runner,
    pub(crate) created: Arc<Mutex<Vec<ObjectCreated>>>,
    pub(crate) directory: Option<TempDir>,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<()>>,
}

impl Lake {
    pub(crate) async fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), |_| {}).await
    }

    pub(crate) async fn start_in(directory: TempDir, change: impl FnOnce(&mut AwsConfig)) -> Self {
        let mut config = AwsConfig::new(directory.path());
        change(&mut config);
        let start = DateTime::parse_from_rfc3339("2026-11-23T10:05:00.123Z").unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(start.timestamp_millis())));
        let created: Arc<Mutex<Vec<ObjectCreated>>> = Arc::default();
        let seen = Arc::clone(&created);
        let ids = Arc::new(TestIds(AtomicU64::new(1)));
        let aws =
            AwsServer::open(config, Arc::clone(&clock), ids, move |object| seen.lock().unwrap().push(object))
                .unwrap();
        let (inbox, runner) = (Inbox::default(), Runner::default());
        let router = aws.router(inbox.clone(), runner.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let serve = axum::serve(listener, router).with_graceful_shutdown(async { drop(stopped.await) });
        let task = Some(tokio::spawn(async move { serve.await.unwrap() }));
        let (stop, directory) = (Some(stop), Some(directory));
        Self { aws, address, clock, inbox, runner, created, directory, stop, task }
    }

    /// The same data in a new process, as far as a test can have one.
    pub(crate) async fn restart(mut self) -> Self {
        let directory = self.directory.take().unwrap();
        self.stop.take().unwrap().send(()).unwrap();
        self.task.take().unwrap().await.unwrap();
        drop(self);
        // What was under way may hold the store for a moment longer: a process would have taken it along.
        let lock = std::fs::File::open(directory.path().join("aws.lock")).unwrap();
        for _ in 0..500 {
            if lock.try_lock().is_ok() {
                break;
            }
            aws::SystemClock.sleep(Duration::from_millis(10)).await;
        }
        drop(lock);
        Self::start_in(directory, |_| {}).await
    }

    pub(crate) fn s3(&self) -> aws_sdk_s3::Client {
        aws_sdk_s3::Client::from_conf(
            aws_sdk_s3::Config::builder()
                .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
                .endpoint_url(&self.address)
                .region(aws_sdk_s3::config::Region::new("us-west-2"))
                .credentials_provider(aws_sdk_s3::config::Credentials::new("any", "key", None, None, "test"))
                .retry_config(aws_sdk_s3::config::retry::RetryConfig::disabled())
                .force_path_style(true)
                .http_client(http())
                .build(),
        )
    }

    pub(crate) fn glue(&self) -> aws_sdk_glue::Client {
        aws_sdk_glue::Client::from_conf(
            aws_sdk_glue::Config::builder()
                .behavior_version(aws_sdk_glue::config::BehaviorVersion::latest())
                .endpoint_url(&self.address)
                .region(aws_sdk_glue::config::Region::new("us-west-2"))
                .credentials_provider(aws_sdk_glue::config::Credentials::new(
                    "any", "key", None, None, "test",
                ))
                .retry_config(aws_sdk_glue::config::retry::RetryConfig::disabled())
                .http_client(http())
                .build(),
        )
    }

    pub(crate) fn athena(&self) -> aws_sdk_athena::Client {
        aws_sdk_athena::Client::from_conf(
            aws_sdk_athena::Config::builder()
                .behavior_version(aws_sdk_athena::config::BehaviorVersion::latest())
                .endpoint_url(&self.address)
                .region(aws_sdk_athena::config::Region::new("us-west-2"))
                .credentials_provider(aws_sdk_athena::config::Credentials::new(
                    "any", "key", None, None, "test",
                ))
                .retry_config(aws_sdk_athena::config::retry::RetryConfig::disabled())
                .http_client(http())
                .build(),
        )
    }

    pub(crate) fn sns(&self) -> aws_sdk_sns::Client {
        aws_sdk_sns::Client::from_conf(
            aws_sdk_sns::Config::builder()
                .behavior_version(aws_sdk_sns::config::BehaviorVersion::latest())
                .endpoint_url(&self.address)
                .region(aws_sdk_sns::config::Region::new("us-west-2"))
                .credentials_provider(aws_sdk_sns::config::Credentials::new("any", "key", None, None, "test"))
                .retry_config(aws_sdk_sns::config::retry::RetryConfig::disabled())
                .http_client(http())
                .build(),
        )
    }

    /// The keys of a prefix, as a client lists them.
    pub(crate) async fn keys(&self, prefix: &str) -> Vec<String> {
        let answer = self.s3().list_objects_v2().bucket(BUCKET).prefix(prefix).send().await.unwrap();
        answer.contents().iter().map(|object| object.key().unwrap().to_owned()).collect()
    }
}

impl Drop for Lake {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

fn http() -> SharedHttpClient {
    Builder::new().build_http()
}
