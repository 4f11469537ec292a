//! What clients send beside the plain calls: older signatures, names of hosts, and wishes that nobody here grants.

use aws_sdk_s3::{
    error::ProvideErrorMetadata,
    primitives::ByteStream,
    types::{ChecksumAlgorithm, ObjectAttributes, ObjectCannedAcl, ServerSideEncryption, StorageClass},
};

use crate::{
    harness::{BUCKET, Lake},
    raw::send,
};

async fn put(lake: &Lake, key: &str, text: &'static str) {
    let body = ByteStream::from_static(text.as_bytes());
    lake.s3().put_object().bucket(BUCKET).key(key).body(body).send().await.unwrap();
}

#[tokio::test]
async fn urls_presigned_the_older_way_work_until_they_expire() {
    let lake = Lake::start().await;
    let now = domain::port::Clock::now(&*lake.clock).timestamp();
    let url = |expires: i64| {
        format!("{}/{BUCKET}/k?AWSAccessKeyId=any&Signature=x%2B%3D&Expires={expires}", lake.address)
    };
    assert_eq!(send("PUT", &url(now + 60), &[], b"x").await.status, 200);
    let answer = send("GET", &url(now + 60), &[], b"").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "x"));
    let answer = send("GET", &url(now - 1), &[], b"").await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("Request has expired"), "{}", answer.body);
}

#[tokio::test]
async fn a_bucket_may_be_in_the_name_of_the_host() {
    let lake = Lake::start().await;
    put(&lake, "a/k", "x").await;
    let host = format!("{BUCKET}.localhost:4566");
    let get = |target: &str| {
        let url = format!("{}{target}", lake.address);
        let host = host.clone();
        async move { crate::raw::send_to(&host, "GET", &url, &[], b"").await }
    };
    assert_eq!(get("/a/k").await.body, "x");
    let listed = get("/?list-type=2&prefix=a%2F").await;
    assert!(listed.body.contains("<Key>a/k</Key>"), "{}", listed.body);
    assert_eq!(get("/none").await.status, 404);
}

#[tokio::test]
async fn wishes_that_nobody_grants_are_refused_and_store_nothing() {
    let lake = Lake::start().await;
    let client = lake.s3();
    let put = || client.put_object().bucket(BUCKET).key("k").body(ByteStream::from_static(b"x"));
    for (wish, code) in [
        (put().tagging("a=b"), "NotImplemented"),
        (put().server_side_encryption(ServerSideEncryption::AwsKms), "NotImplemented"),
        (put().sse_customer_algorithm("AES256").sse_customer_key("k"), "NotImplemented"),
        (put().storage_class(StorageClass::Glacier), "NotImplemented"),
        (
            put().object_lock_legal_hold_status(aws_sdk_s3::types::ObjectLockLegalHoldStatus::On),
            "NotImplemented",
        ),
        (put().write_offset_bytes(1), "NotImplemented"),
        (put().acl(ObjectCannedAcl::PublicRead), "AccessControlListNotSupported"),
        (put().grant_read("id=1"), "AccessControlListNotSupported"),
    ] {
        let wish = wish.send().await.unwrap_err().into_service_error();
        assert_eq!(wish.code(), Some(code), "{wish:?}");
    }
    let source = format!("{BUCKET}/k");
    let copy = || client.copy_object().bucket(BUCKET).key("c").copy_source(&source);
    let error = copy().checksum_algorithm(ChecksumAlgorithm::Sha256).send().await.unwrap_err();
    assert_eq!(error.into_service_error().code(), Some("NotImplemented"));
    assert!(lake.keys("").await.is_empty());
    let usual = put().acl(ObjectCannedAcl::BucketOwnerFullControl).storage_class(StorageClass::Standard);
    usual.server_side_encryption(ServerSideEncryption::Aes256).tagging("").send().await.unwrap();
    copy().tagging_directive(aws_sdk_s3::types::TaggingDirective::Copy).send().await.unwrap();
}

#[tokio::test]
async fn a_range_that_cannot_be_read_is_none() {
    let lake = Lake::start().await;
    put(&lake, "k", "0123456789").await;
    let get = |range: &str| lake.s3().get_object().bucket(BUCKET).key("k").range(range).send();
    for range in ["bytes=3-1", "bytes=abc", "bytes=0-1,3-4", "items=0-1", "bytes=-", "bytes=+1-3"] {
        let answer = get(range).await.unwrap();
        assert_eq!((answer.content_range(), answer.content_length()), (None, Some(10)), "{range}");
    }
    let head = |range: &str| lake.s3().head_object().bucket(BUCKET).key("k").range(range).send();
    let found = head("bytes=2-4").await.unwrap();
    assert_eq!((found.content_range(), found.content_length()), (Some("bytes 2-4/10"), Some(3)));
    let url = format!("{}/{BUCKET}/k", lake.address);
    assert_eq!(send("HEAD", &url, &[("range", "bytes=2-4")], b"").await.status, 206);
    assert_eq!(head("bytes=10-").await.unwrap_err().raw_response().unwrap().status().as_u16(), 416);
}

#[tokio::test]
async fn attributes_are_those_that_were_asked_for() {
    let lake = Lake::start().await;
    put(&lake, "k", "hello").await;
    let attributes = || lake.s3().get_object_attributes().bucket(BUCKET).key("k");
    let found = attributes().object_attributes(ObjectAttributes::ObjectSize).send().await.unwrap();
    assert_eq!((found.object_size(), found.e_tag(), found.checksum()), (Some(5), None, None));
    let found = attributes()
        .object_attributes(ObjectAttributes::Etag)
        .object_attributes(ObjectAttributes::Checksum)
        .object_attributes(ObjectAttributes::StorageClass);
    let found = found.send().await.unwrap();
    // S3 answers it without the quotes; the XML of s3s has them everywhere.
    assert_eq!(found.e_tag(), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    assert_eq!(found.checksum().unwrap().checksum_crc32(), Some("NhCmhg=="));
    assert_eq!(found.storage_class(), Some(&StorageClass::Standard));
    let missing = lake.s3().get_object_attributes().bucket(BUCKET).key("none");
    let missing = missing.object_attributes(ObjectAttributes::Etag).send().await.unwrap_err();
    assert!(missing.into_service_error().is_no_such_key());
}

#[tokio::test]
async fn buckets_are_listed_by_prefix_and_page() {
    let lake = Lake::start().await;
    let client = lake.s3();
    for name in ["one-a", "one-b", "two"] {
        client.create_bucket().bucket(name).send().await.unwrap();
    }
    let names = |page: aws_sdk_s3::operation::list_buckets::ListBucketsOutput| -> Vec<String> {
        page.buckets().iter().map(|bucket| bucket.name().unwrap().to_owned()).collect()
    };
    let page = client.list_buckets().prefix("one").max_buckets(1).send().await.unwrap();
    let token = page.continuation_token().unwrap().to_owned();
    assert_eq!(names(page), ["one-a"]);
    let page =
        client.list_buckets().prefix("one").max_buckets(1).continuation_token(token).send().await.unwrap();
    assert_eq!(page.continuation_token(), None);
    assert_eq!(names(page), ["one-b"]);
    let elsewhere = client.list_buckets().bucket_region("eu-central-1").send().await.unwrap();
    assert!(elsewhere.buckets().is_empty());
}
