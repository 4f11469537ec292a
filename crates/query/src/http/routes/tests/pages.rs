//! Results that are longer than one answer.

use proptest::prelude::*;

use super::*;

const URI: &str = "/v1/datasets/passengers/rows?limit=20";

/// The path behind `rel="next"`.
fn linked(reply: &Reply) -> Option<String> {
    let path = reply.header("link").strip_suffix(">; rel=\"next\"")?;
    Some(path.strip_prefix('<').unwrap().to_owned())
}

/// The same, if it leads to a page of the same result.
fn next(reply: &Reply) -> Option<String> {
    linked(reply).filter(|path| path.starts_with("/v1/queries/"))
}

async fn bounded(max_body: usize) -> Served {
    let mut world = World::new().await;
    world.settings.max_body = max_body;
    world.serve()
}

/// The rows of all pages, from the reply on.
async fn follow(served: &Served, mut reply: Reply) -> (Vec<Value>, usize) {
    let (mut rows, mut pages) = (Vec::new(), 1);
    loop {
        assert_eq!(reply.status, 200, "{:?}", reply.body);
        let page = reply.json();
        let length = page.as_array().unwrap().len();
        assert_eq!(reply.header("tributary-rows"), length.to_string());
        let range = reply.header("tributary-range");
        match length {
            0 => assert!(range.starts_with("*/"), "{range}"),
            _ => {
                assert!(
                    range.starts_with(&format!("{}-{}/", rows.len(), rows.len() + length - 1)),
                    "{range}"
                );
            }
        }
        assert_eq!(reply.header("tributary-complete") == "true", linked(&reply).is_none(), "{range}");
        rows.extend(page.as_array().unwrap().iter().cloned());
        let Some(path) = next(&reply) else { return (rows, pages) };
        reply = served.get(&path).await;
        pages += 1;
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_result_comes_in_pages_of_one_execution() {
    let served = bounded(500).await;
    let whole = World::new().await.serve().get(URI).await.json();
    let (rows, pages) = follow(&served, served.get(URI).await).await;
    assert_eq!(Value::Array(rows), whole);
    assert!(pages > 3, "{pages}");
    assert_eq!(served.started(), 1);
    assert_eq!(served.keys("results/queries/"), ["results/queries/memory-0.json"]);
}

#[tokio::test(start_paused = true)]
async fn what_fits_leaves_nothing_behind() {
    let served = World::new().await.serve();
    let reply = served.get(URI).await;
    assert_eq!((reply.status, next(&reply)), (200, None));
    assert!(served.keys("results/").is_empty());
}

#[tokio::test(start_paused = true)]
async fn text_with_many_quotes_is_bounded_as_it_is_escaped() {
    let mut world = World::new().await;
    world.settings.max_reply = 700;
    let served = world.serve();
    let whole = World::new().await.serve().get(URI).await.json();
    let first = served.get(URI).await;
    assert!(serde_json::to_string(std::str::from_utf8(&first.body).unwrap()).unwrap().len() <= 702);
    let (rows, pages) = follow(&served, first).await;
    assert_eq!(Value::Array(rows), whole);
    assert!(pages > 2);
}

#[tokio::test(start_paused = true)]
async fn a_long_file_is_handed_out_whole() {
    let served = bounded(300).await;
    let uri = format!("{URI}&format=csv");
    let reply = served.get(&uri).await;
    assert_eq!((reply.status, reply.body.len()), (303, 0));
    let location = reply.header("location");
    assert!(location.starts_with("memory:///results/rendered/memory-0-"), "{location}");
    assert!(
        location.ends_with("?seconds=900&type=text/csv; charset=utf-8; header=present&name=passengers.csv")
    );
    assert_eq!((reply.header("cache-control"), reply.header("etag")), ("no-store", ""));
    assert_eq!(reply.header("tributary-query-id"), "memory-0");
    let whole = World::new().await.serve().get(&uri).await;
    let key = &served.keys("results/rendered/")[0];
    let store = served.api.store_and_catalog().0;
    assert_eq!(store.get(key).await.unwrap(), whole.body);

    // Again by the query's own path, without rendering it again; and in pages for who wants pages.
    let again = served.get("/v1/queries/memory-0/rows").await;
    assert_eq!((again.status, again.header("location")), (303, location));
    let page = served.get("/v1/queries/memory-0/rows?limit=2").await;
    assert_eq!((page.status, page.header("tributary-rows")), (200, "2"));
    assert!(next(&page).is_some());
}

/// Whether its first row or a later one is too long for an answer.
#[tokio::test(start_paused = true)]
async fn a_file_whose_first_row_is_too_long_for_an_answer_is_handed_out_too() {
    let served = bounded(20).await;
    let reply = served.get(&format!("{URI}&format=csv")).await;
    assert_eq!(reply.status, 303);
    assert_eq!(served.get("/v1/queries/memory-0/rows").await.header("location"), reply.header("location"));
    served.get("/v1/queries/memory-0/rows?limit=2").await.is_problem(413, "one row is longer");
}

#[tokio::test(start_paused = true)]
async fn a_cursor_is_good_for_its_own_query_and_nothing_else() {
    let served = bounded(500).await;
    let path = next(&served.get(URI).await).unwrap();
    let other = next(&served.get(URI).await).unwrap();
    assert_ne!(path, other);
    let (_, cursor) = other.split_once("cursor=").unwrap();
    let mistaken = served.get(&format!("/v1/queries/memory-0/rows?cursor={cursor}")).await;
    mistaken.is_problem(400, "follow the Link of the page before");
    for bad in ["", "x", "%F0%9F%A6%80", &cursor[1..]] {
        let reply = served.get(&format!("/v1/queries/memory-1/rows?cursor={bad}")).await;
        let body = reply.is_problem(400, "or begin again at /v1/queries/memory-1/rows");
        assert_eq!(body["type"], "urn:tributary:problem:invalid-cursor");
    }
    served.get(&format!("{path}&limit=3")).await.is_problem(400, "a cursor stands alone");
    assert_eq!(served.get(&path).await.body, served.get(&path).await.body, "it can be used again");
}

#[tokio::test(start_paused = true)]
async fn an_expired_result_is_gone() {
    let served = bounded(500).await;
    let path = next(&served.get(URI).await).unwrap();
    served.api.engine().expire_results();
    served.get(&path).await.is_problem(410, "not kept any longer");
    served.get("/v1/queries/memory-0/rows").await.is_problem(410, "send the request that led to it again");
    // The record goes at the same time, sooner or later.
    let store = served.api.store_and_catalog().0;
    let keys = served.keys("results/");
    store.delete(&keys).await.unwrap();
    served.get(&path).await.is_problem(410, "not kept any longer");
    served.get("/v1/queries/memory-0/rows").await.is_problem(404, "there is no query");
}

#[tokio::test(start_paused = true)]
async fn how_numbers_are_written_is_kept_from_page_to_page_and_can_be_chosen_anew() {
    let served = bounded(500).await;
    let first = served.get(&format!("{URI}&_numbers=string")).await;
    assert_eq!(first.json()[0]["passenger_id"], "1");
    let second = served.get(&next(&first).unwrap()).await;
    assert!(second.json()[0]["passenger_id"].is_string());
    let exact = served.get("/v1/queries/memory-0/rows?_numbers=exact").await;
    assert_eq!(exact.json()[0]["passenger_id"], 1);
    let accepted =
        served.send("GET", &format!("{URI}&_numbers=string"), &[("prefer", "respond-async")]).await;
    assert_eq!(accepted.json()["links"]["rows"], "/v1/queries/memory-1/rows?format=json&_numbers=string");
}

#[tokio::test(start_paused = true)]
async fn cells_for_a_spreadsheet_are_kept_from_page_to_page_and_have_tags_of_their_own() {
    let served = World::new().await.serve();
    let (exact, safe) = (format!("{URI}&format=csv"), format!("{URI}&format=csv&_csv=spreadsheet"));
    let (plain, quoted) = (served.get(&exact).await, served.get(&safe).await);
    assert!(plain.body.starts_with(b"passenger_id,"), "{:?}", plain.body);
    assert!(quoted.body.starts_with(b"\"passenger_id\",\"flight_id\","), "{:?}", quoted.body);
    for (uri, other) in [(&safe, &plain), (&exact, &quoted)] {
        let again = served.send("GET", uri, &[("if-none-match", other.header("etag"))]).await;
        assert_ne!(again.status, 304, "{uri} is another answer");
    }
    let accepted = served.send("GET", &safe, &[("prefer", "respond-async")]).await;
    let rows = accepted.json()["links"]["rows"].as_str().unwrap().to_owned();
    assert!(rows.ends_with("/rows?format=csv&_csv=spreadsheet"), "{rows}");
    let id = accepted.json()["id"].as_str().unwrap().to_owned();
    let first = loop {
        let first = served.get(&format!("/v1/queries/{id}/rows?limit=2")).await;
        if first.status != 409 {
            break first;
        }
    };
    assert!(first.body.starts_with(b"\"passenger_id\""), "what was asked for first: {:?}", first.body);
    let second = served.get(&next(&first).unwrap()).await;
    assert!(second.body.starts_with(b"\"passenger_id\""), "{:?}", second.body);
    let exact = served.get(&format!("/v1/queries/{id}/rows?limit=2&_csv=exact")).await;
    assert!(exact.body.starts_with(b"passenger_id,"), "{:?}", exact.body);
    assert_ne!(first.header("etag"), exact.header("etag"));
}

#[tokio::test(start_paused = true)]
async fn a_page_can_be_kept() {
    let served = bounded(500).await;
    let path = next(&served.get(URI).await).unwrap();
    let first = served.get(&path).await;
    assert_eq!(first.header("cache-control"), "private, max-age=60");
    for tag in [first.header("etag"), "*"] {
        let again = served.send("GET", &path, &[("if-none-match", tag)]).await;
        assert_eq!(
            (again.status, again.header("tributary-cache"), again.body.len()),
            (304, "hit", 0),
            "{tag}"
        );
    }
    assert_eq!(served.started(), 1);
    // Whether the rows are still the caller's to have, the engine says.
    served.api.engine().fail_next(100);
    let again = served.send("GET", &path, &[("if-none-match", first.header("etag"))]).await;
    assert!(again.status >= 400, "{}", again.status);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_row_is_skipped_or_repeated_whatever_the_pages(
        names in prop::collection::vec(prop::option::of("[\",\n a-cé🦀]{0,6}"), 0..22),
        limit in prop::option::of(1_u64..45),
        max_body in 200_usize..3_000,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let mut world = World::new().await;
            world.settings.max_body = max_body;
            let columns = ["passenger_id", "flight_id", "name", "seat_number", "_key_4"];
            let day = || Some("2026-11-23".to_owned());
            let row = |(index, name): (usize, &Option<String>)| {
                vec![Some(index.to_string()), None, name.clone(), None, day()]
            };
            let result: Vec<_> = names.iter().enumerate().map(row).collect();
            world.engine.script(PASSENGERS, &[], super::rows(athena_csv(&columns, &result)));
            let served = world.serve();
            let first = served.get(URI).await;
            let (rows, _) = follow(&served, first).await;
            // The one row more only says that there are more.
            let expected: Vec<Value> = names
                .iter()
                .take(20)
                .enumerate()
                .map(|(index, name)| {
                    json!({"passenger_id": index, "flight_id": null, "name": name, "seat_number": null})
                })
                .collect();
            assert_eq!(rows, expected);

            // Handed over, and in pages of the caller's length.
            let accepted = served.send("GET", URI, &[("prefer", "respond-async")]).await;
            let location = accepted.header("location").to_owned();
            while served.get(&location).await.json()["state"] != "succeeded" {}
            let query = limit.map(|limit| format!("?limit={limit}")).unwrap_or_default();
            let (rows, pages) = follow(&served, served.get(&format!("{location}/rows{query}")).await).await;
            assert_eq!(rows, expected);
            if let Some(limit) = limit {
                assert!(pages as u64 >= (expected.len() as u64).div_ceil(limit).max(1));
            }
        });
    }
}
