//! What a key may use in a day and at a time, across a 202 and across processes.

mod accounts;
mod daily;

use std::pin::pin;

use domain::access::{
    KeyId, NewKey, Rights, create,
    usage::{self, Usage},
};
use futures::future::{Either, select};

use super::{world::PASSENGERS, *};

const URI: &str = "/v1/datasets/passengers/rows?limit=20";
const MIB: u64 = 1 << 20;

/// A lake with one key of these rights, whose queries do this.
struct Keyed {
    served: Served,
    id: KeyId,
    header: String,
}

impl Keyed {
    async fn new(rights: Rights, outcome: Option<Outcome>) -> Self {
        Self::of(World::new().await, rights, outcome).await
    }

    async fn of(world: World, rights: Rights, outcome: Option<Outcome>) -> Self {
        let new = NewKey { name: "a test".into(), expires_at: None, rights };
        let now = chrono::DateTime::UNIX_EPOCH;
        let (key, secret) = create(&world.store, &SeededIds::new(3), now, &new).await.unwrap();
        if let Some(outcome) = outcome {
            world.engine.script(PASSENGERS, &[], outcome);
        }
        Self { served: world.serve(), id: key.id, header: format!("Bearer {}", secret.reveal()) }
    }

    async fn send(&self, method: &str, uri: &str, prefer: &str) -> Reply {
        self.served.send(method, uri, &[("authorization", &self.header), ("prefer", prefer)]).await
    }

    async fn get(&self) -> Reply {
        self.send("GET", URI, "").await
    }

    async fn usage(&self) -> Option<Usage> {
        usage::load(self.served.api.store_and_catalog().0, &self.id).await.unwrap()
    }

    async fn open(&self) -> usize {
        self.usage().await.map_or(0, |usage| usage.open.len())
    }
}

fn at_a_time(queries: u32) -> Rights {
    Rights { max_queries: Some(queries), ..Rights::default() }
}

/// A query scans 12,345,678 bytes, which are billed as 12 MiB.
fn daily(bytes: u64, bound: u64) -> Rights {
    Rights { daily_bytes: Some(bytes), max_bytes_scanned: Some(bound), ..Rights::default() }
}

#[tokio::test(start_paused = true)]
async fn a_key_without_limits_has_no_account() {
    let keyed = Keyed::new(Rights { requests_per_minute: Some(100), ..Rights::default() }, None).await;
    assert_eq!(keyed.get().await.status, 200);
    assert_eq!(keyed.send("GET", URI, "respond-async").await.status, 202);
    assert_eq!(keyed.served.keys("access/"), ["access/keys.json"]);
}

#[tokio::test(start_paused = true)]
async fn queries_that_go_on_after_a_202_count_until_they_are_over() {
    let keyed = Keyed::new(at_a_time(2), Some(Outcome::Hangs)).await;
    let first = keyed.send("GET", URI, "respond-async").await;
    assert_eq!(first.status, 202);
    assert_eq!(keyed.send("GET", URI, "wait=1").await.status, 202);
    let third = keyed.get().await;
    let body = third.is_problem(429, "may have 2 queries at a time, those that go on after a 202 included");
    assert_eq!((&body["type"], &body["maximum"]), (&json!("urn:tributary:problem:busy"), &json!(2)));
    assert_eq!((third.header("retry-after"), keyed.served.started()), ("2", 2));
    // Looking changes nothing; the end does.
    let location = first.header("location");
    assert_eq!(keyed.send("GET", location, "").await.json()["state"], "running");
    assert_eq!(keyed.open().await, 2);
    assert_eq!(keyed.send("DELETE", location, "").await.json()["state"], "cancelled");
    assert_eq!(keyed.open().await, 1);
    assert_eq!(keyed.send("GET", URI, "respond-async").await.status, 202);
}

/// Nobody comes back for its rows: who wants the next one makes room.
#[tokio::test(start_paused = true)]
async fn a_query_that_ended_without_anybody_looking_makes_room() {
    let keyed = Keyed::new(at_a_time(1), None).await;
    for _ in 0..3 {
        assert_eq!(keyed.send("GET", URI, "respond-async").await.status, 202);
        // It is over at the third look.
        for _ in 0..3 {
            let id = format!("memory-{}", keyed.served.started() - 1);
            keyed.served.api.engine().status(&domain::port::QueryId::new(id)).await.unwrap();
        }
    }
    assert_eq!(keyed.open().await, 1);
}

#[tokio::test(start_paused = true)]
async fn identical_requests_at_the_same_time_are_one_query() {
    let keyed = Keyed::new(at_a_time(1), None).await;
    let (one, two) = futures::join!(keyed.get(), keyed.get());
    assert_eq!((one.status, two.status, keyed.served.started()), (200, 200, 1));
    assert_eq!(keyed.open().await, 0);
}

#[tokio::test(start_paused = true)]
async fn who_goes_away_does_not_stay_in_the_account() {
    let keyed = Keyed::new(at_a_time(1), Some(Outcome::Hangs)).await;
    let clock = keyed.served.api.clock();
    {
        let (request, second) = (pin!(keyed.get()), pin!(clock.sleep(Duration::from_secs(1))));
        assert!(matches!(select(request, second).await, Either::Right(_)));
    }
    assert_eq!(keyed.open().await, 1);
    clock.sleep(Duration::from_secs(5)).await;
    assert_eq!(keyed.open().await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_failed_query_is_settled_too() {
    for outcome in [Outcome::CutOff, Outcome::Fails { reason: "no luck".into(), retryable: false }] {
        let keyed = Keyed::new(daily(100 * MIB, 20 * MIB), Some(outcome)).await;
        assert!(keyed.get().await.status >= 400);
        let usage = keyed.usage().await.unwrap();
        assert_eq!((usage.charged, usage.open.len()), (12 * MIB, 0), "what it scanned was scanned");
    }
}

/// All keys share the calls that the engine answers, so one refused request takes few of them, whichever they are.
#[tokio::test(start_paused = true)]
async fn a_refused_request_asks_the_engine_for_some_of_many_queries() {
    let keyed = Keyed::new(at_a_time(40), None).await;
    let (store, clock, engine) =
        (keyed.served.api.store_and_catalog().0, keyed.served.api.clock(), keyed.served.api.engine());
    engine.script("SELECT 1", &[], Outcome::Hangs);
    let mut executions = Vec::new();
    for index in 0..39 {
        let query = domain::port::Query {
            sql: "SELECT 1".into(),
            parameters: vec![],
            token: format!("tributary-a-query-that-goes-on-{index:04}"),
            reuse: None,
            workgroup: None,
        };
        executions.push(engine.start(&query).await.unwrap().to_string());
    }
    // The last one is over: the engine has forgotten it.
    executions.push("memory-999".into());
    let limits = usage::UsageLimits { max_queries: None, daily_bytes: None };
    let enter = |usage: &mut Usage, now: chrono::DateTime<chrono::Utc>| {
        let expires_at = now + chrono::TimeDelta::hours(5);
        for execution in &executions {
            let new = usage::NewQuery { id: execution.clone(), reserved: 0, expires_at };
            usage.begin(now, limits, &new).unwrap();
            usage.hand_over(execution, execution, expires_at);
        }
        ((), usage::Changed::Yes)
    };
    usage::update(store, clock, &SeededIds::new(9), &keyed.id, enter).await.unwrap();
    let mut refused = 0;
    while keyed.get().await.status != 200 {
        refused += 1;
        assert!(refused < 100, "it is passed over for ever");
    }
    assert_eq!(keyed.open().await, 39);
    // All are over: one request settles no more than it looks at.
    for execution in &executions[..39] {
        engine.cancel(&domain::port::QueryId::new(execution)).await.unwrap();
    }
    assert_eq!(keyed.send("GET", URI, "respond-async").await.status, 202);
    assert_eq!(keyed.open().await, 40);
    assert_eq!(keyed.get().await.status, 200);
    let open = keyed.open().await;
    assert!((30..40).contains(&open), "{open}");
}
