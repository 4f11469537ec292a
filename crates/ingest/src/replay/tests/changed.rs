//! Lines that are changed before they are judged, and lines that are given up.

use super::*;

/// What was sent, what it was changed into, how much of it fits, and why the rest does not.
type Told = (String, Option<String>, usize, Vec<String>);

/// What came of a replay in which every `x` of a body becomes a 7, and what was told of it.
async fn sevens(world: &World, dry_run: bool) -> (Replayed, Vec<Told>) {
    let told = std::sync::Mutex::new(Vec::new());
    let change = |body: &[u8]| match std::str::from_utf8(body).unwrap() {
        text if text.contains("never") => Err("it cannot be changed".to_owned()),
        text if text.contains('x') => Ok(Some(text.replace("\"x\"", "7").into_bytes())),
        _ => Ok(None),
    };
    let judged = |judged: &Judged<'_>| {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let after = judged.after.map(text);
        told.lock().unwrap().push((text(judged.before), after, judged.accepted, judged.reasons.to_vec()));
    };
    let mut sum = Replayed::default();
    for key in world.keys("quarantine/").await {
        let options = Options {
            chosen: |_: &Rejected| true,
            dataset: None,
            dry_run,
            change: Some(&change),
            judged: Some(&judged),
        };
        let one = world.ingest().replay(&QuarantineKey::parse(&key).unwrap(), options).await.unwrap();
        sum.replayed += one.replayed;
        sum.accepted += one.accepted;
        sum.rejected += one.rejected;
    }
    (sum, told.into_inner().unwrap())
}

#[tokio::test]
async fn a_line_is_changed_if_all_of_it_fits_then_and_else_stays_as_it_came() {
    let world = World::with(Some(NARROW)).await;
    world.send(Some("seats"), r#"[{"n": "x"}, {"n": "x", "n2": 1.0}, {"n": "y"}, {"n": "never x"}]"#).await;
    world.send(Some("seats"), r#"{"n": ["x"]}"#).await;
    let before = world.lines("quarantine/").await;
    let keys = world.keys("").await;
    let (said, mut told) = sevens(&world, true).await;
    assert_eq!(said, Replayed { replayed: 5, accepted: 2, rejected: 3, kept: 0 });
    assert_eq!(world.keys("").await, keys, "a dry run changed something");
    told.sort();
    let found: Vec<_> =
        told.iter().map(|(sent, after, fits, _)| (&**sent, after.as_deref(), *fits)).collect();
    assert_eq!(
        found,
        [
            (r#"{"n": "never x"}"#, None, 0),
            (r#"{"n": "x", "n2": 1.0}"#, Some(r#"{"n": 7, "n2": 1.0}"#), 1),
            (r#"{"n": "x"}"#, Some(r#"{"n": 7}"#), 1),
            (r#"{"n": "y"}"#, None, 0),
            (r#"{"n": ["x"]}"#, Some(r#"{"n": [7]}"#), 0),
        ]
    );
    let reasons: Vec<&str> = told.iter().flat_map(|(.., reasons)| reasons).map(String::as_str).collect();
    assert_eq!(reasons[0], "it cannot be changed");
    assert!(reasons[1].ends_with("found \"y\"") && reasons[2].ends_with("found [7]"), "{reasons:?}");

    let (done, _) = sevens(&world, false).await;
    assert_eq!(done, said);
    let landed = world.lines("landing/").await;
    assert_eq!(landed.len(), 2, "{landed:?}");
    assert!(landed.iter().any(|line| line.starts_with(r#"{"_id":"m:1","#) && line.contains("\"n2\": 1.0")));
    // What does not fit is in quarantine as it was sent.
    let left = world.lines("quarantine/").await;
    assert_eq!(left.len(), 3, "{left:?}");
    for (sent, stays) in [("never x", true), ("[\\\"x\\\"]", true), ("\\\"y\\\"", true), ("n2", false)] {
        assert!(before.iter().any(|line| line.contains(sent)), "{sent}: {before:?}");
        assert_eq!(left.iter().any(|line| line.contains(sent)), stays, "{sent}: {left:?}");
    }
    assert_eq!(sevens(&world, false).await.0, Replayed { replayed: 3, accepted: 0, rejected: 3, kept: 0 });
}

#[tokio::test]
async fn chosen_lines_are_discarded_and_the_others_stay() {
    for slice in [1, 400, usize::MAX] {
        discarded_in_slices(slice).await;
    }
}

async fn discarded_in_slices(slice: usize) {
    let world = World::with(Some(NARROW)).await;
    world.send(Some("seats"), r#"[{"n": "x"}, {"n": "y"}, {"n": "z"}]"#).await;
    let key = QuarantineKey::parse(&world.keys("quarantine/").await[0]).unwrap();
    let (before, before_lines) = (world.keys("").await, world.lines("quarantine/").await);
    let is_y = |rejected: &Rejected| rejected.reason.contains("\"y\"");
    let said = world.ingest().discard_in_slices(&key, is_y, true, slice).await.unwrap();
    assert_eq!(said, Discarded { discarded: 1, kept: 2 });
    assert_eq!(world.keys("").await, before, "a dry run changed something");
    assert_eq!(world.ingest().discard(&key, |_| false, false).await.unwrap().discarded, 0);
    assert_eq!(world.keys("").await, before, "nothing was chosen");

    assert_eq!(world.ingest().discard_in_slices(&key, is_y, false, slice).await.unwrap(), said);
    let left = world.lines("quarantine/").await;
    assert_eq!(left.len(), 2);
    assert!(!left.iter().any(|line| line.contains("\\\"y\\\"")), "{left:?}");
    assert!(
        before_lines.iter().filter(|line| !line.contains("\\\"y\\\"")).eq(&left),
        "byte for byte: {left:?}"
    );
    let again = world.ingest().discard(&key, is_y, false).await.unwrap();
    assert_eq!(again, Discarded { discarded: 0, kept: 2 }, "it is gone");
    let mut discarded = 0;
    for key in world.keys("quarantine/").await {
        let rest = QuarantineKey::parse(&key).unwrap();
        discarded += world.ingest().discard(&rest, |_| true, false).await.unwrap().discarded;
    }
    assert_eq!(discarded, 2);
    assert_eq!(world.keys("quarantine/").await, Vec::<String>::new());
}

/// As `compact` puts aside a landing object of which too many lines do not fit: beside lines that are kept one by one.
#[tokio::test]
async fn a_landing_object_that_was_put_aside_stays_with_its_reason() {
    let world = World::with(Some(NARROW)).await;
    world.put_aside("dt=2026-11-23", r#"{"n": 7}"#).await;
    let key = world.keys("quarantine/").await[0].clone();
    let mut text = zstd::decode_all(&world.store.get(&key).await.unwrap()[..]).unwrap();
    let line: Rejected = serde_json::from_slice(text.trim_ascii_end()).unwrap();
    let whole = Rejected {
        position: 18,
        reason: "this is the whole landing object".into(),
        original: Original::Base64("KLUv/QABAAA=".into()),
        ..line
    };
    whole.write(&mut text);
    let packed = zstd::bulk::compress(&text, 1).unwrap();
    world.store.put(&key, packed.into(), PutMode::Overwrite).await.unwrap();
    let done = world.replay(|_| true, None).await;
    assert_eq!(done, Replayed { replayed: 1, accepted: 1, rejected: 0, kept: 1 });
    let left = world.lines("quarantine/").await;
    assert!(left.len() == 1 && left[0].contains(&whole.reason), "{left:?}");
}
