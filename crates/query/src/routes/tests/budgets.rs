//! What a key may use in a day and at a time, across a 202 and across processes.

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

/// Athena fails it for a reason of its own, and the API runs it again: each time it is read.
#[tokio::test(start_paused = true)]
async fn every_execution_of_a_query_counts() {
    let failing = Outcome::Fails { reason: "no luck".into(), retryable: true };
    let keyed = Keyed::new(daily(100 * MIB, 20 * MIB), Some(failing)).await;
    assert!(keyed.get().await.status >= 400);
    let started = keyed.served.started() as u64;
    assert!(started > 1);
    assert_eq!(keyed.usage().await.unwrap().charged, started * 12 * MIB);
}

#[tokio::test(start_paused = true)]
async fn a_query_starts_only_if_all_of_its_bound_is_left_of_the_day() {
    let keyed = Keyed::new(daily(30 * MIB, 15 * MIB), None).await;
    for charged in [12 * MIB, 24 * MIB] {
        assert_eq!(keyed.get().await.status, 200);
        assert_eq!(keyed.usage().await.unwrap().charged, charged);
    }
    let refused = keyed.get().await;
    let body = refused.is_problem(429, "begins anew at 1970-01-02T00:00:00.000Z");
    assert_eq!(body["type"], "urn:tributary:problem:budget-spent");
    assert_eq!((&body["budget_bytes"], &body["used_bytes"]), (&json!(30 * MIB), &json!(24 * MIB)));
    assert_eq!(
        (&body["reserved_bytes"], &body["resets_at"]),
        (&json!(0), &json!("1970-01-02T00:00:00.000Z"))
    );
    let seconds: u64 = refused.header("retry-after").parse().unwrap();
    assert_eq!(keyed.served.started(), 2, "what is refused costs nothing");
    // Who waits as long as is said gets in.
    keyed.served.api.clock().sleep(Duration::from_secs(seconds)).await;
    assert_eq!(keyed.get().await.status, 200);
    assert_eq!(keyed.usage().await.unwrap().charged, 12 * MIB);
}

#[tokio::test(start_paused = true)]
async fn what_is_set_aside_comes_back_when_the_query_is_over() {
    let keyed = Keyed::new(daily(30 * MIB, 16 * MIB), Some(Outcome::Hangs)).await;
    let clock = keyed.served.api.clock();
    let second = async {
        clock.sleep(Duration::from_secs(1)).await;
        keyed.send("GET", "/v1/datasets/passengers/rows?limit=19", "").await
    };
    let (first, second) = futures::join!(keyed.get(), second);
    first.is_problem(403, "cannot go on after a 202");
    let body = second.is_problem(429, "16777216 set aside for queries that run");
    assert_eq!((second.header("retry-after"), &body["used_bytes"]), ("2", &json!(0)));
    let usage = keyed.usage().await.unwrap();
    assert_eq!(
        (usage.charged, usage.open.len()),
        (12 * MIB, 0),
        "charged is what it had read when it was stopped"
    );
}

#[tokio::test(start_paused = true)]
async fn dollars_are_bytes_at_the_price_of_the_setting() {
    for (price, queries) in [(5_000_000, 2), (10_000_000, 1), (0, 5)] {
        let mut world = World::new().await;
        world.settings.limits.price_per_tb = price;
        world.engine.scan(1);
        let rights = Rights {
            daily_dollars: Some("0.0001".parse().unwrap()),
            max_bytes_scanned: Some(1_000),
            ..Rights::default()
        };
        let keyed = Keyed::of(world, rights, None).await;
        let mut answered = 0;
        while answered < 5 && keyed.get().await.status == 200 {
            answered += 1;
        }
        assert_eq!(answered, queries, "{price}");
    }
}

/// At this price, and with this bound, no day is long enough: to come again tomorrow helps nobody.
#[tokio::test(start_paused = true)]
async fn a_budget_that_no_query_fits_into_is_said_so() {
    let dollars = |text: &str| -> Option<domain::access::Dollars> { Some(text.parse().unwrap()) };
    for (rights, budget, wanted) in [
        (Rights { daily_dollars: dollars("0"), ..daily(100 * MIB, 20 * MIB) }, 0, 20 * MIB),
        // 5 dollars a TB: a 100,000th is 2 MiB.
        (Rights { daily_dollars: dollars("0.00001"), ..daily(100 * MIB, 1) }, (1 << 40) / 500_000, 10 * MIB),
        (daily(19 * MIB, 20 * MIB), 19 * MIB, 20 * MIB),
    ] {
        let world = World::new().await;
        let now = chrono::DateTime::UNIX_EPOCH;
        // As an earlier version made it, or before the price was another.
        let allowed = Rights { daily_bytes: Some(1 << 40), daily_dollars: None, ..rights.clone() };
        let new = NewKey { name: "a test".into(), expires_at: None, rights: allowed };
        let (_, secret) = create(&world.store, &SeededIds::new(3), now, &new).await.unwrap();
        let mut keys = domain::access::load(&world.store).await.unwrap().unwrap();
        keys.keys[0].rights = rights;
        let body = serde_json::to_vec(&keys).unwrap();
        world.store.put(key::ACCESS_KEYS, body.into(), PutMode::Overwrite).await.unwrap();
        let served = world.serve();
        let header = format!("Bearer {}", secret.reveal());
        let refused = served.send("GET", URI, &[("authorization", &header)]).await;
        let body = refused.is_problem(403, "so none can start");
        assert_eq!((&body["budget_bytes"], &body["wanted_bytes"]), (&json!(budget), &json!(wanted)));
        assert_eq!((refused.header("retry-after"), served.started()), ("", 0));
    }
}

/// The engine may have taken it: what is not known is never taken for nothing.
#[tokio::test(start_paused = true)]
async fn a_start_whose_reply_is_lost_counts_in_full() {
    for (lost, status, charged) in [(4, 200, 12 * MIB), (5, 503, 15 * MIB)] {
        let keyed = Keyed::new(daily(100 * MIB, 15 * MIB), None).await;
        keyed.served.api.engine().fail_next(lost);
        assert_eq!(keyed.get().await.status, status, "{lost}");
        let usage = keyed.usage().await.unwrap();
        assert_eq!((usage.charged, usage.open.len()), (charged, 0), "{lost}");
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

/// A process that died says nothing more: its entry counts in full, and is charged in full when it expires.
#[tokio::test(start_paused = true)]
async fn an_entry_that_nobody_settles_expires() {
    let keyed = Keyed::new(Rights { max_queries: Some(1), ..daily(30 * MIB, 15 * MIB) }, None).await;
    let (store, clock) = (keyed.served.api.store_and_catalog().0, keyed.served.api.clock());
    let limits = usage::UsageLimits { max_queries: None, daily_bytes: None };
    let died = |usage: &mut Usage, now: chrono::DateTime<chrono::Utc>| {
        let expires_at = now + chrono::TimeDelta::seconds(80);
        let new = usage::NewQuery { id: "died".into(), reserved: 15 * MIB, expires_at };
        (usage.begin(now, limits, &new).unwrap(), usage::Changed::Yes)
    };
    usage::update(store, clock, &SeededIds::new(9), &keyed.id, died).await.unwrap();
    keyed.get().await.is_problem(429, "may have 1 queries at a time");
    clock.sleep(Duration::from_secs(80)).await;
    assert_eq!(keyed.get().await.status, 200);
    assert_eq!(keyed.usage().await.unwrap().charged, 27 * MIB);
}

#[tokio::test(start_paused = true)]
async fn nothing_starts_that_cannot_be_counted() {
    let (log, _guard) = testing::Log::start();
    let keyed = Keyed::new(at_a_time(1), None).await;
    let store = keyed.served.api.store_and_catalog().0;
    store.put(&key::usage(&keyed.id), "damaged".into(), PutMode::Create).await.unwrap();
    keyed.get().await.is_problem(500, "cannot be read or written");
    assert_eq!(keyed.served.started(), 0);
    nothing_is_abandoned(&keyed, &log).await;
}

#[tokio::test(start_paused = true)]
async fn an_account_that_others_change_each_time_is_a_429() {
    let (log, _guard) = testing::Log::start();
    let keyed = Keyed::new(at_a_time(1), None).await;
    let store = keyed.served.api.store_and_catalog().0;
    store.contend_next(8);
    keyed.get().await.is_problem(429, "begin or end at the same time");
    assert_eq!((keyed.served.started(), keyed.open().await), (0, 0));
    // A look for the entry would fail.
    store.fail_next(100);
    nothing_is_abandoned(&keyed, &log).await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_query_is_not_looked_for_if_those_that_are_over_cannot_be_settled() {
    let (log, _guard) = testing::Log::start();
    let keyed = Keyed::new(at_a_time(1), None).await;
    assert_eq!(keyed.send("GET", URI, "respond-async").await.status, 202);
    // It is over at the third look.
    for _ in 0..3 {
        keyed.served.api.engine().status(&domain::port::QueryId::new("memory-0")).await.unwrap();
    }
    let store = keyed.served.api.store_and_catalog().0;
    store.contend_next(8);
    keyed.get().await.is_problem(429, "begin or end at the same time");
    assert_eq!((keyed.served.started(), keyed.open().await), (1, 1));
    store.fail_next(100);
    nothing_is_abandoned(&keyed, &log).await;
}

/// What was surely not written is not looked for.
async fn nothing_is_abandoned(keyed: &Keyed, log: &testing::Log) {
    keyed.served.api.clock().sleep(Duration::from_secs(10)).await;
    let text = log.text();
    assert!(!text.contains("could not be taken out"), "{text}");
}
