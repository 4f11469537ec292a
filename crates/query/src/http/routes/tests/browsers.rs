//! What browsers need and must not do.

use super::*;

const ORIGIN: &str = "https://app.example.com";
const PREFLIGHT: [(&str, &str); 3] = [
    ("origin", ORIGIN),
    ("access-control-request-method", "GET"),
    ("access-control-request-headers", "if-none-match"),
];

/// Whether the answer depends on who asks.
fn varies(reply: &Reply) -> bool {
    reply.headers.get_all("vary").iter().any(|value| value == "Origin")
}

async fn allowing(origins: &[&str]) -> Served {
    let mut world = World::new().await;
    world.settings.limits.cors_origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
    world.serve()
}

#[tokio::test(start_paused = true)]
async fn no_origin_is_allowed_unless_a_setting_says_so() {
    let served = allowing(&[]).await;
    served.send("OPTIONS", "/v1/datasets", &PREFLIGHT).await.is_problem(405, "GET and HEAD only");
    let reply = served.send("GET", "/v1/datasets", &[("origin", ORIGIN)]).await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, ""));
}

#[tokio::test(start_paused = true)]
async fn an_allowed_origin_may_ask_and_read_and_another_may_not() {
    let served = allowing(&[ORIGIN, "http://localhost:3000"]).await;
    let preflight = served.send("OPTIONS", "/v1/datasets", &PREFLIGHT).await;
    assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, ORIGIN));
    let headers: Vec<&str> = preflight.header("access-control-allow-headers").split(", ").collect();
    // A request that is signed for API Gateway has the headers of the signature.
    for header in
        ["If-None-Match", "Authorization", "X-Amz-Content-Sha256", "X-Amz-Date", "X-Amz-Security-Token"]
    {
        assert!(headers.contains(&header), "{header} is not in {headers:?}");
    }
    assert!(preflight.header("access-control-allow-methods").contains("DELETE"));
    let reply = served.send("GET", "/v1/datasets", &[("origin", ORIGIN)]).await;
    assert_eq!(reply.header("access-control-allow-origin"), ORIGIN);
    assert!(varies(&reply));
    assert!(reply.header("access-control-expose-headers").contains("Tributary-Query-Id"));
    // A problem can be read too.
    let problem = served.send("GET", "/v1/nothing", &[("origin", ORIGIN)]).await;
    assert_eq!((problem.status, problem.header("access-control-allow-origin")), (404, ORIGIN));

    for other in ["https://app.example.com.evil.example", "http://app.example.com", "null"] {
        let headers = [("origin", other), PREFLIGHT[1]];
        let preflight = served.send("OPTIONS", "/v1/datasets", &headers).await;
        assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, ""));
        let reply = served.send("GET", "/v1/datasets", &[("origin", other)]).await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, ""), "{other}");
    }
    // A browser that keeps this one must not take it for the answer to a page of another origin.
    let plain = served.get("/v1/datasets").await;
    assert_eq!((varies(&plain), plain.header("access-control-allow-origin")), (true, ""));
    let no_page = served.send("OPTIONS", "/v1/datasets", &PREFLIGHT[1..]).await;
    no_page.is_problem(405, "GET and HEAD only");
    served.send("OPTIONS", "/v1/datasets", &[("origin", ORIGIN)]).await.is_problem(405, "GET and HEAD only");
}

#[tokio::test(start_paused = true)]
async fn all_origins_may_be_allowed() {
    let served = allowing(&["*"]).await;
    for headers in [&[("origin", ORIGIN)], &[][..]] {
        let reply = served.send("GET", "/v1/datasets", headers).await;
        assert_eq!((reply.header("access-control-allow-origin"), varies(&reply)), ("*", false));
    }
}

#[tokio::test(start_paused = true)]
async fn every_answer_is_guarded() {
    let served = allowing(&["*"]).await;
    for (method, uri) in [
        ("GET", "/healthz"),
        ("GET", "/v1/datasets"),
        ("GET", "/v1/datasets/passengers/rows?limit=20"),
        ("GET", "/nothing"),
        ("POST", "/v1/datasets"),
        ("OPTIONS", "/v1/datasets"),
    ] {
        let reply = served.send(method, uri, &PREFLIGHT).await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{method} {uri}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
        assert_ne!(reply.header("cache-control"), "");
        if reply.status >= 400 {
            assert_eq!(reply.header("cache-control"), "no-store");
        }
    }
}
