//! The bytes that a key's query may scan, wherever its state or its rows are answered.

use domain::{
    access::Rights,
    port::{QueryId, QueryState},
    settings::{ScanTier, ScanTiers},
};

use super::{
    world::{PASSENGERS, reply},
    *,
};
use crate::access::Caller;

const URI: &str = "/v1/datasets/passengers/rows?limit=20";
const ASYNC: &[(&str, &str)] = &[("prefer", "respond-async")];
const NOW: &[(&str, &str)] = &[];

fn bounded(bytes: u64) -> Caller {
    Caller::with(Rights { max_bytes_scanned: Some(bytes), ..Rights::default() })
}

async fn ask(served: &Served, caller: &Caller, uri: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::builder().uri(uri).extension(caller.clone());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(axum::body::Body::empty()).unwrap();
    reply(served.router.clone().oneshot(request).await.unwrap()).await
}

/// A lake with scan tiers of 10, 15 and 1,000 MB.
async fn tiered() -> World {
    let mut world = World::new().await;
    let tiers = [("small", 10_000_000), ("middle", 15_000_000), ("large", 1_000_000_000)];
    for (name, cutoff) in tiers {
        world.engine.add_workgroup(name, cutoff);
    }
    let tiers = tiers.map(|(name, cutoff)| ScanTier { workgroup: name.to_owned(), cutoff });
    world.settings.limits.scan_tiers = ScanTiers::new(tiers.into());
    world
}

async fn state(served: &Served, id: &str) -> QueryState {
    served.api.engine().status(&QueryId::new(id)).await.unwrap().state
}

/// Nobody would stop it after the 202, and its rows would be there for who comes back.
#[tokio::test(start_paused = true)]
async fn without_a_tier_respond_async_hands_nothing_over() {
    for (prefer, seconds) in [("respond-async", 20), ("wait=0", 20), ("wait=3", 3), ("wait=300", 20)] {
        let world = World::new().await;
        world.engine.script(PASSENGERS, &[], Outcome::Hangs);
        let served = world.serve();
        let begun = served.api.clock().now();
        let reply = ask(&served, &bounded(20_000_000), URI, &[("prefer", prefer)]).await;
        reply
            .is_problem(403, "the API key allows 20000000 bytes for a query and this lake has no scan tiers");
        assert_eq!((served.api.clock().now() - begun).num_seconds(), seconds, "{prefer}");
        assert_eq!(reply.header("preference-applied"), if prefer == "wait=3" { "wait=3" } else { "" });
        assert_eq!(state(&served, "memory-0").await, QueryState::Cancelled);
        assert!(served.keys("results/queries/").is_empty(), "nobody can come back to it");
    }
}

/// With no wait at all, no query of such a key would ever be answered.
#[tokio::test(start_paused = true)]
async fn a_short_wait_of_the_setting_leaves_time_for_a_query_that_is_watched() {
    for (setting, seconds) in [(0, 10), (3, 10), (12, 12)] {
        for (outcome, status) in [(None, 200), (Some(Outcome::Hangs), 403)] {
            let mut world = World::new().await;
            world.settings.wait = Duration::from_secs(setting);
            let hangs = outcome.is_some();
            if let Some(outcome) = outcome {
                world.engine.script(PASSENGERS, &[], outcome);
            }
            let served = world.serve();
            let begun = served.api.clock().now();
            let reply = ask(&served, &bounded(20_000_000), URI, NOW).await;
            assert_eq!(reply.status, status, "{setting}: {:?}", reply.body);
            let took = (served.api.clock().now() - begun).num_seconds();
            assert!(if hangs { took == seconds } else { took < seconds }, "{setting}: {took}");
        }
    }
    // Who can come back does not wait longer than the setting says.
    let mut world = World::new().await;
    world.settings.wait = Duration::ZERO;
    assert_eq!(ask(&world.serve(), &Caller::with(Rights::default()), URI, NOW).await.status, 202);
}

#[tokio::test(start_paused = true)]
async fn what_is_over_within_the_wait_is_answered_though_nobody_wanted_to_wait() {
    let served = World::new().await.serve();
    let reply = ask(&served, &bounded(20_000_000), URI, ASYNC).await;
    assert_eq!((reply.status, reply.header("tributary-rows")), (200, "20"));
}

/// Between two looks a query may read any amount.
#[tokio::test(start_paused = true)]
async fn a_query_that_had_read_too_much_when_it_succeeded_has_no_rows() {
    for (bytes, status) in [(1_000, 200), (1_001, 413), (2_171_808, 413)] {
        for headers in [ASYNC, NOW] {
            let world = World::new().await;
            world.engine.scan_unseen(bytes);
            let served = world.serve();
            let reply = ask(&served, &bounded(1_000), URI, headers).await;
            assert_eq!(reply.status, status, "{bytes}: {:?}", reply.body);
            if status == 413 {
                assert_eq!(reply.json()["maximum"], 1_000);
            }
            assert_eq!(state(&served, "memory-0").await, QueryState::Succeeded);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_bounded_query_runs_in_the_highest_tier_that_its_key_allows() {
    for (bound, workgroup) in [
        (Some(10_000_000), Some("small")),
        (Some(14_999_999), Some("small")),
        (Some(20_000_000), Some("middle")),
        (Some(u64::MAX), Some("large")),
        (None, None),
        (Some(9_999_999), None),
    ] {
        let world = tiered().await;
        world.engine.scan(1_000);
        let served = world.serve();
        let caller = Caller::with(Rights { max_bytes_scanned: bound, ..Rights::default() });
        assert_eq!(ask(&served, &caller, URI, &[]).await.status, 200, "{bound:?}");
        let started = served.api.engine().started();
        assert_eq!(started[0].workgroup.as_deref(), workgroup, "{bound:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_tier_stops_what_goes_on_after_a_202() {
    let world = tiered().await;
    world.engine.scan_unseen(18_000_000);
    let served = world.serve();
    let caller = bounded(20_000_000);
    let accepted = ask(&served, &caller, URI, ASYNC).await;
    assert_eq!((accepted.status, accepted.header("preference-applied")), (202, "respond-async"));
    let location = accepted.header("location");
    let mut view = ask(&served, &caller, location, &[]).await.json();
    while view["state"] != "failed" {
        view = ask(&served, &caller, location, &[]).await.json();
    }
    assert_eq!(view["error"]["type"], "urn:tributary:problem:scan-limit");
    assert_eq!((&view["bytes_scanned"], &view["error"]["maximum"]), (&json!(15_000_000), &json!(15_000_000)));
    let reply = ask(&served, &caller, &format!("{location}/rows"), &[]).await;
    assert_eq!(reply.is_problem(413, "would read more")["maximum"], 15_000_000);
}

/// The bound is that of the key when it fetches, not when it asked.
#[tokio::test(start_paused = true)]
async fn every_form_of_the_rows_is_held_to_the_bound_of_who_fetches_them() {
    let mut world = tiered().await;
    world.engine.scan(5_000_000);
    // Files too: no form fits into an answer.
    world.settings.max_body = 300;
    let served = world.serve();
    let location = ask(&served, &bounded(20_000_000), URI, ASYNC).await.header("location").to_owned();
    while ask(&served, &bounded(20_000_000), &location, &[]).await.json()["state"] != "succeeded" {}
    let first = ask(&served, &bounded(5_000_000), &format!("{location}/rows"), &[]).await;
    assert_eq!(first.status, 200, "{:?}", first.body);
    let next = first.header("link").strip_prefix('<').unwrap().split('>').next().unwrap().to_owned();
    let forms = ["json", "columns", "csv", "ndjson"];
    let mut paths: Vec<String> = forms.iter().map(|form| format!("{location}/rows?format={form}")).collect();
    paths.extend([next, format!("{location}/rows?limit=1&format=csv")]);
    for path in paths {
        let reply = ask(&served, &bounded(4_999_999), &path, &[]).await;
        reply.is_problem(413, "would read more than one query may");
        let allowed = ask(&served, &bounded(5_000_000), &path, &[]).await;
        assert!(allowed.status < 400, "{path}");
        // What a key could fetch before its bound was lowered is not confirmed either.
        for tag in [allowed.header("etag"), "*"] {
            let reply = ask(&served, &bounded(4_999_999), &path, &[("if-none-match", tag)]).await;
            reply.is_problem(413, "would read more than one query may");
        }
    }
    assert_eq!(ask(&served, &bounded(4_999_999), &location, &[]).await.json()["state"], "failed");
}

/// Of an earlier result the engine does not say how much was read for it.
#[tokio::test(start_paused = true)]
async fn no_earlier_result_is_used_for_a_bounded_key() {
    let mut world = World::new().await;
    world.settings.limits.result_reuse = Some(Duration::from_secs(600));
    let served = world.serve();
    for caller in [Caller::anybody(), bounded(20_000_000)] {
        assert_eq!(ask(&served, &caller, URI, &[]).await.status, 200);
    }
    let reuse: Vec<_> = served.api.engine().started().iter().map(|query| query.reuse).collect();
    assert_eq!(reuse, [Some(Duration::from_secs(600)), None]);
}

/// Two keys share no query, and neither do two bounds of one key.
#[tokio::test(start_paused = true)]
async fn a_query_is_shared_within_one_bound_only() {
    let served = World::new().await.serve();
    let (unbounded, low) = (Caller::with(Rights::default()), bounded(1_000));
    let (one, other) = futures::join!(ask(&served, &unbounded, URI, &[]), ask(&served, &low, URI, &[]));
    assert_eq!(one.status, 200);
    other.is_problem(413, "would read more");
    assert_eq!(served.started(), 2);
}
