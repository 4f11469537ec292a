//! Headers that ask for what the local S3 does not have. To take them in silence would be a wrong success: an
//! object that says it is tagged, locked, or encrypted with the caller's key, and is not.

use axum::http::{HeaderMap, StatusCode};
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

/// Refuses a request that asks for what is not here.
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
