//! Every answer says whether it is complete, in every form and for every reason that it may not be.

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
    crate::format::Format::names().collect()
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

const COUNT: &str = "SELECT count(*) AS \"count\" FROM \"tributary\".\"passengers\" LIMIT 2";

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

/// Also if the query was asked for in another one.
#[tokio::test(start_paused = true)]
async fn the_next_rows_have_the_form_of_the_page() {
    let mut world = world(6, 5).await;
    world.settings.max_body = 160;
    let served = world.serve();
    assert!(next(&served.get(&format!("{ROWS}?limit=5")).await).starts_with("/v1/queries/memory-0/rows"));
    let mut path = "/v1/queries/memory-0/rows?format=ndjson&limit=2".to_owned();
    while !path.starts_with(ROWS) {
        let page = served.get(&path).await;
        assert_eq!((page.status, page.header("tributary-complete")), (200, "false"), "{path}");
        path = next(&page);
    }
    assert!(path.starts_with(&format!("{ROWS}?limit=5&format=ndjson&cursor=")), "{path}");
    let second = served.get(&path).await;
    assert_eq!((second.status, second.header("content-type")), (200, "application/x-ndjson"));
    assert_eq!(second.header("tributary-range"), "5-5/*");
}

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
async fn a_cursor_of_another_request_is_refused() {
    let served = world(11, 5).await.serve();
    let path = next(&served.get(&format!("{ROWS}?limit=5")).await);
    let other = path.replace("limit=5", "limit=5&name=eq.a");
    served.get(&other).await.is_problem(400, "the cursor is none of this request's");
    served.get(&format!("{ROWS}?cursor=x")).await.is_problem(400, "leave cursor out to begin again");
    assert_eq!(served.started(), 1);
}

/// A cursor is not signed: its time could be one that the engine refuses.
#[tokio::test(start_paused = true)]
async fn a_cursor_with_a_time_of_somebody_elses_making_is_refused_before_any_query() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let served = world(11, 5).await.serve();
    let path = next(&served.get(&format!("{ROWS}?limit=5")).await);
    let (before, cursor) = path.split_once("cursor=").unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap();
    // Behind the version and the digest of the request.
    let (head, place) = bytes.split_at(17);
    for now in ["8210266876799", "-8334601228800", "9223372036854775807"] {
        let mut place: Value = serde_json::from_slice(place).unwrap();
        place["now"] = serde_json::from_str(now).unwrap();
        let forged = [head, serde_json::to_vec(&place).unwrap().as_slice()].concat();
        let reply = served.get(&format!("{before}cursor={}", URL_SAFE_NO_PAD.encode(forged))).await;
        let problem = reply.is_problem(400, "the cursor is none of this request's");
        assert_eq!(problem["type"], "urn:tributary:problem:invalid-cursor", "{now}");
    }
    assert_eq!(served.started(), 1);
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
