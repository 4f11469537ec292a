use std::{
    process::{Command, Stdio},
    time::Duration,
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
