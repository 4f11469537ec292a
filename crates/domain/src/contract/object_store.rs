//! The object store.

use bytes::Bytes;
use futures::future::join_all;

use crate::port::{ObjectStore, PutMode, StoreError, Version};

/// How many writers race for one key.
const RACERS: usize = 32;

/// More than two pages of a listing.
const MANY: usize = 2_500;

/// Every obligation but throttling. The store must hold nothing below `contract/`.
pub async fn suite<S: ObjectStore>(store: &S) {
    reads_and_writes(store).await;
    ranges(store).await;
    create_is_exclusive(store).await;
    updates_want_their_version(store).await;
    one_update_of_a_version_wins(store).await;
    copies(store).await;
    one_racer_wins(store).await;
    overwrites_are_whole(store).await;
    deletes(store).await;
    lists_in_order_over_pages(store).await;
    keys_may_have_any_character(store).await;
}

/// The next call was arranged to be refused as throttled: it must say so, and the one after it must work.
pub async fn throttled<S: ObjectStore>(store: &S, arrange: impl Fn()) {
    let key = "contract/throttled";
    arrange();
    match store.put(key, Bytes::from_static(b"x"), PutMode::Overwrite).await {
        Err(StoreError::Unavailable { key: named, .. }) => assert_eq!(named, key),
        other => panic!("expected Unavailable, got {other:?}"),
    }
    assert!(matches!(store.get(key).await, Err(StoreError::NotFound { .. })), "it was written all the same");
    store.put(key, Bytes::from_static(b"x"), PutMode::Overwrite).await.expect("works again");
}

async fn reads_and_writes<S: ObjectStore>(store: &S) {
    let key = "contract/dt=2026-11-23/hour=10/a b+c%41ñ.txt";
    let missing = store.get(key).await.expect_err("nothing there yet");
    assert!(matches!(&missing, StoreError::NotFound { key: named } if named == key), "{missing:?}");
    assert!(matches!(store.head(key).await, Err(StoreError::NotFound { .. })));

    store.put(key, Bytes::from_static(b"one"), PutMode::Overwrite).await.expect("first write");
    assert_eq!(store.get(key).await.expect("read"), "one");
    store.put(key, Bytes::from_static(b"three"), PutMode::Overwrite).await.expect("second write");
    assert_eq!(store.get(key).await.expect("read again"), "three");
    let meta = store.head(key).await.expect("head");
    assert_eq!((meta.key.as_str(), meta.size), (key, 5));

    let empty = "contract/empty";
    store.put(empty, Bytes::new(), PutMode::Create).await.expect("empty objects exist");
    assert_eq!(store.get(empty).await.expect("read"), "");
}

async fn ranges<S: ObjectStore>(store: &S) {
    let key = "contract/ranges";
    store.put(key, Bytes::from_static(b"0123456789"), PutMode::Overwrite).await.expect("write");
    assert_eq!(store.get_range(key, 2..5).await.expect("middle"), "234");
    assert_eq!(store.get_range(key, 0..1).await.expect("start"), "0");
    assert_eq!(store.get_range(key, 8..100).await.expect("cut at the end"), "89");
    for range in [10..11, 3..3, 50..60] {
        let answer = store.get_range(key, range.clone()).await;
        assert!(matches!(answer, Err(StoreError::Failed { .. })), "{range:?}: {answer:?}");
    }
    let missing = store.get_range("contract/none", 0..1).await;
    assert!(matches!(missing, Err(StoreError::NotFound { .. })), "{missing:?}");
}

async fn create_is_exclusive<S: ObjectStore>(store: &S) {
    let key = "contract/create";
    store.put(key, Bytes::from_static(b"mine"), PutMode::Create).await.expect("created");
    let second = store.put(key, Bytes::from_static(b"yours"), PutMode::Create).await;
    assert!(matches!(second, Err(StoreError::AlreadyExists { .. })), "{second:?}");
    assert_eq!(store.get(key).await.expect("read"), "mine");
}

async fn updates_want_their_version<S: ObjectStore>(store: &S) {
    let key = "contract/update";
    let none = store.put(key, Bytes::from_static(b"x"), PutMode::Update(Version::new("\"none\""))).await;
    assert!(matches!(none, Err(StoreError::NotFound { .. })), "{none:?}");
    store.put(key, Bytes::from_static(b"one"), PutMode::Create).await.expect("created");
    let (body, first) = store.get_versioned(key).await.expect("read");
    assert_eq!(body, "one");
    store.put(key, Bytes::from_static(b"two"), PutMode::Update(first.clone())).await.expect("updated");
    let late = store.put(key, Bytes::from_static(b"late"), PutMode::Update(first)).await;
    assert!(matches!(late, Err(StoreError::Conflict { .. })), "{late:?}");
    assert_eq!(store.get(key).await.expect("read"), "two");
    let missing = store.get_versioned("contract/none").await;
    assert!(matches!(missing, Err(StoreError::NotFound { .. })), "{missing:?}");
    assert_eq!(store.find_versioned("contract/none").await.expect("looked for"), None);
    let (body, second) = store.find_versioned(key).await.expect("looked for").expect("found");
    assert_eq!(body, "two");
    store.put(key, Bytes::from_static(b"three"), PutMode::Update(second)).await.expect("updated");
}

async fn one_update_of_a_version_wins<S: ObjectStore>(store: &S) {
    let key = "contract/update-race";
    store.put(key, Bytes::from_static(b"start"), PutMode::Create).await.expect("created");
    let (_, version) = store.get_versioned(key).await.expect("read");
    let bodies: Vec<Bytes> = (0..RACERS).map(|racer| Bytes::from(format!("racer {racer}"))).collect();
    let racers = bodies.iter().map(|body| store.put(key, body.clone(), PutMode::Update(version.clone())));
    let mut winners = Vec::new();
    for (body, answer) in bodies.iter().zip(join_all(racers).await) {
        match answer {
            Ok(()) => winners.push(body.clone()),
            Err(StoreError::Conflict { .. }) => {}
            Err(other) => panic!("a loser must get Conflict, got {other:?}"),
        }
    }
    assert_eq!(winners.len(), 1, "exactly one racer wins, not {winners:?}");
    assert_eq!(store.get(key).await.expect("read"), winners[0], "the object is the winner's");
}

async fn copies<S: ObjectStore>(store: &S) {
    let (from, to) = ("contract/copy/dt=2026-11-23/a b+c%41ñ", "contract/copied/dt=2026-11-23/part");
    store.put(from, Bytes::from_static(b"body"), PutMode::Create).await.expect("write");
    store.put(to, Bytes::from_static(b"older"), PutMode::Create).await.expect("write");
    store.copy(from, to).await.expect("copy");
    assert_eq!(store.get(to).await.expect("read"), "body");
    store.delete(&[from.to_owned()]).await.expect("delete");
    assert_eq!(store.get(to).await.expect("read"), "body", "the copy stands alone");
    let missing = store.copy(from, to).await;
    assert!(matches!(&missing, Err(StoreError::NotFound { key }) if key == from), "{missing:?}");
    assert_eq!(store.get(to).await.expect("read"), "body", "and stays as it was");
}

async fn one_racer_wins<S: ObjectStore>(store: &S) {
    for round in 0..5 {
        let key = format!("contract/race/{round}");
        let bodies: Vec<Bytes> = (0..RACERS).map(|racer| Bytes::from(format!("racer {racer}"))).collect();
        let racers = bodies.iter().map(|body| store.put(&key, body.clone(), PutMode::Create));
        let answers = join_all(racers).await;
        let mut winners = Vec::new();
        for (body, answer) in bodies.iter().zip(answers) {
            match answer {
                Ok(()) => winners.push(body.clone()),
                Err(StoreError::AlreadyExists { .. } | StoreError::Conflict { .. }) => {}
                Err(other) => panic!("a loser must get AlreadyExists or Conflict, got {other:?}"),
            }
        }
        assert_eq!(winners.len(), 1, "exactly one racer wins, not {winners:?}");
        assert_eq!(store.get(&key).await.expect("read"), winners[0], "the object is the winner's");
    }
}

async fn overwrites_are_whole<S: ObjectStore>(store: &S) {
    let key = "contract/whole";
    let body = |letter: u8| Bytes::from(vec![letter; 100_000]);
    store.put(key, body(b'a'), PutMode::Overwrite).await.expect("write");
    let writes = join_all((b'b'..b'j').map(|letter| store.put(key, body(letter), PutMode::Overwrite)));
    let reads = join_all((0..16).map(|_| store.get(key)));
    let (written, read) = futures::join!(writes, reads);
    written.into_iter().for_each(|answer| answer.expect("write"));
    for body in read {
        let body = body.expect("read");
        assert_eq!(body.len(), 100_000);
        assert!(body.iter().all(|byte| *byte == body[0]), "a reader saw two writes mixed");
    }
}

async fn deletes<S: ObjectStore>(store: &S) {
    let keys: Vec<String> = (0..3).map(|n| format!("contract/delete/{n}")).collect();
    for key in &keys {
        store.put(key, Bytes::from_static(b"x"), PutMode::Overwrite).await.expect("write");
    }
    let some = [keys[0].clone(), keys[2].clone(), "contract/delete/never-there".to_owned()];
    let failures = store.delete(&some).await.expect("delete");
    assert!(failures.is_empty(), "{failures:?}");
    assert!(matches!(store.get(&keys[0]).await, Err(StoreError::NotFound { .. })));
    assert_eq!(store.get(&keys[1]).await.expect("untouched"), "x");
    assert!(store.delete(&[]).await.expect("deleting nothing").is_empty());
    store.put(&keys[0], Bytes::from_static(b"y"), PutMode::Create).await.expect("free again");
}

/// S3 takes control characters, whose place is in no XML: they stop no listing and no deletion of their neighbours.
async fn keys_may_have_any_character<S: ObjectStore>(store: &S) {
    let prefix = "contract/any/";
    let names = [
        "\u{1}",
        "\u{2}/a",
        "t\tx\r\ny",
        "a b+c%41%",
        "b\u{7f}",
        "c&<'\">",
        "~*(3).png",
        "ü\u{85}\u{fffe}\u{1f600}",
    ];
    let keys: Vec<String> = names.iter().map(|name| format!("{prefix}{name}")).collect();
    for key in &keys {
        store.put(key, Bytes::from_static(b"x"), PutMode::Create).await.expect("written");
    }
    let mut sorted = keys.clone();
    sorted.sort();
    let listed = store.list_all(prefix).await.expect("listed");
    assert_eq!(listed.into_iter().map(|object| object.key).collect::<Vec<_>>(), sorted);
    for (index, after) in sorted.iter().enumerate() {
        let page = store.list(prefix, Some(after)).await.expect("listed from there");
        let found: Vec<String> = page.objects.into_iter().map(|object| object.key).collect();
        assert_eq!(found, sorted[index + 1..], "after {after:?}");
    }
    let failures = store.delete(&keys).await.expect("deleted");
    assert!(failures.is_empty(), "{failures:?}");
    assert!(store.list_all(prefix).await.expect("listed").is_empty());
}

async fn lists_in_order_over_pages<S: ObjectStore>(store: &S) {
    let mut expected: Vec<String> = (0..MANY).map(|n| format!("contract/list/{:05}", n * 7 % MANY)).collect();
    expected.push("contract/list/dir/a".to_owned());
    expected.push("contract/list/dir-b".to_owned());
    expected.push("contract/list/ñ".to_owned());
    for chunk in expected.chunks(64) {
        let puts = chunk.iter().map(|key| store.put(key, Bytes::from_static(b"x"), PutMode::Overwrite));
        join_all(puts).await.into_iter().for_each(|answer| answer.expect("write"));
    }
    store.put("contract/list-not-below", Bytes::new(), PutMode::Overwrite).await.expect("write");
    expected.sort();

    let mut pages = 0;
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = store.list("contract/list/", after.as_deref()).await.expect("list");
        assert!(page.objects.len() <= 1_000, "a page of {}", page.objects.len());
        pages += 1;
        found.extend(page.objects.into_iter().map(|object| object.key));
        match page.next_after {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(pages, 3);
    assert_eq!(found, expected, "all keys, once, in the order of their bytes");

    let all = store.list_all("contract/list/").await.expect("list all");
    assert_eq!(all.into_iter().map(|object| object.key).collect::<Vec<_>>(), expected);
    let page = store.list("contract/list/", Some("contract/list/02490")).await.expect("list");
    assert_eq!(page.objects.first().map(|object| object.key.as_str()), Some("contract/list/02491"));
    // A prefix is a prefix of the key, not a directory.
    let page = store.list("contract/list/dir", None).await.expect("list");
    let keys: Vec<_> = page.objects.iter().map(|object| object.key.as_str()).collect();
    assert_eq!(keys, ["contract/list/dir-b", "contract/list/dir/a"]);
    assert!(store.list("contract/nothing/", None).await.expect("list").objects.is_empty());
}
