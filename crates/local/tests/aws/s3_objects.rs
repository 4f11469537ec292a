use std::time::Duration;

use aws_sdk_s3::{
    error::ProvideErrorMetadata,
    presigning::PresigningConfig,
    primitives::ByteStream,
    types::{ChecksumAlgorithm, Delete, MetadataDirective, ObjectIdentifier},
};
use local::Service;

use crate::harness::{BUCKET, Lake};

mod conditions;

fn body(text: &str) -> ByteStream {
    ByteStream::from(text.as_bytes().to_vec())
}

async fn put(lake: &Lake, key: &str, text: &str) {
    lake.s3().put_object().bucket(BUCKET).key(key).body(body(text)).send().await.unwrap();
}

async fn get(lake: &Lake, key: &str) -> Vec<u8> {
    let answer = lake.s3().get_object().bucket(BUCKET).key(key).send().await.unwrap();
    answer.body.collect().await.unwrap().to_vec()
}

#[tokio::test]
async fn what_is_put_comes_back_with_what_was_said_about_it() {
    let lake = Lake::start().await;
    let key = "datasets/a b+c/ä=1%20.json";
    let put =
        lake.s3().put_object().bucket(BUCKET).key(key).body(body("{}")).content_type("application/json");
    let put = put.metadata("writer", "01JD").cache_control("no-cache").send().await.unwrap();
    let got = lake.s3().get_object().bucket(BUCKET).key(key).send().await.unwrap();
    assert_eq!(got.content_type(), Some("application/json"));
    assert_eq!(got.cache_control(), Some("no-cache"));
    assert_eq!(got.metadata().unwrap()["writer"], "01JD");
    assert_eq!(got.e_tag(), put.e_tag());
    assert_eq!(got.e_tag(), Some("\"99914b932bd37a50b983c5e7c90ae93b\""));
    assert_eq!(got.last_modified().unwrap().secs(), 1_795_428_300);
    assert_eq!(got.body.collect().await.unwrap().to_vec(), b"{}");

    let head = lake.s3().head_object().bucket(BUCKET).key(key).send().await.unwrap();
    assert_eq!((head.content_length(), head.e_tag()), (Some(2), put.e_tag()));
    let created = lake.created.lock().unwrap().clone();
    assert_eq!((created[0].key.as_str(), created[0].size, created[0].operation), (key, 2, "Put"));
    assert_eq!(Some(format!("\"{}\"", created[0].etag).as_str()), put.e_tag());
}

#[tokio::test]
async fn ranges_are_cut_at_the_end_and_refused_beyond() {
    let lake = Lake::start().await;
    put(&lake, "k", "0123456789").await;
    let client = lake.s3();
    let range = |range: &str| client.get_object().bucket(BUCKET).key("k").range(range).send();
    for (asked, found, header) in [
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=8-100", "89", "bytes 8-9/10"),
        ("bytes=9-", "9", "bytes 9-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"),
        ("bytes=0-9223372036854775807", "0123456789", "bytes 0-9/10"),
        ("bytes=0-9223372036854775808", "0123456789", "bytes 0-9/10"),
        ("bytes=7-18446744073709551615", "789", "bytes 7-9/10"),
        ("bytes=8-99999999999999999999999", "89", "bytes 8-9/10"),
        ("bytes=-18446744073709551615", "0123456789", "bytes 0-9/10"),
        ("bytes=-99999999999999999999999", "0123456789", "bytes 0-9/10"),
    ] {
        let answer = range(asked).await.unwrap();
        assert_eq!(answer.content_range(), Some(header));
        assert_eq!(answer.body.collect().await.unwrap().to_vec(), found.as_bytes());
    }
    for beyond in
        ["bytes=10-", "bytes=9223372036854775808-", "bytes=18446744073709551615-18446744073709551616"]
    {
        let error = range(beyond).await.unwrap_err();
        assert_eq!(error.raw_response().unwrap().status().as_u16(), 416, "{beyond}");
        assert_eq!(error.into_service_error().code(), Some("InvalidRange"), "{beyond}");
    }
}

#[tokio::test]
async fn large_objects_stream_whole_and_in_part() {
    let lake = Lake::start().await;
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    lake.s3().put_object().bucket(BUCKET).key("big").body(bytes.clone().into()).send().await.unwrap();
    assert_eq!(get(&lake, "big").await, bytes);
    let part =
        lake.s3().get_object().bucket(BUCKET).key("big").range("bytes=100-2500099").send().await.unwrap();
    assert_eq!(part.body.collect().await.unwrap().to_vec(), &bytes[100..2_500_100]);
}

#[tokio::test]
async fn missing_things_are_errors_by_name() {
    let lake = Lake::start().await;
    let client = lake.s3();
    let get = client.get_object().bucket(BUCKET).key("no").send().await.unwrap_err();
    assert!(get.into_service_error().is_no_such_key());
    let head = client.head_object().bucket(BUCKET).key("no").send().await.unwrap_err();
    assert!(head.into_service_error().is_not_found());
    let bucket = client.put_object().bucket("no-bucket").key("k").body(body("x")).send().await.unwrap_err();
    assert_eq!(bucket.into_service_error().code(), Some("NoSuchBucket"));
    let bucket = client.head_bucket().bucket("no-bucket").send().await.unwrap_err();
    assert!(bucket.into_service_error().is_not_found());
    let tags = client.get_object_tagging().bucket(BUCKET).key("no").send().await.unwrap_err();
    assert_eq!(tags.into_service_error().code(), Some("NoSuchKey"));
    let versions = client.list_object_versions().bucket(BUCKET).send().await.unwrap_err();
    assert_eq!(versions.into_service_error().code(), Some("NotImplemented"));
}

#[tokio::test]
async fn keys_that_no_file_can_have_are_refused_and_leave_nothing_outside() {
    let lake = Lake::start().await;
    put(&lake, "a/b", "x").await;
    let data = lake.aws.config().data.clone();
    for key in ["dir//", "../../escape", "a/../../../escape", "a//b", "a/./b", "a", "a/b/c", &"n".repeat(300)]
    {
        let error = lake.s3().put_object().bucket(BUCKET).key(key).body(body("evil")).send().await;
        let error = error.expect_err(key);
        assert_eq!(error.into_service_error().code(), Some("NotImplemented"), "{key}");
        let missing = lake.s3().get_object().bucket(BUCKET).key(key).send().await.expect_err(key);
        assert!(missing.into_service_error().is_no_such_key(), "{key}");
        lake.s3().delete_object().bucket(BUCKET).key(key).send().await.unwrap();
    }
    assert!(!data.join("escape").exists() && !data.parent().unwrap().join("escape").exists());
    assert_eq!(lake.keys("").await, ["a/b"]);
}

#[tokio::test]
async fn long_keys_are_stored() {
    let lake = Lake::start().await;
    let name = "d".repeat(63);
    let key = format!("landing/{name}/dt=2026-11-23/hour=10/{}.ndjson.zst", "f".repeat(64));
    put(&lake, &key, "x").await;
    let head = lake.s3().head_object().bucket(BUCKET).key(&key).send().await.unwrap();
    assert_eq!(head.e_tag(), Some("\"9dd4e461268c8034f5c8564e155c67a6\""));
}

#[tokio::test]
async fn deletes_count_what_is_missing_and_leave_no_directories() {
    let lake = Lake::start().await;
    for n in 0..3 {
        put(&lake, &format!("landing/a/dt=1/{n}"), "x").await;
    }
    let objects = |keys: &[&str]| -> Vec<ObjectIdentifier> {
        keys.iter().map(|key| ObjectIdentifier::builder().key(*key).build().unwrap()).collect()
    };
    let client = lake.s3();
    let keys = objects(&["landing/a/dt=1/0", "landing/a/dt=1/none", "weird//key"]);
    let delete = Delete::builder().set_objects(Some(keys)).build().unwrap();
    let answer = client.delete_objects().bucket(BUCKET).delete(delete).send().await.unwrap();
    assert_eq!((answer.deleted().len(), answer.errors().len()), (3, 0));
    let keys = objects(&["landing/a/dt=1/1", "landing/a/dt=1/2"]);
    let delete = Delete::builder().set_objects(Some(keys)).quiet(true).build().unwrap();
    let answer = client.delete_objects().bucket(BUCKET).delete(delete).send().await.unwrap();
    assert_eq!((answer.deleted().len(), answer.errors().len()), (0, 0));
    assert_eq!(std::fs::read_dir(lake.aws.bucket_directory()).unwrap().count(), 0);
}

#[tokio::test]
async fn copies_keep_or_replace_what_was_said() {
    let lake = Lake::start().await;
    let client = lake.s3();
    let put = client.put_object().bucket(BUCKET).key("a b").body(body("x")).content_type("text/plain");
    let put = put.send().await.unwrap();
    let copy = || client.copy_object().bucket(BUCKET).copy_source(format!("{BUCKET}/a%20b"));
    let copied = copy().key("kept").send().await.unwrap();
    assert_eq!(copied.copy_object_result().unwrap().e_tag(), put.e_tag());
    copy()
        .key("replaced")
        .metadata_directive(MetadataDirective::Replace)
        .content_type("x/y")
        .send()
        .await
        .unwrap();
    let content_type = |key: &'static str| {
        let client = client.clone();
        async move {
            let head = client.head_object().bucket(BUCKET).key(key).send().await.unwrap();
            head.content_type().unwrap().to_owned()
        }
    };
    assert_eq!(content_type("kept").await, "text/plain");
    assert_eq!(content_type("replaced").await, "x/y");
    let missing =
        client.copy_object().bucket(BUCKET).copy_source(format!("{BUCKET}/none")).key("x").send().await;
    assert_eq!(missing.unwrap_err().into_service_error().code(), Some("NoSuchKey"));
    let itself =
        client.copy_object().bucket(BUCKET).copy_source(format!("{BUCKET}/kept")).key("kept").send().await;
    assert_eq!(itself.unwrap_err().into_service_error().code(), Some("InvalidRequest"));
    let operations: Vec<_> = lake.created.lock().unwrap().iter().map(|object| object.operation).collect();
    assert_eq!(operations, ["Put", "Copy", "Copy"]);
}

#[tokio::test]
async fn every_checksum_is_verified_and_given_back() {
    let lake = Lake::start().await;
    let client = lake.s3();
    for algorithm in [
        ChecksumAlgorithm::Crc32,
        ChecksumAlgorithm::Crc32C,
        ChecksumAlgorithm::Crc64Nvme,
        ChecksumAlgorithm::Sha1,
        ChecksumAlgorithm::Sha256,
    ] {
        let put =
            client.put_object().bucket(BUCKET).key("k").body(body("hello")).checksum_algorithm(algorithm);
        put.send().await.unwrap();
        assert_eq!(get(&lake, "k").await, b"hello");
    }
    let wrong = client.put_object().bucket(BUCKET).key("k").body(body("hello")).checksum_sha256("AAAA");
    assert_eq!(wrong.send().await.unwrap_err().into_service_error().code(), Some("BadDigest"));
    // One that is of other bytes, and one that is of no bytes.
    for (digest, code) in [("1B2M2Y8AsgTpgAmY7PhCfg==", "BadDigest"), ("AAAA", "InvalidDigest")] {
        let wrong = client.put_object().bucket(BUCKET).key("new").body(body("hello")).content_md5(digest);
        assert_eq!(wrong.send().await.unwrap_err().into_service_error().code(), Some(code));
    }
    assert_eq!(lake.keys("").await, ["k"]);
}

#[tokio::test]
async fn streams_are_sent_in_chunks_with_a_trailing_checksum() {
    let lake = Lake::start().await;
    let file = lake.directory.as_ref().unwrap().path().join("source");
    let bytes = vec![7_u8; 300_000];
    std::fs::write(&file, &bytes).unwrap();
    let stream = ByteStream::from_path(&file).await.unwrap();
    let put = lake.s3().put_object().bucket(BUCKET).key("k").body(stream).content_encoding("zstd");
    put.checksum_algorithm(ChecksumAlgorithm::Crc32C).send().await.unwrap();
    let head = lake.s3().head_object().bucket(BUCKET).key("k").send().await.unwrap();
    assert_eq!(head.content_encoding(), Some("zstd"));
    assert_eq!(get(&lake, "k").await, bytes);
}

#[tokio::test]
async fn presigned_urls_work_until_they_expire() {
    let lake = Lake::start().await;
    put(&lake, "results/a b.csv", "1,2").await;
    let now = std::time::SystemTime::from(domain::port::Clock::now(&*lake.clock));
    let config =
        PresigningConfig::builder().start_time(now).expires_in(Duration::from_secs(60)).build().unwrap();
    let get = lake.s3().get_object().bucket(BUCKET).key("results/a b.csv");
    let get = get.response_content_disposition("attachment").presigned(config).await.unwrap();
    let answer = crate::raw::send("GET", get.uri(), &[], b"").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "1,2"));
    assert!(answer.head.to_lowercase().contains("content-disposition: attachment"), "{}", answer.head);
    lake.clock.advance(Duration::from_secs(61));
    let answer = crate::raw::send("GET", get.uri(), &[], b"").await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("Request has expired"), "{}", answer.body);
}

#[tokio::test]
async fn throttled_calls_do_nothing() {
    let lake = Lake::start().await;
    lake.aws.faults().throttle(Service::S3, Some("PutObject"), 1);
    let put = || lake.s3().put_object().bucket(BUCKET).key("k").body(body("x")).send();
    let error = put().await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 503);
    assert_eq!(error.into_service_error().code(), Some("SlowDown"));
    assert!(lake.keys("").await.is_empty());
    put().await.unwrap();
}

#[tokio::test]
async fn a_restart_finds_the_objects_and_what_was_said_about_them() {
    let lake = Lake::start().await;
    lake.s3().put_object().bucket(BUCKET).key("a/k").body(body("x")).metadata("m", "1").send().await.unwrap();
    let lake = lake.restart().await;
    let head = lake.s3().head_object().bucket(BUCKET).key("a/k").send().await.unwrap();
    assert_eq!(head.metadata().unwrap()["m"], "1");
    // A file that changed behind our back is as it is now.
    std::fs::write(lake.aws.bucket_directory().join("a/k"), "changed").unwrap();
    let head = lake.s3().head_object().bucket(BUCKET).key("a/k").send().await.unwrap();
    assert_eq!(
        (head.content_length(), head.e_tag()),
        (Some(7), Some("\"8977dfac2f8e04cb96e66882235f5aba\""))
    );
}
