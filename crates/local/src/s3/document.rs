//! Bodies that are documents, XML nearly all of them, and no bytes of an object: they are read as a whole before anybody
//! looks at them.
//!
//! `s3s` would read up to 20 MiB of one, and answer what is longer, or breaks off, with an error of its own: 500.

use axum::{
    body::Body,
    http::{Method, Uri},
};
use bytes::Bytes;
use s3s::{S3Result, s3_error};

use crate::protocol::{Unread, read_body};

/// The longest document. Ten thousand parts of an upload with their checksums, and a thousand of the longest keys with each
/// character written as an entity, are both shorter.
pub(super) const MAX_BODY: usize = 8 * 1024 * 1024;

/// What of an object is put as a document.
const PARTS: [&str; 4] = ["acl", "legal-hold", "retention", "tagging"];

/// Whether the body of a request is a document.
pub(super) fn is_document(method: &Method, uri: &Uri) -> bool {
    if *method != Method::PUT {
        return *method == Method::POST;
    }
    let names_a_key = uri.path().strip_prefix('/').and_then(|path| path.split_once('/'));
    let is_of_bucket = names_a_key.is_none_or(|(_, key)| key.is_empty());
    let query = uri.query().unwrap_or_default().as_bytes();
    is_of_bucket || form_urlencoded::parse(query).any(|(name, _)| PARTS.contains(&&*name))
}

/// Reads it. What is too long, or breaks off, is refused as S3 does it.
pub(super) async fn read(body: Body) -> S3Result<Bytes> {
    read_body(body, MAX_BODY).await.map_err(|unread| match unread {
        Unread::TooLong => {
            s3_error!(
                MaxMessageLengthExceeded,
                "Your request was too big: the body has more than {MAX_BODY} bytes"
            )
        }
        Unread::BrokenOff => s3_error!(IncompleteBody, "the body broke off or is malformed"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_the_bytes_of_an_object_is_a_document() {
        for (method, uri, expected) in [
            (Method::POST, "/bucket?delete", true),
            (Method::POST, "/bucket/key?uploadId=1", true),
            (Method::PUT, "/bucket", true),
            (Method::PUT, "/bucket/", true),
            (Method::PUT, "/bucket?cors", true),
            (Method::PUT, "/bucket/key?acl", true),
            (Method::PUT, "/bucket/key?x-id=PutObjectTagging&t%61gging=", true),
            (Method::PUT, "/bucket/key", false),
            (Method::PUT, "/bucket/acl", false),
            (Method::PUT, "/bucket/folder/", false),
            (Method::PUT, "/bucket/key?x-id=PutObject", false),
            (Method::PUT, "/bucket/key?partNumber=1&uploadId=acl", false),
            (Method::GET, "/bucket?acl", false),
            (Method::DELETE, "/bucket/key?tagging", false),
        ] {
            assert_eq!(is_document(&method, &uri.parse().unwrap()), expected, "{method} {uri}");
        }
    }

    #[tokio::test]
    async fn a_document_is_read_up_to_its_bound_whatever_chunks_it_comes_in() {
        for (bytes, is_read) in [(0, true), (MAX_BODY, true), (MAX_BODY + 1, false), (5 * MAX_BODY, false)] {
            for chunk in [1 << 16, 5 << 20, usize::MAX] {
                let whole = Bytes::from(vec![b'x'; bytes]);
                let from = (0..bytes).step_by(chunk.min(bytes.max(1)));
                let chunks: Vec<_> = from
                    .map(|at| Ok::<_, std::io::Error>(whole.slice(at..bytes.min(at.saturating_add(chunk)))))
                    .collect();
                let read = read(Body::from_stream(futures::stream::iter(chunks))).await;
                match read {
                    Ok(found) => assert!(is_read && found == whole, "{bytes} in chunks of {chunk}"),
                    Err(error) => {
                        let code = error.code().as_str();
                        assert!(!is_read && code == "MaxMessageLengthExceeded", "{bytes}: {code}");
                    }
                }
            }
        }
        let broken = [Ok(Bytes::from_static(b"<a>")), Err(std::io::Error::other("the client is gone"))];
        let error = read(Body::from_stream(futures::stream::iter(broken))).await.unwrap_err();
        assert_eq!(error.code().as_str(), "IncompleteBody");
    }
}
