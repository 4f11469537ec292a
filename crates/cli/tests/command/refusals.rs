use std::{
    net::TcpListener,
    process::{Command, Stdio},
    time::Duration,
};

use aws::SystemClock;
use domain::port::Clock;
use tempfile::TempDir;

use crate::process::{run, said, tributary};

#[test]
fn help_has_examples() {
    for (arguments, words) in [
        (&["--help"][..], "Exit status"),
        (&["dev", "--help"], "Examples:"),
        (&["demo", "--help"], "tributary demo --keep"),
        (&["publish", "--help"], "tributary publish --dry-run --pack"),
        (&["dataset", "--help"], "Exit status"),
        (&["dataset", "check", "--help"], "Exit status"),
        (&["dataset", "apply", "--help"], "Exit status"),
        (&["dataset", "list", "--help"], "Examples:"),
        (&["dataset", "show", "--help"], "Examples:"),
        (&["dataset", "status", "--help"], "Examples:"),
        (&["dataset", "infer", "--help"], "Examples:"),
        (&["partition", "--help"], "Exit status"),
        (&["partition", "log", "--help"], "Examples:"),
        (&["partition", "rollback", "--help"], "Exit status"),
        (&["compact", "--help"], "tributary compact bookings --rebuild"),
        (&["quarantine", "--help"], "Exit status"),
        (&["quarantine", "list", "--help"], "Examples:"),
        (&["quarantine", "show", "--help"], "Examples:"),
        (&["quarantine", "replay", "--help"], "Exit status"),
        (&["restore", "--help"], "Exit status"),
        (&["named-query", "--help"], "Exit status"),
        (&["named-query", "check", "--help"], "Exit status"),
        (&["named-query", "apply", "--help"], "Exit status"),
        (&["named-query", "list", "--help"], "Examples:"),
        (&["named-query", "run", "--help"], "Exit status"),
        (&["undelivered", "--help"], "Exit status"),
        (&["undelivered", "replay", "--help"], "Examples:"),
    ] {
        let output = run(arguments);
        assert!(output.status.success());
        let help = String::from_utf8(output.stdout).unwrap();
        assert!(help.contains(words), "{help}");
    }
}

#[test]
fn the_version_names_product_version_and_commit() {
    let output = run(&["--version"]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text, format!("tributary {}\n", domain::version::described()));
    assert!(text.contains("(commit "), "{text}");
}

#[test]
fn a_port_already_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, data) = (taken.local_addr().unwrap().to_string(), TempDir::new().unwrap());
    let output = run(&["dev", "--aws", &address, "--data", data.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        said(&output),
        format!(
            "error: the address {address} is in use: stop what listens there, or choose another with --aws \
             (port 0 picks a free one)\n"
        )
    );
}

#[test]
fn a_data_directory_that_cannot_be_written() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    let output = run(&["dev", "--data", path]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).starts_with("error: the data directory"), "{}", said(&output));
    // /proc is a directory in which nobody creates files, root neither.
    let output = run(&["dev", "--data", "/proc/tributary"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("cannot be written: name one"), "{}", said(&output));
}

#[test]
fn a_setting_that_does_not_parse() {
    let output = tributary(&["dev"]).env("TRIBUTARY_GRACE", "ten minutes").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        said(&output),
        "error: TRIBUTARY_GRACE=\"ten minutes\" is not valid: expected a number and one of ms, s, m, h, for \
         example 10m\n"
    );
}

#[test]
fn dataset_files_that_are_wrong() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().to_str().unwrap();
    for (definition, words) in [
        (r#"{"name": "a", "columns": [{"name": "x", "type": "strng"}]}"#, "column x: unknown type \"strng\""),
        (
            r#"{"name": "a", "columns": [{"name": "x", "type": "int"}, {"name": "x", "type": "int"}]}"#,
            "column x is defined twice",
        ),
    ] {
        std::fs::write(directory.path().join("a.json"), definition).unwrap();
        let output = run(&["dev", "--datasets", path]);
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains("a.json") && said(&output).contains(words), "{}", said(&output));
    }
    let output = run(&["dev", "--datasets", "/nowhere"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("/nowhere cannot be read: name a directory"), "{}", said(&output));
}

#[test]
fn options_that_are_wrong() {
    for arguments in [&["dev", "--aws", "localhost"][..], &["deev"], &["dev", "--port", "1"], &[]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
    }
}

#[tokio::test]
async fn ctrl_c_ends_a_command_that_waits_for_the_lake_or_for_its_input() {
    // Takes connections, and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    for (arguments, expected) in [
        (&["dataset", "list"][..], Some(130)),
        (&["quarantine", "list"], Some(130)),
        // Ended by the signal; where this process was started with it ignored, as `nohup` or `&` in a script may do, by
        // the end of its input.
        (&["dataset", "infer", "-"], if ignores_interrupts() { Some(2) } else { None }),
    ] {
        let mut command = tributary(arguments);
        command.env("AWS_ENDPOINT_URL", &endpoint).env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_PROFILE");
        let mut child = command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        // Until it waits; before, the signal would end it all the same.
        SystemClock.sleep(Duration::from_secs(1)).await;
        let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        assert_eq!(child.wait().unwrap().code(), expected, "{arguments:?}");
    }
}

/// Whether this process was started with SIGINT ignored, which its children inherit. Where there is no /proc, it was not.
fn ignores_interrupts() -> bool {
    const SIGINT: u32 = 2;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 << (SIGINT - 1) != 0)
}
