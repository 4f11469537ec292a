//! `tributary dev` as a child process.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

/// The command, with the settings of the tests' own environment out of the way.
pub(crate) fn tributary(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tributary"));
    command.args(arguments);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TRIBUTARY_")) {
        command.env_remove(name);
    }
    command
}

pub(crate) fn run(arguments: &[&str]) -> Output {
    tributary(arguments).output().unwrap()
}

/// The end of what went to standard error.
pub(crate) fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// `tributary dev` on free ports, whose answers may be as long as a test needs.
pub(crate) fn spawn(data: &Path, datasets: &Path) -> Child {
    spawn_with(data, datasets, &[])
}

fn spawn_with(data: &Path, datasets: &Path, more: &[&str]) -> Child {
    let arguments = ["dev", "--aws", "127.0.0.1:0", "--http", "127.0.0.1:0", "--json", "--datasets"];
    let mut command = tributary(&arguments);
    command.arg(datasets).args(more).env("TRIBUTARY_MAX_ROWS", "1000000");
    command.arg("--data").arg(data).stdout(Stdio::piped()).spawn().unwrap()
}

pub(crate) struct Dev {
    child: Child,
    pub(crate) ready_after: Duration,
    addresses: Value,
}

impl Dev {
    /// Starts it on free ports and waits for its first line.
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    /// The same, with more options.
    pub(crate) fn start_with(data: &Path, more: &[&str]) -> Self {
        let datasets = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/datasets");
        Self::start_on(data, datasets.as_ref(), more)
    }

    /// The same, with the definitions of another directory.
    pub(crate) fn start_on(data: &Path, datasets: &Path, more: &[&str]) -> Self {
        Self::ready(Instant::now(), spawn_with(data, datasets, more))
    }

    /// With so many files that it may have open.
    pub(crate) fn start_with_open_files(data: &Path, files: u32) -> Self {
        let began = Instant::now();
        let plain = tributary(&["dev", "--aws", "127.0.0.1:0", "--http", "127.0.0.1:0", "--json", "--data"]);
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -n \"$0\" && exec \"$@\"", &files.to_string()]);
        command.arg(plain.get_program()).args(plain.get_args()).arg(data);
        for (name, _) in plain.get_envs() {
            command.env_remove(name);
        }
        Self::ready(began, command.stdout(Stdio::piped()).spawn().unwrap())
    }

    fn ready(began: Instant, mut child: Child) -> Self {
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready_after = began.elapsed();
        Self { child, ready_after, addresses: serde_json::from_str(&line).unwrap() }
    }

    pub(crate) fn address(&self, which: &str) -> &str {
        self.addresses[which].as_str().unwrap()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal and waits for the end; answers the exit status and how long it took.
    pub(crate) fn signal(mut self, signal: &str) -> (Option<i32>, Duration) {
        let began = Instant::now();
        let sent = Command::new("kill").args([signal, &self.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let status = self.child.wait().unwrap();
        (status.code(), began.elapsed())
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        // Already gone, where the test ended it.
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}
