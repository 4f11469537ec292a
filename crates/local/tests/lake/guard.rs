//! Who may not ask: pages of other origins, names of other hosts. And who may go on as before.

use domain::{
    port::{ObjectStore, PutMode},
    settings::Settings,
};
use local::ServeOptions;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

use crate::{
    harness::{PASSENGERS, TestLake, settings},
    wire::{authority, connect, rest, send},
};

const EVIL: &str = "http://evil.example";
const PAGE: &str = "https://app.example.com";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const SIGNED: (&str, &str) = ("authorization", "AWS4-HMAC-SHA256 Credential=any");

fn settings_with(origins: &str) -> Settings {
    let own = |name: &str| match name {
        "TRIBUTARY_CATALOG_CACHE" => Some("0s".to_owned()),
        "TRIBUTARY_OPEN_ACCESS" | "TRIBUTARY_SQL" => Some("on".to_owned()),
        "TRIBUTARY_CORS_ORIGINS" => Some(origins.to_owned()),
        _ => None,
    };
    Settings::read(own).unwrap()
}

async fn serving(serving: ServeOptions, settings: Settings) -> TestLake {
    let definitions = [("passengers", PASSENGERS)];
    TestLake::start_serving(TempDir::new().unwrap(), &definitions, serving, settings).await
}

/// RFC 9110, 15.5.15, and RFC 6585, 5. The client has sent all of it before it reads.
#[tokio::test(flavor = "multi_thread")]
async fn a_url_that_is_too_long_is_414_and_headers_that_are_too_long_are_431() {
    let lake = serving(ServeOptions::default(), settings()).await;
    for endpoint in [lake.lake.http_endpoint(), lake.lake.aws_endpoint()] {
        let host = authority(&endpoint).to_owned();
        for (url, header, status, slug) in [
            (70_000, 1, 414, "uri-too-long"),
            (300_000, 1, 414, "uri-too-long"),
            (9_000, 70_000, 414, "uri-too-long"),
            (100, 70_000, 431, "malformed-request"),
            (100, 300_000, 431, "malformed-request"),
        ] {
            let line = format!("GET /{}", "a".repeat(url - 1));
            let answer = send(&endpoint, &line, &[("host", &host), ("x", &"x".repeat(header))], "").await;
            assert_eq!(answer.status, status, "{url} and {header}: {}", answer.body);
            assert_eq!(answer.header("content-type"), "application/problem+json");
            let body: Value = serde_json::from_str(&answer.body).unwrap();
            assert_eq!(body["type"], format!("urn:tributary:problem:{slug}"));
            assert_eq!(body["status"], status);
        }
    }
}

/// hyper looks at the last transfer coding alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_in_other_codings_than_chunks_is_refused_and_the_connection_is_closed() {
    let lake = serving(ServeOptions::default(), settings()).await;
    for (endpoint, unknown) in [
        (lake.lake.http_endpoint(), "urn:tributary:problem:unknown-transfer-coding"),
        (lake.lake.aws_endpoint(), "NotImplemented"),
    ] {
        for (coding, status) in [
            ("gzip, chunked", 501),
            ("gzip\r\ntransfer-encoding: chunked", 501),
            ("chunked, chunked", 400),
            ("chunked\r\ntransfer-encoding: chunked", 400),
            ("chunked, gzip", 400),
        ] {
            let next = format!("GET /healthz HTTP/1.1\r\nhost: {}\r\n\r\n", authority(&endpoint));
            let head = format!("PUT /tributary/k HTTP/1.1\r\nhost: {}\r\n", authority(&endpoint));
            let request = format!("{head}transfer-encoding: {coding}\r\n\r\n0\r\n\r\n{next}");
            let mut stream = connect(&endpoint).await;
            stream.write_all(request.as_bytes()).await.unwrap();
            let answer = String::from_utf8(rest(&mut stream).await.unwrap()).unwrap();
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{coding}: {answer}");
            assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{coding}: {answer}");
            assert!(status == 400 || answer.contains(unknown), "{coding}: {answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_foreign_page_sends_is_refused_before_anything_is_looked_at() {
    let lake = serving(ServeOptions::default(), settings()).await;
    for endpoint in [lake.lake.http_endpoint(), lake.lake.aws_endpoint()] {
        let own = authority(&endpoint);
        let named = [own.replace("127.0.0.1", "localhost"), own.replace("127.0.0.1", "tributary.localhost")];
        let hosts = [own, named[0].as_str(), named[1].as_str()];
        for line in
            ["GET /healthz", "GET /nothing", "HEAD /", "POST /v1/queries", "PUT /tributary/k", "OPTIONS /x"]
        {
            for host in hosts {
                let below = format!("http://x.{host}");
                for headers in [
                    &[("origin", EVIL)][..],
                    &[("origin", "null")],
                    &[("origin", "http://127.0.0.1:1")],
                    &[("origin", below.as_str())],
                    &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")],
                    &[("sec-fetch-site", "same-site"), ("sec-fetch-mode", "cors")],
                ] {
                    let headers =
                        [&[("host", host), ("access-control-request-method", "PUT")], headers].concat();
                    let answer = send(&endpoint, line, &headers, "").await;
                    assert_eq!(answer.status, 403, "{line} {headers:?}: {}", answer.body);
                    assert_eq!(answer.header("access-control-allow-origin"), "");
                }
            }
            for host in ["evil.example", "evil.example:4566", "localhost.evil.example", "192.0.2.7"] {
                let answer = send(&endpoint, line, &[("host", host)], "").await;
                assert_eq!(answer.status, 403, "{line} {host}: {}", answer.body);
            }
            for hosts in
                [&[][..], &[("host", own), ("host", own)], &[("host", "a@localhost")], &[("host", "")]]
            {
                let answer = send(&endpoint, line, hosts, "").await;
                assert_eq!(answer.status, 400, "{line} {hosts:?}: {}", answer.body);
            }
        }
        let target = "GET http://evil.example/healthz";
        assert_eq!(
            send(&endpoint, target, &[("host", own)], "").await.status,
            403,
            "the target names a host"
        );
    }
    assert!(lake.store.list_all("k").await.unwrap().is_empty());
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_in_the_words_of_the_protocol() {
    let lake = serving(ServeOptions::default(), settings()).await;
    let (http, aws) = (lake.lake.http_endpoint(), lake.lake.aws_endpoint());
    let evil = [("host", "evil.example:4566")];
    let answer = send(&http, "GET /v1/datasets", &evil, "").await;
    let problem: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(
        (&problem["type"], &problem["status"]),
        (&json!("urn:tributary:problem:foreign-host"), &json!(403))
    );
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("\"evil.example\"") && detail.contains("--allow-host"), "{detail}");
    let page = send(&http, "GET /v1/datasets", &[("host", authority(&http)), ("origin", EVIL)], "").await;
    assert!(page.body.contains("TRIBUTARY_CORS_ORIGINS"), "{}", page.body);

    let s3 = send(&aws, "GET /tributary?list-type=2", &evil, "").await;
    assert!(s3.body.contains("<Error><Code>AccessDenied</Code><Message>"), "{}", s3.body);
    assert!(s3.body.contains("</Resource><RequestId>refused</RequestId></Error>"), "{}", s3.body);
    assert_eq!(s3.header("x-amz-request-id"), "refused");
    assert_eq!(s3.header("content-type"), "application/xml");
    let sns = send(&aws, "POST /", &[evil[0], FORM, SIGNED], "Action=ListTopics").await;
    assert!(
        sns.body.starts_with("<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"),
        "{}",
        sns.body
    );
    let glue =
        [evil[0], ("x-amz-target", "AWSGlue.GetTables"), ("content-type", "application/x-amz-json-1.1")];
    let glue = send(&aws, "POST /", &glue, "{}").await;
    assert_eq!(glue.header("x-amzn-errortype"), "AccessDenied");
    assert!(
        serde_json::from_str::<Value>(&glue.body).unwrap()["message"]
            .as_str()
            .unwrap()
            .contains("--allow-host")
    );
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_links_and_the_ports_own_pages_go_on() {
    let lake = serving(ServeOptions::default(), settings()).await;
    let (http, aws) = (lake.lake.http_endpoint(), lake.lake.aws_endpoint());
    lake.publish("passengers", r#"{"passenger_id": 1}"#).await;
    lake.rows("/v1/datasets/passengers/rows", 1).await;
    let own = format!("http://{}", authority(&http));
    for headers in [
        &[][..],
        &[("origin", own.as_str())],
        &[("origin", own.as_str()), ("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "cors")],
        &[("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")],
        &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")],
    ] {
        let headers = [&[("host", authority(&http))], headers].concat();
        let answer = send(&http, "GET /v1/datasets/passengers/rows", &headers, "").await;
        assert_eq!(answer.status, 200, "{headers:?}: {}", answer.body);
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
    }
    for host in ["localhost:1", "127.0.0.1", "[::1]:4566"] {
        let listed = send(&aws, "GET /tributary?list-type=2&prefix=commits/", &[("host", host)], "").await;
        assert!(listed.body.contains("<Key>commits/passengers/"), "{host}: {}", listed.body);
    }
    let bucket =
        send(&aws, "GET /?list-type=2&prefix=commits/", &[("host", "tributary.localhost:4566")], "").await;
    assert!(bucket.body.contains("<Key>commits/passengers/"), "{}", bucket.body);
    // What is stored may be somebody's page: shown by a browser, it can do nothing.
    assert!(bucket.header("content-security-policy").contains("sandbox"), "{}", bucket.head);
    assert_eq!(bucket.header("x-content-type-options"), "nosniff");
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_and_origins_that_are_allowed_are_answered() {
    let hosts =
        ServeOptions { allowed_hosts: vec!["lake.internal".parse().unwrap()], ..ServeOptions::default() };
    let lake = serving(hosts, settings_with(PAGE)).await;
    let (http, aws) = (lake.lake.http_endpoint(), lake.lake.aws_endpoint());
    let host = ("host", "lake.internal:4566");
    for endpoint in [&http, &aws] {
        assert_ne!(send(endpoint, "GET /healthz", &[host], "").await.status, 403);
        assert_eq!(send(endpoint, "GET /healthz", &[("host", "other.internal")], "").await.status, 403);
        assert_eq!(send(endpoint, "GET /healthz", &[host, ("origin", EVIL)], "").await.status, 403);
    }
    let page = [host, ("origin", PAGE), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "cors")];
    let answer = send(&http, "GET /v1/datasets", &page, "").await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, PAGE));
    let asks = [page[0], page[1], page[2], ("access-control-request-method", "POST")];
    let preflight = send(&http, "OPTIONS /v1/queries", &asks, "").await;
    assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, PAGE));
    assert_eq!(send(&aws, "GET /tributary", &page, "").await.status, 403, "the setting is the API's");
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_read_changes_anything() {
    let lake = serving(ServeOptions::default(), settings()).await;
    let aws = lake.lake.aws_endpoint();
    let host = ("host", authority(&aws));
    let publish = format!("Action=Publish&TopicArn={}&Message=%7B%7D", lake.lake.config().topic_arn());
    let (create, glue) =
        (r#"{"DatabaseInput": {"Name": "made"}}"#, ("x-amz-target", "AWSGlue.CreateDatabase"));
    let json = ("content-type", "application/x-amz-json-1.1");
    lake.store.put("kept", "x".into(), PutMode::Create).await.unwrap();
    let delete = "<Delete><Object><Key>kept</Key></Object></Delete>";
    for method in ["GET", "HEAD"] {
        send(&aws, &format!("{method} /?{publish}"), &[host, FORM, SIGNED], &publish).await;
        send(&aws, &format!("{method} /tributary?delete"), &[host, SIGNED], delete).await;
        send(&aws, &format!("{method} /made"), &[host, SIGNED], "").await;
        send(&aws, &format!("{method} /"), &[host, glue, json], create).await;
    }
    let made = async || {
        let get = [host, ("x-amz-target", "AWSGlue.GetDatabases"), json];
        send(&aws, "POST /", &get, "{}").await.body.contains("made")
    };
    assert!(!made().await);
    assert_eq!(send(&aws, "GET /made", &[host], "").await.status, 404, "no bucket was made");
    assert!(lake.store.list_all("quarantine/").await.unwrap().is_empty());
    assert_eq!(lake.store.list_all("kept").await.unwrap().len(), 1);

    // As POST the same is taken, so that the above says something.
    assert_eq!(send(&aws, "POST /", &[host, glue, json], create).await.status, 200);
    assert!(made().await);
    assert_eq!(send(&aws, "POST /", &[host, FORM, SIGNED], &publish).await.status, 200);
    assert!(!lake.store.list_all("quarantine/").await.unwrap().is_empty());
    lake.stop().await;
}
