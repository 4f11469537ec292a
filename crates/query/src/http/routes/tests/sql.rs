//! Free SQL over HTTP; what statements may be is the gate's own to test.

use domain::port::ResultColumn;

use super::{world::reply, *};

const SQL: &str = "SELECT name, fee FROM passengers WHERE passenger_id = ?";
const SENT: &str = "SELECT name, fee FROM \"tributary\".\"passengers\" WHERE passenger_id = ? LIMIT 101";

async fn served() -> Served {
    let world = World::new().await;
    let column =
        |name: &str, data_type: &str| ResultColumn { name: name.into(), data_type: data_type.into() };
    let columns = vec![column("name", "varchar"), column("fee", "decimal(12,2)")];
    let csv = b"\"name\",\"fee\"\n\"Ana\",\"1.10\"\n,\n".as_slice().into();
    world.engine.script(SENT, &["7"], Outcome::Rows(Rows { columns, csv }));
    world.serve()
}

async fn post(served: &Served, uri: &str, body: &Value, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::builder().method("POST").uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(axum::body::Body::from(body.to_string())).unwrap();
    reply(served.router.clone().oneshot(request).await.unwrap()).await
}

const JSON: [(&str, &str); 1] = [("content-type", "application/json; charset=utf-8")];

#[tokio::test(start_paused = true)]
async fn a_statement_answers_rows_typed_by_the_result() {
    let served = served().await;
    let body = json!({"sql": SQL, "parameters": [7]});
    let answer = post(&served, "/v1/queries", &body, &JSON).await;
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!([{"name": "Ana", "fee": 1.10}, {"name": null, "fee": null}]))
    );
    assert_eq!((answer.header("tributary-cache"), answer.header("etag")), ("miss", ""));
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    let csv = post(&served, "/v1/queries?format=csv", &body, &JSON).await;
    assert_eq!(String::from_utf8(csv.body.to_vec()).unwrap(), "name,fee\r\nAna,1.10\r\n,\r\n");
    let strings = post(&served, "/v1/queries?_numbers=string", &body, &JSON).await;
    assert_eq!(strings.json()[0]["fee"], "1.10");
    let hurried = post(&served, "/v1/queries", &body, &[JSON[0], ("prefer", "wait=2")]).await;
    assert_eq!(hurried.header("preference-applied"), "wait=2");
    let later = [JSON[0], ("prefer", "respond-async")];
    let accepted = post(&served, "/v1/queries", &body, &later).await;
    assert_eq!((accepted.status, accepted.header("location").starts_with("/v1/queries/")), (202, true));
}

#[tokio::test(start_paused = true)]
async fn every_wrong_request_says_what_would_work() {
    let served = served().await;
    let body = json!({"sql": SQL, "parameters": [7]});
    post(&served, "/v1/queries?limit=1", &body, &JSON)
        .await
        .is_problem(400, "unknown query parameter \"limit\"");
    let long = json!({"sql": "x".repeat(300_000)});
    post(&served, "/v1/queries", &long, &JSON).await.is_problem(413, "more than 262144 bytes");
    post(&served, "/v1/queries", &json!({"sql": "DROP TABLE passengers"}), &JSON)
        .await
        .is_problem(400, "DROP");
    post(&served, "/v1/queries", &json!({"sql": "SELEC"}), &JSON)
        .await
        .is_problem(400, "only a query can be run");
    post(
        &served,
        "/v1/queries",
        &json!({"sql": "SELECT INTERVAL '2147483648' DAY AS x FROM passengers"}),
        &JSON,
    )
    .await
    .is_problem(400, "an interval has at most 2147483647");
    let get = served.get("/v1/queries").await;
    get.is_problem(405, "POST only");
    assert_eq!((get.header("allow"), served.started()), ("POST", 0));
}

/// A body that ends in the wrong way is not too long.
#[tokio::test(start_paused = true)]
async fn a_body_that_breaks_off_is_malformed() {
    let served = served().await;
    for pieces in [0, 1, 3] {
        let whole = (0..pieces).map(|_| Ok(Bytes::from_static(b"{\"sql\": ")));
        let pieces = whole.chain([Err(std::io::Error::other("bad chunk"))]).collect::<Vec<_>>();
        let body = axum::body::Body::from_stream(futures::stream::iter(pieces));
        let request = Request::builder().method("POST").uri("/v1/queries").header(JSON[0].0, JSON[0].1);
        let answer = served.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let problem = reply(answer).await.is_problem(400, "the body broke off, or its chunks");
        assert_eq!(
            (&problem["type"], problem.get("maximum")),
            (&json!("urn:tributary:problem:malformed-body"), None)
        );
    }
    assert_eq!(served.started(), 0);
}

/// A browser sends what is refused here to any address, unasked.
#[tokio::test(start_paused = true)]
async fn the_body_must_say_that_it_is_json() {
    let served = served().await;
    let body = json!({"sql": SQL, "parameters": [7]});
    for content_type in [
        "application/json",
        "Application/JSON",
        "application/json ; charset=\"utf-8\"",
        "application/vnd.api+json;v=1",
    ] {
        let answer = post(&served, "/v1/queries", &body, &[("content-type", content_type)]).await;
        assert_eq!(answer.status, 200, "{content_type}");
    }
    let started = served.started();
    for content_type in [
        "text/plain",
        "text/plain; x=application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "text/x+json",
        "json",
        "",
    ] {
        let answer = post(&served, "/v1/queries", &body, &[("content-type", content_type)]).await;
        answer.is_problem(415, "Content-Type: application/json");
    }
    post(&served, "/v1/queries", &body, &[]).await.is_problem(415, "must be JSON");
    let two = [JSON[0], ("content-type", "text/plain")];
    post(&served, "/v1/queries", &body, &two).await.is_problem(415, "must be JSON");
    assert_eq!(served.started(), started, "nothing of it reached the engine");
}

/// A body that was read as something else could run another statement than its sender meant.
#[tokio::test(start_paused = true)]
async fn a_body_in_another_charset_or_coding_is_refused_by_name() {
    let served = served().await;
    let body = json!({"sql": SQL, "parameters": [7]});
    let started = served.started();
    for (charset, named) in [
        ("utf-16", "charset=utf-16"),
        ("UTF-16LE", "charset=utf-16le"),
        ("\"iso-8859-1\"", "charset=iso-8859-1"),
        ("utf-8; charset=utf-16", "charset=utf-16"),
    ] {
        let content_type = format!("application/json; charset={charset}");
        let headers = [("content-type", content_type.as_str())];
        post(&served, "/v1/queries", &body, &headers).await.is_problem(415, named);
    }
    for coding in ["br", "gzip", "ZSTD", "identity, deflate", "unknown"] {
        let headers = [JSON[0], ("content-encoding", coding)];
        let answer = post(&served, "/v1/queries", &body, &headers).await;
        let named = coding.rsplit(' ').next().unwrap_or_default().to_ascii_lowercase();
        answer.is_problem(415, &format!("Content-Encoding: {named}"));
    }
    let two = [JSON[0], ("content-encoding", "identity"), ("content-encoding", "br")];
    post(&served, "/v1/queries", &body, &two).await.is_problem(415, "Content-Encoding: br");
    assert_eq!(served.started(), started, "nothing of it reached the engine");
    for (name, value) in [
        ("content-encoding", "identity"),
        ("content-encoding", ""),
        ("content-type", "application/json; charset=UTF8"),
        ("content-type", "application/json; charset=us-ascii"),
        ("content-type", "application/json; x=\"a;charset=utf-16\""),
    ] {
        let more = (name, value);
        let headers = if name == "content-type" { vec![more] } else { vec![JSON[0], more] };
        assert_eq!(post(&served, "/v1/queries", &body, &headers).await.status, 200, "{value}");
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_off_unless_a_setting_says_otherwise() {
    let mut world = World::new().await;
    world.settings.access.free_sql = false;
    let served = world.serve();
    let body = json!({"sql": SQL, "parameters": [7]});
    post(&served, "/v1/queries", &body, &JSON).await.is_problem(403, "TRIBUTARY_SQL=on");
    assert_eq!(served.started(), 0);
}
