//! Requests that no SDK would send, written by hand.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::harness::{BUCKET, Lake};

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// One request on a connection of its own.
pub(crate) async fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let (host, _) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    send_to(host, method, url, headers, body).await
}

/// The same under another name of the host.
pub(crate) async fn send_to(
    name: &str,
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut request = format!("{method} /{path} HTTP/1.1\r\nhost: {name}\r\nconnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    // A server may answer, and close, before it has read all of the body.
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

#[tokio::test]
async fn unsigned_and_nonsensically_signed_requests_are_taken() {
    let lake = Lake::start().await;
    let url = format!("{}/{BUCKET}/k", lake.address);
    assert_eq!(send("PUT", &url, &[], b"x").await.status, 200);
    let answer = send("GET", &url, &[("authorization", "nonsense")], b"").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "x"));
}

#[tokio::test]
async fn signed_chunks_are_decoded_and_held_against_their_promises() {
    let lake = Lake::start().await;
    let url = format!("{}/{BUCKET}/k", lake.address);
    let signed = [
        ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
        ("content-encoding", "aws-chunked"),
        ("x-amz-decoded-content-length", "5"),
    ];
    let body = b"5;chunk-signature=00\r\nhello\r\n0;chunk-signature=00\r\n\r\n";
    assert_eq!(send("PUT", &url, &signed, body).await.status, 200);
    let answer = send("GET", &url, &[], b"").await;
    assert_eq!(answer.body, "hello");
    assert!(!answer.head.to_lowercase().contains("content-encoding"), "{}", answer.head);

    let trailing = [
        ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
        ("x-amz-decoded-content-length", "5"),
    ];
    let wrong = b"5\r\nworld\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
    let answer = send("PUT", &url, &trailing, wrong).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("BadDigest"), "{}", answer.body);
    let cut = send("PUT", &url, &trailing, b"5\r\nwor").await;
    assert_eq!(cut.status, 400);
    let sha = [("x-amz-content-sha256", "0000000000000000000000000000000000000000000000000000000000000000")];
    let answer = send("PUT", &url, &sha, b"world").await;
    assert!(answer.body.contains("XAmzContentSHA256Mismatch"), "{}", answer.body);
    assert_eq!(send("GET", &url, &[], b"").await.body, "hello", "nothing of it was stored");
}

#[tokio::test]
async fn what_is_not_there_says_so() {
    let lake = Lake::start().await;
    let root = format!("{}/", lake.address);
    let json =
        |target: &'static str| [("x-amz-target", target), ("content-type", "application/x-amz-json-1.1")];
    let answer = send("POST", &root, &json("DynamoDB_20120810.PutItem"), b"{}").await;
    assert_eq!(answer.status, 501);
    assert!(answer.body.contains("DynamoDB_20120810.PutItem"), "{}", answer.body);
    let answer = send("POST", &root, &json("AWSGlue.CreateCrawler"), b"{}").await;
    assert_eq!(answer.status, 501);
    assert!(answer.head.contains("x-amzn-errortype: NotImplemented"), "{}", answer.head);
    assert!(answer.body.contains("Glue CreateCrawler"), "{}", answer.body);
    let form =
        [("content-type", "application/x-www-form-urlencoded; charset=utf-8"), ("authorization", "any")];
    let answer = send("POST", &root, &form, b"Action=Subscribe&Version=2010-03-31").await;
    assert_eq!(answer.status, 501);
    assert!(answer.body.contains("SNS Subscribe"), "{}", answer.body);
    let answer = send("POST", &root, &form, b"Action=SendMessage&Version=2012-11-05").await;
    assert_eq!(answer.status, 501);
    let answer = send("POST", &root, &form, b"").await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("MissingAction"), "{}", answer.body);
    let upload = [("content-type", "multipart/form-data; boundary=x")];
    assert_eq!(send("POST", &format!("{root}{BUCKET}"), &upload, b"--x--").await.status, 501);
}

#[tokio::test]
async fn bodies_are_bounded_and_must_be_what_they_say() {
    let lake = Lake::start().await;
    let root = format!("{}/", lake.address);
    let glue = [("x-amz-target", "AWSGlue.GetTable"), ("content-type", "application/x-amz-json-1.1")];
    let answer = send("POST", &root, &glue, b"{not json").await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("SerializationException"), "{}", answer.body);
    let answer = send("POST", &root, &glue, br#"{"DatabaseName":5}"#).await;
    assert!(answer.body.contains("SerializationException"), "{}", answer.body);
    let form = [("content-type", "application/x-www-form-urlencoded"), ("authorization", "any")];
    let answer = send("POST", &root, &form, &vec![b'a'; 1024 * 1024 + 1]).await;
    assert_eq!(answer.status, 400);
}

/// Whatever a document is for, one that is too long is the caller's mistake, and says so on the same connection.
#[tokio::test]
async fn a_document_that_is_too_long_is_refused_and_no_fault_of_the_lake() {
    const MIB: usize = 1024 * 1024;
    let lake = Lake::start().await;
    assert_eq!(send("PUT", &format!("{}/{BUCKET}/k", lake.address), &[], b"x").await.status, 200);
    let signed = ("authorization", "AWS4-HMAC-SHA256 Credential=any");
    for (method, path) in [("POST", "k?uploadId=0123456789"), ("POST", "?delete"), ("PUT", "")] {
        let url = format!("{}/{BUCKET}/{path}", lake.address);
        for bytes in [8 * MIB + 1, 20 * MIB, 20 * MIB + 1, 48 * MIB] {
            let answer = send(method, &url, &[signed], &vec![b'<'; bytes]).await;
            let is_refused = answer.body.contains("<Code>MaxMessageLengthExceeded</Code>");
            assert!(answer.status == 400 && is_refused, "{method} {path} {bytes}: {}", answer.body);
        }
        // At the bound it is read, and is no XML, or something that is not here.
        let answer = send(method, &url, &[signed], &vec![b'<'; 8 * MIB]).await;
        let is_refused = answer.body.contains("MaxMessageLengthExceeded");
        assert!(answer.status != 500 && !is_refused, "{method} {path}: {}", answer.body);
    }
    assert_eq!(lake.keys("").await, ["k"]);

    let root = format!("{}/", lake.address);
    for target in ["AWSGlue.GetTable", "AmazonAthena.StartQueryExecution"] {
        let headers = [("x-amz-target", target), ("content-type", "application/x-amz-json-1.1")];
        for bytes in [16 * MIB + 1, 48 * MIB] {
            let answer = send("POST", &root, &headers, &vec![b'['; bytes]).await;
            assert!(answer.status == 400, "{target}: {}", answer.body);
            assert!(answer.body.contains("the body is longer than 16777216 bytes"), "{}", answer.body);
        }
        let answer = send("POST", &root, &headers, &vec![b'['; MIB]).await;
        assert!(answer.status == 400 && answer.body.contains("SerializationException"), "{}", answer.body);
    }
    let form = [("content-type", "application/x-www-form-urlencoded"), signed];
    let answer = send("POST", &root, &form, &vec![b'a'; 48 * MIB]).await;
    assert!(answer.status == 400 && answer.body.contains("RequestEntityTooLarge"), "{}", answer.body);
}

#[tokio::test]
async fn clients_learn_who_they_are() {
    let lake = Lake::start().await;
    let form = [("content-type", "application/x-www-form-urlencoded"), ("authorization", "any")];
    let body = b"Action=GetCallerIdentity&Version=2011-06-15";
    let answer = send("POST", &format!("{}/", lake.address), &form, body).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("<Account>000000000000</Account>"), "{}", answer.body);
    assert!(answer.body.contains("https://sts.amazonaws.com/doc/2011-06-15/"), "{}", answer.body);
}

#[tokio::test]
async fn a_data_directory_that_cannot_be_used_is_refused_in_one_sentence() {
    let lake = Lake::start().await;
    let file = lake.directory.as_ref().unwrap().path().join("file");
    std::fs::write(&file, "x").unwrap();
    for path in [file.clone(), file.join("below")] {
        let clock = std::sync::Arc::clone(&lake.clock);
        let error =
            local::AwsServer::open(local::AwsConfig::new(&path), clock, std::sync::Arc::new(NoIds), |_| {});
        let text = error.err().unwrap().to_string();
        assert!(text.contains("is not a directory: name a directory"), "{text}");
    }
    let config = lake.aws.config().clone();
    let second = local::AwsServer::open(
        config,
        std::sync::Arc::clone(&lake.clock),
        std::sync::Arc::new(NoIds),
        |_| {},
    );
    let text = second.err().unwrap().to_string();
    assert!(text.contains("is in use by another process"), "{text}");
}

struct NoIds;

impl domain::port::Ids for NoIds {
    fn ulid(&self) -> ulid::Ulid {
        ulid::Ulid::nil()
    }

    fn random(&self) -> u64 {
        0
    }
}

#[tokio::test]
async fn a_post_that_any_page_could_send_is_refused() {
    let lake = Lake::start().await;
    let root = format!("{}/", lake.address);
    let publish = format!("Action=Publish&TopicArn={}&Message=x", crate::harness::TOPIC);
    for content_type in [
        "application/x-www-form-urlencoded",
        "text/plain",
        "text/plain;charset=UTF-8",
        "Text/Plain ; x=y",
        "",
    ] {
        let answer = send("POST", &root, &[("content-type", content_type)], publish.as_bytes()).await;
        assert_eq!(answer.status, 403, "{content_type}: {}", answer.body);
        assert!(answer.body.contains("<Code>MissingAuthenticationToken</Code>"), "{}", answer.body);
        let upload = format!("{root}{BUCKET}/k?uploads&X-Amz-Signature=0");
        let answer = send("POST", &upload, &[("content-type", content_type)], b"").await;
        assert_eq!(answer.status, 403, "{content_type}: {}", answer.body);
        assert!(answer.body.contains("<Code>AccessDenied</Code>"), "{}", answer.body);
    }
    assert_eq!(send("POST", &root, &[], publish.as_bytes()).await.status, 403);
    assert!(lake.inbox.0.lock().unwrap().is_empty());

    for header in
        [("authorization", "any"), ("x-amz-date", "20261123T100500Z"), ("amz-sdk-request", "attempt=1")]
    {
        let form = ("content-type", "application/x-www-form-urlencoded");
        assert_eq!(send("POST", &root, &[form, header], publish.as_bytes()).await.status, 200, "{header:?}");
    }
    assert_eq!(lake.inbox.0.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn calls_are_posts_and_say_that_they_are_json() {
    let lake = Lake::start().await;
    let root = format!("{}/", lake.address);
    let create = br#"{"DatabaseInput": {"Name": "made"}}"#;
    let target = ("x-amz-target", "AWSGlue.CreateDatabase");
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""] {
        let answer = send("POST", &root, &[target, ("content-type", content_type)], create).await;
        assert_eq!(answer.status, 415, "{content_type}: {}", answer.body);
        assert!(answer.head.contains("x-amzn-errortype: UnsupportedMediaTypeException"), "{}", answer.head);
        assert!(answer.body.contains("application/x-amz-json-1.1"), "{}", answer.body);
    }
    assert_eq!(send("POST", &root, &[target], create).await.status, 415);
    let json = ("content-type", "application/x-amz-json-1.1; charset=utf-8");
    for method in ["GET", "PUT", "DELETE"] {
        let answer = send(method, &root, &[target, json], create).await;
        assert!(!answer.head.contains("x-amz-json"), "{method} is no call: {}", answer.head);
    }
    assert_eq!(send("POST", &root, &[target, json], create).await.status, 200, "none of those made it");
}
