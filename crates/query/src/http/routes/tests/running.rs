//! The bound on the queries of all callers, across a 202 and across processes.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    access::{
        NewKey, Rights, create,
        usage::{self, Changed, Holder, NewQuery, Usage, UsageLimits},
    },
    port::QueryId,
};
use futures::future::join_all;

use super::{world::PASSENGERS, *};

const URI: &str = "/v1/datasets/passengers/rows?limit=20";
const FULL: &str = "queries may run at a time for all callers of this API together";
const SHARE: &str = "which is its own share";

/// A lake with so many places.
async fn bounded(places: u32, outcome: Option<Outcome>) -> Served {
    let mut world = World::new().await;
    world.settings.limits.max_running = Some(places);
    if let Some(outcome) = outcome {
        world.engine.script(PASSENGERS, &[], outcome);
    }
    world.serve()
}

async fn start(served: &Served) -> Reply {
    served.send("GET", URI, &[("prefer", "respond-async")]).await
}

async fn start_as(served: &Served, header: &str) -> Reply {
    served.send("GET", URI, &[("authorization", header), ("prefer", "respond-async")]).await
}

async fn open(served: &Served, shards: u32) -> usize {
    let mut open = 0;
    for shard in 0..shards {
        let usage = usage::load(served.api.store_and_catalog().0, Holder::Running(shard)).await.unwrap();
        open += usage.map_or(0, |usage| usage.open.len());
    }
    open
}

/// What another process enters.
async fn entered_elsewhere(served: &Served, shard: u32, ids: &[&str], lease: TimeDelta) {
    let limits = UsageLimits { max_queries: None, daily_bytes: None };
    let enter = |usage: &mut Usage, now: DateTime<Utc>| {
        for id in ids {
            let new = NewQuery { id: (*id).to_owned(), reserved: 0, expires_at: now + lease };
            usage.begin(now, limits, &new).unwrap();
        }
        ((), Changed::Yes)
    };
    let (store, clock) = (served.api.store_and_catalog().0, served.api.clock());
    usage::update(store, clock, &SeededIds::new(9), Holder::Running(shard), enter).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn without_a_bound_nothing_is_counted() {
    let served = World::new().await.serve();
    assert_eq!(served.get(URI).await.status, 200);
    assert_eq!(start(&served).await.status, 202);
    assert_eq!(served.keys("access/"), [] as [&str; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_query_that_goes_on_keeps_its_place_until_it_is_over() {
    let served = bounded(3, Some(Outcome::Hangs)).await;
    let mut locations = Vec::new();
    for _ in 0..3 {
        let reply = start(&served).await;
        assert_eq!(reply.status, 202);
        locations.push(reply.header("location").to_owned());
    }
    let refused = start(&served).await;
    let body = refused.is_problem(429, FULL);
    assert_eq!((&body["type"], &body["maximum"]), (&json!("urn:tributary:problem:busy"), &json!(3)));
    assert_eq!((refused.header("retry-after"), served.started()), ("2", 3));
    assert_eq!(served.keys("access/"), ["access/usage/_running-000.json"]);
    // Looking changes nothing; the end does.
    assert_eq!(served.get(&locations[0]).await.json()["state"], "running");
    assert_eq!(open(&served, 1).await, 3);
    assert_eq!(served.send("DELETE", &locations[0], &[]).await.json()["state"], "cancelled");
    assert_eq!(open(&served, 1).await, 2);
    assert_eq!(start(&served).await.status, 202);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_its_query_gives_the_place_back() {
    let served = bounded(1, None).await;
    for _ in 0..3 {
        assert_eq!(served.get(URI).await.status, 200);
        assert_eq!(open(&served, 1).await, 0);
    }
    let (one, two) = futures::join!(served.get(URI), served.get(URI));
    assert_eq!((one.status, two.status), (200, 200), "identical requests are one query");
}

#[tokio::test(start_paused = true)]
async fn the_queries_of_other_processes_count_until_their_lease_is_over() {
    let served = bounded(6, None).await;
    entered_elsewhere(&served, 0, &["a", "b", "c", "d"], TimeDelta::seconds(80)).await;
    // There is room in the other object.
    assert_eq!(served.get(URI).await.status, 200);
    entered_elsewhere(&served, 1, &["e", "f"], TimeDelta::seconds(40)).await;
    served.get(URI).await.is_problem(429, FULL);
    served.api.clock().sleep(Duration::from_secs(40)).await;
    assert_eq!(served.get(URI).await.status, 200, "two processes died");
    assert_eq!(open(&served, 2).await, 4);
}

/// Callers without a key have no share: where they are answered, no keys are asked for, and they take all places.
#[tokio::test(start_paused = true)]
async fn many_at_once_get_no_more_places_than_there_are_or_than_the_share_of_their_key() {
    for (places, share) in [(1, 1), (4, 2), (5, 3), (6, 3), (9, 5), (50, 25)] {
        for has_key in [false, true] {
            let mut world = World::new().await;
            world.settings.limits.max_running = Some(places);
            world.engine.script(PASSENGERS, &[], Outcome::Hangs);
            let key = if has_key { Some(world.key(3, Rights::default()).await) } else { None };
            let served = world.serve();
            let start = async || match &key {
                Some(key) => start_as(&served, key).await,
                None => start(&served).await,
            };
            let (most, words) = if has_key { (share, SHARE) } else { (places as usize, FULL) };
            let replies = join_all((0..40).map(|_| start())).await;
            let accepted = replies.iter().filter(|reply| reply.status == 202).count();
            assert!(replies.iter().all(|reply| [202, 429].contains(&reply.status)));
            assert!((1..=most).contains(&accepted), "{accepted} of {places}");
            // One after the other, all places are found.
            for _ in accepted..most {
                assert_eq!(start().await.status, 202, "{places}");
            }
            let refused = start().await;
            let body = refused.is_problem(429, words);
            assert_eq!(
                (&body["type"], &body["maximum"]),
                (&json!("urn:tributary:problem:busy"), &json!(most))
            );
            assert_eq!(refused.header("retry-after"), "2");
            assert_eq!((served.started(), open(&served, 13).await), (most, most), "{places}");
        }
    }
}

/// One key starts as much as it may, and nobody comes back for any of it: other keys are answered all the same.
#[tokio::test(start_paused = true)]
async fn one_key_leaves_places_to_the_others() {
    for (places, share) in [(2, 1), (6, 3), (9, 5)] {
        let mut world = World::new().await;
        world.settings.limits.max_running = Some(places);
        world.engine.script(PASSENGERS, &[], Outcome::Hangs);
        let headers = [
            world.key(3, Rights::default()).await,
            world.key(4, Rights::default()).await,
            world.key(5, Rights::default()).await,
        ];
        let served = world.serve();
        let start = async |header: &str| start_as(&served, header).await;
        let [greedy, other, third] = headers;
        for _ in 0..share {
            assert_eq!(start(&greedy).await.status, 202, "{places}");
        }
        let body = start(&greedy).await.is_problem(429, SHARE);
        assert!(body["detail"].as_str().unwrap().starts_with("the API key has"), "{body}");
        assert_eq!(body["maximum"], share);
        let mut location = String::new();
        for _ in share..places {
            let reply = start(&other).await;
            assert_eq!(reply.status, 202, "{places}");
            location = reply.header("location").to_owned();
        }
        start(&third).await.is_problem(429, FULL);
        // The end of another key's query is no place for one that has its share.
        assert_eq!(served.send("DELETE", &location, &[("authorization", &other)]).await.status, 200);
        start(&greedy).await.is_problem(429, SHARE);
        assert_eq!(start(&third).await.status, 202, "{places}");
    }
}

/// A key that has its share makes room by its own queries that are over.
#[tokio::test(start_paused = true)]
async fn a_share_is_free_again_when_its_queries_are_over() {
    let mut world = World::new().await;
    world.settings.limits.max_running = Some(2);
    let header = world.key(3, Rights::default()).await;
    let served = world.serve();
    entered_elsewhere(&served, 0, &["a"], TimeDelta::hours(1)).await;
    assert_eq!(start_as(&served, &header).await.status, 202);
    // It is over at the third look.
    for _ in 0..3 {
        served.api.engine().status(&QueryId::new("memory-0")).await.unwrap();
    }
    assert_eq!(start_as(&served, &header).await.status, 202);
    assert_eq!((open(&served, 1).await, served.started()), (2, 2));
}

/// Nobody comes back for its rows: who wants the next one makes room.
#[tokio::test(start_paused = true)]
async fn a_query_that_ended_without_anybody_looking_makes_room() {
    let served = bounded(1, None).await;
    for _ in 0..3 {
        assert_eq!(start(&served).await.status, 202);
        // It is over at the third look.
        for _ in 0..3 {
            let id = format!("memory-{}", served.started() - 1);
            served.api.engine().status(&QueryId::new(id)).await.unwrap();
        }
    }
    assert_eq!(open(&served, 1).await, 1);
}

#[tokio::test(start_paused = true)]
async fn who_is_turned_away_by_the_one_bound_is_not_counted_by_the_other() {
    let mut world = World::new().await;
    world.settings.limits.max_running = Some(1);
    world.engine.script(PASSENGERS, &[], Outcome::Hangs);
    let rights = Rights { max_queries: Some(2), ..Rights::default() };
    let new = NewKey { name: "a test".into(), expires_at: None, rights };
    let (key, secret) = create(&world.store, &SeededIds::new(3), DateTime::UNIX_EPOCH, &new).await.unwrap();
    let served = world.serve();
    let header = format!("Bearer {}", secret.reveal());
    let start = || async {
        served.send("GET", URI, &[("authorization", &header), ("prefer", "respond-async")]).await
    };
    let first = start().await;
    assert_eq!(first.status, 202);
    start().await.is_problem(429, SHARE);
    let of_key = usage::load(served.api.store_and_catalog().0, &key.id).await.unwrap().unwrap();
    assert_eq!((of_key.open.len(), open(&served, 1).await), (1, 1));
    // Its end is known to both.
    let location = first.header("location");
    assert_eq!(served.send("DELETE", location, &[("authorization", &header)]).await.status, 200);
    let of_key = usage::load(served.api.store_and_catalog().0, &key.id).await.unwrap().unwrap();
    assert_eq!((of_key.open.len(), open(&served, 1).await), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn nothing_starts_that_cannot_be_counted() {
    let served = bounded(4, None).await;
    let store = served.api.store_and_catalog().0;
    store.put(&key::running(0), "damaged".into(), PutMode::Create).await.unwrap();
    served.get(URI).await.is_problem(500, "count of running queries cannot be read or written");
    assert_eq!(served.started(), 0);
}
