//! Objects whose keys end in `/`: clients make them to show a folder, and pyarrow after every deletion.

use aws_sdk_s3::{
    error::ProvideErrorMetadata,
    primitives::ByteStream,
    types::{CompletedMultipartUpload, CompletedPart},
};

use crate::harness::{BUCKET, Lake};

async fn put(lake: &Lake, key: &str, text: &'static str) {
    let body = ByteStream::from_static(text.as_bytes());
    lake.s3().put_object().bucket(BUCKET).key(key).body(body).send().await.unwrap();
}

async fn delete(lake: &Lake, key: &str) {
    lake.s3().delete_object().bucket(BUCKET).key(key).send().await.unwrap();
}

/// The text of an object, or the code of the error.
async fn get(lake: &Lake, key: &str) -> Result<String, String> {
    let answer = lake.s3().get_object().bucket(BUCKET).key(key).send().await;
    let answer = answer.map_err(|error| error.into_service_error().code().unwrap_or_default().to_owned())?;
    Ok(String::from_utf8(answer.body.collect().await.unwrap().to_vec()).unwrap())
}

async fn refused_put(lake: &Lake, key: &str) -> String {
    let put = lake.s3().put_object().bucket(BUCKET).key(key).body(ByteStream::from_static(b"x"));
    put.send().await.unwrap_err().into_service_error().code().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn what_pyarrow_does_after_a_deletion_works() {
    let lake = Lake::start().await;
    put(&lake, "a/b/part-0.parquet", "x").await;
    delete(&lake, "a/b/part-0.parquet").await;
    // The parent directory is to be there still.
    assert_eq!(get(&lake, "a/b/").await, Err("NoSuchKey".to_owned()));
    let marker = lake.s3().put_object().bucket(BUCKET).key("a/b/").content_type("application/x-directory");
    marker.send().await.unwrap();
    assert_eq!(lake.keys("").await, ["a/b/"]);
    let head = lake.s3().head_object().bucket(BUCKET).key("a/b/").send().await.unwrap();
    assert_eq!((head.content_length(), head.content_type()), (Some(0), Some("application/x-directory")));
    assert_eq!(head.e_tag(), Some("\"d41d8cd98f00b204e9800998ecf8427e\""));
    assert!(lake.aws.bucket_directory().join("a/b").is_dir());
    // A folder is no object without its slash.
    assert_eq!(get(&lake, "a/b").await, Err("NoSuchKey".to_owned()));
    assert_eq!(get(&lake, "a/").await, Err("NoSuchKey".to_owned()));
    delete(&lake, "a/b/").await;
    assert_eq!(std::fs::read_dir(lake.aws.bucket_directory()).unwrap().count(), 0);
}

#[tokio::test]
async fn they_are_listed_where_their_keys_belong() {
    let lake = Lake::start().await;
    for key in ["a/b/2", "a/", "a/b/", "a-", "a0", "a/b/c/", "a/a"] {
        put(&lake, key, "x").await;
    }
    let all = ["a-", "a/", "a/a", "a/b/", "a/b/2", "a/b/c/", "a0"];
    assert_eq!(lake.keys("").await, all);
    assert_eq!(lake.keys("a/b/").await, ["a/b/", "a/b/2", "a/b/c/"]);
    assert_eq!(lake.keys("a/b").await, ["a/b/", "a/b/2", "a/b/c/"]);
    assert!(lake.keys("a//").await.is_empty());
    let client = lake.s3();
    for size in 1..=all.len() {
        let (mut found, mut token) = (Vec::new(), None);
        loop {
            let page = client.list_objects_v2().bucket(BUCKET).max_keys(i32::try_from(size).unwrap());
            let page = page.set_continuation_token(token).send().await.unwrap();
            found.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
            token = page.next_continuation_token().map(str::to_owned);
            if token.is_none() {
                break;
            }
        }
        assert_eq!(found, all, "pages of {size}");
    }
    for (at, after) in all.iter().enumerate() {
        let page = client.list_objects_v2().bucket(BUCKET).start_after(*after).send().await.unwrap();
        let found: Vec<_> = page.contents().iter().map(|object| object.key().unwrap()).collect();
        assert_eq!(found, all[at + 1..], "after {after}");
    }
    let folded = client.list_objects_v2().bucket(BUCKET).prefix("a/").delimiter("/").send().await.unwrap();
    let found: Vec<_> = folded.contents().iter().map(|object| object.key().unwrap()).collect();
    assert_eq!(found, ["a/", "a/a"]);
    assert_eq!(folded.common_prefixes()[0].prefix(), Some("a/b/"));
    let root = client.list_objects_v2().bucket(BUCKET).delimiter("/").send().await.unwrap();
    assert_eq!((root.contents().len(), root.common_prefixes()[0].prefix()), (2, Some("a/")));
}

#[tokio::test]
async fn they_stay_when_what_is_in_them_goes_and_after_a_restart() {
    let lake = Lake::start().await;
    put(&lake, "a/b/", "bytes of its own").await;
    put(&lake, "a/b/c/1", "x").await;
    delete(&lake, "a/b/c/1").await;
    assert_eq!(lake.keys("").await, ["a/b/"]);
    let lake = lake.restart().await;
    assert_eq!(get(&lake, "a/b/").await.as_deref(), Ok("bytes of its own"));
    // Whoever looks after the directory by hand takes the folder away.
    std::fs::remove_dir_all(lake.aws.bucket_directory().join("a")).unwrap();
    assert_eq!(get(&lake, "a/b/").await, Err("NoSuchKey".to_owned()));
    assert!(lake.keys("").await.is_empty());
    // The other way round: the folder goes, and what is in it stays.
    put(&lake, "d/", "").await;
    put(&lake, "d/1", "x").await;
    delete(&lake, "d/").await;
    assert_eq!(lake.keys("").await, ["d/1"]);
}

#[tokio::test]
async fn they_take_conditions_copies_and_uploads_as_other_objects_do() {
    let lake = Lake::start().await;
    let client = lake.s3();
    let create = || client.put_object().bucket(BUCKET).key("f/").if_none_match("*").send();
    create().await.unwrap();
    let error = create().await.unwrap_err();
    assert_eq!(error.into_service_error().code(), Some("PreconditionFailed"));
    let swap = |etag: &str| client.put_object().bucket(BUCKET).key("f/").if_match(etag).send();
    assert_eq!(swap("\"no\"").await.unwrap_err().into_service_error().code(), Some("PreconditionFailed"));
    swap("\"d41d8cd98f00b204e9800998ecf8427e\"").await.unwrap();

    let copy = client.copy_object().bucket(BUCKET).copy_source(format!("{BUCKET}/f/")).key("g/");
    copy.send().await.unwrap();
    let upload = client.create_multipart_upload().bucket(BUCKET).key("h/").send().await.unwrap();
    let id = upload.upload_id().unwrap();
    let part = client.upload_part().bucket(BUCKET).key("h/").upload_id(id).part_number(1);
    let part = part.body(ByteStream::from_static(b"uploaded")).send().await.unwrap();
    let part = CompletedPart::builder().part_number(1).e_tag(part.e_tag().unwrap()).build();
    let parts = CompletedMultipartUpload::builder().parts(part).build();
    let done = client.complete_multipart_upload().bucket(BUCKET).key("h/").upload_id(id);
    done.multipart_upload(parts).send().await.unwrap();
    assert_eq!(lake.keys("").await, ["f/", "g/", "h/"]);
    assert_eq!(get(&lake, "h/").await.as_deref(), Ok("uploaded"));
    let created: Vec<_> = lake.created.lock().unwrap().iter().map(|object| object.key.clone()).collect();
    assert_eq!(created, ["f/", "f/", "g/", "h/"]);
}

#[tokio::test]
async fn an_object_and_a_folder_of_one_name_exclude_each_other() {
    let lake = Lake::start().await;
    put(&lake, "a", "x").await;
    put(&lake, "b/", "").await;
    for key in ["a/", "a/b/", "b", "c//", "/", "c/./"] {
        assert_eq!(refused_put(&lake, key).await, "NotImplemented", "{key}");
    }
    assert_eq!(lake.keys("").await, ["a", "b/"]);
    delete(&lake, "a").await;
    let error = lake.s3().delete_bucket().bucket(BUCKET).send().await.unwrap_err();
    assert_eq!(error.into_service_error().code(), Some("BucketNotEmpty"));
    delete(&lake, "b/").await;
    lake.s3().delete_bucket().bucket(BUCKET).send().await.unwrap();
}
