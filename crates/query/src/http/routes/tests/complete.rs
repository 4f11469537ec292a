//! Every answer says whether it is complete, in every form and for every reason that it may not be.

mod counts;
mod cursors;

use domain::access::{Allowed, Rights};

use super::{access::with_key_in, *};

pub(super) const ROWS: &str = "/v1/datasets/passengers/rows";
const COLUMNS: [&str; 5] = ["passenger_id", "flight_id", "name", "seat_number", "_key_4"];
const SELECT: &str = "SELECT \"passenger_id\", \"flight_id\", \"name\", \"seat_number\", \"dt\" AS \"_key_4\" FROM \
     \"tributary\".\"passengers\"";
const ORDER: &str = "ORDER BY \"passenger_id\" ASC NULLS LAST, \"dt\" ASC NULLS LAST";
const BEHIND: &str =
    "WHERE ((\"passenger_id\" > ? OR \"passenger_id\" IS NULL) OR (\"passenger_id\" = ? AND \"dt\" > ?))";

fn passengers(ids: std::ops::Range<u64>) -> Outcome {
    let row = |id: u64| {
        let texts = [
            id.to_string(),
            "1001".to_owned(),
            format!("name-{id}"),
            "1A".to_owned(),
            "2026-11-23".to_owned(),
        ];
        texts.map(Some).to_vec()
    };
    rows(athena_csv(&COLUMNS, &ids.map(row).collect::<Vec<_>>()))
}

/// As many passengers as Athena would give of `all` for a first page of `limit` rows, and for the one behind it.
pub(super) async fn world(all: u64, limit: u64) -> World {
    let world = World::new().await;
    let sql = |filter: &str| format!("{SELECT} {filter}{ORDER} LIMIT {}", limit + 1);
    world.engine.script(sql(""), &[], passengers(0..all.min(limit + 1)));
    if let Some(last) = all.min(limit).checked_sub(1) {
        let last = last.to_string();
        let behind = passengers(all.min(limit)..all.min(2 * limit + 1));
        world.engine.script(sql(&format!("{BEHIND} ")), &[&last, &last, "'2026-11-23'"], behind);
    }
    let columns = vec![ResultColumn { name: "count".into(), data_type: "bigint".into() }];
    let csv = format!("\"count\"\n\"{all}\"\n").into_bytes().into();
    world.engine.script(COUNT, &[], Outcome::Rows(Rows { columns, csv }));
    world
}

fn said(reply: &Reply) -> (&str, &str) {
    (reply.header("tributary-complete"), reply.header("tributary-range"))
}

pub(super) fn next(reply: &Reply) -> String {
    let link = reply.header("link");
    let path = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\""));
    path.unwrap_or_default().to_owned()
}

fn formats() -> Vec<&'static str> {
    crate::request::format::Format::names().collect()
}

#[tokio::test(start_paused = true)]
async fn the_limit_cuts_with_a_word_in_every_form() {
    for format in formats() {
        for (all, limit) in [(0_u64, 5_u64), (4, 5), (5, 5), (6, 5), (11, 5), (100, 100), (101, 100)] {
            let served = world(all, limit).await.serve();
            // 100 is what goes without saying.
            let asked = if limit == 100 { String::new() } else { format!("&limit={limit}") };
            let first = served.get(&format!("{ROWS}?format={format}{asked}")).await;
            let what = format!("{all} rows, {limit} at most, {format}");
            assert_eq!(first.status, 200, "{what}: {:?}", first.body);
            let came = all.min(limit);
            assert_eq!(first.header("tributary-rows"), came.to_string(), "{what}");
            let end = came.saturating_sub(1);
            if all <= limit {
                let range = if all == 0 { "*/0".to_owned() } else { format!("0-{end}/{all}") };
                assert_eq!((said(&first), next(&first)), (("true", range.as_str()), String::new()), "{what}");
                continue;
            }
            assert_eq!(said(&first), ("false", format!("0-{end}/*").as_str()), "{what}");
            let path = next(&first);
            assert!(path.starts_with(&format!("{ROWS}?format={format}{asked}&cursor=")), "{what}: {path}");
            let second = served.get(&path).await;
            let more = (all - limit).min(limit);
            assert_eq!(
                (second.status, second.header("tributary-rows")),
                (200, more.to_string().as_str()),
                "{what}"
            );
            let range = format!("{limit}-{}/*", limit + more - 1);
            let is_complete = if all > 2 * limit { "false" } else { "true" };
            assert_eq!(said(&second), (is_complete, range.as_str()), "{what}");
            assert_eq!(next(&second).is_empty(), all <= 2 * limit, "{what}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_hidden_columns_are_in_no_form() {
    let served = world(6, 5).await.serve();
    for format in formats() {
        let body = served.get(&format!("{ROWS}?limit=5&format={format}")).await.body;
        for absent in [&b"_key_4"[..], b"2026-11-23", b"name-5"] {
            assert!(!body.windows(absent.len()).any(|window| window == absent), "{format}: {body:?}");
        }
    }
    let ids: Vec<Value> = served.get(&format!("{ROWS}?limit=5")).await.json().as_array().unwrap().clone();
    assert_eq!(ids.iter().map(|row| row["passenger_id"].clone()).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
}

/// Pages of one result, and behind the last of them the next query's.
#[tokio::test(start_paused = true)]
async fn pages_of_a_result_lead_on_to_those_of_the_next_query() {
    let mut world = world(11, 5).await;
    world.settings.max_body = 160;
    let served = world.serve();
    let (mut path, mut ids, mut executions) = (format!("{ROWS}?limit=5"), Vec::new(), 0);
    while ids.len() < 10 {
        let reply = served.get(&path).await;
        assert_eq!((reply.status, reply.header("tributary-complete")), (200, "false"), "{:?}", reply.body);
        let page = reply.json();
        let first = format!("{}-", ids.len());
        assert!(reply.header("tributary-range").starts_with(&first), "{}", reply.header("tributary-range"));
        ids.extend(page.as_array().unwrap().iter().map(|row| row["passenger_id"].as_u64().unwrap()));
        executions += usize::from(path.starts_with(ROWS));
        path = next(&reply);
    }
    assert_eq!(ids, (0..10).collect::<Vec<u64>>());
    assert_eq!((executions, served.started()), (2, 2));
    assert!(path.starts_with(&format!("{ROWS}?limit=5&cursor=")), "{path}");
}

#[tokio::test(start_paused = true)]
async fn a_file_elsewhere_says_it_too_each_time() {
    for (all, complete) in [(5, "true"), (6, "false")] {
        let mut world = world(all, 5).await;
        world.settings.max_body = 120;
        let served = world.serve();
        let first = served.get(&format!("{ROWS}?limit=5&format=csv")).await;
        let again = served.get("/v1/queries/memory-0/rows").await;
        for reply in [&first, &again] {
            assert_eq!((reply.status, said(reply)), (303, (complete, "")), "{all}");
            assert_eq!(next(reply).starts_with(ROWS), all == 6, "{all}: {}", next(reply));
        }
        assert_eq!(next(&first), next(&again));
        let key = served.keys("results/rendered/").into_iter().find(|key| key.ends_with(".csv")).unwrap();
        let file = served.api.store_and_catalog().0.get(&key).await.unwrap();
        assert_eq!(file.iter().filter(|byte| **byte == b'\n').count(), 6, "the header and five rows");
        // In pages too.
        let page = served.get("/v1/queries/memory-0/rows?limit=4").await;
        assert_eq!(said(&page), ("false", "0-3/*"));
        let page = served.get(&next(&page)).await;
        let range = if all == 5 { "4-4/5" } else { "4-4/*" };
        assert_eq!(said(&page), (complete, range));
    }
}

#[tokio::test(start_paused = true)]
async fn a_keys_bound_on_rows_cuts_with_a_word() {
    let formats = Allowed::These(["csv".to_owned()].into());
    let world = world(11, 5).await;
    let (served, key) = with_key_in(world, Rights { formats, max_rows: Some(5), ..Rights::default() }).await;
    let headers = [("authorization", key.as_str())];
    let first = served.send("GET", ROWS, &headers).await;
    assert_eq!((first.status, said(&first)), (200, ("false", "0-4/*")));
    let second = served.send("GET", &next(&first), &headers).await;
    assert_eq!((second.status, said(&second)), (200, ("false", "5-9/*")));
}

const COUNT: &str = "SELECT count(*) AS \"count\" FROM \"tributary\".\"passengers\" LIMIT 2";

#[tokio::test(start_paused = true)]
async fn a_query_of_ones_own_says_whether_its_bound_cut() {
    let world = World::new().await;
    let definition = |sql: &str| json!({"name": "names", "sql": sql}).to_string();
    let named = definition("SELECT name FROM passengers LIMIT 3");
    world.store.put("queries/names.json", named.into(), PutMode::Create).await.unwrap();
    let result = |count: usize| {
        let columns = vec![ResultColumn { name: "name".into(), data_type: "varchar".into() }];
        let csv = format!("\"name\"\n{}", "\"a\"\n".repeat(count)).into_bytes().into();
        Outcome::Rows(Rows { columns, csv })
    };
    let sql = "SELECT name FROM \"tributary\".\"passengers\"";
    // Its own LIMIT is what it is about: three rows are all of it. The caller's is not.
    world.engine.script(format!("{sql} LIMIT 3"), &[], result(3));
    let served = world.serve();
    let all = served.get("/v1/named-queries/names/rows").await;
    assert_eq!((all.status, said(&all)), (200, ("true", "0-2/3")));
    let cut = served.get("/v1/named-queries/names/rows?limit=2").await;
    assert_eq!((cut.status, said(&cut), next(&cut)), (200, ("false", "0-1/*"), String::new()));
    assert_eq!(cut.json(), json!([{"name": "a"}, {"name": "a"}]));
}

#[tokio::test(start_paused = true)]
async fn of_no_rows_nothing_is_known() {
    let world = World::new().await;
    let sql = format!("{} {ORDER} LIMIT 0", SELECT.replace(", \"dt\" AS \"_key_4\"", ""));
    world.engine.script(&sql, &[], rows(athena_csv(&COLUMNS[..4], &[])));
    let reply = world.serve().get(&format!("{ROWS}?limit=0&format=csv")).await;
    assert_eq!((reply.status, said(&reply)), (200, ("", "*/*")));
    assert_eq!(reply.body, "passenger_id,flight_id,name,seat_number\r\n");
}

#[tokio::test(start_paused = true)]
async fn every_read_is_unmodified_for_who_wants_none() {
    let served = World::new().await.serve();
    let star = [("if-none-match", "*")];
    for uri in ["/v1/datasets/passengers/rows?limit=20", "/v1/datasets", "/healthz", "/openapi.json", "/docs"]
    {
        let reply = served.send("GET", uri, &star).await;
        assert_eq!((reply.status, reply.body.len()), (304, 0), "{uri}");
    }
    assert_eq!(served.started(), 0, "and no query runs for it");
    assert_eq!(served.send("GET", "/v1/nothing", &star).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_range_of_bytes_is_ignored_and_the_answer_says_so() {
    let served = World::new().await.serve();
    let uri = "/v1/datasets/passengers/rows?limit=20&format=csv";
    let whole = served.get(uri).await;
    for range in ["bytes=0-9", "bytes=-5", "rows=0-4", "x"] {
        let reply = served.send("GET", uri, &[("range", range)]).await;
        assert_eq!((reply.status, reply.header("accept-ranges")), (200, "none"), "{range}");
        assert_eq!(reply.body, whole.body, "{range}");
    }
}
