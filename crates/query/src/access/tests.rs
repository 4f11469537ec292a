use axum::http::HeaderValue;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    DatasetName, QueryName,
    access::{Allowed, NewKey, Rights, create, revoke},
    key::ACCESS_KEYS,
    memory::{ManualClock, MemoryStore, SeededIds},
    port::PutMode,
};

use super::*;

const AGE: Duration = Duration::from_secs(5);

struct World {
    store: MemoryStore,
    clock: ManualClock,
    access: Access,
}

impl World {
    fn new(open: bool) -> Self {
        let clock = ManualClock::new(DateTime::UNIX_EPOCH);
        Self { store: MemoryStore::default(), clock, access: Access::new(open, AGE) }
    }

    async fn key(&self, seed: u64, rights: Rights, expires_at: Option<DateTime<Utc>>) -> (Key, String) {
        let new = NewKey { name: "x".into(), expires_at, rights };
        let (key, secret) = create(&self.store, &SeededIds::new(seed), self.clock.now(), &new).await.unwrap();
        (key, secret.reveal())
    }

    async fn ask(&self, headers: &[(&'static str, &str)]) -> Result<Caller, Problem> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        self.access.check(&self.store, &self.clock, &map).await
    }

    async fn ask_with(&self, secret: &str) -> Result<Caller, Problem> {
        self.ask(&[("authorization", &format!("Bearer {secret}"))]).await
    }
}

fn rights(datasets: &[&str]) -> Rights {
    let datasets = datasets.iter().map(|name| DatasetName::new(*name).unwrap()).collect();
    Rights { datasets: Allowed::These(datasets), ..Rights::default() }
}

#[track_caller]
fn refused(answer: Result<impl std::fmt::Debug, Problem>, status: u16, words: &str) -> Problem {
    let problem = answer.unwrap_err();
    assert_eq!(problem.status(), status, "{problem}");
    assert!(problem.to_string().contains(words), "{problem} does not say {words:?}");
    assert_eq!(problem.challenge().is_some(), status == 401);
    problem
}

#[tokio::test]
async fn a_key_gets_in_by_either_header() {
    let world = World::new(false);
    let (key, secret) = world.key(1, Rights::default(), None).await;
    assert_eq!(world.ask_with(&secret).await.unwrap().id(), Some(key.id.as_str()));
    assert!(world.ask(&[("authorization", &format!("bearer  {secret} "))]).await.is_ok());
    assert!(world.ask(&[("x-api-key", &secret)]).await.is_ok());
    // A gateway's own token may stand beside it.
    assert!(world.ask(&[("x-api-key", &secret), ("authorization", "Bearer eyJhbGciOi.x.y")]).await.is_ok());
    let gate = world.access.gate(&world.store, &world.clock).await.unwrap();
    assert_eq!((gate, gate.as_str()), (Gate::Keys, "keys"));
}

#[tokio::test]
async fn without_keys_a_setting_decides() {
    let closed = World::new(false);
    refused(closed.ask(&[]).await, 401, "tributary key create");
    assert_eq!(closed.access.gate(&closed.store, &closed.clock).await.unwrap(), Gate::Closed);
    let open = World::new(true);
    let caller = open.ask(&[]).await.unwrap();
    assert_eq!(caller, Caller::anybody());
    assert_eq!((caller.id(), caller.max_rows(7)), (None, 7));
    assert!(caller.may_send_sql().is_ok());
    // Whatever a header says: there is nothing to hold it against.
    assert!(open.ask_with("x").await.is_ok());
    assert_eq!(open.access.gate(&open.store, &open.clock).await.unwrap(), Gate::Open);
}

#[tokio::test]
async fn once_there_are_keys_nobody_gets_in_without() {
    let world = World::new(true);
    let (key, secret) = world.key(1, Rights::default(), None).await;
    refused(world.ask(&[]).await, 401, "send an API key as Authorization: Bearer");
    revoke(&world.store, &key.id, world.clock.now()).await.unwrap();
    world.clock.advance(TimeDelta::seconds(5));
    refused(world.ask(&[]).await, 401, "send an API key");
    refused(world.ask_with(&secret).await, 401, "unknown, revoked or expired");
}

#[tokio::test]
async fn unknown_revoked_and_expired_are_one_answer() {
    let world = World::new(false);
    let end = world.clock.now() + TimeDelta::seconds(100);
    let (revoked, revoked_secret) = world.key(1, Rights::default(), None).await;
    let (_, expired_secret) = world.key(2, Rights::default(), Some(end)).await;
    let unknown_secret = Secret::new(&SeededIds::new(3)).unwrap().reveal();
    assert!(world.ask_with(&expired_secret).await.is_ok());
    revoke(&world.store, &revoked.id, world.clock.now()).await.unwrap();
    world.clock.advance(TimeDelta::seconds(100));
    let mut answers = Vec::new();
    for secret in [&revoked_secret, &expired_secret, &unknown_secret] {
        answers.push(refused(world.ask_with(secret).await, 401, "unknown, revoked or expired").to_json());
    }
    // The id of a key that exists, and another secret.
    let mixed = world.store.get(ACCESS_KEYS).await.unwrap();
    let other = Secret::new(&SeededIds::new(1)).unwrap();
    assert!(String::from_utf8_lossy(&mixed).contains(other.id().as_str()));
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[1], answers[2]);
}

#[test]
fn the_right_id_with_another_secret_is_no_key() {
    let secret = Secret::new(&SeededIds::new(1)).unwrap();
    let key = Key {
        id: secret.id().clone(),
        name: "x".into(),
        sha256: Secret::new(&SeededIds::new(2)).unwrap().hash(),
        created_at: DateTime::UNIX_EPOCH,
        expires_at: None,
        revoked_at: None,
        rights: Rights::default(),
    };
    let mut keys = Keys { keys: vec![key], ..Keys::default() };
    let now = DateTime::UNIX_EPOCH;
    assert_eq!(find(&keys, &secret, now), Err(Rejection::WrongSecret));
    keys.keys[0].sha256 = secret.hash();
    assert!(find(&keys, &secret, now).is_ok());
    keys.keys[0].expires_at = Some(now);
    assert_eq!(find(&keys, &secret, now), Err(Rejection::Expired));
    keys.keys[0].revoked_at = Some(now);
    assert_eq!(find(&keys, &secret, now), Err(Rejection::Revoked));
    assert_eq!(find(&Keys::default(), &secret, now), Err(Rejection::Unknown));
}

#[tokio::test]
async fn a_rejected_key_leaves_its_id_in_the_log_and_nothing_of_its_secret() {
    let (log, _guard) = crate::testing::Log::start();
    let world = World::new(false);
    let end = world.clock.now() + TimeDelta::seconds(100);
    let (revoked, revoked_secret) = world.key(1, Rights::default(), None).await;
    let (expired, expired_secret) = world.key(2, Rights::default(), Some(end)).await;
    revoke(&world.store, &revoked.id, world.clock.now()).await.unwrap();
    world.clock.advance(TimeDelta::seconds(100));
    let unknown = Secret::new(&SeededIds::new(3)).unwrap();
    let typed = |secret: &str| {
        let mut typed = secret.to_owned();
        typed.replace_range(20..21, if &secret[20..21] == "0" { "1" } else { "0" });
        typed
    };
    let mut expected = Vec::new();
    for (secret, id, reason) in [
        (revoked_secret.clone(), &revoked.id, "revoked"),
        (expired_secret.clone(), &expired.id, "expired"),
        (unknown.reveal(), unknown.id(), "unknown"),
        (typed(&expired_secret), &expired.id, "typing-error"),
    ] {
        refused(world.ask_with(&secret).await, 401, "");
        refused(world.ask(&[("x-api-key", &secret)]).await, 401, "");
        expected.extend([(id.to_string(), reason), (id.to_string(), reason)]);
    }
    // What is no key has no id that could be named.
    refused(world.ask_with("trib_hunter2_correcthorse").await, 401, "");
    refused(world.ask(&[]).await, 401, "");
    let lines = log.audit();
    let found: Vec<_> = lines
        .iter()
        .map(|line| (line["key"].as_str().unwrap().to_owned(), line["reason"].as_str().unwrap()))
        .collect();
    assert_eq!(found, expected);
    assert!(lines.iter().all(|line| line["audit"] == "key-rejected" && line["level"] == "WARN"));
    let text = log.text();
    for secret in [&revoked_secret, &expired_secret, &unknown.reveal()] {
        // No eight characters of it in a row, wherever they are.
        let secret = &secret[14..];
        for at in 0..=secret.len() - 8 {
            assert!(!text.contains(&secret[at..at + 8]), "{text}");
        }
    }
    assert!(!text.contains("hunter2") && !text.contains("correcthorse"), "{text}");
}

#[tokio::test]
async fn a_revoked_key_dies_within_the_age() {
    let world = World::new(false);
    let (key, secret) = world.key(1, Rights::default(), None).await;
    assert!(world.ask_with(&secret).await.is_ok());
    revoke(&world.store, &key.id, world.clock.now()).await.unwrap();
    assert!(world.ask_with(&secret).await.is_ok(), "as it was read");
    world.clock.advance(TimeDelta::seconds(5));
    refused(world.ask_with(&secret).await, 401, "unknown, revoked or expired");
}

#[tokio::test]
async fn what_is_no_key_says_how_and_repeats_nothing() {
    let world = World::new(false);
    let (_, secret) = world.key(1, Rights::default(), None).await;
    let typed = secret.replace(&secret[20..21], if &secret[20..21] == "0" { "1" } else { "0" });
    refused(world.ask_with(&typed).await, 401, "typing error");
    let long = "x".repeat(100_000);
    for (name, value, words) in [
        ("authorization", "Bearer hunter2", "begin with trib_"),
        ("authorization", "Bearer", "begin with trib_"),
        ("authorization", "Basic dTpodW50ZXIy", "another scheme than Bearer"),
        ("authorization", "hunter2", "another scheme than Bearer"),
        ("authorization", "Bearer hunter2\u{e9}", "not plain text"),
        ("x-api-key", "", "begin with trib_"),
        ("x-api-key", &long, "begin with trib_"),
    ] {
        let problem = refused(world.ask(&[(name, value)]).await, 401, words);
        assert!(!problem.to_json().contains("hunter2"), "{problem}");
        assert!(problem.to_json().len() < 1_000);
    }
    refused(world.ask(&[("x-api-key", &secret), ("x-api-key", &secret)]).await, 401, "comes twice");
}

#[tokio::test]
async fn keys_that_cannot_be_read_let_nobody_in() {
    let world = World::new(true);
    world.store.fail_next(1);
    let problem = refused(world.ask(&[]).await, 503, "out of reach");
    assert_eq!(problem.retry_after_seconds(), Some(5));
    world.store.put(ACCESS_KEYS, "{}".into(), PutMode::Overwrite).await.unwrap();
    refused(world.ask(&[]).await, 500, "cannot be read");
}

#[tokio::test]
async fn a_rate_is_a_keys_own() {
    let world = World::new(false);
    let slow = Rights { requests_per_minute: Some(2), ..Rights::default() };
    let (_, slow) = world.key(1, slow, None).await;
    let (_, other) = world.key(2, Rights::default(), None).await;
    assert!(world.ask_with(&slow).await.is_ok());
    assert!(world.ask_with(&slow).await.is_ok());
    let problem = refused(world.ask_with(&slow).await, 429, "2 requests in a minute");
    assert_eq!(problem.retry_after_seconds(), Some(30));
    assert!(world.ask_with(&other).await.is_ok());
    world.clock.advance(TimeDelta::seconds(30));
    assert!(world.ask_with(&slow).await.is_ok());
}

#[tokio::test]
async fn rights_are_asked_one_by_one() {
    let world = World::new(false);
    let bounded = Rights {
        formats: Allowed::These(["csv".to_owned(), "json".to_owned()].into()),
        max_rows: Some(1_000),
        max_bytes_scanned: Some(1 << 30),
        ..rights(&["bookings"])
    };
    let (_, secret) = world.key(1, bounded, None).await;
    let caller = world.ask_with(&secret).await.unwrap();
    let (bookings, passengers) =
        (DatasetName::new("bookings").unwrap(), DatasetName::new("passengers").unwrap());
    assert!(caller.sees(&bookings) && !caller.sees(&passengers));
    assert!(caller.may_have("csv").is_ok());
    refused(caller.may_have("parquet"), 403, "does not allow the format \"parquet\"; it allows: csv, json");
    refused(caller.may_send_sql(), 403, "SQL of one's own");
    assert!(caller.may_ask_for(Some(1_000)).is_ok() && caller.may_ask_for(None).is_ok());
    refused(caller.may_ask_for(Some(1_001)), 403, "allows 1000 rows");
    assert_eq!((caller.max_rows(10_000), caller.max_rows(10)), (1_000, 10));
    assert_eq!(caller.max_bytes_scanned(), Some(1 << 30));
    // A star is for what it sees; a name is for that query, whatever it reads.
    let name = QueryName::new("revenue").unwrap();
    assert!(caller.sees_query(&name, [&bookings]));
    assert!(!caller.sees_query(&name, [&bookings, &passengers]));
    let named = Rights { named_queries: Allowed::These([name.clone()].into()), ..rights(&[]) };
    let (_, secret) = world.key(2, named, None).await;
    world.clock.advance(TimeDelta::seconds(5));
    let partner = world.ask_with(&secret).await.unwrap();
    assert!(partner.sees_query(&name, [&bookings, &passengers]) && !partner.sees(&bookings));
    assert!(!partner.sees_query(&QueryName::new("other").unwrap(), []));
    assert_ne!(caller.rights_digest(), partner.rights_digest());
    assert!(!format!("{caller:?}").contains(&secret[14..]));
}
