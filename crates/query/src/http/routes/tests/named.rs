//! Named queries and the description over HTTP.

use domain::{
    access::{Allowed, NewKey, Rights, create},
    port::ResultColumn,
};

use super::*;

const DEFINITION: &str = r#"{"name": "seats-of", "description": "Who sits where",
    "sql": "SELECT seat_number FROM passengers WHERE flight_id = :flight LIMIT 5",
    "parameters": [{"name": "flight", "type": "bigint", "min": 1, "description": "The flight's number"}]}"#;
const SENT: &str = "SELECT seat_number FROM \"tributary\".\"passengers\" WHERE flight_id = ? LIMIT 5";

async fn world() -> World {
    let world = World::new().await;
    world.store.put("queries/seats-of.json", DEFINITION.into(), PutMode::Create).await.unwrap();
    world.store.put("queries/broken.json", "{".into(), PutMode::Create).await.unwrap();
    let columns = vec![ResultColumn { name: "seat_number".into(), data_type: "varchar".into() }];
    let csv = b"\"seat_number\"\n\"12A\"\n".as_slice().into();
    world.engine.script(SENT, &["1001"], Outcome::Rows(Rows { columns, csv }));
    world
}

#[tokio::test(start_paused = true)]
async fn a_named_query_is_listed_and_answers_rows() {
    let served = world().await.serve();
    let listed = served.get("/v1/named-queries").await.json();
    assert_eq!(listed["named_queries"].as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed["named_queries"][0]["parameters"][0]["min"], 1);
    let rows = served.get("/v1/named-queries/seats-of/rows?flight=1001").await;
    assert_eq!((rows.status, rows.json()), (200, json!([{"seat_number": "12A"}])));
    let tag = rows.header("etag").to_owned();
    let again =
        served.send("GET", "/v1/named-queries/seats-of/rows?flight=1001", &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, served.started()), (304, 1));
}

#[tokio::test(start_paused = true)]
async fn what_the_clock_decides_is_asked_anew() {
    let world = World::new().await;
    let condition = "WHERE booked_on > now() - INTERVAL '24' HOUR ORDER BY seat_number LIMIT 5";
    let sql = format!("SELECT seat_number FROM passengers {condition}");
    let definition = json!({"name": "recent", "sql": sql}).to_string();
    world.store.put("queries/recent.json", definition.into(), PutMode::Create).await.unwrap();
    let sent = format!("SELECT seat_number FROM \"tributary\".\"passengers\" {condition}");
    let columns = vec![ResultColumn { name: "seat_number".into(), data_type: "varchar".into() }];
    let csv = b"\"seat_number\"\n\"12A\"\n".as_slice().into();
    world.engine.script(&sent, &[], Outcome::Rows(Rows { columns, csv }));
    let served = world.serve();
    for started in [1, 2] {
        let rows =
            served.send("GET", "/v1/named-queries/recent/rows", &[("if-none-match", "\"of-before\"")]).await;
        assert_eq!((rows.status, rows.json()), (200, json!([{"seat_number": "12A"}])));
        assert_eq!((rows.header("etag"), rows.header("cache-control")), ("", "private, no-cache"));
        assert_eq!(served.started(), started);
    }
}

/// Five seats, of a query that says an order and of one that does not.
async fn five_seats(order: &str, max_body: Option<usize>) -> Served {
    let mut world = World::new().await;
    world.settings.max_body = max_body.unwrap_or(world.settings.max_body);
    let sql = format!("SELECT seat_number FROM passengers{order}");
    let definition = json!({"name": "seats", "sql": sql}).to_string();
    world.store.put("queries/seats.json", definition.into(), PutMode::Create).await.unwrap();
    // One row more than is asked for says whether there are more.
    for limit in [6, 7] {
        let sent = format!("SELECT seat_number FROM \"tributary\".\"passengers\"{order} LIMIT {limit}");
        let columns = vec![ResultColumn { name: "seat_number".into(), data_type: "varchar".into() }];
        let csv = b"\"seat_number\"\n\"1A\"\n\"1B\"\n\"1C\"\n\"1D\"\n\"1E\"\n".as_slice().into();
        world.engine.script(&sent, &[], Outcome::Rows(Rows { columns, csv }));
    }
    world.serve()
}

#[tokio::test(start_paused = true)]
async fn rows_in_no_order_have_a_tag_only_if_the_limit_left_none_out() {
    let page = |limit: u64| format!("/v1/named-queries/seats/rows?limit={limit}");
    let unordered = five_seats("", None).await;
    let cut = unordered.get(&page(5)).await;
    assert_eq!((cut.status, cut.header("tributary-rows"), cut.header("etag")), (200, "5", ""));
    assert_eq!(cut.header("cache-control"), "private, no-cache");
    let whole = unordered.get(&page(6)).await;
    assert_eq!((whole.status, whole.header("etag").starts_with("W/\"")), (200, true));
    let again = [("if-none-match", whole.header("etag"))];
    assert_eq!(unordered.send("GET", &page(6), &again).await.status, 304);
    // How many rows there are is not known where the first page ends.
    let paged = five_seats("", Some(50)).await.get(&page(6)).await;
    assert_eq!((paged.status, paged.header("link").is_empty(), paged.header("etag")), (200, false, ""));

    let ordered = five_seats(" ORDER BY seat_number", None).await.get(&page(5)).await;
    assert_eq!((ordered.status, ordered.header("etag").starts_with("W/\"")), (200, true));
}

#[tokio::test(start_paused = true)]
async fn every_wrong_request_says_what_would_work() {
    let served = world().await.serve();
    for (query, status, words) in [
        ("seats-of/rows", 400, "\"flight\" is missing, a bigint: The flight's number"),
        ("seats-of/rows?flight=0", 400, "is at least 1"),
        ("seats-of/rows?flight=1&limit=1001", 400, "more than the 1000 rows"),
        ("seats-of/rows?flight=x", 400, "expects a bigint"),
        ("seats-of/rows?fligt=1", 400, "did you mean \"flight\"?"),
        ("seat-of/rows?flight=1", 404, "did you mean \"seats-of\"?"),
        ("broken/rows", 404, "unknown named query \"broken\""),
    ] {
        served.get(&format!("/v1/named-queries/{query}")).await.is_problem(status, words);
    }
    assert_eq!(served.started(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_description_names_what_the_reader_may_see() {
    let served = world().await.serve();
    let document = served.get("/openapi.json").await.json();
    assert!(document["paths"]["/v1/named-queries/seats-of/rows"].is_object());
    let page = served.get("/docs").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    assert!(String::from_utf8(page.body.to_vec()).unwrap().contains("Who sits where"));

    let world = world().await;
    let rights =
        Rights { named_queries: Allowed::These(std::collections::BTreeSet::new()), ..Rights::default() };
    let new = NewKey { name: "x".into(), expires_at: None, rights };
    create(&world.store, &SeededIds::new(3), chrono::DateTime::UNIX_EPOCH, &new).await.unwrap();
    let closed = world.serve().get("/openapi.json").await;
    assert_eq!(closed.status, 200, "how to ask is no secret");
    assert!(closed.json()["paths"]["/v1/named-queries/seats-of/rows"].is_null());
}
