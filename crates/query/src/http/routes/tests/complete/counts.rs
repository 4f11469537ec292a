//! How many rows match: who wants a count gets one, and otherwise the answer does without.

use super::*;

#[tokio::test(start_paused = true)]
async fn who_wants_a_count_gets_one() {
    let count = [("prefer", "count=exact, wait=7, handling=lenient")];
    for (all, queries) in [(5, 1), (6, 2)] {
        let served = world(all, 5).await.serve();
        let reply = served.send("GET", &format!("{ROWS}?limit=5"), &count).await;
        assert_eq!(reply.header("content-range"), format!("0-4/{all}"));
        assert_eq!(served.started(), queries, "what is complete is counted already");
        let applied: Vec<_> = reply.headers.get_all("preference-applied").iter().collect();
        assert_eq!(applied, ["wait=7", "count=exact"]);
        if queries == 2 {
            assert_eq!(reply.header("tributary-bytes-scanned"), (2 * 12_345_678).to_string());
            let second = served.send("GET", &next(&reply), &count).await;
            assert_eq!(second.header("content-range"), "5-5/6");
        }
        let plain = served.get(&format!("{ROWS}?limit=5")).await;
        assert!(plain.headers.get("preference-applied").is_none());
    }
}

/// The rows are there, and are answered when the wait is over. Nobody comes back to the count.
#[tokio::test(start_paused = true)]
async fn a_count_takes_no_longer_than_its_request_waits() {
    let world = world(6, 5).await;
    world.engine.script(COUNT, &[], Outcome::Hangs);
    let served = world.serve();
    let begun = served.api.clock().now();
    let reply = served.send("GET", &format!("{ROWS}?limit=5"), &[("prefer", "count=exact")]).await;
    assert_eq!((reply.status, said(&reply)), (200, ("false", "0-4/*")));
    assert!(reply.headers.get("preference-applied").is_none());
    let seconds = (served.api.clock().now() - begun).num_seconds();
    assert!((15..=21).contains(&seconds), "{seconds}");
    assert_eq!(served.started(), 2);
    let id = domain::port::QueryId::new("memory-1");
    let state = served.api.engine().status(&id).await.unwrap().state;
    assert_eq!(state, domain::port::QueryState::Cancelled);
    served.get("/v1/queries/memory-1").await.is_problem(404, "there is no query");
}

#[tokio::test(start_paused = true)]
async fn a_count_that_fails_takes_no_rows_away() {
    let world = world(6, 5).await;
    world.engine.script(
        COUNT,
        &[],
        Outcome::Fails { reason: "memory-engine words".into(), retryable: false },
    );
    let served = world.serve();
    let reply = served.send("GET", &format!("{ROWS}?limit=5"), &[("prefer", "count=exact")]).await;
    assert_eq!((reply.status, said(&reply)), (200, ("false", "0-4/*")));
    assert!(reply.headers.get("preference-applied").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_file_elsewhere_says_how_many_rows_match() {
    let mut world = world(6, 5).await;
    world.settings.max_body = 120;
    let count = [("prefer", "count=exact")];
    let reply = world.serve().send("GET", &format!("{ROWS}?limit=5&format=csv"), &count).await;
    assert_eq!((reply.status, said(&reply)), (303, ("false", "*/6")));
    assert_eq!(reply.header("content-range"), "*/6");
    assert_eq!(reply.header("preference-applied"), "count=exact");
}

/// How many rows there are says nothing of how many groups.
#[tokio::test(start_paused = true)]
async fn groups_are_not_counted() {
    let world = World::new().await;
    let sql = "SELECT \"name\", count(*) AS \"count\" FROM \"tributary\".\"passengers\" GROUP BY 1 ORDER BY 1 ASC \
               NULLS LAST LIMIT 2";
    let group = |name: &str| vec![Some(name.to_owned()), Some("3".to_owned())];
    world.engine.script(sql, &[], rows(athena_csv(&["name", "count"], &[group("a"), group("b")])));
    let served = world.serve();
    let count = [("prefer", "count=exact")];
    let reply = served.send("GET", &format!("{ROWS}?select=name,count()&limit=1"), &count).await;
    assert_eq!((reply.status, said(&reply)), (200, ("false", "0-0/*")), "{:?}", reply.body);
    assert!(reply.headers.get("preference-applied").is_none());
    assert_eq!(served.started(), 1);
}
