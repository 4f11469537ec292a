//! What counts against the memory budget, and what is read until it is used up.

use super::*;
use crate::limits::ROW;

/// What is counted is no less than what there is: rows of long texts, of long texts that repeat, and short ones.
#[tokio::test]
async fn the_memory_that_rows_take_is_counted() {
    let long = "x".repeat(2_000);
    for (events, ratio) in [
        ((0..4_000).map(|n| format!(r#"{{"n":{n},"s":["{n}{long}"]}}"#)).collect::<Vec<_>>(), 0.8..1.2),
        ((0..4_000).map(|n| format!(r#"{{"n":{n},"s":["{}{long}"]}}"#, n % 50)).collect(), 0.02..0.2),
        ((0..4_000).map(|_| "{}".to_owned()).collect(), 0.7..1.3),
    ] {
        let mut landing = Landing::new();
        for events in events.chunks(100) {
            let lines: String = events.iter().map(|event| line(event)).collect();
            landing.put(zstd::bulk::compress(lines.as_bytes(), 1).unwrap().into()).await;
        }
        for threads in [1, 3] {
            let found = landing.parse(&limits(), threads).await.unwrap();
            let rows: u64 = found.chunks.iter().map(|chunk| chunk.num_rows() as u64).sum();
            let buffers = |chunk: &RecordBatch| -> u64 {
                chunk.columns().iter().map(|column| column.get_buffer_memory_size() as u64).sum()
            };
            let columns: u64 = found.chunks.iter().map(buffers).sum();
            assert_eq!(rows, 4_000);
            assert!(columns + ROW * rows <= found.bytes, "{columns} bytes of columns, {}", found.bytes);
            assert!(found.bytes <= columns + columns / 4 + ROW * rows, "{columns} bytes, {}", found.bytes);
            let of_landed = found.bytes as f64 / found.landed as f64;
            assert!(ratio.contains(&of_landed), "{of_landed:.2} bytes for each that landed");
        }
    }
}

/// A sender who breaks every line fills the memory as well as others do.
#[tokio::test]
async fn lines_that_are_refused_count_with_their_texts() {
    let mut landing = Landing::new();
    let lines = line(&format!(r#"{{"n":"{}"}}"#, "x".repeat(1_000))).repeat(100);
    for _ in 0..20 {
        landing.put(zstd::bulk::compress(lines.as_bytes(), 1).unwrap().into()).await;
    }
    let found = landing.parse(&limits(), 2).await.unwrap();
    assert!(found.chunks.is_empty() && found.batches.len() == 20);
    assert!(found.bytes > found.landed, "{} bytes of {}", found.bytes, found.landed);
    let limits = Limits { inputs: found.bytes / 4, ..limits() };
    assert_eq!(landing.parse(&limits, 2).await.unwrap().batches.len(), 5);
}

/// An object that vanished counts only if it would have been taken.
#[tokio::test]
async fn an_object_that_is_gone_is_an_error_unless_the_budget_ends_before_it() {
    let mut landing = Landing::new();
    for n in 0..40 {
        landing
            .put(zstd::bulk::compress(line(&format!(r#"{{"n":{n}}}"#)).as_bytes(), 1).unwrap().into())
            .await;
    }
    let budgets: Vec<Limits> = (1..200).map(|n| Limits { inputs: n * 15, ..limits() }).collect();
    let mut counts = Vec::new();
    for limits in &budgets {
        counts.push(landing.parse(limits, 1).await.unwrap().batches.len());
    }
    // What is gone is the one behind the 20th, and budgets end before it, right before it, and behind it.
    assert!([19, 20, 21].iter().all(|count| counts.contains(count)), "{counts:?}");
    let gone = key::landing(dataset().name(), &landing.partition, &landing.fresh[20].batch);
    landing.store.delete(std::slice::from_ref(&gone)).await.unwrap();
    for threads in [1, 3] {
        for (limits, count) in budgets.iter().zip(&counts) {
            match landing.parse(limits, threads).await {
                Ok(found) => assert!(*count <= 20 && found.batches.len() == *count, "{limits:?}"),
                Err(error) => assert!(
                    *count > 20
                        && matches!(&error, CompactError::Store(StoreError::NotFound { key }) if *key == gone),
                    "{limits:?}: {error:?}"
                ),
            }
        }
    }
}

/// Somebody else than `ingest` may land an object of any size. It is taken whole, so its own bounds hold: of its bytes as they
/// are stored, of the memory that its rows take, and of its lines where these repeat.
#[tokio::test]
async fn an_object_that_alone_takes_too_much_memory_is_refused_by_name() {
    const MIB: u64 = 1 << 20;
    let long = "x".repeat(2_000);
    let distinct: String = (0..4_000).map(|n| line(&format!(r#"{{"n":{n},"s":["{n}{long}"]}}"#))).collect();
    let repeated = line(&format!(r#"{{"n":1,"s":["{long}"]}}"#)).repeat(4_000);
    let small = line(r#"{"n":7}"#);
    // Each has some 8 MiB of lines.
    for (text, limits, reason) in [
        (&distinct, Limits { object_packed: 1_000, ..limits() }, "and one that is read has at most 1000"),
        (
            &distinct,
            Limits { object: 4 * MIB, ..limits() },
            "its rows take more than 4194304 bytes of memory",
        ),
        (&repeated, Limits { object_landed: 4 * MIB, ..limits() }, "its lines have more than 4194304 bytes"),
        (&repeated, Limits { object: 4 * MIB, ..limits() }, ""),
        (&distinct, Limits { object: 12 * MIB, object_landed: 12 * MIB, ..limits() }, ""),
    ] {
        for threads in [1, 3] {
            let mut landing = Landing::new();
            landing.put(zstd::bulk::compress(small.as_bytes(), 1).unwrap().into()).await;
            landing.put(zstd::bulk::compress(text.as_bytes(), 1).unwrap().into()).await;
            landing.put(zstd::bulk::compress(small.as_bytes(), 1).unwrap().into()).await;
            let large = key::landing(dataset().name(), &landing.partition, &landing.fresh[1].batch);
            if reason.contains("that is read") {
                // It is not even fetched.
                landing.store.delete(std::slice::from_ref(&large)).await.unwrap();
            }
            match landing.parse(&limits, threads).await {
                Ok(found) => assert!(reason.is_empty() && found.batches.len() == 3, "{reason}"),
                Err(error @ CompactError::LandingTooLarge { .. }) => {
                    let text = error.to_string();
                    assert!(!reason.is_empty() && text.contains(reason) && text.contains(&large), "{text}");
                    assert!(error.stops());
                }
                Err(other) => panic!("{other:?}"),
            }
            // What fills the budget before it is taken all the same.
            let before = Limits { inputs: 1, ..limits };
            assert_eq!(landing.parse(&before, threads).await.unwrap().batches.len(), 1);
        }
    }
}

/// Short lines may leave out many fields, each of which takes memory: it is looked at before it is far beyond its bound.
#[tokio::test]
async fn an_object_of_few_bytes_whose_rows_take_too_much_memory_is_refused_too() {
    let fields: Vec<String> = (0..100).map(|index| format!("f{index}:bigint")).collect();
    let columns: Vec<String> =
        (0..500).map(|index| format!(r#"{{"name": "c{index}", "type": "bigint"}}"#)).collect();
    let nested = format!(r#"{{"name": "a", "type": "array<struct<{}>>"}}"#, fields.join(","));
    // Each has some hundred KB of lines, and 32 MB of columns.
    for (columns, event, lines) in [
        (nested, format!(r#"{{"a":[{}]}}"#, vec!["{}"; 40].join(",")), 1_000),
        (columns.join(","), "{}".to_owned(), 8_000),
    ] {
        let definition = format!(r#"{{"name": "d", "columns": [{columns}]}}"#);
        let dataset = Dataset::from_json(definition.as_bytes()).unwrap();
        let text = line(&event).repeat(lines);
        assert!(text.len() < 1 << 20, "{} bytes", text.len());
        let mut landing = Landing::new();
        landing.put(zstd::bulk::compress(text.as_bytes(), 1).unwrap().into()).await;
        for (object, is_taken) in [(64 << 20, true), (4 << 20, false)] {
            let (limits, workers) = (Limits { object, ..limits() }, Workers::new(1));
            let Landing { store, partition, hasher, .. } = &landing;
            let inputs =
                Inputs { store, dataset: &dataset, partition, limits: &limits, workers: &workers, hasher };
            let found = parse(&inputs, &landing.fresh, now()).await;
            match found {
                Ok(found) => assert!(is_taken && found.bytes >= 32_000_000, "{} bytes", found.bytes),
                Err(CompactError::LandingTooLarge { .. }) => assert!(!is_taken, "{object}"),
                Err(other) => panic!("{other:?}"),
            }
        }
    }
}

/// What is on its way is expected to come to as much as what was parsed did, whether that was taken or not.
#[test]
fn nothing_more_is_fetched_when_what_is_on_its_way_is_expected_to_use_up_the_budget() {
    let limits = Limits { inputs: 1_000, landed: 3_000, ..limits() };
    for ([bytes, landed], [packed, all_bytes, all_landed], ahead, has_room) in [
        ([0, 0], [0, 0, 0], 0, true),
        ([0, 0], [0, 0, 0], 999, true),
        ([0, 0], [0, 0, 0], 1_000, false),
        ([400, 0], [100, 400, 0], 149, true),
        ([400, 0], [100, 400, 0], 150, false),
        ([999, 0], [100, 400, 0], 0, true),
        ([1_000, 0], [100, 400, 0], 0, false),
        ([0, 1_000], [100, 1, 1_000], 199, true),
        ([0, 1_000], [100, 1, 1_000], 200, false),
        ([0, 3_000], [100, 1, 1], 0, false),
        ([0, 0], [u64::MAX, u64::MAX, u64::MAX], u64::MAX, false),
    ] {
        let all = All { packed, bytes: all_bytes, landed: all_landed, ..All::default() };
        let parsed = Parsed { bytes, landed, all, ..Parsed::default() };
        assert_eq!(parsed.has_room(ahead, &limits), has_room, "{parsed:?}, {ahead} bytes ahead");
    }
}
