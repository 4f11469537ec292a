//! Where the rows behind a page are read from.

use super::*;

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
