//! What is promised of a multipart upload is held against its bytes; otherwise it stays an upload.

use aws_sdk_s3::{
    error::ProvideErrorMetadata,
    operation::complete_multipart_upload::builders::CompleteMultipartUploadFluentBuilder,
    primitives::ByteStream,
    types::{ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart},
};

use crate::harness::{BUCKET, Lake};

const PART: usize = 5 * 1024 * 1024;
/// The CRC32 of 5 MiB of 0x01, of `hello`, of both one after the other, and of their two checksums.
const FIRST: &str = "67XDxA==";
const SECOND: &str = "NhCmhg==";
const WHOLE: &str = "MGK/qQ==";
const COMPOSITE: &str = "d9ydLw==";

/// An upload with two parts: 5 MiB of 0x01, and `hello`.
struct Upload<'a> {
    lake: &'a Lake,
    id: String,
    etags: Vec<String>,
}

impl<'a> Upload<'a> {
    async fn new(lake: &'a Lake, declared: Option<(ChecksumAlgorithm, Option<ChecksumType>)>) -> Self {
        let client = lake.s3();
        let (algorithm, kind) = declared.map_or((None, None), |(algorithm, kind)| (Some(algorithm), kind));
        let create = client.create_multipart_upload().bucket(BUCKET).key("k");
        let create = create.set_checksum_algorithm(algorithm.clone()).set_checksum_type(kind);
        let id = create.send().await.unwrap().upload_id().unwrap().to_owned();
        let mut etags = Vec::new();
        for (number, bytes) in [(1, vec![1; PART]), (2, b"hello".to_vec())] {
            let put = client.upload_part().bucket(BUCKET).key("k").upload_id(&id).part_number(number);
            let put = put.set_checksum_algorithm(algorithm.clone()).body(ByteStream::from(bytes));
            etags.push(put.send().await.unwrap().e_tag().unwrap().to_owned());
        }
        Self { lake, id, etags }
    }

    /// Completes it with these CRC32 of the parts, and what `more` promises.
    async fn complete(
        &self,
        sums: [Option<&str>; 2],
        more: impl FnOnce(CompleteMultipartUploadFluentBuilder) -> CompleteMultipartUploadFluentBuilder,
    ) -> Result<(), String> {
        let parts = self.etags.iter().zip(sums).zip(1..).map(|((etag, sum), number)| {
            let part = CompletedPart::builder().part_number(number).e_tag(etag);
            part.set_checksum_crc32(sum.map(str::to_owned)).build()
        });
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts.collect())).build();
        let complete = self.lake.s3().complete_multipart_upload().bucket(BUCKET).key("k").upload_id(&self.id);
        let done = more(complete.multipart_upload(parts)).send().await;
        done.map(drop).map_err(|error| error.into_service_error().code().unwrap_or_default().to_owned())
    }

    async fn is_open(&self) -> bool {
        let open = self.lake.s3().list_multipart_uploads().bucket(BUCKET).send().await.unwrap();
        !open.uploads().is_empty() && self.lake.keys("").await.is_empty()
    }
}

fn code<T>(code: &str) -> Result<T, String> {
    Err(code.to_owned())
}

#[tokio::test]
async fn a_wrong_promise_completes_nothing() {
    let lake = Lake::start().await;
    let upload = Upload::new(&lake, None).await;
    let none = [None, None];
    let wrong = "AAAAAA==";
    assert_eq!(upload.complete(none, |done| done.checksum_crc32(wrong)).await, code("BadDigest"));
    assert_eq!(upload.complete(none, |done| done.checksum_crc32("bad")).await, code("InvalidRequest"));
    let sha = "A".repeat(43) + "=";
    assert_eq!(upload.complete(none, |done| done.checksum_sha256(sha)).await, code("BadDigest"));
    assert_eq!(upload.complete([Some(wrong), None], |done| done).await, code("InvalidPart"));
    assert_eq!(upload.complete([None, Some(wrong)], |done| done).await, code("InvalidPart"));
    for size in [0, -1, 5, i64::try_from(PART).unwrap(), i64::MAX] {
        let done = upload.complete(none, |done| done.mpu_object_size(size)).await;
        assert_eq!(done, code("InvalidRequest"), "{size}");
    }
    assert!(upload.is_open().await);
    let size = i64::try_from(PART).unwrap() + 5;
    let right = |done: CompleteMultipartUploadFluentBuilder| done.checksum_crc32(WHOLE).mpu_object_size(size);
    upload.complete([Some(FIRST), Some(SECOND)], right).await.unwrap();
    let head = lake.s3().head_object().bucket(BUCKET).key("k").send().await.unwrap();
    assert_eq!(head.content_length(), Some(size));
}

#[tokio::test]
async fn a_checksum_of_checksums_is_held_against_the_parts() {
    let lake = Lake::start().await;
    let upload = Upload::new(&lake, Some((ChecksumAlgorithm::Crc32, None))).await;
    let both = [Some(FIRST), Some(SECOND)];
    // Of what type an upload is, S3 decides when it begins: then every part's checksum is wanted.
    assert_eq!(upload.complete([None, None], |done| done).await, code("InvalidRequest"));
    assert_eq!(upload.complete([Some(FIRST), None], |done| done).await, code("InvalidRequest"));
    assert_eq!(upload.complete(both, |done| done.checksum_crc32(WHOLE)).await, code("BadDigest"));
    let number = format!("{COMPOSITE}-3");
    assert_eq!(upload.complete(both, |done| done.checksum_crc32(number)).await, code("BadDigest"));
    let kind = |done: CompleteMultipartUploadFluentBuilder| done.checksum_type(ChecksumType::FullObject);
    assert_eq!(upload.complete(both, kind).await, code("BadDigest"));
    assert!(upload.is_open().await);
    let right = format!("{COMPOSITE}-2");
    upload.complete(both, |done| done.checksum_crc32(right)).await.unwrap();
    assert_eq!(lake.keys("").await, ["k"]);
}

#[tokio::test]
async fn a_checksum_of_the_whole_object_is_held_against_all_its_bytes() {
    let lake = Lake::start().await;
    let full = (ChecksumAlgorithm::Crc32, Some(ChecksumType::FullObject));
    let upload = Upload::new(&lake, Some(full)).await;
    let none = [None, None];
    let composite = format!("{COMPOSITE}-2");
    assert_eq!(upload.complete(none, |done| done.checksum_crc32(composite)).await, code("InvalidRequest"));
    assert_eq!(upload.complete(none, |done| done.checksum_crc32(SECOND)).await, code("BadDigest"));
    assert!(upload.is_open().await);
    let right = |done: CompleteMultipartUploadFluentBuilder| {
        done.checksum_crc32(WHOLE).checksum_type(ChecksumType::FullObject)
    };
    upload.complete(none, right).await.unwrap();
    assert_eq!(lake.keys("").await, ["k"]);
}

#[tokio::test]
async fn an_upload_says_what_it_was_declared_as() {
    let lake = Lake::start().await;
    let client = lake.s3();
    let create = || client.create_multipart_upload().bucket(BUCKET).key("k");
    let declared = create().checksum_algorithm(ChecksumAlgorithm::Crc64Nvme).send().await.unwrap();
    assert_eq!(declared.checksum_algorithm(), Some(&ChecksumAlgorithm::Crc64Nvme));
    assert_eq!(declared.checksum_type(), Some(&ChecksumType::FullObject));
    let sha = create().checksum_algorithm(ChecksumAlgorithm::Sha256).checksum_type(ChecksumType::FullObject);
    let error = sha.send().await.unwrap_err();
    assert_eq!(error.into_service_error().code(), Some("InvalidRequest"));
}

#[tokio::test]
async fn a_copied_range_is_within_its_source() {
    let lake = Lake::start().await;
    let client = lake.s3();
    let source = client.put_object().bucket(BUCKET).key("s").body(ByteStream::from_static(b"hello"));
    source.send().await.unwrap();
    let declared = client.create_multipart_upload().bucket(BUCKET).key("k");
    let declared = declared.checksum_algorithm(ChecksumAlgorithm::Crc32).send().await.unwrap();
    let id = declared.upload_id().unwrap();
    let copy = |range: &str| {
        let copy = client.upload_part_copy().bucket(BUCKET).key("k").upload_id(id).part_number(1);
        copy.copy_source(format!("{BUCKET}/s")).copy_source_range(range).send()
    };
    for range in [
        "bytes=0-5",
        "bytes=5-5",
        "bytes=4-99999999999999999999",
        "bytes=3-1",
        "bytes=2-",
        "bytes=-2",
        "bytes=0-1,3-4",
        "0-4",
    ] {
        let error = copy(range).await.unwrap_err().into_service_error();
        assert_eq!(error.code(), Some("InvalidArgument"), "{range}");
    }
    let parts = client.list_parts().bucket(BUCKET).key("k").upload_id(id).send().await.unwrap();
    assert!(parts.parts().is_empty());
    let copied = copy("bytes=0-4").await.unwrap();
    let copied = copied.copy_part_result().unwrap();
    // The checksum that the upload was declared with: whoever completes it has to say it.
    assert_eq!(copied.checksum_crc32(), Some(SECOND));
}
