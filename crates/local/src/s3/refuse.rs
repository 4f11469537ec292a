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

/// Names in the query of a request that stores or deletes, and are of the object itself. `x-` begins what S3 leaves to
/// its clients, `x-id` among it.
fn is_of_the_whole(method: &Method, name: &str) -> bool {
    match name {
        "uploadId" | "versionId" => true,
        "partNumber" => *method == Method::PUT,
        other => other.starts_with("x-"),
    }
}

/// Refuses to store or delete a part of a bucket or an object that is not here. `s3s` does not know all that S3 has, and
/// would store or delete the whole: so the list is of what may be there.
pub(super) fn check_parts(method: &Method, uri: &Uri) -> Result<(), S3Error> {
    if !matches!(*method, Method::PUT | Method::DELETE) {
        return Ok(());
    }
    let query = uri.query().unwrap_or_default();
    let names: Vec<_> = form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name).collect();
    if let Some(part) = names.iter().find(|name| !is_of_the_whole(method, name)) {
        if *method == Method::DELETE && NOT_DELETED.contains(&&**part) {
            let text = "The specified method is not allowed against this resource.";
            return Err(S3Error::with_message(S3ErrorCode::MethodNotAllowed, text));
        }
        let text =
            format!("the local S3 does not have {method} of {:?}", part.chars().take(64).collect::<String>());
        return Err(S3Error::with_message(S3ErrorCode::NotImplemented, text));
    }
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    if *method == Method::PUT && has("partNumber") != has("uploadId") {
        let text = "a part of an upload has a partNumber and an uploadId";
        return Err(S3Error::with_message(S3ErrorCode::InvalidRequest, text));
    }
    Ok(())
}

/// How many bytes the names and values of an object's metadata may have together.
const MAX_METADATA: usize = 2 * 1_024;

/// Refuses headers that ask for what is not here, or for more than S3 keeps.
pub(super) fn check(headers: &HeaderMap) -> Result<(), S3Error> {
    let sizes = headers.iter().filter_map(|(name, value)| {
        Some(name.as_str().strip_prefix("x-amz-meta-")?.len() + value.as_bytes().len())
    });
    if sizes.sum::<usize>() > MAX_METADATA {
        let text = "Your metadata headers exceed the maximum allowed metadata size";
        return Err(S3Error::with_message(S3ErrorCode::MetadataTooLarge, text));
    }
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
    fn a_part_is_neither_stored_nor_deleted_as_the_whole() {
        for (method, uri, refused) in [
            (Method::DELETE, "/bucket?acl", Some("MethodNotAllowed")),
            (Method::DELETE, "/bucket/key?acl", Some("MethodNotAllowed")),
            (Method::DELETE, "/bucket/key?x-id=DeleteObject&acl=", Some("MethodNotAllowed")),
            (Method::DELETE, "/bucket/key?%61cl", Some("MethodNotAllowed")),
            (Method::DELETE, "/bucket?versioning", Some("MethodNotAllowed")),
            (Method::DELETE, "/bucket?metadataConfiguration", Some("NotImplemented")),
            (Method::DELETE, "/bucket/key?policy", Some("NotImplemented")),
            (Method::DELETE, "/bucket/key?partNumber=1", Some("NotImplemented")),
            (Method::PUT, "/bucket/key?encryption", Some("NotImplemented")),
            (Method::PUT, "/bucket/key?renameObject", Some("NotImplemented")),
            (Method::PUT, "/bucket?abac", Some("NotImplemented")),
            (Method::PUT, "/bucket/key?partNumber=1", Some("InvalidRequest")),
            (Method::PUT, "/bucket/key?uploadId=1", Some("InvalidRequest")),
            (Method::PUT, "/bucket/key?partNumber=1&uploadId=1", None),
            (Method::PUT, "/bucket/key?x-id=PutObject", None),
            (Method::PUT, "/bucket/encryption", None),
            (Method::DELETE, "/bucket/key", None),
            (Method::DELETE, "/bucket/acl", None),
            (Method::DELETE, "/bucket/key?x-id=DeleteObject&versionId=null", None),
            (Method::DELETE, "/bucket/key?uploadId=acl", None),
            (Method::GET, "/bucket?acl", None),
        ] {
            let uri: Uri = uri.parse().unwrap();
            let found = check_parts(&method, &uri).err().map(|error| error.code().as_str().to_owned());
            assert_eq!(found.as_deref(), refused, "{method} {uri}");
        }
    }
}
