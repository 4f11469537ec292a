//! Headers that S3 reads otherwise than the protocol's code does, put into the form that the code reads.

use axum::http::{HeaderMap, HeaderValue, header};
use s3s::{S3Error, S3ErrorCode};

const ATTRIBUTES: &str = "x-amz-object-attributes";

/// The attributes that an object can be asked for.
const KNOWN: [&str; 5] = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

/// `Expires` as a client sent it. S3 keeps any text: caches take `0` for "expired".
#[derive(Debug, Clone)]
pub(super) struct Expires(pub(super) String);

/// A header that is text.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Takes `Expires` off the headers: the protocol's code refuses what is no date.
pub(super) fn take_expires(headers: &mut HeaderMap) -> Option<Expires> {
    let value = headers.remove(header::EXPIRES)?;
    Some(Expires(String::from_utf8_lossy(value.as_bytes()).into_owned()))
}

/// S3 takes several attributes in one header, separated by commas; the protocol's code wants a header for each.
pub(super) fn split_attributes(headers: &mut HeaderMap) -> Result<(), S3Error> {
    let mut names = Vec::new();
    for value in headers.get_all(ATTRIBUTES) {
        for name in value.to_str().unwrap_or_default().split(',').map(str::trim) {
            let Some(&known) = KNOWN.iter().find(|known| **known == name) else {
                let message = "Invalid attribute name specified.";
                return Err(S3Error::with_message(S3ErrorCode::InvalidArgument, message));
            };
            names.push(HeaderValue::from_static(known));
        }
    }
    headers.remove(ATTRIBUTES);
    for name in names {
        headers.append(ATTRIBUTES, name);
    }
    Ok(())
}

/// S3 answers the whole object when it cannot read the range, or when there are several of them. A number beyond every
/// object is as good as the largest that the protocol's code reads.
pub(super) fn settle_range(headers: &mut HeaderMap) {
    let known = |value: &str| {
        let (first, last) = value.strip_prefix("bytes=")?.split_once('-')?;
        let settled = match (first, last) {
            ("", last) => format!("bytes=-{}", position(last)?),
            (first, "") => format!("bytes={}-", position(first)?),
            (first, last) => {
                let (first, last) = (position(first)?, position(last)?);
                (first <= last).then(|| format!("bytes={first}-{last}"))?
            }
        };
        HeaderValue::from_str(&settled).ok()
    };
    let settled = text(headers, "range").and_then(known);
    match settled {
        Some(range) => drop(headers.insert(header::RANGE, range)),
        None => drop(headers.remove(header::RANGE)),
    }
}

/// A number of a range, at most `i64::MAX`.
fn position(text: &str) -> Option<u64> {
    let most = i64::MAX.unsigned_abs();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // Only a number that is too large cannot be read.
    is_number.then(|| text.parse::<u64>().map_or(most, |number| number.min(most)))
}

/// `aws-chunked` is how the body travelled, not how the object is encoded.
pub(super) fn drop_chunked_encoding(headers: &mut HeaderMap) {
    let Some(encoding) = text(headers, "content-encoding") else { return };
    let rest: Vec<&str> = encoding
        .split(',')
        .map(str::trim)
        .filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("aws-chunked"))
        .collect();
    match HeaderValue::from_str(&rest.join(",")) {
        Ok(value) if !rest.is_empty() => drop(headers.insert(header::CONTENT_ENCODING, value)),
        _ => drop(headers.remove(header::CONTENT_ENCODING)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(values: &[&'static str]) -> Option<Vec<String>> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(ATTRIBUTES, HeaderValue::from_static(value));
        }
        split_attributes(&mut headers).ok()?;
        let found = headers.get_all(ATTRIBUTES).iter();
        Some(found.map(|value| value.to_str().unwrap().to_owned()).collect())
    }

    #[test]
    fn attributes_come_in_one_header_or_in_several() {
        let expected = Some(vec!["ETag".to_owned(), "ObjectSize".to_owned()]);
        assert_eq!(split(&["ETag,ObjectSize"]), expected);
        assert_eq!(split(&["ETag, ObjectSize"]), expected);
        assert_eq!(split(&["ETag", "ObjectSize"]), expected);
        assert_eq!(split(&[]), Some(vec![]));
        for unknown in ["etag", "ETag,", "ETag;ObjectSize", ""] {
            assert_eq!(split(&[unknown]), None, "{unknown:?}");
        }
    }
}
