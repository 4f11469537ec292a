//! What a key may read in a day.

use super::*;

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
