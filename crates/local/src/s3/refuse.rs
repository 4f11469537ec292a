//! Requests that ask for what the local S3 does not have. To take them in silence would be a wrong success: an
//! object that says it is tagged, locked, or encrypted with the caller's key, and is not; or an object that is gone
//! because somebody wanted to delete its ACL.

use axum::http::{HeaderMap, Method, StatusCode, Uri};
use s3s::{S3Error, S3ErrorCode};

/// Prefixes of header names, and what they ask for.
const MISSING: [(&str, &str); 6] = [
    ("x-amz-server-side-encryption-", "encryption with keys of KMS or of the caller"),
    ("x-amz-copy-source-server-side-encryption-", "encryption with keys of the caller"),
    ("x-amz-object-lock-", "object locks"),
    ("x-amz-tagging", "object tags"),
    ("x-amz-write-offset-bytes", "appending to an object"),
    ("x-amz-rename-source", "renaming"),
];

/// What S3 does anyway when nothing else is asked for; any other value is not here.
const USUAL: [(&str, &str, &str); 2] = [
    ("x-amz-server-side-encryption", "AES256", "encryption with keys of KMS"),
    ("x-amz-storage-class", "STANDARD", "storage classes"),
];

/// Parts of buckets and objects that S3 cannot delete. `s3s` does not know a deletion of one, and deletes the whole.
const NOT_DELETED: [&str; 16] = [
    "accelerate",
    "acl",
    "attributes",
    "legal-hold",
    "location",
    "logging",
    "notification",
    "object-lock",
    "policyStatus",
    "requestPayment",
    "restore",
    "retention",
    "torrent",
    "uploads",
    "versioning",
    "versions",
];

/// Refuses the deletion of a part that cannot be deleted, as S3 does.
pub(super) fn check_deletion(method: &Method, uri: &Uri) -> Result<(), S3Error> {
    if *method != Method::DELETE {
        return Ok(());
    }
    let query = uri.query().unwrap_or_default();
    if form_urlencoded::parse(query.as_bytes()).any(|(name, _)| NOT_DELETED.contains(&&*name)) {
        let text = "The specified method is not allowed against this resource.";
        return Err(S3Error::with_message(S3ErrorCode::MethodNotAllowed, text));
    }
    Ok(())
}

/// Refuses headers that ask for what is not here.
pub(super) fn check(headers: &HeaderMap) -> Result<(), S3Error> {
    for (name, value) in headers {
        let (name, value) = (name.as_str(), value.to_str().unwrap_or_default());
        // An empty list of tags, and a copy that keeps the source's, which are none, ask for nothing.
        let nothing = name == "x-amz-tagging" && value.is_empty()
            || name == "x-amz-tagging-directive" && value.eq_ignore_ascii_case("COPY");
        if let Some((_, what)) = MISSING.iter().find(|(prefix, _)| name.starts_with(prefix))
            && !nothing
        {
            return Err(missing(what, name));
        }
        if let Some((_, _, what)) = USUAL.iter().find(|(usual, kept, _)| name == *usual && value != *kept) {
            return Err(missing(what, name));
        }
        // A bucket has no ACLs unless its owner asks for them, which cannot be done here.
        let grants = name.starts_with("x-amz-grant-")
            || name == "x-amz-acl" && !matches!(value, "private" | "bucket-owner-full-control");
        if grants {
            let code = S3ErrorCode::Custom("AccessControlListNotSupported".into());
            let mut error = S3Error::with_message(code, "The bucket does not allow ACLs");
            error.set_status_code(StatusCode::BAD_REQUEST);
            return Err(error);
        }
    }
    Ok(())
}

fn missing(what: &str, header: &str) -> S3Error {
    let text = format!("the local S3 does not have {what} ({header})");
    S3Error::with_message(S3ErrorCode::NotImplemented, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_not_deleted_with_the_whole() {
        for (method, uri, allowed) in [
            (Method::DELETE, "/bucket?acl", false),
            (Method::DELETE, "/bucket/key?acl", false),
            (Method::DELETE, "/bucket/key?x-id=DeleteObject&acl=", false),
            (Method::DELETE, "/bucket/key?%61cl", false),
            (Method::DELETE, "/bucket?versioning", false),
            (Method::DELETE, "/bucket/key", true),
            (Method::DELETE, "/bucket/acl", true),
            (Method::DELETE, "/bucket/key?x-id=DeleteObject", true),
            (Method::DELETE, "/bucket/key?uploadId=acl", true),
            (Method::GET, "/bucket?acl", true),
        ] {
            let uri: Uri = uri.parse().unwrap();
            assert_eq!(check_deletion(&method, &uri).is_ok(), allowed, "{method} {uri}");
        }
    }
}
