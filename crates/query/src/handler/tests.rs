use std::{fs, path::PathBuf};

use aws::lambda::FromBody;
use axum::routing::get;
use chrono::TimeDelta;
use domain::port::Clock;
use lambda_http::{Context as Invocation, http};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{http::routes::tests::World, problem::ProblemKind};

/// The sample of this name.
fn sample(name: &str) -> Value {
    let path = format!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/query/{}.json"), name);
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The event, answered as the Lambda would answer it, with this much time.
async fn answer(event: Value, router: Router, millis: i64) -> Value {
    let request: Received = serde_json::from_value(event).unwrap();
    let mut service = Encoded(Adapter::from(in_time(router)));
    let mut invocation = Invocation::default();
    let deadline = SystemClock.now() + TimeDelta::milliseconds(millis);
    invocation.deadline = deadline.timestamp_millis().try_into().unwrap();
    let event = LambdaEvent::new(request, invocation);
    serde_json::to_value(service.call(event).await.unwrap()).unwrap()
}

/// API Gateway's event, answered as the Lambda would answer it.
async fn invoke(patch: Value) -> Value {
    let mut event = sample("rows");
    for (name, value) in patch.as_object().unwrap() {
        event[name] = value.clone();
    }
    answer(event, World::new().await.router(), 60_000).await
}

/// The status of a sample's answer, and words of its body. To be extended with every new file.
fn expected(name: &str) -> (u16, &'static str) {
    match name {
        "rows" => (200, "{\"passenger_id\":{\"0\":1,"),
        // That it compiles is the tests' of requests; the engine in memory has no answer to this one.
        "rows-filtered" => (502, "the query failed"),
        "datasets" => (200, "{\"datasets\":["),
        "unknown-dataset" => (404, "did you mean \\\"passengers\\\"?"),
        "bad-parameter" => (400, "unknown column \\\"seat_numbr\\\": did you mean \\\"seat_number\\\"?"),
        "rest-api" => (400, "set the integration's payload format version to 2.0"),
        "options" | "post" => (405, "this path answers GET and HEAD only"),
        _ => panic!("events/query/{name}.json: say here what is answered"),
    }
}

#[tokio::test]
async fn every_sample_is_answered_as_it_should() {
    let directory = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/query"));
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let names: Vec<String> =
        entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert!(names.len() >= 8, "{names:?}");
    for name in names {
        let (status, words) = expected(&name);
        let reply = answer(sample(&name), World::new().await.router(), 60_000).await;
        assert_eq!(reply["statusCode"], status, "{name}: {reply}");
        assert!(reply["body"].as_str().unwrap().contains(words), "{name}: {reply}");
    }
}

#[tokio::test]
async fn a_request_is_answered_before_the_deadline_of_its_invocation() {
    let hangs = || Router::new().fallback(get(std::future::pending::<Response>));
    for (millis, longest) in [(700, 500), (400, 100), (-5_000, 100)] {
        let begun = SystemClock.now();
        let reply = answer(sample("rows"), hangs(), millis).await;
        let took = (SystemClock.now() - begun).num_milliseconds();
        assert!(took < longest, "{took} ms");
        assert_eq!((&reply["statusCode"], &reply["isBase64Encoded"]), (&json!(504), &json!(false)));
        assert!(reply["body"].as_str().unwrap().contains("was given up"), "{reply}");
    }
}

#[tokio::test]
async fn an_event_of_api_gateway_is_answered_with_the_twenty_passengers() {
    let reply = invoke(json!({})).await;
    assert_eq!((&reply["statusCode"], &reply["isBase64Encoded"]), (&json!(200), &json!(false)));
    assert_eq!(reply["headers"]["content-type"], "application/json");
    let answer: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
    let expected: Value =
        serde_json::from_str(include_str!("../../../../events/seed/response.json")).unwrap();
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn whatever_stands_in_the_event_gets_an_answer() {
    for (patch, status) in [
        (json!({"rawQueryString": "name=<é \"`#^{|}\\"}), 400),
        (json!({"rawQueryString": "nam=eq.%ff"}), 400),
        (json!({"rawPath": "/v1/datasets/é ?#\"<>", "rawQueryString": ""}), 404),
        (json!({"rawPath": "//"}), 308),
        (json!({"rawPath": ":99999/"}), 404),
        (json!({"rawPath": "/healthz?x=1"}), 404),
        (json!({"rawPath": "/healthz#x"}), 404),
        (json!({"rawPath": "/healthz", "rawQueryString": "", "headers": {"host": "["}}), 200),
        (json!({"rawPath": "/healthz", "rawQueryString": "", "headers": {"x-forwarded-proto": "a b"}}), 200),
        (json!({"rawPath": ""}), 308),
        (json!({"rawPath": "/healthz", "rawQueryString": ""}), 200),
    ] {
        let reply = invoke(patch.clone()).await;
        assert_eq!(reply["statusCode"], status, "{patch}: {reply}");
        if status >= 400 {
            assert_eq!(reply["headers"]["content-type"], "application/problem+json");
            assert_eq!(reply["isBase64Encoded"], false, "problems are text");
        }
    }
}

/// Each of these made `lambda_http` panic, or could not be read by it.
#[tokio::test]
async fn what_makes_no_request_is_answered_in_api_gateways_format() {
    let post = |body: &str| {
        json!({
            "body": body, "isBase64Encoded": true, "rawPath": "/v1/queries", "rawQueryString": "",
            "requestContext": {"http": {"method": "POST", "path": "/v1/queries"}},
        })
    };
    let method = |method: &str| json!({"requestContext": {"http": {"method": method}}});
    let stage = json!({"requestContext": {"http": {"method": "GET"}, "stage": "s".repeat(70_000)}});
    let (not_base64, no_http) = ("that its body is base64, and it is not", "that HTTP does not allow");
    for (patch, status, kind, words) in [
        (post("%%%"), 400, "malformed-body", not_base64),
        (post("{\"sql\": \"SELECT 1\"}"), 400, "malformed-body", not_base64),
        // One character more than whole bytes have; no padding; padding in the midst; the alphabet of URLs; a line end.
        (post("e30=e"), 400, "malformed-body", not_base64),
        (post("e30"), 400, "malformed-body", not_base64),
        (post("e3=0"), 400, "malformed-body", not_base64),
        (post("_-8="), 400, "malformed-body", not_base64),
        (post("e30=\n"), 400, "malformed-body", not_base64),
        (post("é"), 400, "malformed-body", not_base64),
        (method("GE T"), 400, "malformed-request", no_http),
        (method("GET\u{0}"), 400, "malformed-request", no_http),
        (json!({"headers": {"a b": "c"}}), 400, "malformed-request", no_http),
        (json!({"headers": {"": "c"}}), 400, "malformed-request", no_http),
        (json!({"headers": {"accept": "a\r\nb: c"}}), 400, "malformed-request", no_http),
        (json!({"headers": {"accept": "\u{7f}"}}), 400, "malformed-request", no_http),
        (json!({"headers": {"accept": 7}}), 400, "malformed-request", no_http),
        (json!({"headers": 7}), 400, "malformed-request", "are no object of texts"),
        (json!({"headers": ["accept"]}), 400, "malformed-request", "are no object of texts"),
        (json!({"requestContext": {"http": {"method": 7}}}), 400, "malformed-request", "one that is no text"),
        (json!({"requestContext": {"http": {}}}), 400, "malformed-request", "has no \"method\""),
        (json!({"requestContext": {"http": 7}}), 400, "malformed-request", "the event is no request"),
        (json!({"requestContext": null}), 400, "malformed-request", "the event is no request"),
        (json!({"rawPath": {"a": "b"}}), 400, "malformed-request", "not of the type"),
        (json!({"isBase64Encoded": "yes"}), 400, "malformed-request", "not of the type"),
        (json!({"rawQueryString": "x".repeat(70_000)}), 414, "uri-too-long", "may have 8192"),
        (json!({"rawPath": format!("/{}", "é".repeat(35_000))}), 414, "uri-too-long", "may have 8192"),
        (json!({"rawPath": "/".repeat(70_000)}), 414, "uri-too-long", "may have 8192"),
        (stage, 400, "malformed-request", "the stage"),
    ] {
        let reply = invoke(patch.clone()).await;
        assert_eq!(reply["statusCode"], status, "{patch}: {reply}");
        assert_eq!(reply["isBase64Encoded"], false, "{patch}: {reply}");
        assert_eq!(reply["headers"]["content-type"], "application/problem+json", "{patch}");
        assert_eq!(reply["headers"]["cache-control"], "no-store", "{patch}");
        assert_eq!(reply["headers"]["x-content-type-options"], "nosniff", "{patch}");
        let problem: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
        assert_eq!(problem["type"], format!("urn:tributary:problem:{kind}"), "{patch}");
        assert_eq!(problem["status"], status, "{patch}");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{patch}: {problem}");
    }
}

/// Whoever may invoke the function directly can send any JSON. A function error would tell them nothing.
#[tokio::test]
async fn an_event_of_any_other_form_is_told_what_would_be_right() {
    let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
    for (event, words) in [
        (json!(null), "is no request"),
        (json!(7), "is no request"),
        (json!("GET /healthz"), "is no request"),
        (json!([]), "is no request"),
        (json!({}), "is no request"),
        (json!({"Records": [{"eventSource": "aws:s3"}]}), "is no request"),
        (json!({"version": "2.0"}), "is no request"),
        (json!({"warm": deep}), "is no request"),
        (json!({"version": "1.0", "httpMethod": "GET", "path": "/healthz"}), "payload format 1.0"),
        (json!({"httpMethod": "GET", "path": "/", "requestContext": {"elb": {}}}), "a load balancer's"),
    ] {
        // As the runtime reads it, from bytes.
        let bytes = serde_json::to_vec(&event).unwrap();
        let received: Received = serde_json::from_slice(&bytes).unwrap();
        let problem = received.into_request().unwrap_err();
        assert_eq!((problem.status(), problem.kind()), (400, ProblemKind::MalformedRequest), "{event}");
        let detail = problem.to_string();
        assert!(detail.contains(words) && detail.contains("payload format 2.0"), "{event}: {detail}");
    }
}

/// `http::HeaderMap` panics on 24,576 names, also where `lambda_http` adds the cookies to it.
#[tokio::test]
async fn an_event_with_too_many_headers_is_answered() {
    for (names, status) in [(10_240, 200), (10_241, 400), (24_575, 400), (24_576, 400), (100_000, 400)] {
        let headers: serde_json::Map<String, Value> =
            (0..names).map(|number| (format!("x-{number}"), json!("a"))).collect();
        for patch in [json!({"headers": headers}), json!({"headers": headers, "cookies": ["a=b"]})] {
            let reply = invoke(patch).await;
            assert_eq!(reply["statusCode"], status, "{names}");
            if status == 400 {
                let problem: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
                assert_eq!(problem["type"], "urn:tributary:problem:malformed-request");
                assert!(problem["detail"].as_str().unwrap().contains("may have 10240 headers"), "{problem}");
            }
        }
    }
}

/// The members of a map are read before anything is known of what follows.
#[test]
fn headers_in_an_unusual_place_are_counted() {
    let members: Vec<String> = (0..30_000).map(|number| format!("\"x-{number}\": \"a\"")).collect();
    let headers = format!("{{{}}}", members.join(","));
    for event in [
        format!("{{\"headers\": {headers}, \"headers\": {{}}}}"),
        format!("{{\"he\\u0061ders\": {headers}}}"),
        format!("{{\"multiValueHeaders\": {headers}}}"),
        format!("[{}]", vec![headers.as_str(); 40].join(",")),
    ] {
        let received: Received = serde_json::from_str(&event).unwrap();
        let problem = received.into_request().unwrap_err();
        assert_eq!((problem.status(), problem.kind()), (400, ProblemKind::MalformedRequest));
    }
}

#[test]
fn no_value_of_a_header_is_told() {
    let mut event = sample("rows");
    event["headers"] = json!({"authorization": "Bearer hunter2\n"});
    let received: Received = serde_json::from_value(event).unwrap();
    let detail = received.into_request().unwrap_err().to_string();
    assert!(detail.contains("authorization") && !detail.contains("hunter2"), "{detail}");
}

/// The report is of this answer and no other one: whichever way it was answered.
#[tokio::test]
async fn each_answer_is_reported_with_its_status_and_what_it_cost() {
    let within_a_minute = |body: Value| {
        let mut invocation = Invocation::default();
        let deadline = SystemClock.now() + TimeDelta::minutes(1);
        invocation.deadline = deadline.timestamp_millis().try_into().unwrap();
        LambdaEvent::new(Received::from_body(body.to_string().as_bytes()), invocation)
    };
    let function = Function::of(World::new().await.router());
    for (event, status, has_rows) in [
        (sample("rows"), 200, true),
        (sample("unknown-dataset"), 404, false),
        (json!({}), 400, false),
        (sample("rows"), 200, true),
        (json!([1]), 400, false),
    ] {
        let mut done = Done::default();
        let answer = handle(within_a_minute(event), &function, &mut done).await.unwrap();
        assert_eq!(serde_json::to_value(&answer).unwrap()["statusCode"], status);
        assert_eq!((done.status, done.rows > 0), (status, has_rows), "{done:?}");
    }
    let hangs = Function::of(Router::new().fallback(get(std::future::pending::<Response>)));
    let (mut late, mut done) = (within_a_minute(sample("rows")), Done::default());
    late.context.deadline = (SystemClock.now()).timestamp_millis().try_into().unwrap();
    handle(late, &hangs, &mut done).await.unwrap();
    assert_eq!(done, Done { status: 504, ..Done::default() });
}

/// What only looks odd goes through.
#[tokio::test]
async fn a_body_in_base64_and_odd_headers_are_taken() {
    for (patch, status) in [
        (json!({"body": "e30=", "isBase64Encoded": true}), 200),
        (json!({"body": "", "isBase64Encoded": true}), 200),
        (json!({"body": null, "isBase64Encoded": true}), 200),
        (json!({"body": "%%%", "isBase64Encoded": false}), 200),
        (json!({"headers": {"x-name": "Peña", "user-agent": ""}}), 200),
        (json!({"headers": null}), 200),
        (json!({"cookies": ["a=\u{0}", "b"]}), 200),
        (json!({"requestContext": {"http": {"method": "PURGE"}}}), 405),
    ] {
        let reply = invoke(patch.clone()).await;
        assert_eq!(reply["statusCode"], status, "{patch}: {reply}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_event_of_api_gateways_form_makes_it_panic_or_fail(
        path in any::<String>(),
        query in any::<String>(),
        method in "[A-Z]{0,6}|.{0,6}",
        stage in prop::option::of(any::<String>()),
        header in ("[a-z-]{0,6}|.{0,6}", any::<String>()),
        body in prop::option::of("[A-Za-z0-9+/=]{0,12}|.{0,12}"),
        is_base64: bool,
        cookie in any::<String>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (name, value) = header;
        let patch = json!({
            "rawPath": path, "rawQueryString": query, "headers": {name: value}, "body": body,
            "isBase64Encoded": is_base64, "cookies": [cookie],
            "requestContext": {"http": {"method": method}, "stage": stage, "domainName": path},
        });
        let reply = runtime.block_on(invoke(patch.clone()));
        let status = reply["statusCode"].as_u64().unwrap();
        prop_assert!((200..500).contains(&status), "{patch}: {reply}");
    }
}

proptest! {
    #[test]
    fn any_text_becomes_a_query_string_that_means_the_same(text in any::<String>()) {
        let query = encoded(&text);
        let uri: http::Uri = format!("https://host/?{query}").parse().unwrap();
        prop_assert_eq!(uri.query(), Some(query.as_str()));
        prop_assert_eq!(encoded(&query), query);
    }
}
