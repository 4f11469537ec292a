//! Two people who work on one object at the same time.

use std::{cell::Cell, collections::BTreeSet};

use futures::FutureExt;

use super::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Discard,
    Replay,
}

/// Does it, and answers how many lines were given up, or how many events landed.
async fn work(
    world: &World,
    key: &QuarantineKey,
    what: Work,
    chosen: impl Fn(&Rejected) -> bool,
) -> Result<usize, ReplayError> {
    match what {
        Work::Discard => Ok(world.ingest().discard(key, chosen, false).await?.discarded),
        Work::Replay => {
            let options = Options { chosen, dataset: None, dry_run: false, change: None, judged: None };
            Ok(world.ingest().replay(key, options).await?.accepted)
        }
    }
}

/// The positions of the lines below a prefix.
async fn positions(world: &World, prefix: &str) -> BTreeSet<usize> {
    let position = |line: &String| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let id = line["_id"].as_str().and_then(|id| id.strip_prefix("m:")?.parse().ok());
        id.unwrap_or_else(|| line["position"].as_u64().unwrap() as usize)
    };
    world.lines(prefix).await.iter().map(position).collect()
}

/// Four events of which those at even positions fit, in one object of quarantine.
async fn four() -> (World, QuarantineKey) {
    let world = World::with(Some(&NARROW.replace("int", "date"))).await;
    world.send(Some("seats"), r#"[{"n": 0}, {"n": "x"}, {"n": 2}, {"n": "y"}]"#).await;
    // Nobody could change a column so; the test can.
    world.accept(NARROW, 2).await;
    let keys = world.keys("quarantine/").await;
    let [key] = &keys[..] else { panic!("{keys:?}") };
    let key = QuarantineKey::parse(key).unwrap();
    (world, key)
}

/// The second one does all of its work while the first one looks at a line.
#[tokio::test]
async fn what_is_given_up_or_landed_meanwhile_is_not_written_back() {
    for given_up in [&[1][..], &[0], &[0, 1], &[1, 2, 3], &[0, 1, 2, 3]] {
        for first in [Work::Discard, Work::Replay] {
            for second in [Work::Discard, Work::Replay] {
                for line in 0..4 {
                    meanwhile(given_up, first, second, line).await;
                }
            }
        }
    }
}

async fn meanwhile(given_up: &[usize], first: Work, second: Work, line: usize) {
    let case = format!("{first:?} of {given_up:?}, {second:?} at line {line}");
    let (world, key) = four().await;
    let chooses = |what: Work, line: &Rejected| what == Work::Replay || given_up.contains(&line.position);
    let (calls, inner) = (Cell::new(0), Cell::new(None));
    let chosen = |rejected: &Rejected| {
        if calls.replace(calls.get() + 1) == line {
            let done = work(&world, &key, second, |rejected| chooses(second, rejected));
            // Nothing in it waits, so it is done at once, unless Tokio makes it yield.
            inner.set(tokio::task::unconstrained(done).now_or_never());
        }
        chooses(first, rejected)
    };
    let outer = work(&world, &key, first, chosen).await;
    let inner = inner.take().unwrap().unwrap();
    let expected = if second == Work::Replay { 2 } else { given_up.len() };
    assert_eq!(inner, expected, "{case}: the second one is not disturbed");
    match (first, second, outer) {
        // Both leave the same lines, which looks as one's own write does whose reply was lost.
        (Work::Discard, Work::Discard, Ok(discarded)) => assert_eq!(discarded, given_up.len(), "{case}"),
        (Work::Discard, Work::Replay, Ok(discarded)) => {
            let left = given_up.iter().filter(|position| *position % 2 == 1).count();
            assert_eq!(discarded, left, "{case}: what had landed was not there any more");
        }
        // Both leave the same lines.
        (Work::Replay, Work::Replay, Ok(accepted)) => assert_eq!(accepted, 2, "{case}"),
        (Work::Replay, Work::Discard, Err(ReplayError::Overtaken { .. })) => {}
        (_, _, outer) => panic!("{case}: {outer:?}"),
    }
    let is_discarded = first == Work::Discard || second == Work::Discard;
    let gone: BTreeSet<usize> = given_up.iter().copied().filter(|_| is_discarded).collect();
    let left = positions(&world, "quarantine/").await;
    assert!(left.is_disjoint(&gone), "{case}: {left:?} was written back");

    // Whoever was overtaken does it again.
    world.replay(|_| true, None).await;
    let (left, landed) = (positions(&world, "quarantine/").await, positions(&world, "landing/").await);
    let without = |of: [usize; 2]| of.into_iter().filter(|position| !gone.contains(position)).collect();
    let (fits, does_not): (BTreeSet<usize>, BTreeSet<usize>) = (without([0, 2]), without([1, 3]));
    assert_eq!(left, does_not, "{case}");
    assert!(landed.is_superset(&fits) && landed.is_subset(&BTreeSet::from([0, 2])), "{case}: {landed:?}");
}

#[tokio::test]
async fn a_write_that_met_another_one_is_tried_again_and_not_for_ever() {
    let (world, key) = four().await;
    world.store.contend_next(1);
    assert_eq!(work(&world, &key, Work::Discard, |line| line.position == 1).await.unwrap(), 1);
    assert_eq!(positions(&world, "quarantine/").await, BTreeSet::from([0, 2, 3]));

    let before = world.keys("").await;
    world.store.contend_next(100);
    let answer = work(&world, &key, Work::Discard, |line| line.position == 3).await;
    assert!(matches!(answer, Err(ReplayError::Overtaken { .. })), "{answer:?}");
    world.store.contend_next(0);
    assert_eq!(
        (world.keys("").await, positions(&world, "quarantine/").await),
        (before, BTreeSet::from([0, 2, 3]))
    );
}

/// As a process leaves it that ends between the two steps.
#[tokio::test]
async fn an_object_without_lines_is_deleted_by_the_next_one() {
    for what in [Work::Discard, Work::Replay] {
        let (world, key) = four().await;
        let empty = zstd::bulk::compress(b"", 1).unwrap();
        world.store.put(&key.to_string(), empty.into(), PutMode::Overwrite).await.unwrap();
        assert_eq!(work(&world, &key, what, |_| true).await.unwrap(), 0);
        assert_eq!(world.keys("quarantine/").await, Vec::<String>::new(), "{what:?}");
    }
}
