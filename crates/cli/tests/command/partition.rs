//! `tributary partition` and `tributary compact`: a partition's generations, made, seen, and gone back to.

use serde_json::{Value, json};

use crate::{lake::Lake, process::said};

const DAY: &str = "dt=2020-02-29";
/// A partition that the dataset cannot have, and what is said of it.
const HOUR: &str = "dt=2020-02-29/hour=12";
const OTHER: &str = "dataset bookings is partitioned by day, and dt=2020-02-29/hour=12 is an hour: name its day, \
                     dt=2020-02-29";

async fn lake_with_two_generations() -> Lake {
    let lake = Lake::start();
    let columns = json!([
        {"name": "booking_id", "type": "string", "required": true},
        {"name": "booked_at", "type": "timestamp", "required": true},
    ]);
    let definition = json!({
        "name": "bookings", "columns": columns, "identity": ["booking_id"], "event_time": "booked_at",
    });
    let path = lake.file("bookings.json", &definition.to_string());
    lake.output(0, &["dataset", "apply", path.to_str().unwrap()]);
    for (rows, id) in ["a", "b"].iter().enumerate() {
        let event = json!({"booking_id": id, "booked_at": "2020-02-29T12:00:00Z"});
        lake.publish("bookings", &event.to_string()).await;
        lake.settled("bookings", rows as u64 + 1).await;
    }
    lake
}

/// Generation, kind, rows and files of each, newest first.
fn log(lake: &Lake) -> Vec<(u64, String, u64, u64)> {
    let log = lake.json(&["partition", "log", "bookings", DAY]);
    let number = |entry: &Value, what: &str| entry[what].as_u64().unwrap();
    let entry = |entry: &Value| {
        let kind = entry["kind"].as_str().unwrap().to_owned();
        (number(entry, "generation"), kind, number(entry, "rows"), number(entry, "files"))
    };
    log.as_array().unwrap().iter().map(entry).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn generations_are_merged_seen_gone_back_to_and_rebuilt() {
    let lake = lake_with_two_generations().await;
    let entry = |number, kind: &str, rows, files| (number, kind.to_owned(), rows, files);
    assert_eq!(log(&lake), [entry(2, "append", 2, 2), entry(1, "append", 1, 1)]);

    let compacted = lake.json(&["compact", "bookings"]);
    let done = &compacted["partitions"][0];
    assert_eq!((&done["partition"], &done["committed"], &done["rows"]), (&json!(DAY), &json!(1), &json!(2)));
    assert_eq!((&compacted["failed"], &compacted["left"]), (&json!([]), &json!(0)));
    assert_eq!(log(&lake)[0], entry(3, "merge", 2, 1));
    assert_eq!(lake.output(0, &["compact", "bookings"]), "Nothing to do in 1 partition.\n");

    let back = lake.output(0, &["partition", "rollback", "bookings", DAY, "--to", "2"]);
    assert_eq!(back, format!("bookings/{DAY} is at generation 4: the 2 rows of generation 2, in 2 files.\n"));
    assert_eq!(log(&lake)[0], entry(4, "rollback", 2, 2));
    let rebuilt = lake.output(0, &["compact", "bookings", "--partition", DAY, "--rebuild"]);
    assert!(rebuilt.ends_with("1 of 1 partition changed.\n"), "{rebuilt}");
    // At once: what the command says is done, queries see.
    let status = lake.json(&["dataset", "status", "bookings"]);
    assert_eq!(status["datasets"][0]["table"]["behind"], json!([]), "{status:#}");
    let forth = lake.json(&["partition", "rollback", "bookings", DAY, "--to", "3"]);
    assert_eq!(
        (&forth["generation"], &forth["kind"], &forth["files"]),
        (&json!(6), &json!("rollback"), &json!(1))
    );
    let kinds: Vec<String> = log(&lake).into_iter().map(|(_, kind, ..)| kind).collect();
    assert_eq!(kinds, ["rollback", "rebuild", "rollback", "merge", "append", "append"]);
    let text = lake.output(0, &["partition", "log", "bookings", DAY]);
    assert!(text.starts_with("GENERATION  KIND      ROWS "), "{text}");
    // The catalog follows, and nothing was lost on the way.
    lake.settled("bookings", 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_lose_events_or_is_not_there_is_refused_with_the_reason() {
    let lake = lake_with_two_generations().await;
    for (status, to, words) in [
        (1, "1", "generation 2 took in new events at "),
        (2, "2", "generation 2 is the head already: `tributary partition log bookings dt=2020-02-29` lists"),
        (2, "7", "generation 7 is not in the log of bookings/dt=2020-02-29, which has 1 to 2"),
    ] {
        let refused = lake.run(&["partition", "rollback", "bookings", DAY, "--to", to]);
        assert_eq!(refused.status.code(), Some(status), "{}", said(&refused));
        assert!(said(&refused).contains(words), "{}", said(&refused));
    }
    assert_eq!(log(&lake).len(), 2);
    for (arguments, words) in [
        (
            &["partition", "log", "bookings", "dt=2020-03-01"][..],
            "nothing was committed in bookings/dt=2020-03-01",
        ),
        (&["partition", "log", "bookings", "yesterday"], "expected dt=YYYY-MM-DD"),
        (&["compact", "bokings"], "there is no dataset bokings that is live"),
        (&["compact", "bookings", "--partition", "dt=2020-03-01"], "nothing has landed or was committed in"),
        (&["compact", "bookings", "--partition", HOUR], OTHER),
        (&["compact", "bookings", "--partition", HOUR, "--rebuild"], OTHER),
        (&["compact", "bookings", "--partition", HOUR, "--repair"], OTHER),
        (&["partition", "log", "bookings", HOUR], OTHER),
        (&["partition", "rollback", "bookings", HOUR, "--to", "1"], OTHER),
        (&["doctor", "--dataset", "bookings", "--partition", HOUR], OTHER),
    ] {
        let refused = lake.run(arguments);
        assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
        assert!(said(&refused).contains(words), "{}", said(&refused));
    }
}

/// Whoever committed it: `compact` ends when queries see what is there.
#[tokio::test(flavor = "multi_thread")]
async fn what_another_one_committed_is_waited_for_too() {
    use domain::{DatasetName, port::Catalog};

    let lake = lake_with_two_generations().await;
    lake.output(0, &["compact", "bookings"]);
    let (name, catalog) = (DatasetName::new("bookings").unwrap(), lake.catalog());
    let entry = catalog.partitions(&name).await.unwrap().remove(0);
    let late = loop {
        // Once in a minute the lake reconciles, perhaps before the command has looked.
        let errors = catalog.delete_partitions(&name, std::slice::from_ref(&entry.values)).await.unwrap();
        assert!(errors.is_empty(), "{errors:?}");
        let output = lake.run(&["compact", "bookings", "--timeout", "0"]);
        if !output.status.success() {
            break output;
        }
    };
    assert_eq!(late.status.code(), Some(1), "{}", said(&late));
    assert!(said(&late).contains("queries do not see it yet in 1 partition"), "{}", said(&late));
    let lake = lake.restarted();
    assert_eq!(lake.output(0, &["compact", "bookings"]), "Nothing to do in 1 partition.\n");
    assert_eq!(lake.catalog().partitions(&name).await.unwrap(), [entry]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partition_that_stops_holds_back_no_other() {
    use domain::port::{ObjectStore, PutMode};

    let lake = lake_with_two_generations().await;
    let key = "commits/bookings/dt=2020-02-28/0000000001.json";
    lake.store().put(key, r#"{"format": 9}"#.into(), PutMode::Create).await.unwrap();
    let outcome = lake.run(&["compact", "bookings", "--json"]);
    assert_eq!(outcome.status.code(), Some(1), "{}", said(&outcome));
    assert!(said(&outcome).contains("error: 1 partition not compacted"), "{}", said(&outcome));
    let outcome: Value = serde_json::from_slice(&outcome.stdout).unwrap();
    let error = outcome["failed"][0]["error"].as_str().unwrap();
    assert!(error.contains(key) && error.contains("upgrade"), "{error}");
    assert_eq!(outcome["partitions"][0]["committed"], 1);
    let refused = lake.run(&["partition", "log", "bookings", "dt=2020-02-28"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains(key), "{}", said(&refused));
}
