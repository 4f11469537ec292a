//! What is in the bucket: logs, data files, landing, notes.

use std::collections::BTreeSet;

use super::*;

#[tokio::test]
async fn a_head_that_cannot_be_read_stops_its_partition() {
    let world = World::healthy().await;
    let key = world.head(&day(23), 1).await.key();
    for (body, words) in [("{", "does not parse"), (r#"{"format": 9}"#, "upgrade before working on")] {
        world.put(&key, body).await;
        world.finds("commit_unreadable", "seats/dt=2026-11-23").await;
        assert!(world.words().await.0.contains(words));
    }
}

#[tokio::test]
async fn data_files_are_held_against_the_head() {
    let world = World::healthy().await;
    let file = world.head(&day(22), 2).await.files.remove(0).key;
    world.put(&file, "short").await;
    world.finds("file_changed", "seats/dt=2026-11-22").await;
    world.delete(&file).await;
    world.finds("file_missing", "seats/dt=2026-11-22").await;
    assert_eq!(world.words().await.1, "tributary partition rollback seats dt=2026-11-22 --to 1");
    world.put(&file, "parquet").await;

    let appended = world.head(&day(23), 1).await;
    world.delete(&appended.files[0].key).await;
    let (what, mend) = world.words().await;
    assert_eq!(what, format!("data file {} is gone, with 3 rows", appended.files[0].key));
    assert!(
        mend.starts_with("tributary restore --from BACKUP --dataset seats, "),
        "an append is not rolled back: {mend}"
    );
    world.put(&appended.files[0].key, "parquet").await;
    world.put(&key::run_file(&appended.location, 1), "left behind, and read by nobody").await;
    assert_eq!(world.found().await, []);
    world.put(&key::data_file(&appended.location, 1), "twice").await;
    world.finds("file_unknown", "seats/dt=2026-11-23").await;
}

#[tokio::test]
async fn what_was_never_committed_is_left_over_after_the_retention() {
    let world = World::healthy().await;
    let writer = WriterId::from(world.ids.ulid());
    // One beside a commit of its number, one beyond the head, and one of a partition without commits.
    let mut expected = Vec::new();
    for (partition, number) in [(day(22), 1), (day(23), 2), (day(24), 1)] {
        let prefix = key::generation_prefix(&world.dataset, &partition, Generation::new(number), &writer);
        world.put(&key::data_file(&prefix, 0), "parquet").await;
        expected.push(("leftover", format!("seats/{partition}")));
    }
    assert_eq!(world.found().await, [], "somebody may be at work on them");
    world.clock.advance(TimeDelta::hours(8));
    assert_eq!(world.found().await, expected, "and no generation that was committed");
}

#[tokio::test]
async fn what_landed_long_ago_and_was_not_consumed_waits() {
    let world = World::healthy().await;
    for (partition, text) in [(day(23), "consumed"), (day(23), "new"), (day(25), "new")] {
        world.put(&key::landing(&world.dataset, &partition, &batch(text)), "packed").await;
    }
    assert_eq!(world.found().await, []);
    world.clock.advance(TimeDelta::minutes(16));
    let places =
        ["seats/dt=2026-11-23", "seats/dt=2026-11-25"].map(|place| ("landing_waits", place.to_owned()));
    assert_eq!(world.found().await, places);
    let (what, mend) = world.words().await;
    assert_eq!(what, "1 object in landing wait for more than 15 min, the oldest for 16 min");
    assert_eq!(mend, "tributary compact seats --partition dt=2026-11-23");
}

#[tokio::test]
async fn an_object_that_may_be_too_large_for_compact_is_named() {
    let world = World::healthy().await;
    let columns: Vec<String> =
        (0..1_000).map(|index| format!(r#"{{"name": "c{index}", "type": "bigint"}}"#)).collect();
    let definition = format!(r#"{{"name": "wide", "columns": [{}]}}"#, columns.join(","));
    world.put("datasets/wide.json", &definition).await;
    world.put("schemas/wide/000001.json", &definition).await;
    let dataset = DatasetName::new("wide").unwrap();
    let scope = Scope { dataset: Some(dataset.clone()), ..Scope::default() };
    for (rows, is_heavy) in [(8_000, false), (8_001, true)] {
        let line = r#"{"_id":"m:0","_ingested_at":"2026-11-23T10:00:00.000Z","data":{"c0":7}}"#;
        let packed = zstd::encode_all(format!("{line}\n").repeat(rows).as_bytes(), 1).unwrap();
        let key = key::landing(&dataset, &day(23), &batch("wide"));
        world.store.put(&key, packed.into(), PutMode::Overwrite).await.unwrap();
        world.clock.advance(TimeDelta::minutes(16));
        let found = world.report(&scope).await.unwrap().differences;
        let waits = found.iter().find(|found| found.kind.code() == "landing_waits").unwrap();
        let words = format!("the rows of {key} have more than 8000000 places in columns");
        assert_eq!(waits.what.contains(&words), is_heavy, "{}", waits.what);
    }
}

#[tokio::test]
async fn notes_that_do_not_parse_and_keys_of_strangers_are_named() {
    let world = World::healthy().await;
    world.put("vacuum/seats/dt=2026-11-22.json", r#"{"format": 1, "garbage": []}"#).await;
    assert_eq!(world.found().await, []);
    world.put("vacuum/seats/dt=2026-11-22.json", "[]").await;
    world.finds("notes_unreadable", "seats/dt=2026-11-22").await;
    assert_eq!(world.words().await.1, "aws s3 rm s3://lake/vacuum/seats/dt=2026-11-22.json");
    world.delete("vacuum/seats/dt=2026-11-22.json").await;

    let strangers = [
        "landing/seats/it's mine.txt",
        "commits/seats/dt=2026-11-22/1.json",
        "tables/seats/dt=2026-11-22/part.parquet",
        "vacuum/notes.txt",
        "datasets/Seats.json",
    ];
    for key in strangers {
        world.put(key, "x").await;
    }
    let report = world.report(&Scope::default()).await.unwrap();
    let keys: BTreeSet<_> = report.differences.iter().filter_map(|found| found.key.as_deref()).collect();
    assert_eq!(keys, strangers.into());
    let deployment =
        Deployment { bucket: "lake", database: "tributary", lake: "tributary-qa", is_local: true };
    let text = text::person(&report, &deployment);
    assert!(
        text.contains("if nobody needs it: aws s3 rm 's3://lake/landing/seats/it'\\''s mine.txt'"),
        "{text}"
    );
}
