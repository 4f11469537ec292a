//! The Lambdas compute on threads of their own, and not on those that serve connections.

use std::collections::BTreeSet;

use crate::{
    harness::{PASSENGERS, TestLake},
    log::Log,
};

/// All the lake's other work is on the thread of the test. Whatever starts an invocation (a publisher, a notification,
/// the schedule), it is on a thread of its Lambda.
#[tokio::test]
async fn every_invocation_is_on_a_thread_of_its_lambda() {
    let log = Log::default();
    let logged = log.keep();
    let lake = TestLake::start(&[("passengers", PASSENGERS)]).await;
    lake.publish("passengers", r#"{"passenger_id": 1}"#).await;
    lake.rows("/v1/datasets/passengers/rows", 1).await;
    lake.lake.sweep().await;
    lake.stop().await;
    drop(logged);
    for (line, thread) in [
        ("messages stored", "ingest"),
        ("partition compacted", "compact"),
        ("partitions swept", "compact"),
        ("partition registered", "register"),
        ("catalog reconciled", "register"),
        ("request answered", "query"),
    ] {
        assert_eq!(log.threads(line), BTreeSet::from([thread.to_owned()]), "{line}");
    }
}
