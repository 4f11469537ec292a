//! `tributary doctor --deep` and `tributary compact --repair`: twins that are in a table are seen, and dropped.

use domain::{
    Commit, CommitKind, DataFile, DatasetName, Generation,
    commit::WriterId,
    key,
    port::{ObjectStore, PutMode},
};
use serde_json::{Value, json};

use crate::{lake::Lake, process::said};

const DAY: &str = "dt=2020-02-29";

/// Commits every row of the head twice, as a version did that did not find all twins.
async fn double(lake: &Lake) {
    let (store, dataset) = (lake.store(), DatasetName::new("orders").unwrap());
    let partition = DAY.parse().unwrap();
    let key = key::commit(&dataset, &partition, Generation::new(1));
    let head = Commit::parse(&key, &store.get(&key).await.unwrap()).unwrap();
    let generation = head.generation.next().unwrap();
    let writer = WriterId::new("01JDAAAAAAAAAAAAAAAAAAAAAA").unwrap();
    let location = key::generation_prefix(&dataset, &partition, generation, &writer);
    let mut files = Vec::new();
    for (part, file) in (0..).zip(head.files.iter().chain(&head.files)) {
        let copy = DataFile { key: key::data_file(&location, part), ..file.clone() };
        store.copy(&file.key, &copy.key).await.unwrap();
        files.push(copy);
    }
    let (kind, rows) = (CommitKind::Append, 2 * head.rows);
    let commit = Commit { kind, generation, writer, location, files, rows, ..head };
    store.put(&commit.key(), serde_json::to_vec(&commit).unwrap().into(), PutMode::Create).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn twins_are_seen_and_dropped() {
    let lake = Lake::start();
    let columns = json!([
        {"name": "qty", "type": "bigint"},
        {"name": "order_id", "type": "bigint", "required": true},
        {"name": "at", "type": "timestamp", "required": true},
    ]);
    let definition =
        json!({"name": "orders", "columns": columns, "identity": ["order_id"], "event_time": "at"});
    let path = lake.file("orders.json", &definition.to_string());
    lake.output(0, &["dataset", "apply", path.to_str().unwrap()]);
    let event =
        |id: u64| json!({"qty": 7 * id % 5, "order_id": id, "at": "2020-02-29T12:00:00Z"}).to_string();
    let events: Vec<String> = (1001..1004).map(event).collect();
    lake.publish("orders", &format!("[{}]", events.join(","))).await;
    lake.settled("orders", 3).await;
    assert_eq!(
        lake.output(0, &["doctor", "--deep", "--dataset", "orders"]),
        "No difference: 1 dataset and 1 partition looked at.\n"
    );
    assert_eq!(lake.output(0, &["compact", "orders", "--repair"]), "No twins in 1 partition.\n");

    double(&lake).await;
    let lake = lake.restarted();
    lake.settled("orders", 6).await;
    assert_eq!(
        lake.output(0, &["doctor", "--dataset", "orders"]),
        "No difference: 1 dataset and 1 partition looked at.\n"
    );
    let text = lake.output(1, &["doctor", "--deep", "--dataset", "orders"]);
    assert!(text.contains("3 of the 6 rows of generation 2 are twins of others"), "{text}");
    assert!(text.contains(&format!("[1] tributary compact orders --partition {DAY} --repair")), "{text}");
    let report: Value = serde_json::from_str(&lake.output(1, &["doctor", "--deep", "--json"])).unwrap();
    assert_eq!(report["differences"][0]["kind"], "twins", "{report:#}");

    let text = lake.output(0, &["compact", "orders", "--repair"]);
    assert!(
        text.contains(
            "Dropped 3 twins, of which 0 differed from the row that stays.\n1 of 1 partition changed."
        ),
        "{text}"
    );
    lake.settled("orders", 3).await;
    let log = lake.json(&["partition", "log", "orders", DAY]);
    assert_eq!(
        (&log[0]["kind"], &log[0]["rows"], &log[0]["duplicates_dropped"]),
        (&json!("repair"), &json!(3), &json!(3))
    );
    assert!(lake.output(0, &["partition", "log", "orders", DAY]).contains("repair"));
    let refused = lake.run(&["partition", "rollback", "orders", DAY, "--to", "2"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("generation 3 dropped 3 twins"), "{}", said(&refused));
    // Twins are found among what comes now, too: the identity is not the first column.
    lake.publish("orders", &format!("[{},{}]", event(1002), event(1004))).await;
    lake.settled("orders", 4).await;
    assert_eq!(lake.run(&["doctor", "--deep", "--dataset", "orders"]).status.code(), Some(0));
}
