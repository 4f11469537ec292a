use aws_sdk_s3::error::ProvideErrorMetadata;

use crate::harness::{BUCKET, Lake};

/// Writes objects past the protocol: only their names matter.
fn fill(lake: &Lake, keys: impl IntoIterator<Item = String>) {
    for key in keys {
        let path = lake.aws.bucket_directory().join(key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "x").unwrap();
    }
}

#[tokio::test]
async fn two_and_a_half_thousand_keys_come_in_order_over_pages() {
    let lake = Lake::start().await;
    let mut keys: Vec<String> =
        (0..2_500).map(|n| format!("landing/p={}/{}", n % 7, n * 7919 % 10_007)).collect();
    // These sort around '/': a directory's place is that of its keys.
    keys.extend(["landing/p=1.x", "landing/p=1-x", "landing/p=10/y", "landing/p=1é/z"].map(str::to_owned));
    fill(&lake, keys.clone());
    fill(&lake, ["datasets/a.json".to_owned(), "tables/x/y".to_owned()]);
    keys.sort();

    let client = lake.s3();
    let mut found = Vec::new();
    let mut token = None;
    let mut pages = 0;
    loop {
        let page = client.list_objects_v2().bucket(BUCKET).prefix("landing/").set_continuation_token(token);
        let page = page.send().await.unwrap();
        assert_eq!(page.key_count(), i32::try_from(page.contents().len()).ok());
        found.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
        pages += 1;
        token = page.next_continuation_token().map(str::to_owned);
        assert_eq!(page.is_truncated(), Some(token.is_some()));
        if token.is_none() {
            break;
        }
    }
    assert_eq!((pages, found), (3, keys.clone()));

    for after in [&keys[1_234], "landing/p=3/", "landing/p=3", "landing/zzz", "a"] {
        let page = client.list_objects_v2().bucket(BUCKET).prefix("landing/").start_after(after).send().await;
        let page = page.unwrap();
        let expected: Vec<_> = keys.iter().filter(|key| key.as_str() > after).take(1_000).collect();
        let found: Vec<_> = page.contents().iter().map(|object| object.key().unwrap()).collect();
        assert_eq!(found, expected, "after {after}");
    }
}

#[tokio::test]
async fn prefixes_need_not_end_at_a_slash() {
    let lake = Lake::start().await;
    fill(&lake, ["a/bc/1", "a/bd/2", "a/b", "ab/3"].map(str::to_owned));
    assert_eq!(lake.keys("a/b").await, ["a/b", "a/bc/1", "a/bd/2"]);
    assert_eq!(lake.keys("a").await, ["a/b", "a/bc/1", "a/bd/2", "ab/3"]);
    assert_eq!(lake.keys("a/bc/1").await, ["a/bc/1"]);
    assert!(lake.keys("a/b/").await.is_empty());
    assert!(lake.keys("a//").await.is_empty());
    assert!(lake.keys("../").await.is_empty());
    assert!(lake.keys("/").await.is_empty());
}

#[tokio::test]
async fn a_delimiter_rolls_up_over_pages() {
    let lake = Lake::start().await;
    fill(&lake, ["t/a/1", "t/a/2", "t/b", "t/c/x/1", "t/c/y/2", "t/d"].map(str::to_owned));
    let client = lake.s3();
    let mut seen = Vec::new();
    let mut token = None;
    loop {
        let page = client.list_objects_v2().bucket(BUCKET).prefix("t/").delimiter("/").max_keys(1);
        let page = page.set_continuation_token(token).send().await.unwrap();
        assert_eq!(page.key_count(), Some(1));
        seen.extend(page.common_prefixes().iter().map(|common| common.prefix().unwrap().to_owned()));
        seen.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
        token = page.next_continuation_token().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["t/a/", "t/b", "t/c/", "t/d"]);

    let other = client.list_objects_v2().bucket(BUCKET).prefix("t/c/").delimiter("x/").send().await.unwrap();
    assert_eq!(other.common_prefixes()[0].prefix(), Some("t/c/x/"));
    assert_eq!(other.contents()[0].key(), Some("t/c/y/2"));
}

#[tokio::test]
async fn the_first_version_of_listing_goes_by_markers() {
    let lake = Lake::start().await;
    fill(&lake, ["a/1", "a/2", "b/1", "c"].map(str::to_owned));
    let client = lake.s3();
    let page = client.list_objects().bucket(BUCKET).delimiter("/").max_keys(1).send().await.unwrap();
    assert_eq!((page.common_prefixes()[0].prefix(), page.next_marker()), (Some("a/"), Some("a/")));
    let page = client.list_objects().bucket(BUCKET).delimiter("/").marker("a/").send().await.unwrap();
    assert_eq!(page.common_prefixes().len(), 1);
    assert_eq!(page.contents()[0].key(), Some("c"));
}

/// The fields are those that S3's documentation names for each listing, and `CommonPrefixes`.
#[tokio::test]
async fn every_name_in_an_encoded_listing_is_encoded() {
    let lake = Lake::start().await;
    fill(&lake, ["p/test_file(3).png", "p/a\u{1} b~/x"].map(str::to_owned));
    let (client, url) = (lake.s3(), aws_sdk_s3::types::EncodingType::Url);
    let page = client.list_objects_v2().bucket(BUCKET).prefix("p/").delimiter("/").start_after("p/\u{1}");
    let page = page.encoding_type(url.clone()).send().await.unwrap();
    assert_eq!(page.contents()[0].key(), Some("p/test_file%283%29.png"));
    assert_eq!(page.common_prefixes()[0].prefix(), Some("p/a%01+b%7E/"));
    assert_eq!((page.prefix(), page.delimiter(), page.start_after()), (Some("p/"), Some("/"), Some("p/%01")));
    assert_eq!(page.encoding_type(), Some(&url));

    let page =
        client.list_objects().bucket(BUCKET).prefix("p/").delimiter("~/").marker("p/\u{1}").max_keys(1);
    let page = page.encoding_type(url.clone()).send().await.unwrap();
    assert_eq!((page.marker(), page.next_marker()), (Some("p/%01"), Some("p/a%01+b%7E/")));
    assert_eq!((page.prefix(), page.delimiter()), (Some("p/"), Some("%7E/")));
    assert_eq!(page.encoding_type(), Some(&url));

    for key in ["p/u\u{1} 1", "p/u\u{1} 2"] {
        client.create_multipart_upload().bucket(BUCKET).key(key).send().await.unwrap();
    }
    let page = client.list_multipart_uploads().bucket(BUCKET).prefix("p/u\u{1}").max_uploads(1);
    let page = page.encoding_type(url.clone()).send().await.unwrap();
    assert_eq!((page.prefix(), page.next_key_marker()), (Some("p/u%01"), Some("p/u%01+1")));
    assert_eq!((page.uploads()[0].key(), page.encoding_type()), (Some("p/u%01+1"), Some(&url)));
    let page = client.list_multipart_uploads().bucket(BUCKET).key_marker("p/u\u{1} 1").encoding_type(url);
    let page = page.send().await.unwrap();
    assert_eq!((page.uploads()[0].key(), page.key_marker()), (Some("p/u%01+2"), Some("p/u%01+1")));
}

#[tokio::test]
async fn odd_requests() {
    let lake = Lake::start().await;
    fill(&lake, ["a b/ä+".to_owned()]);
    let client = lake.s3();
    let list = || client.list_objects_v2().bucket(BUCKET);
    let none = list().max_keys(0).send().await.unwrap();
    assert_eq!((none.key_count(), none.is_truncated()), (Some(0), Some(false)));
    let wrong = list().continuation_token("nonsense!").send().await.unwrap_err();
    assert_eq!(wrong.into_service_error().code(), Some("InvalidArgument"));
    let encoded = list().encoding_type(aws_sdk_s3::types::EncodingType::Url).send().await.unwrap();
    assert_eq!(encoded.contents()[0].key(), Some("a+b/%C3%A4%2B"));
    assert_eq!(encoded.contents()[0].owner(), None);
    let owned = list().fetch_owner(true).send().await.unwrap();
    assert_eq!(owned.contents()[0].owner().unwrap().id().unwrap().len(), 64);
    let missing = client.list_objects_v2().bucket("no-bucket").send().await.unwrap_err();
    assert!(missing.into_service_error().is_no_such_bucket());
}
