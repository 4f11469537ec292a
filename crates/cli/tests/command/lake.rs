//! A lake as a process, and the command as somebody runs it who has set the endpoint and nothing else.

use std::{
    io::Write,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use aws::{Aws, GlueCatalog, S3Store, SystemClock};
use aws_sdk_sns::types::MessageAttributeValue;
use domain::{port::Clock, settings::Settings};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{Dev, said, tributary};

/// How long what was published may take into the table, on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Lake {
    dev: Dev,
    files: TempDir,
}

impl Lake {
    pub(crate) fn start() -> Self {
        let files = TempDir::new().unwrap();
        Self { dev: Dev::start(&files.path().join("data")), files }
    }

    /// A lake with the named queries of these files, by name.
    pub(crate) fn with_queries(queries: &[(&str, &str)]) -> Self {
        let files = TempDir::new().unwrap();
        for (name, text) in queries {
            std::fs::write(files.path().join(name), text).unwrap();
        }
        let options = ["--queries", files.path().to_str().unwrap()];
        Self { dev: Dev::start_with(&files.path().join("data"), &options), files }
    }

    pub(crate) fn http(&self) -> &str {
        self.dev.address("http")
    }

    /// Where its AWS protocols are.
    pub(crate) fn endpoint(&self) -> &str {
        self.dev.address("aws")
    }

    /// As [`Self::run`] does it, and left running.
    pub(crate) fn spawn(&self, arguments: &[&str]) -> Child {
        let mut command = with(&[("AWS_ENDPOINT_URL", self.dev.address("aws"))], arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    pub(crate) fn aws(&self) -> Aws {
        Aws::local(self.dev.address("aws"))
    }

    /// The same lake, stopped and started again: at its start it sweeps and reconciles at once.
    pub(crate) fn restarted(self) -> Self {
        let Self { dev, files } = self;
        assert_eq!(dev.signal("-TERM").0, Some(0));
        Self { dev: Dev::start(&files.path().join("data")), files }
    }

    /// Writes a file and answers its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.files.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        run_with(&[("AWS_ENDPOINT_URL", self.dev.address("aws"))], arguments, "")
    }

    /// The standard output of a command that ends with this status.
    pub(crate) fn output(&self, status: i32, arguments: &[&str]) -> String {
        checked(&self.run(arguments), status)
    }

    /// What a command prints with `--json`.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.output(0, &[arguments, &["--json"]].concat())).unwrap()
    }

    pub(crate) fn store(&self) -> S3Store {
        self.aws().store(&Settings::read(|_| None).unwrap())
    }

    pub(crate) fn catalog(&self) -> GlueCatalog {
        self.aws().catalog(&Settings::read(|_| None).unwrap())
    }

    /// What `dataset status` says is stored, once there are so many rows and the catalog has them.
    pub(crate) async fn settled(&self, dataset: &str, rows: u64) -> Value {
        let began = Instant::now();
        loop {
            let mut status = self.json(&["dataset", "status", dataset]);
            let facts = status["datasets"][0].take();
            let is_settled = facts["stored"]["rows"] == rows && facts["table"]["behind"] == json!([]);
            if is_settled && facts["landing"]["objects"] == 0 {
                return facts["stored"].clone();
            }
            assert!(began.elapsed() < PATIENCE, "{facts:#}");
            SystemClock.sleep(Duration::from_millis(200)).await;
        }
    }

    pub(crate) async fn publish(&self, dataset: &str, event: &str) {
        let sns = aws_sdk_sns::Client::new(self.aws().sdk_config());
        let name =
            MessageAttributeValue::builder().data_type("String").string_value(dataset).build().unwrap();
        let call = sns.publish().topic_arn(self.dev.address("topic")).message(event);
        call.message_attributes("dataset", name).send().await.unwrap();
    }
}

/// The command with these variables, and none of the test's own that say where AWS is, or as whom to ask.
fn with(variables: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = tributary(arguments);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied()).env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

/// Runs the command with these variables, and this on its standard input.
pub(crate) fn run_with(variables: &[(&str, &str)], arguments: &[&str], input: &str) -> Output {
    let mut command = with(variables, arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// The standard output, once the status is the expected one.
pub(crate) fn checked(output: &Output, status: i32) -> String {
    assert_eq!(output.status.code(), Some(status), "{}", said(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}
