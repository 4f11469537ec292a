//! Keys: who gets in, and to what.

use domain::{
    DatasetName,
    access::{Allowed, NewKey, Rights, create, revoke},
};

use super::{
    world::{PASSENGERS, reply},
    *,
};
use crate::access::Caller;

const URI: &str = "/v1/datasets/passengers/rows?limit=20";

/// A lake with one key of these rights, and its secret.
async fn with_key(rights: Rights) -> (Served, String) {
    with_key_in(World::new().await, rights).await
}

/// The same in this world.
pub(super) async fn with_key_in(world: World, rights: Rights) -> (Served, String) {
    let new = NewKey { name: "a test".into(), expires_at: None, rights };
    let now = chrono::DateTime::UNIX_EPOCH;
    let (_, secret) = create(&world.store, &SeededIds::new(3), now, &new).await.unwrap();
    (world.serve(), format!("Bearer {}", secret.reveal()))
}

async fn get_with(served: &Served, uri: &str, key: &str) -> Reply {
    served.send("GET", uri, &[("authorization", key)]).await
}

#[tokio::test(start_paused = true)]
async fn with_keys_nobody_gets_in_without_one() {
    let (served, key) = with_key(Rights::default()).await;
    assert_eq!(get_with(&served, URI, &key).await.status, 200);
    for uri in [URI, "/v1/datasets", "/v1/datasets/passengers", "/v1/queries/a", "/v1/queries/a/rows"] {
        let reply = served.get(uri).await;
        reply.is_problem(401, "send an API key as Authorization: Bearer");
        assert_eq!(reply.header("www-authenticate"), "Bearer realm=\"tributary\"");
        assert_eq!(reply.header("cache-control"), "no-store");
    }
    let wrong = key.replace("trib_", "trob_");
    get_with(&served, URI, &wrong).await.is_problem(401, "Bearer");
    assert_eq!(served.get("/healthz").await.status, 200);
    assert_eq!(served.get("/readyz").await.json()["access"], "keys");
    assert_eq!(served.started(), 1, "who does not get in costs nothing");
}

#[tokio::test(start_paused = true)]
async fn without_keys_and_without_the_setting_nobody_gets_in() {
    let mut world = World::new().await;
    world.settings.access.open = false;
    world.serve().get(URI).await.is_problem(401, "tributary key create");
}

#[tokio::test(start_paused = true)]
async fn a_request_leaves_the_id_of_its_key_in_the_log_and_never_the_secret() {
    let (log, _guard) = testing::Log::start();
    let (served, key) = with_key(Rights::default()).await;
    served.api.engine().script(PASSENGERS, &[], Outcome::Hangs);
    let headers = [("authorization", key.as_str()), ("prefer", "respond-async")];
    let accepted = served.send("GET", URI, &headers).await;
    assert_eq!(accepted.status, 202);
    served.send("DELETE", accepted.header("location"), &headers).await;
    served.send("DELETE", "/v1/queries/memory-7", &headers).await.is_problem(404, "there is no query");
    let lines = log.audit();
    let id = &key["Bearer trib_".len()..][..8];
    assert_eq!(lines.len(), 1, "what was not there was not cancelled: {lines:?}");
    assert_eq!((&lines[0]["audit"], &lines[0]["key"]), (&json!("query-cancelled"), &json!(id)));
    assert_eq!(lines[0]["query_id"], "memory-0");
    let (text, secret) = (log.text(), key.rsplit_once('_').unwrap().1);
    for at in 0..=secret.len() - 8 {
        assert!(!text.contains(&secret[at..at + 8]), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_revoked_key_is_none() {
    let (served, key) = with_key(Rights::default()).await;
    let store = served.api.store_and_catalog().0;
    let keys = domain::access::load(store).await.unwrap().unwrap();
    revoke(store, &keys.keys[0].id, chrono::DateTime::UNIX_EPOCH).await.unwrap();
    get_with(&served, URI, &key).await.is_problem(401, "unknown, revoked or expired");
}

#[tokio::test(start_paused = true)]
async fn what_a_key_may_not_see_is_not_there() {
    let datasets = Allowed::These([DatasetName::new("bookings").unwrap()].into());
    let (served, key) = with_key(Rights { datasets, ..Rights::default() }).await;
    for uri in [URI, "/v1/datasets/passengers"] {
        let hidden = get_with(&served, uri, &key).await.is_problem(404, "datasets: bookings");
        assert!(!hidden["detail"].as_str().unwrap().contains("did you mean"), "{hidden}");
    }
    let listed = get_with(&served, "/v1/datasets", &key).await.json();
    let names: Vec<&str> =
        listed["datasets"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["bookings"]);
}

#[tokio::test(start_paused = true)]
async fn a_keys_bounds_say_what_it_may() {
    let formats = Allowed::These(["csv".to_owned()].into());
    let (served, key) = with_key(Rights { formats, max_rows: Some(20), ..Rights::default() }).await;
    let json = format!("{URI}&format=json");
    get_with(&served, &json, &key)
        .await
        .is_problem(403, "does not allow the format \"json\"; it allows: csv");
    // Who says nothing, or takes anything, gets what the key allows.
    let anything = [("authorization", key.as_str()), ("accept", "*/*")];
    for reply in [get_with(&served, URI, &key).await, served.send("GET", URI, &anything).await] {
        assert_eq!((reply.status, reply.header("content-type").starts_with("text/csv")), (200, true));
    }
    let only = [("authorization", key.as_str()), ("accept", "application/json")];
    served.send("GET", URI, &only).await.is_problem(403, "it allows: csv");
    let rows = "/v1/datasets/passengers/rows?format=csv&limit=21";
    get_with(&served, rows, &key).await.is_problem(403, "allows 20 rows");
    // Without a limit a key gets what it may have.
    let reply = get_with(&served, "/v1/datasets/passengers/rows?format=csv", &key).await;
    assert_eq!((reply.status, reply.header("tributary-rows")), (200, "20"));
    assert_eq!(served.api.engine().started()[0].sql, PASSENGERS);
}

#[tokio::test(start_paused = true)]
async fn a_keys_bound_on_rows_holds_for_free_sql_too() {
    let served = World::new().await.serve();
    let rights = Rights { max_rows: Some(3), free_sql: true, ..Rights::default() };
    for (body, status, words) in [
        (r#"{"sql": "SELECT name FROM passengers", "limit": 4}"#, 403, "allows 3 rows"),
        (r#"{"sql": "SELECT name FROM passengers LIMIT 4"}"#, 400, "4 is more than the 3 rows"),
    ] {
        let request = Request::builder().method("POST").uri("/v1/queries");
        let request =
            request.header("content-type", "application/json").extension(Caller::with(rights.clone()));
        let request = request.body(axum::body::Body::from(body)).unwrap();
        let answer = reply(served.router.clone().oneshot(request).await.unwrap()).await;
        answer.is_problem(status, words);
    }
    assert_eq!(served.started(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_key_may_be_too_quick() {
    let (served, key) = with_key(Rights { requests_per_minute: Some(2), ..Rights::default() }).await;
    for _ in 0..2 {
        assert_eq!(get_with(&served, URI, &key).await.status, 200);
    }
    let reply = get_with(&served, URI, &key).await;
    reply.is_problem(429, "2 requests in a minute");
    assert!(!reply.header("retry-after").is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_same_answer_has_another_tag_for_another_key() {
    let (served, key) = with_key(Rights::default()).await;
    let tag = get_with(&served, URI, &key).await.header("etag").to_owned();
    let headers = [("authorization", key.as_str()), ("if-none-match", tag.as_str())];
    assert_eq!(served.send("GET", URI, &headers).await.status, 304);
    let open = World::new().await.serve();
    assert_ne!(open.get(URI).await.header("etag"), tag);
}

#[tokio::test(start_paused = true)]
async fn a_query_reads_no_more_than_its_key_may_whether_somebody_waits_or_looks() {
    let (served, key) = with_key(Rights { max_bytes_scanned: Some(1_000_000), ..Rights::default() }).await;
    served.api.engine().script(PASSENGERS, &[], Outcome::Hangs);
    get_with(&served, URI, &key).await.is_problem(413, "would read more");

    // Handed over before it had read that much.
    let ask = async |uri: &str, caller: Caller| {
        let request = Request::builder().uri(uri).header("prefer", "wait=0").extension(caller);
        let request = request.body(axum::body::Body::empty()).unwrap();
        reply(served.router.clone().oneshot(request).await.unwrap()).await
    };
    let accepted = ask(URI, Caller::named("0123abcd")).await;
    let looks = async || {
        let bounded = Rights { max_bytes_scanned: Some(1_000_000), ..Rights::default() };
        ask(accepted.header("location"), Caller::with(bounded)).await
    };
    for _ in 0..2 {
        let body = looks().await.json();
        assert_eq!((&body["state"], &body["error"]["status"]), (&json!("failed"), &json!(413)));
    }
    let id = domain::port::QueryId::new("memory-1");
    assert_eq!(served.api.engine().status(&id).await.unwrap().state, domain::port::QueryState::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn rows_of_a_query_go_with_the_right_to_ask_for_them() {
    const NAMED: &str = r#"{"name": "names", "sql": "SELECT name FROM passengers LIMIT 5"}"#;
    let everything = Rights { free_sql: true, ..Rights::default() };
    let only = |name: &str| Allowed::These([DatasetName::new(name).unwrap()].into());
    let ask = async |served: &Served, method: &str, uri: &str, body: &'static str, rights: &Rights| {
        let request = Request::builder().method(method).uri(uri).header("prefer", "respond-async");
        let request =
            request.header("content-type", "application/json").extension(Caller::with(rights.clone()));
        let request = request.body(axum::body::Body::from(body)).unwrap();
        reply(served.router.clone().oneshot(request).await.unwrap()).await
    };
    let blind = Rights { datasets: only("bookings"), ..everything.clone() };
    let nameless = Rights { named_queries: Allowed::These(Default::default()), ..everything.clone() };
    for (method, uri, body, lost) in [
        ("GET", URI, "", &blind),
        ("POST", "/v1/queries", r#"{"sql": "SELECT name FROM passengers"}"#, &blind),
        ("POST", "/v1/queries", r#"{"sql": "SELECT name FROM passengers"}"#, &Rights::default()),
        ("GET", "/v1/named-queries/names/rows", "", &blind),
        ("GET", "/v1/named-queries/names/rows", "", &nameless),
    ] {
        let world = World::new().await;
        world.store.put("queries/names.json", NAMED.into(), PutMode::Create).await.unwrap();
        let served = world.serve();
        let accepted = ask(&served, method, uri, body, &everything).await;
        let location = accepted.header("location").to_owned();
        assert_eq!(ask(&served, "GET", &location, "", &everything).await.status, 200, "{method} {uri}");
        for path in [location.clone(), format!("{location}/rows")] {
            ask(&served, "GET", &path, "", lost).await.is_problem(404, "there is no query");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_named_query_that_a_key_may_run_names_no_dataset_that_it_may_not_see() {
    let definition = |name: &str, dataset: &str| {
        format!(r#"{{"name": "{name}", "sql": "SELECT count(*) AS n FROM {dataset}, passengers"}}"#)
    };
    let world = World::new().await;
    for (name, dataset) in [("sums", "passengers p"), ("unready", "bookings")] {
        let body = definition(name, dataset).into();
        world.store.put(&format!("queries/{name}.json"), body, PutMode::Create).await.unwrap();
    }
    let served = world.serve();
    let names = ["sums", "unready"].map(|name| domain::QueryName::new(name).unwrap());
    let partner = Rights {
        datasets: Allowed::These(Default::default()),
        named_queries: Allowed::These(names.into()),
        ..Rights::default()
    };
    let ask = async |uri: &str, rights: &Rights| {
        let request = Request::builder().uri(uri).extension(Caller::with(rights.clone()));
        reply(served.router.clone().oneshot(request.body(axum::body::Body::empty()).unwrap()).await.unwrap())
            .await
    };
    let listed = |reply: &Reply| reply.json()["named_queries"][0]["datasets"].clone();
    assert_eq!(listed(&ask("/v1/named-queries", &partner).await), json!([]));
    assert_eq!(listed(&ask("/v1/named-queries", &Rights::default()).await), json!(["passengers"]));
    let unready = "/v1/named-queries/unready/rows";
    ask(unready, &Rights::default()).await.is_problem(503, "dataset bookings is defined");
    let problem = ask(unready, &partner).await.is_problem(503, "is not registered yet");
    assert!(!problem.to_string().contains("bookings"), "{problem}");
}

/// A query that was handed over keeps its result, and the key's bound at the time of the request counts.
#[tokio::test(start_paused = true)]
async fn a_bound_on_rows_that_was_lowered_holds_for_the_rows_of_earlier_queries() {
    let ask = async |served: &Served, uri: &str, prefer: &str, max_rows: Option<u64>| {
        let caller = Caller::with(Rights { max_rows, ..Rights::default() });
        let request = Request::builder().uri(uri).header("prefer", prefer).extension(caller);
        let request = request.body(axum::body::Body::empty()).unwrap();
        reply(served.router.clone().oneshot(request).await.unwrap()).await
    };
    for (format, whole) in [("json", 200), ("csv", 303)] {
        let mut world = World::new().await;
        world.settings.max_body = 300;
        let served = world.serve();
        let accepted = ask(&served, &format!("{URI}&format={format}"), "respond-async", None).await;
        let location = accepted.header("location").to_owned();
        while ask(&served, &location, "", Some(19)).await.json()["state"] != "succeeded" {}
        let rows = format!("{location}/rows");
        let limited = format!("{rows}?limit=5");
        let page = ask(&served, &limited, "", Some(20)).await;
        let (next, _) = page.header("link").strip_prefix('<').unwrap().split_once('>').unwrap();
        // The length of a page is a number of rows that is asked for, as it is where the query begins.
        let long = ask(&served, &format!("{rows}?limit=21"), "", Some(20)).await;
        let problem = long.is_problem(403, "allows 20 rows, and 21 were asked for");
        assert_eq!((&problem["parameter"], &problem["maximum"]), (&json!("limit"), &json!(20)));
        let setting = ask(&served, &format!("{rows}?limit=1001"), "", None).await;
        setting.is_problem(400, "1 to 1000 rows");
        for (uri, status) in [(rows.as_str(), whole), (limited.as_str(), 200), (next, 200)] {
            let refused = ask(&served, uri, "", Some(19)).await;
            let problem = refused.is_problem(403, "allows 19 rows now, and the query may have 20");
            assert_eq!(problem["maximum"], 19, "{uri}");
            for max_rows in [Some(20), Some(21), None] {
                assert_eq!(ask(&served, uri, "", max_rows).await.status, status, "{uri} {max_rows:?}");
            }
        }
    }
}
