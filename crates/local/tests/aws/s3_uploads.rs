use aws_sdk_s3::{
    error::ProvideErrorMetadata,
    primitives::ByteStream,
    types::{CompletedMultipartUpload, CompletedPart},
};

use crate::harness::{BUCKET, Lake};

const PART: usize = 5 * 1024 * 1024;

async fn create(lake: &Lake, key: &str) -> String {
    let upload = lake.s3().create_multipart_upload().bucket(BUCKET).key(key).content_type("x/y").send().await;
    upload.unwrap().upload_id().unwrap().to_owned()
}

async fn part(lake: &Lake, key: &str, id: &str, number: i32, bytes: Vec<u8>) -> CompletedPart {
    let put = lake.s3().upload_part().bucket(BUCKET).key(key).upload_id(id).part_number(number);
    let etag = put.body(ByteStream::from(bytes)).send().await.unwrap().e_tag().unwrap().to_owned();
    CompletedPart::builder().part_number(number).e_tag(etag).build()
}

async fn complete(
    lake: &Lake,
    key: &str,
    id: &str,
    parts: Vec<CompletedPart>,
) -> Result<Option<String>, Option<String>> {
    let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
    let done = lake.s3().complete_multipart_upload().bucket(BUCKET).key(key).upload_id(id).if_none_match("*");
    let done = done.multipart_upload(parts).send().await;
    done.map(|answer| answer.e_tag().map(str::to_owned))
        .map_err(|error| error.into_service_error().code().map(str::to_owned))
}

#[tokio::test]
async fn parts_become_one_object_once() {
    let lake = Lake::start().await;
    let id = create(&lake, "big/one").await;
    let second = part(&lake, "big/one", &id, 5, vec![2; 10]).await;
    let first = part(&lake, "big/one", &id, 2, vec![1; PART]).await;
    let listed = lake.s3().list_parts().bucket(BUCKET).key("big/one").upload_id(&id).send().await.unwrap();
    assert_eq!(
        listed.parts().iter().filter_map(aws_sdk_s3::types::Part::part_number).collect::<Vec<_>>(),
        [2, 5]
    );
    assert!(lake.keys("").await.is_empty(), "an upload is no object yet");

    let wrong = CompletedPart::builder().part_number(2).e_tag("\"no\"").build();
    let reversed = vec![second.clone(), first.clone()];
    assert_eq!(complete(&lake, "big/one", &id, vec![wrong]).await, Err(Some("InvalidPart".into())));
    assert_eq!(complete(&lake, "big/one", &id, reversed).await, Err(Some("InvalidPartOrder".into())));
    let etag = complete(&lake, "big/one", &id, vec![first.clone(), second.clone()]).await.unwrap().unwrap();
    assert!(etag.ends_with("-2\""), "{etag}");
    let got = lake.s3().get_object().bucket(BUCKET).key("big/one").send().await.unwrap();
    assert_eq!((got.content_type(), got.e_tag()), (Some("x/y"), Some(etag.as_str())));
    assert_eq!(got.body.collect().await.unwrap().to_vec().len(), PART + 10);
    let again = complete(&lake, "big/one", &id, vec![first, second]).await;
    assert_eq!(again, Err(Some("NoSuchUpload".into())));
}

#[tokio::test]
async fn of_two_uploads_that_create_one_wins() {
    let lake = Lake::start().await;
    let (one, two) = (create(&lake, "k").await, create(&lake, "k").await);
    let of_one = part(&lake, "k", &one, 1, vec![1; 10]).await;
    let of_two = part(&lake, "k", &two, 1, vec![2; 10]).await;
    let (a, b) = futures::join!(
        complete(&lake, "k", &one, vec![of_one]),
        complete(&lake, "k", &two, vec![of_two.clone()])
    );
    assert_eq!([&a, &b].into_iter().filter(|done| done.is_ok()).count(), 1);
    let lost = if a.is_err() { a } else { b };
    assert_eq!(lost, Err(Some("PreconditionFailed".into())));
}

#[tokio::test]
async fn small_parts_and_aborted_uploads_are_refused() {
    let lake = Lake::start().await;
    let id = create(&lake, "k").await;
    let parts = vec![part(&lake, "k", &id, 1, vec![1]).await, part(&lake, "k", &id, 2, vec![2]).await];
    assert_eq!(complete(&lake, "k", &id, parts.clone()).await, Err(Some("EntityTooSmall".into())));
    lake.s3().abort_multipart_upload().bucket(BUCKET).key("k").upload_id(&id).send().await.unwrap();
    assert_eq!(complete(&lake, "k", &id, parts).await, Err(Some("NoSuchUpload".into())));
    let evil = lake.s3().abort_multipart_upload().bucket(BUCKET).key("k").upload_id("../../x").send().await;
    assert_eq!(evil.unwrap_err().into_service_error().code(), Some("NoSuchUpload"));
}

#[tokio::test]
async fn parts_can_be_copied() {
    let lake = Lake::start().await;
    lake.s3()
        .put_object()
        .bucket(BUCKET)
        .key("s")
        .body(ByteStream::from_static(b"0123456789"))
        .send()
        .await
        .unwrap();
    let id = create(&lake, "k").await;
    let copy = lake.s3().upload_part_copy().bucket(BUCKET).key("k").upload_id(&id).part_number(1);
    let copy = copy.copy_source(format!("{BUCKET}/s")).copy_source_range("bytes=3-5").send().await.unwrap();
    let etag = copy.copy_part_result().unwrap().e_tag().unwrap();
    let part = CompletedPart::builder().part_number(1).e_tag(etag).build();
    complete(&lake, "k", &id, vec![part]).await.unwrap();
    let got = lake.s3().get_object().bucket(BUCKET).key("k").send().await.unwrap();
    assert_eq!(got.body.collect().await.unwrap().to_vec(), b"345");
}

#[tokio::test]
async fn a_part_that_is_sent_again_takes_the_place_of_the_first() {
    let lake = Lake::start().await;
    let id = create(&lake, "k").await;
    let first = part(&lake, "k", &id, 1, vec![1; 10]).await;
    let second = part(&lake, "k", &id, 1, vec![2; 10]).await;
    assert_eq!(complete(&lake, "k", &id, vec![first]).await, Err(Some("InvalidPart".into())));
    complete(&lake, "k", &id, vec![second]).await.unwrap();
    let got = lake.s3().get_object().bucket(BUCKET).key("k").send().await.unwrap();
    assert_eq!(got.body.collect().await.unwrap().to_vec(), [2; 10]);
}

/// What is on disk when the process ends between the two files of a part that is sent again.
#[tokio::test]
async fn a_part_that_was_half_sent_again_is_the_first_one() {
    let lake = Lake::start().await;
    let id = create(&lake, "k").await;
    let first = part(&lake, "k", &id, 1, vec![1; 10]).await;
    let uploads = lake.aws.config().data.join("s3-state/uploads").join(&id);
    let record = std::fs::read(uploads.join("00001.json")).unwrap();
    let stored = || -> Vec<std::path::PathBuf> {
        let files = std::fs::read_dir(&uploads).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|path| path.extension().is_some_and(|end| end == "part")).collect()
    };
    let (path, bytes) = (stored()[0].clone(), std::fs::read(&stored()[0]).unwrap());
    part(&lake, "k", &id, 1, vec![2; 10]).await;
    // The record of the second was not yet written, and the bytes of the first not yet removed.
    std::fs::write(uploads.join("00001.json"), record).unwrap();
    std::fs::write(path, bytes).unwrap();
    let lake = lake.restart().await;
    complete(&lake, "k", &id, vec![first]).await.unwrap();
    let got = lake.s3().get_object().bucket(BUCKET).key("k").send().await.unwrap();
    assert_eq!(got.body.collect().await.unwrap().to_vec(), [1; 10]);
}

#[tokio::test]
async fn open_uploads_are_listed_over_pages() {
    let lake = Lake::start().await;
    let mut expected = Vec::new();
    for key in ["a b", "x/1", "x/2"] {
        expected.push((key.to_owned(), create(&lake, key).await));
    }
    let client = lake.s3();
    let mut found = Vec::new();
    let (mut key, mut id) = (None, None);
    loop {
        let page = client.list_multipart_uploads().bucket(BUCKET).max_uploads(2);
        let page = page.set_key_marker(key).set_upload_id_marker(id).send().await.unwrap();
        let pair = |upload: &aws_sdk_s3::types::MultipartUpload| {
            (upload.key().unwrap().to_owned(), upload.upload_id().unwrap().to_owned())
        };
        found.extend(page.uploads().iter().map(pair));
        if page.is_truncated() != Some(true) {
            break;
        }
        (key, id) = (page.next_key_marker, page.next_upload_id_marker);
    }
    assert_eq!(found, expected);
    let below = client.list_multipart_uploads().bucket(BUCKET).prefix("x/").send().await.unwrap();
    assert_eq!(below.uploads().len(), 2);
    lake.s3()
        .abort_multipart_upload()
        .bucket(BUCKET)
        .key("x/1")
        .upload_id(&expected[1].1)
        .send()
        .await
        .unwrap();
    let below = client.list_multipart_uploads().bucket(BUCKET).prefix("x/").send().await.unwrap();
    assert_eq!(below.uploads().len(), 1);
}

/// Parts come, and somebody else completes the upload or aborts it. Who is too late is told so, and leaves nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_ends_while_parts_come_leaves_nothing() {
    let lake = Lake::start().await;
    let client = lake.s3();
    for round in 0..20 {
        let (key, aborts) = (format!("k{round}"), round % 2 == 0);
        let id = create(&lake, &key).await;
        let first = part(&lake, &key, &id, 1, vec![1; 10]).await;
        let late = |number: i32| {
            let put = client.upload_part().bucket(BUCKET).key(&key).upload_id(&id).part_number(number);
            put.body(ByteStream::from(vec![2; 10])).send()
        };
        let abort = client.abort_multipart_upload().bucket(BUCKET).key(&key).upload_id(&id);
        let end = async {
            if aborts {
                let done = abort.send().await.map(drop);
                done.map_err(|error| error.into_service_error().code().map(str::to_owned))
            } else {
                complete(&lake, &key, &id, vec![first.clone()]).await.map(drop)
            }
        };
        let twice = complete(&lake, &key, &id, vec![first.clone()]);
        let (two, three, ended, twice) = futures::join!(late(2), late(3), end, twice);
        for sent in [two, three] {
            let refusal = sent.err().map(|error| error.into_service_error().code().map(str::to_owned));
            assert!(refusal.is_none_or(|code| code.as_deref() == Some("NoSuchUpload")));
        }
        for done in [ended, twice.map(drop)] {
            let late = ["NoSuchUpload", "InvalidPart", "PreconditionFailed"];
            let code = done.err().map(Option::unwrap_or_default);
            assert!(code.as_deref().is_none_or(|code| late.contains(&code)), "{code:?}");
        }
    }
    // One whose completion came too late to create the object is open still.
    let open = client.list_multipart_uploads().bucket(BUCKET).send().await.unwrap();
    let data = lake.aws.config().data.join("s3-state");
    let left = |name: &str| std::fs::read_dir(data.join(name)).unwrap().count();
    assert_eq!((left("uploads"), left("tmp")), (open.uploads().len(), 0));
}

/// What is on disk when the process ends while the parts of an ended upload go.
#[tokio::test]
async fn what_is_left_of_an_ended_upload_goes_at_the_next_start() {
    let lake = Lake::start().await;
    let id = create(&lake, "k").await;
    part(&lake, "k", &id, 1, vec![1; 10]).await;
    let state = lake.aws.config().data.join("s3-state");
    std::fs::rename(state.join("uploads").join(&id), state.join("tmp/77")).unwrap();
    let lake = lake.restart().await;
    assert_eq!(std::fs::read_dir(state.join("tmp")).unwrap().count(), 0);
    let error = lake.s3().list_parts().bucket(BUCKET).key("k").upload_id(&id).send().await.unwrap_err();
    assert_eq!(error.into_service_error().code(), Some("NoSuchUpload"));
}
