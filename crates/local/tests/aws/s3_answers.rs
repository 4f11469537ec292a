//! What S3 answers besides an operation's own, and what it keeps and refuses of headers and addresses.

use aws_sdk_s3::{
    error::ProvideErrorMetadata,
    primitives::ByteStream,
    types::{
        GetObjectAttributesParts, MetadataDirective, ObjectAttributes, ServerSideEncryption, StorageClass,
    },
};

use crate::{
    harness::{BUCKET, Lake},
    raw::{Answer, send},
};

async fn put(lake: &Lake, key: &str, text: &'static str) {
    let body = ByteStream::from_static(text.as_bytes());
    lake.s3().put_object().bucket(BUCKET).key(key).body(body).send().await.unwrap();
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let lines = answer.head.lines().filter_map(|line| line.split_once(": "));
    lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
}

fn member<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    xml.split_once(&format!("<{name}>"))?.1.split_once(&format!("</{name}>")).map(|(text, _)| text)
}

#[tokio::test]
async fn every_answer_has_the_requests_id_and_every_error_its_message_and_resource() {
    let lake = Lake::start().await;
    put(&lake, "k", "0123456789").await;
    let now = "20261123T100500Z";
    let week = format!("/{BUCKET}/k?X-Amz-Date={now}&X-Amz-Expires=604801&X-Amz-Signature=0");
    let long = "k".repeat(1_025);
    let mut ids = Vec::new();
    for (method, target, headers, status, code) in [
        ("GET", format!("/{BUCKET}/k"), &[][..], 200, None),
        ("PUT", format!("/{BUCKET}/k2"), &[], 200, None),
        ("DELETE", format!("/{BUCKET}/k2"), &[], 204, None),
        ("GET", format!("/{BUCKET}?list-type=2"), &[], 200, None),
        ("GET", "/".to_owned(), &[], 200, None),
        ("HEAD", format!("/{BUCKET}/k"), &[], 200, None),
        ("HEAD", format!("/{BUCKET}/none"), &[], 404, None),
        ("GET", format!("/{BUCKET}/none"), &[], 404, Some("NoSuchKey")),
        ("GET", format!("/{BUCKET}/a%20%26%3C"), &[], 404, Some("NoSuchKey")),
        ("GET", "/no-bucket/k".to_owned(), &[], 404, Some("NoSuchBucket")),
        ("GET", "/_/k".to_owned(), &[], 400, Some("InvalidBucketName")),
        ("GET", format!("/{BUCKET}/{long}"), &[], 400, Some("KeyTooLongError")),
        ("GET", format!("/{BUCKET}/k"), &[("range", "bytes=10-")], 416, Some("InvalidRange")),
        ("PUT", format!("/{BUCKET}/k"), &[("if-none-match", "*")], 412, Some("PreconditionFailed")),
        ("PUT", format!("/{BUCKET}/k"), &[("x-amz-tagging", "a=b")], 501, Some("NotImplemented")),
        ("PATCH", format!("/{BUCKET}/k"), &[], 501, Some("NotImplemented")),
        ("GET", week, &[], 400, Some("AuthorizationQueryParametersError")),
    ] {
        let answer = send(method, &format!("{}{target}", lake.address), headers, b"").await;
        let what = format!("{method} {target}: {} {}", answer.head, answer.body);
        assert_eq!(answer.status, status, "{what}");
        let id = header(&answer, "x-amz-request-id").unwrap().to_owned();
        assert_eq!(id.len(), 16, "{what}");
        assert!(header(&answer, "x-amz-id-2").is_some(), "{what}");
        assert_eq!(member(&answer.body, "Code"), code, "{what}");
        if code.is_some() {
            let path = target.split('?').next().unwrap();
            assert_eq!(member(&answer.body, "RequestId"), Some(id.as_str()), "{what}");
            assert_eq!(member(&answer.body, "Resource"), Some(path), "{what}");
            assert!(member(&answer.body, "Message").is_some_and(|text| text.len() > 5), "{what}");
        }
        ids.push(id);
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "each request has an id of its own");
}

#[tokio::test]
async fn carriage_returns_are_escaped_where_keys_stand_and_kept_where_objects_do() {
    let lake = Lake::start().await;
    let bucket = format!("{}/{BUCKET}", lake.address);
    let xml = [("content-type", "application/xml")];
    let body = b"<a>one\r\ntwo\rthree</a>";
    assert_eq!(send("PUT", &format!("{bucket}/dir%0D/a%0Db%0Ac"), &xml, body).await.status, 200);
    let listed = send("GET", &format!("{bucket}?list-type=2&start-after=%0D"), &[], b"").await;
    assert_eq!(member(&listed.body, "Key"), Some("dir&#13;/a&#13;b\nc"));
    assert_eq!(member(&listed.body, "StartAfter"), Some("&#13;"));
    let folded = send("GET", &format!("{bucket}?delimiter=/"), &[], b"").await;
    assert_eq!(member(&folded.body, "CommonPrefixes"), Some("<Prefix>dir&#13;/</Prefix>"));
    assert_eq!(lake.keys("").await, ["dir\r/a\rb\nc"]);
    let got = send("GET", &format!("{bucket}/dir%0D/a%0Db%0Ac"), &[], b"").await;
    assert_eq!(got.body.as_bytes(), body);
    assert_eq!(header(&got, "content-length"), Some("21"));
    let head = send("HEAD", &format!("{bucket}/dir%0D/a%0Db%0Ac"), &[], b"").await;
    assert_eq!(header(&head, "content-length"), Some("21"));
}

#[tokio::test]
async fn several_attributes_stand_in_one_header() {
    let lake = Lake::start().await;
    put(&lake, "k", "hello").await;
    let get = |names: &'static str| {
        let url = format!("{}/{BUCKET}/k?attributes", lake.address);
        async move { send("GET", &url, &[("x-amz-object-attributes", names)], b"").await }
    };
    for names in ["ETag,ObjectSize,StorageClass", "StorageClass, ETag , ObjectSize"] {
        let answer = get(names).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(member(&answer.body, "ObjectSize"), Some("5"), "{names}");
        assert_eq!(member(&answer.body, "StorageClass"), Some("STANDARD"), "{names}");
        assert!(answer.body.contains("5d41402abc4b2a76b9719d911017c592"), "{names}");
        assert!(!answer.body.contains("Checksum"), "{names}");
    }
    let unknown = get("ETag,Size").await;
    assert_eq!(unknown.status, 400);
    assert_eq!(member(&unknown.body, "Code"), Some("InvalidArgument"));

    let client = lake.s3();
    let upload = client.create_multipart_upload().bucket(BUCKET).key("big").send().await.unwrap();
    let id = upload.upload_id().unwrap();
    let part = client.upload_part().bucket(BUCKET).key("big").upload_id(id).part_number(7);
    let part = part.body(ByteStream::from_static(b"x")).send().await.unwrap();
    let part = aws_sdk_s3::types::CompletedPart::builder().part_number(7).e_tag(part.e_tag().unwrap());
    let parts = aws_sdk_s3::types::CompletedMultipartUpload::builder().parts(part.build()).build();
    let done = client.complete_multipart_upload().bucket(BUCKET).key("big").upload_id(id);
    done.multipart_upload(parts).send().await.unwrap();
    let count = |key: &str| {
        let get = client.get_object_attributes().bucket(BUCKET).key(key);
        get.object_attributes(ObjectAttributes::ObjectParts).send()
    };
    let found = count("big").await.unwrap();
    assert_eq!(found.object_parts().and_then(GetObjectAttributesParts::total_parts_count), Some(1));
    assert!(count("k").await.unwrap().object_parts().is_none());
}

#[tokio::test]
async fn no_object_has_tags() {
    let lake = Lake::start().await;
    put(&lake, "k", "hello").await;
    let found = lake.s3().get_object_tagging().bucket(BUCKET).key("k").send().await.unwrap();
    assert!(found.tag_set().is_empty());
    let none = lake.s3().get_object_tagging().bucket(BUCKET).key("none").send().await.unwrap_err();
    assert_eq!(none.into_service_error().code(), Some("NoSuchKey"));
    // What would give it some is refused.
    let url = format!("{}/{BUCKET}/k?tagging", lake.address);
    for method in ["PUT", "DELETE"] {
        assert_eq!(send(method, &url, &[], b"").await.status, 501, "{method}");
    }
}

#[tokio::test]
async fn the_last_bytes_of_nothing_are_all_of_it() {
    let lake = Lake::start().await;
    put(&lake, "empty", "").await;
    let url = format!("{}/{BUCKET}/empty", lake.address);
    for method in ["GET", "HEAD"] {
        let answer = send(method, &url, &[("range", "bytes=-5")], b"").await;
        assert_eq!((answer.status, header(&answer, "content-range")), (200, None), "{method}");
        assert_eq!(header(&answer, "content-length"), Some("0"), "{method}");
        for range in ["bytes=0-", "bytes=0-4", "bytes=-0"] {
            let answer = send(method, &url, &[("range", range)], b"").await;
            assert_eq!(answer.status, 416, "{method} {range}");
        }
    }
}

#[tokio::test]
async fn expires_is_kept_as_it_was_sent() {
    let lake = Lake::start().await;
    let url = |key: &str| format!("{}/{BUCKET}/{key}", lake.address);
    let date = "Thu, 01 Dec 1994 16:00:00 GMT";
    let source = format!("/{BUCKET}/0");
    for (key, expires) in [("0", "0"), ("1", "-1"), ("2", "soon"), ("3", date)] {
        assert_eq!(send("PUT", &url(key), &[("expires", expires)], b"x").await.status, 200, "{expires}");
        for method in ["GET", "HEAD"] {
            let answer = send(method, &url(key), &[], b"").await;
            assert_eq!(header(&answer, "expires"), Some(expires), "{method}");
        }
    }
    let copy = [("x-amz-copy-source", source.as_str()), ("expires", "1")];
    assert_eq!(send("PUT", &url("copy"), &copy, b"").await.status, 200);
    assert_eq!(header(&send("HEAD", &url("copy"), &[], b"").await, "expires"), Some("0"));
    let replaced = [copy[0], copy[1], ("x-amz-metadata-directive", "REPLACE")];
    assert_eq!(send("PUT", &url("copy"), &replaced, b"").await.status, 200);
    assert_eq!(header(&send("HEAD", &url("copy"), &[], b"").await, "expires"), Some("1"));
    let wanted = url("0?response-expires=Thu%2C%2001%20Dec%201994%2016%3A00%3A00%20GMT");
    let answer = send("GET", &wanted, &[], b"").await;
    assert_eq!(answer.head.to_lowercase().matches("expires:").count(), 1, "{}", answer.head);
    assert_eq!(header(&answer, "expires"), Some(date));
    // It is no header of an object that was stored without one.
    assert_eq!(send("PUT", &url("0"), &[], b"x").await.status, 200);
    assert_eq!(header(&send("GET", &url("0"), &[], b"").await, "expires"), None);
}

#[tokio::test]
async fn a_copy_onto_itself_changes_something() {
    let lake = Lake::start().await;
    let client = lake.s3();
    let stored = client.put_object().bucket(BUCKET).key("k").metadata("kept", "yes");
    stored.body(ByteStream::from_static(b"hello")).send().await.unwrap();
    let copy = || client.copy_object().bucket(BUCKET).key("k").copy_source(format!("{BUCKET}/k"));
    let error = copy().send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("InvalidRequest"));
    assert!(error.message().unwrap().contains("storage class"), "{error:?}");
    copy().storage_class(StorageClass::Standard).send().await.unwrap();
    copy().server_side_encryption(ServerSideEncryption::Aes256).send().await.unwrap();
    copy().website_redirect_location("/elsewhere").send().await.unwrap();
    let got = client.get_object().bucket(BUCKET).key("k").send().await.unwrap();
    assert_eq!(got.metadata().unwrap()["kept"], "yes");
    assert_eq!(got.website_redirect_location(), Some("/elsewhere"));
    assert_eq!(got.body.collect().await.unwrap().to_vec(), b"hello");
    // Where an object redirects to is not copied.
    client.copy_object().bucket(BUCKET).key("other").copy_source(format!("{BUCKET}/k")).send().await.unwrap();
    let head = client.head_object().bucket(BUCKET).key("other").send().await.unwrap();
    assert_eq!((head.website_redirect_location(), head.metadata().unwrap().len()), (None, 1));
}

#[tokio::test]
async fn a_url_is_presigned_for_a_week_at_most() {
    let lake = Lake::start().await;
    let url = |seconds: &str| {
        format!(
            "{}/{BUCKET}/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20261123T100500Z&X-Amz-Expires={seconds}\
             &X-Amz-SignedHeaders=host&X-Amz-Signature=0",
            lake.address
        )
    };
    for seconds in ["604801", "-1", "soon"] {
        let answer = send("PUT", &url(seconds), &[], b"x").await;
        assert_eq!(answer.status, 400, "{seconds}");
        assert_eq!(member(&answer.body, "Code"), Some("AuthorizationQueryParametersError"), "{seconds}");
    }
    assert!(lake.keys("").await.is_empty());
    assert_eq!(send("PUT", &url("604800"), &[], b"x").await.status, 200);
}

#[tokio::test]
async fn metadata_has_2_kb_at_most() {
    let lake = Lake::start().await;
    let client = lake.s3();
    // The names count, and their prefix does not.
    let (most, more) = ("x".repeat(2_047), "x".repeat(2_048));
    let put = |text: &str| client.put_object().bucket(BUCKET).key("k").metadata("m", text).send();
    put(&most).await.unwrap();
    assert_eq!(put(&more).await.unwrap_err().into_service_error().code(), Some("MetadataTooLarge"));
    let halves = client.put_object().bucket(BUCKET).key("k").metadata("a", &most[..1_023]);
    let halves = halves.metadata("b", &most[..1_024]).send().await.unwrap_err();
    assert_eq!(halves.into_service_error().code(), Some("MetadataTooLarge"));
    let begin = client.create_multipart_upload().bucket(BUCKET).key("k").metadata("m", &more).send().await;
    assert_eq!(begin.unwrap_err().into_service_error().code(), Some("MetadataTooLarge"));
    let copy = client.copy_object().bucket(BUCKET).key("c").copy_source(format!("{BUCKET}/k"));
    let copy = copy.metadata_directive(MetadataDirective::Replace).metadata("m", &more).send().await;
    assert_eq!(copy.unwrap_err().into_service_error().code(), Some("MetadataTooLarge"));
    assert_eq!(lake.keys("").await, ["k"]);
}

#[tokio::test]
async fn a_service_that_is_not_there_says_its_name() {
    let lake = Lake::start().await;
    let signed = |service: &str| {
        format!(
            "AWS4-HMAC-SHA256 Credential=local/20261123/us-west-2/{service}/aws4_request, SignedHeaders=host"
        )
    };
    for (method, target, service) in [
        ("GET", "/2015-03-31/functions/", "lambda"),
        ("POST", "/2015-03-31/functions/f/invocations", "lambda"),
        ("PUT", "/schedules/nightly", "scheduler"),
        ("DELETE", "/schedules/nightly", "scheduler"),
        ("GET", "/2013-04-01/hostedzone", "route53"),
        ("GET", "/?Action=ListTopics", "sns"),
    ] {
        let authorization = signed(service);
        let url = format!("{}{target}", lake.address);
        let answer = send(method, &url, &[("authorization", authorization.as_str())], b"").await;
        assert_eq!(answer.status, 501, "{method} {target}: {}", answer.body);
        assert!(answer.body.contains("NotImplemented"), "{}", answer.body);
        assert!(answer.body.contains(service), "{}", answer.body);
    }
    let control = [("authorization", signed("s3")), ("x-amz-account-id", "000000000000".to_owned())];
    let control = control.each_ref().map(|(name, value)| (*name, value.as_str()));
    let answer = send("GET", &format!("{}/v20180820/bucket/b", lake.address), &control, b"").await;
    assert_eq!((answer.status, answer.body.contains("s3-control")), (501, true), "{}", answer.body);
    let authorization = signed("sqs");
    let form =
        [("content-type", "application/x-www-form-urlencoded"), ("authorization", authorization.as_str())];
    let body = b"Action=SendMessage&Version=2012-11-05";
    let answer = send("POST", &format!("{}/", lake.address), &form, body).await;
    assert_eq!((answer.status, answer.body.contains("service sqs")), (501, true), "{}", answer.body);
    // S3 itself is there, whoever signs.
    let authorization = signed("s3");
    let url = format!("{}/{BUCKET}?list-type=2", lake.address);
    assert_eq!(send("GET", &url, &[("authorization", authorization.as_str())], b"").await.status, 200);
}
