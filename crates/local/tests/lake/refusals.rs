//! What is wrong gets one clear sentence.

use std::net::{SocketAddr, TcpListener};

use local::{DatasetFiles, Lake, LakeOptions, StartError};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    harness::{PASSENGERS, TestLake, open, settings},
    wire::{authority, send},
};

#[track_caller]
fn says(error: &StartError, words: &[&str]) {
    let message = domain::chain(error);
    for word in words {
        assert!(message.contains(word), "{message:?} does not say {word:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_already_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let free = SocketAddr::from(([127, 0, 0, 1], 0));
    let directory = TempDir::new().unwrap();
    for (option, aws, http) in
        [("--aws", taken.local_addr().unwrap(), free), ("--http", free, taken.local_addr().unwrap())]
    {
        let options = LakeOptions {
            data: directory.path().to_owned(),
            aws,
            http,
            datasets: DatasetFiles::default(),
            queries: local::QueryFiles::default(),
            settings: settings(),
            serving: local::ServeOptions::default(),
        };
        let error = Lake::start(options).await.unwrap_err();
        assert!(matches!(error, StartError::PortTaken { .. }), "{error:?}");
        says(&error, &["is in use", option, "port 0"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_directory_that_is_a_file_or_in_use() {
    let directory = TempDir::new().unwrap();
    std::fs::write(directory.path().join("data"), "a file").unwrap();
    says(&open(directory.path(), &[]).await.unwrap_err(), &["is not a directory", "name a directory"]);

    let lake = TestLake::start(&[]).await;
    let second = open(lake.directory.path(), &[]).await.unwrap_err();
    says(&second, &["in use", "stop"]);
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_dataset_files() {
    for (name, definition, words) in [
        ("a", "{", &["a.json", "does not parse"][..]),
        ("b", &PASSENGERS.replacen("bigint", "bigin", 1), &["b.json", "unknown type \"bigin\"", "bigint"]),
        ("c", &PASSENGERS.replace("flight_id", "name"), &["c.json", "column name is defined twice"]),
        ("d", &PASSENGERS.replacen("bigint", "decimal", 1), &["d.json", "write decimal(p,s)"]),
        ("e", PASSENGERS, &["e.json", "name it passengers.json"]),
    ] {
        let directory = TempDir::new().unwrap();
        let error = open(directory.path(), &[(name, definition)]).await.unwrap_err();
        says(&error, words);
    }
    let missing = DatasetFiles::read("/nowhere/at/all".as_ref()).unwrap_err();
    says(&missing.into(), &["/nowhere/at/all", "--datasets"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_cannot_be() {
    let lake = TestLake::passengers().await;
    for (path, status, words) in [
        ("/v1/nothing", 404, "/v1/datasets"),
        ("/v1/datasets/pasengers/rows", 404, "passengers"),
        ("/v1/datasets/..%2f..%2fetc/rows", 404, ""),
        ("/v1/datasets/passengers/rows?nam=eq.x", 400, "did you mean"),
        ("/v1/datasets/passengers/rows?passenger_id=eq.one", 400, "bigint"),
        ("/v1/datasets/passengers/rows?passenger_id=like.1", 400, "like"),
        ("/v1/datasets/passengers/rows?limit=-1", 400, "limit"),
        ("/v1/datasets/passengers/rows?order=nope", 400, "nope"),
        ("/v1/datasets/passengers/rows?select=name;DROP", 400, "name;DROP"),
        ("/v1/datasets/passengers/rows?format=xml", 400, "xml"),
        ("/v1/queries/abc", 404, "there is no query"),
        ("/openapi.json?format=yaml", 400, "takes none"),
    ] {
        let (found, body) = lake.get(path).await;
        assert_eq!(found, status, "{path}: {body}");
        let problem: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(problem["status"], status, "{body}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(words), "{path}: {detail:?} does not say {words:?}");
        assert!(!body.contains("SELECT"), "{body}");
    }
    lake.stop().await;
}

/// What is refused before the router gets it, on both ports.
#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_request_is_refused_with_a_body() {
    let lake = TestLake::passengers().await;
    for endpoint in [lake.lake.http_endpoint(), lake.lake.aws_endpoint()] {
        let host = [("host", authority(&endpoint))];
        for (line, status, words) in [
            ("GET /v1/datasets/passengers/rows?a->b=eq.1", 400, "write %3E for >"),
            ("GET /v1/datasets/passengers/rows?name=eq.<", 400, "%3C for <"),
            ("GET /a>b", 400, "request line"),
        ] {
            let answer = send(&endpoint, line, &host, "").await;
            assert_eq!(
                (answer.status, answer.header("content-type")),
                (status, "application/problem+json"),
                "{line}: {}",
                answer.head
            );
            let problem: Value = serde_json::from_str(&answer.body).unwrap();
            assert_eq!(
                (&problem["status"], &problem["type"]),
                (&json!(status), &json!("urn:tributary:problem:malformed-request"))
            );
            assert!(problem["detail"].as_str().unwrap().contains(words), "{problem}");
        }
    }
    lake.stop().await;
}
