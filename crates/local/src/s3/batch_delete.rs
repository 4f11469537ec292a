//! The body of `DeleteObjects`, which S3 takes only with a digest of it: a request that somebody puts together by
//! accident, or that a web page makes a browser send, deletes nothing.

use axum::http::{HeaderMap, Method, Uri};
use bytes::Bytes;
use s3s::{S3Result, s3_error};

use super::{
    digests::{Digests, Promise},
    integrity::Integrity,
    record::Checksums,
};

/// Whether the request is one.
pub(super) fn is_batch_delete(method: &Method, uri: &Uri) -> bool {
    let query = uri.query().unwrap_or_default().as_bytes();
    method == Method::POST && form_urlencoded::parse(query).any(|(name, _)| name == "delete")
}

/// Holds the body, which was read to its end, against its digests. Without any it is refused, as S3 refuses it.
pub(super) fn verify(headers: &HeaderMap, body: &Bytes, integrity: &Integrity) -> S3Result<()> {
    let mut promise = promise(headers);
    let mut digests = Digests::new(&promise, integrity)?;
    integrity.fill_from_trailers(&mut promise.checksums);
    if promise.md5.is_none() && promise.checksums == Checksums::default() {
        return Err(s3_error!(InvalidRequest, "Missing required header for this request: Content-MD5"));
    }
    digests.update(body);
    digests.verify(&promise, integrity).map(|_| ())
}

fn promise(headers: &HeaderMap) -> Promise {
    let text = |name: &str| Some(headers.get(name)?.to_str().unwrap_or_default().trim().to_owned());
    Promise {
        // What comes in chunks has been counted when it was decoded, and the server counts the rest.
        length: None,
        md5: text("content-md5"),
        // To say which algorithm it is, without the checksum, promises nothing.
        algorithm: None,
        checksums: Checksums {
            crc32: text("x-amz-checksum-crc32"),
            crc32c: text("x-amz-checksum-crc32c"),
            crc64nvme: text("x-amz-checksum-crc64nvme"),
            sha1: text("x-amz-checksum-sha1"),
            sha256: text("x-amz-checksum-sha256"),
        },
    }
}
