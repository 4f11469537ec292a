//! Cursors of a dataset's rows that somebody wrote: they open nothing that the request does not.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    DatasetName,
    access::{Allowed, Rights},
};

use super::{
    access::with_key_in,
    complete::{self, ROWS, next},
    *,
};

/// What stands before the place in a cursor: its version, and the digest of the request.
const HEAD: usize = 17;

/// A key for five rows of passengers at a time, and a cursor that the API made for it.
async fn honest() -> (Served, String, String) {
    let datasets = Allowed::These([DatasetName::new("passengers").unwrap()].into());
    let rights = Rights { datasets, max_rows: Some(5), ..Rights::default() };
    let (served, key) = with_key_in(complete::world(11, 5).await, rights).await;
    let first = served.send("GET", &format!("{ROWS}?limit=5"), &[("authorization", key.as_str())]).await;
    let cursor = next(&first).split_once("cursor=").unwrap().1.to_owned();
    (served, key, cursor)
}

/// The same cursor with another place.
fn forged(honest: &str, place: &Value) -> String {
    let bytes = URL_SAFE_NO_PAD.decode(honest).unwrap();
    URL_SAFE_NO_PAD.encode([&bytes[..HEAD], place.to_string().as_bytes()].concat())
}

#[tokio::test(start_paused = true)]
async fn a_forged_cursor_is_held_to_the_request_and_its_key() {
    let (served, key, honest) = honest().await;
    // The honest one's place, with other numbers.
    let place = json!({"now": 7, "before": u64::MAX, "after": ["4", "2026-11-23"]});
    let cursor = forged(&honest, &place);
    let ask = async |uri: &str| served.send("GET", uri, &[("authorization", key.as_str())]).await;
    let reply = ask(&format!("{ROWS}?limit=5&cursor={cursor}")).await;
    assert_eq!((reply.status, reply.header("tributary-rows")), (200, "5"), "{:?}", reply.body);
    let started = served.api.engine().started();
    let [_, page] = started.as_slice() else { panic!("{started:?}") };
    assert!(
        page.sql.contains("WHERE ((\"passenger_id\" > ? OR ") && page.sql.ends_with("LIMIT 6"),
        "{}",
        page.sql
    );
    assert_eq!(page.parameters, ["4", "4", "'2026-11-23'"]);

    ask(&format!("{ROWS}?limit=6&cursor={cursor}")).await.is_problem(403, "allows 5 rows");
    for path in ["/v1/datasets/bookings/rows", "/v1/datasets/nothing/rows"] {
        let (with, without) = (ask(&format!("{path}?cursor={cursor}")).await, ask(path).await);
        assert_eq!((with.status, with.body), (404, without.body), "{path}");
    }
    for other in ["name=eq.a&", "order=name&", "select=name&"] {
        ask(&format!("{ROWS}?{other}cursor={cursor}")).await.is_problem(400, "none of this request's");
    }
    served.get(&format!("{ROWS}?limit=5&cursor={cursor}")).await.is_problem(401, "send an API key");
    assert_eq!(served.started(), 2, "nothing else was started");
}

#[tokio::test(start_paused = true)]
async fn what_a_forged_cursor_says_is_of_the_right_types_or_refused() {
    let (served, key, honest) = honest().await;
    let after = |after: Value| json!({"now": 0, "before": 0, "after": after});
    for place in [
        after(json!([])),
        after(json!(["4"])),
        after(json!([null, null])),
        after(json!(["4", "2026-11-23", "x"])),
        after(json!(["4 OR 1=1", "2026-11-23"])),
        after(json!(["4", "2026-11-23' OR '1'='1"])),
        after(json!(["4", "2026-11"])),
        after(json!(["99999999999999999999", "2026-11-23"])),
        after(json!([4, "2026-11-23"])),
        after(json!([["4"], "2026-11-23"])),
        after(json!(vec!["4"; 1_000])),
        json!({"now": 0, "before": -1, "after": ["4", "2026-11-23"]}),
        json!({"now": i64::MAX, "before": 0, "after": ["4", "2026-11-23"]}),
        json!({"before": 0, "after": ["4", "2026-11-23"]}),
        json!({}),
        json!(null),
    ] {
        let uri = format!("{ROWS}?limit=5&cursor={}", forged(&honest, &place));
        let reply = served.send("GET", &uri, &[("authorization", key.as_str())]).await;
        let body = reply.is_problem(400, "the cursor is none of this request's");
        assert_eq!(body["type"], "urn:tributary:problem:invalid-cursor", "{place}");
    }
    assert_eq!(served.started(), 1);
}

/// While access is open all callers are one, and identical statements share a query and its record.
#[tokio::test(start_paused = true)]
async fn what_a_forged_cursor_says_is_shown_to_nobody_else() {
    let mut world = complete::world(11, 5).await;
    world.settings.max_body = 160;
    let served = world.serve();
    let mut path = next(&served.get(&format!("{ROWS}?limit=5")).await);
    while !path.starts_with(ROWS) {
        path = next(&served.get(&path).await);
    }
    let (before, cursor) = path.split_once("cursor=").unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap();
    let mut place: Value = serde_json::from_slice(&bytes[HEAD..]).unwrap();
    assert_eq!(place["before"], 5);
    place["before"] = json!(1_000);
    let other = format!("{before}cursor={}", forged(cursor, &place));
    for paths in [[&other, &path], [&path, &other]] {
        let started = served.started();
        let (one, two) = futures::join!(served.get(paths[0]), served.get(paths[1]));
        assert_eq!(served.started(), started + 2);
        for (asked, mut page) in paths.into_iter().zip([one, two]) {
            let mut first = if asked == &path { 5 } else { 1_000 };
            let mut pages = 0;
            loop {
                assert_eq!(page.status, 200, "{:?}", page.body);
                let range = page.header("tributary-range").to_owned();
                assert!(range.starts_with(&format!("{first}-")), "{range}: {first}");
                first += page.header("tributary-rows").parse::<u64>().unwrap();
                pages += 1;
                let behind = next(&page);
                if !behind.starts_with("/v1/queries/") {
                    break;
                }
                page = served.get(&behind).await;
            }
            assert!(pages > 1, "what the record says is shown too");
        }
    }
    let started = served.started();
    let (one, two) = futures::join!(served.get(&path), served.get(&path));
    assert_eq!((one.status, two.status, served.started()), (200, 200, started + 1), "they share a query");
}
