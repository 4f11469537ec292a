use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use aws::{Aws, SystemClock};
use aws_sdk_sns::types::MessageAttributeValue;
use domain::port::Clock;
use tempfile::TempDir;

use crate::process::Dev;

async fn publish(dev: &Dev, id: u32) -> bool {
    let sns = aws_sdk_sns::Client::new(Aws::local(dev.address("aws")).sdk_config());
    let dataset = MessageAttributeValue::builder().data_type("String").string_value("passengers").build();
    let call = sns.publish().topic_arn(dev.address("topic")).message(format!(r#"{{"passenger_id": {id}}}"#));
    call.message_attributes("dataset", dataset.unwrap()).send().await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_ready_soon_and_ends_cleanly() {
    let data = TempDir::new().unwrap();
    for signal in ["-INT", "-TERM"] {
        let dev = Dev::start(data.path());
        // A bound that a loaded machine keeps; the figure itself is measured by scripts/bench.
        assert!(dev.ready_after < Duration::from_secs(10), "ready after {:?}", dev.ready_after);
        assert!(publish(&dev, 1).await);
        let (code, took) = dev.signal(signal);
        assert_eq!(code, Some(0), "{signal}");
        assert!(took < Duration::from_secs(10), "{signal} took {took:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_when_nobody_reads_what_it_prints() {
    let data = TempDir::new().unwrap();
    let mut command = crate::process::tributary(&["dev", "--aws", "127.0.0.1:0", "--http", "127.0.0.1:0"]);
    let mut child = command.arg("--data").arg(data.path()).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    SystemClock.sleep(Duration::from_secs(2)).await;
    assert_eq!(child.try_wait().unwrap(), None, "it ended by itself");
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// The status of a GET; `None` where the connection is closed without an answer, or nothing comes.
fn status(authority: &str, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(authority).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    let _reset = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).split(' ').nth(1)?.parse().ok()
}

#[test]
fn half_sent_requests_do_not_use_up_its_files() {
    let data = TempDir::new().unwrap();
    let dev = Dev::start_with_open_files(data.path(), 256);
    let addresses =
        ["aws", "http"].map(|which| dev.address(which).strip_prefix("http://").unwrap().to_owned());
    let mut held = Vec::new();
    for _ in 0..150 {
        for address in &addresses {
            let mut stream = TcpStream::connect(address).unwrap();
            // Where there is no room it is closed at once.
            let _closed = stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n");
            held.push(stream);
        }
    }
    for (address, path, expected) in [(&addresses[0], "/nothing", 404), (&addresses[1], "/healthz", 200)] {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            match status(address, path) {
                Some(found) if found != 503 => {
                    assert_eq!(found, expected, "{path}");
                    break;
                }
                answer => assert!(Instant::now() < deadline, "{path}: {answer:?}"),
            }
        }
    }
    drop(held);
    assert_eq!(dev.signal("-TERM").0, Some(0));
}

#[test]
fn it_warns_when_other_machines_can_reach_it() {
    let data = TempDir::new().unwrap();
    let arguments =
        ["dev", "--aws", "0.0.0.0:0", "--http", "127.0.0.1:0", "--json", "--allow-host", "lake.internal"];
    let mut command = crate::process::tributary(&arguments);
    command.arg("--data").arg(data.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (mut said, mut line) = (BufReader::new(child.stderr.take().unwrap()), String::new());
    said.read_line(&mut line).unwrap();
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(line.contains("warning: --aws 0.0.0.0:0 is open to other machines"), "{line}");
}

#[test]
fn a_host_that_is_none_is_refused() {
    for host in ["http://lake", "lake:4566", "*"] {
        let output = crate::process::run(&["dev", "--allow-host", host]);
        assert_eq!(output.status.code(), Some(2), "{host}");
        let said = crate::process::said(&output);
        assert!(said.contains("without scheme, port and path"), "{host}: {said}");
    }
}
