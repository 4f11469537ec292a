//! Objects that hold more than there is memory for.

use super::*;

fn read(key: &str, packed: &[u8], most: usize) -> Result<Vec<Rejected>, ReplayError> {
    let mut lines = Lines::begin(key, packed, most)?;
    std::iter::from_fn(|| lines.read().transpose()).collect()
}

/// A few KB of zstd may hold millions of lines.
#[tokio::test]
async fn an_object_is_replayed_in_slices_as_it_is_at_once() {
    // Every third event does not fit, and every fifth is not chosen.
    let event = |n: usize| {
        if n.is_multiple_of(3) { format!(r#"{{"n": "x{n}"}}"#) } else { format!(r#"{{"n": {n}}}"#) }
    };
    let body = format!("[{}]", (0..300).map(event).collect::<Vec<_>>().join(","));
    let options = |dry_run| Options {
        chosen: |line: &Rejected| !line.position.is_multiple_of(5),
        dataset: None,
        dry_run,
        change: None,
        judged: None,
    };
    let expected = Replayed { replayed: 240, accepted: 160, rejected: 80, kept: 60 };
    for slice in [1, 2_000, 20_000, usize::MAX] {
        let world = World::with(None).await;
        world.send(Some("seats"), &body).await;
        world.accept(NARROW, 1).await;
        let old = world.keys("quarantine/").await;
        let [key] = &old[..] else { panic!("{old:?}") };
        let (packed, object) = (world.store.get(key).await.unwrap(), QuarantineKey::parse(key).unwrap());
        let before = world.keys("").await;
        let said = world.ingest().replay_in_slices(&object, options(true), slice).await.unwrap();
        assert_eq!((said, world.keys("").await), (expected, before), "slices of {slice}");

        let done = world.ingest().replay_in_slices(&object, options(false), slice).await.unwrap();
        assert_eq!(done, expected, "slices of {slice}");
        let (after, left) = (world.keys("").await, world.lines("quarantine/").await);
        assert_eq!(world.keys("landing/").await.len() > 1, slice < 100_000, "slices of {slice}");
        let position = |line: &String| -> usize {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let id = line["_id"].as_str().and_then(|id| id.strip_prefix("m:")?.parse().ok());
            id.unwrap_or_else(|| line["position"].as_u64().unwrap() as usize)
        };
        for (prefix, lands) in [("landing/", true), ("quarantine/", false)] {
            let mut found: Vec<usize> = world.lines(prefix).await.iter().map(position).collect();
            found.sort_unstable();
            let of_kind = (0..300).filter(|n| (n % 3 != 0 && n % 5 != 0) == lands);
            assert_eq!(found, of_kind.collect::<Vec<_>>(), "{prefix} in slices of {slice}");
        }

        // As if it had broken off before the object was deleted.
        world.store.put(key, packed, PutMode::Overwrite).await.unwrap();
        world.ingest().replay_in_slices(&object, options(false), slice).await.unwrap();
        assert_eq!(world.keys("").await, after, "the same objects, by the same names");
        assert_eq!(world.lines("quarantine/").await, left);
    }
}

#[tokio::test]
async fn nothing_is_written_of_an_object_that_is_damaged_in_a_later_slice() {
    let world = World::with(None).await;
    world.send(Some("seats"), r#"[{"n": 1}, {"n": 2}]"#).await;
    world.accept(NARROW, 1).await;
    let key = world.keys("quarantine/").await[0].clone();
    let mut text = zstd::decode_all(&world.store.get(&key).await.unwrap()[..]).unwrap();
    text.extend_from_slice(b"{}\n");
    let packed = zstd::bulk::compress(&text, 1).unwrap();
    world.store.put(&key, packed.into(), PutMode::Overwrite).await.unwrap();
    let before = world.keys("").await;
    for slice in [1, usize::MAX] {
        let options = Options {
            chosen: |_: &Rejected| true,
            dataset: None,
            dry_run: false,
            change: None,
            judged: None,
        };
        let answer =
            world.ingest().replay_in_slices(&QuarantineKey::parse(&key).unwrap(), options, slice).await;
        assert!(matches!(answer, Err(ReplayError::Damaged { line: 3, .. })), "{answer:?}");
        assert_eq!(world.keys("").await, before);
    }
}

/// A few bytes of zstd may hold a line of many GB.
#[test]
fn a_line_that_is_too_long_is_read_no_further() {
    let line = r#"{"message_id":"m","position":0,"dataset":null,"reason":"r","at":"2026-11-23T10:05:00Z","text":"t"}"#;
    let pack = |text: &str| zstd::encode_all(text.as_bytes(), 3).unwrap();
    for text in [format!("{line}\n{line}\n"), format!("{line}\n\n{line}")] {
        assert_eq!(read("k", &pack(&text), line.len()).unwrap().len(), 2);
        let error = read("k", &pack(&text), line.len() - 1).unwrap_err();
        assert!(error.to_string().contains("line 1"), "{error}");
    }
    let bomb = format!("{line}\n{}", "x".repeat(1 << 20));
    match read("k", &pack(&bomb), 1 << 10).unwrap_err() {
        ReplayError::Damaged { line: 2, reason, .. } => assert_eq!(reason, "it is longer than 1024 bytes"),
        other => panic!("{other:?}"),
    }
}
