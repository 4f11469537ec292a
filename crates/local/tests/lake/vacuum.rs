//! The vacuum over the real protocols, as its schedule sets it off.

use std::{collections::BTreeSet, sync::Arc};

use aws::{Aws, SystemClock};
use chrono::TimeDelta;
use compact::Vacuum;
use domain::{
    key,
    memory::ManualClock,
    port::{Clock, ObjectStore},
    run::{MAX_LIFE, Run},
};
use lambda_runtime::LambdaEvent;
use serde_json::{Value, json};

use crate::harness::{TestLake, settings};

/// What the schedule of the vacuum sends.
fn event() -> LambdaEvent<Value> {
    let mut invocation = lambda_runtime::Context::default();
    let deadline = SystemClock.now() + TimeDelta::minutes(5);
    invocation.deadline = u64::try_from(deadline.timestamp_millis()).unwrap();
    LambdaEvent::new(json!({"vacuum": {}}), invocation)
}

#[tokio::test]
async fn register_refuses_it_and_asks_nobody() {
    let nobody = register::Context::new(&Aws::local("http://127.0.0.1:9"), &(&settings()).into());
    let mut done = register::Reconciled::default();
    let error = register::handle(event(), &nobody, &mut done).await.unwrap_err();
    assert_eq!(error.to_string(), "the vacuum is for compact: register never deletes anything");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_superseded_goes_after_the_retention_and_the_rows_stay() {
    let lake = TestLake::passengers().await;
    for id in 1..=3 {
        lake.publish("passengers", &format!(r#"{{"passenger_id": {id}}}"#)).await;
        lake.rows("/v1/datasets/passengers/rows", id).await;
    }
    let context = compact::Context::new(&lake.aws, &(&lake.settings).into());
    let mut done = compact::Done::default();
    compact::handle(event(), &context, &mut done).await.unwrap();
    assert_eq!((done.vacuumed.partitions, done.inspected.partitions), (1, 1));
    let noted = lake.store.list_all(key::VACUUM).await.unwrap();
    assert_eq!(noted.len(), 1);
    assert_eq!(lake.store.list_all(key::COMMITS).await.unwrap().len(), 3, "noted, and not deleted");

    // So late that no register can have anything older in mind, and then the retention later.
    let later = Arc::new(ManualClock::new(SystemClock.now() + MAX_LIFE));
    let (store, catalog) = (Arc::new(lake.store.clone()), Arc::new(lake.catalog.clone()));
    let vacuum = Vacuum::new(store, catalog, Arc::clone(&later), &lake.settings);
    vacuum.sweep(&Run::new(later.now(), None)).await.unwrap();
    assert_eq!(lake.store.list_all(key::COMMITS).await.unwrap().len(), 3, "noted, and not deleted");
    later.advance(lake.settings.compact.retention);
    let swept = vacuum.sweep(&Run::new(later.now(), None)).await.unwrap();
    assert_eq!((swept.vacuumed.generations, swept.failed, swept.vacuumed.failed), (2, 0, 0));
    assert_eq!(lake.store.list_all(key::COMMITS).await.unwrap().len(), 1);
    let files = lake.store.list_all(key::TABLES).await.unwrap();
    let generations: BTreeSet<_> =
        files.iter().map(|file| key::generation_of(&file.key).unwrap().2.number()).collect();
    assert_eq!(generations, [3].into());
    assert_eq!(lake.rows("/v1/datasets/passengers/rows", 3).await.len(), 3);

    vacuum.sweep(&Run::new(later.now(), None)).await.unwrap();
    assert!(lake.store.list_all(key::VACUUM).await.unwrap().is_empty(), "nothing is left to note");
    lake.stop().await;
}
