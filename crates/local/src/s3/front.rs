//! What stands before `s3s`: it takes any credentials, and none.
//!
//! `s3s` without an auth provider answers signed requests with an error, and with one it wants the secret key
//! of every caller. Nobody's secret is known here, and nobody needs one. So the signature is taken off: the
//! `Authorization` header, and the `X-Amz-*` parameters of a presigned URL (an expired one is refused, as S3
//! refuses it). What signing does to the body is undone too: `aws-chunked` is decoded here, because `s3s` decodes
//! it only for signatures that it has checked. What the client promised about the body besides the signature,
//! trailing checksums and the payload's SHA-256, goes along as [`Integrity`] and is verified when it is stored. The
//! body of a `DeleteObjects` is verified here, before anybody reads it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header},
};
use chrono::{DateTime, NaiveDateTime, Utc};
use s3s::{S3Error, S3ErrorCode, service::S3Service};

use super::{batch_delete, chunked, path, record::Checksums, refuse};
use crate::{dispatch, env::Env};

/// The parameters that a presigned URL adds; of the older signature, which the AWS CLI still makes, the last ones.
const PRESIGNED: [&str; 10] = [
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-signedheaders",
    "awsaccesskeyid",
    "signature",
    "expires",
];

/// S3 without authentication.
#[derive(Clone, Debug)]
pub(crate) struct Front {
    service: S3Service,
    env: Env,
}

/// What the client promised about the body, apart from the operation's own headers.
#[derive(Debug, Clone, Default)]
pub(super) struct Integrity {
    pub(super) payload_sha256: Option<String>,
    /// The body is as it was promised, and something was.
    pub(super) is_verified: bool,
    announced: Vec<String>,
    trailers: Trailers,
}

/// The trailers of an `aws-chunked` body; there when its stream has ended.
pub(super) type Trailers = Arc<Mutex<BTreeMap<String, String>>>;

impl Integrity {
    /// The checksums that a trailer will bring, as in `x-amz-sdk-checksum-algorithm`.
    pub(super) fn trailer_algorithms(&self) -> impl Iterator<Item = &str> {
        self.announced.iter().filter_map(|name| match name.strip_prefix("x-amz-checksum-")? {
            "crc32" => Some("CRC32"),
            "crc32c" => Some("CRC32C"),
            "crc64nvme" => Some("CRC64NVME"),
            "sha1" => Some("SHA1"),
            "sha256" => Some("SHA256"),
            _ => None,
        })
    }

    pub(super) fn fill_from_trailers(&self, sums: &mut Checksums) {
        let trailers = self.trailers.lock().unwrap_or_else(PoisonError::into_inner);
        for (slot, name) in [
            (&mut sums.crc32, "x-amz-checksum-crc32"),
            (&mut sums.crc32c, "x-amz-checksum-crc32c"),
            (&mut sums.crc64nvme, "x-amz-checksum-crc64nvme"),
            (&mut sums.sha1, "x-amz-checksum-sha1"),
            (&mut sums.sha256, "x-amz-checksum-sha256"),
        ] {
            if let Some(value) = trailers.get(name) {
                *slot = Some(value.clone());
            }
        }
    }
}

impl Front {
    pub(crate) fn new(service: S3Service, env: Env) -> Self {
        Self { service, env }
    }

    pub(crate) async fn call(&self, request: Request<Body>) -> Response<Body> {
        let answer = match self.prepare(request).await {
            Ok(request) => self.service.call(request.map(s3s::Body::http_body_unsync)).await,
            Err(error) => error.to_http_response().map_err(|error| s3s::HttpError::new(Box::new(error))),
        };
        match answer {
            Ok(response) => {
                let mut response = response.map(Body::new);
                // s3s answers 206 to a GET only.
                if response.status() == StatusCode::OK && response.headers().contains_key("content-range") {
                    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                }
                response
            }
            Err(error) => {
                let error: s3s::StdError = error.into();
                tracing::error!(error = domain::chain(&*error), "the local S3 could not answer");
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                response
            }
        }
    }

    async fn prepare(&self, request: Request<Body>) -> Result<Request<Body>, S3Error> {
        let (mut parts, mut body) = request.into_parts();
        if is_form_upload(&parts.headers) {
            return Err(error(
                S3ErrorCode::NotImplemented,
                "the local S3 does not have POST object (HTML forms)",
            ));
        }
        if parts.method == Method::POST && dispatch::is_simple(&parts.headers) {
            return Err(error(S3ErrorCode::AccessDenied, dispatch::REFUSED));
        }
        refuse::check(&parts.headers)?;
        parts.headers.remove(header::AUTHORIZATION);
        parts.uri = with_bucket_of_host(self.without_signature(parts.uri)?, &parts.headers)?;
        refuse::check_parts(&parts.method, &parts.uri)?;
        settle_range(&mut parts.headers);

        let mut integrity = Integrity::default();
        let payload = text(&parts.headers, "x-amz-content-sha256").map(str::to_owned);
        if let Some(payload) = payload {
            if payload.starts_with("STREAMING-") {
                integrity.announced = announced(&parts.headers);
                let length = decoded_length(&parts.headers)?;
                body = chunked::decode(body, length, integrity.trailers.clone());
                parts.headers.insert(header::CONTENT_LENGTH, length.into());
                drop_chunked_encoding(&mut parts.headers);
            } else if payload.len() == 64 {
                integrity.payload_sha256 = Some(payload.to_ascii_lowercase());
            }
        }
        if batch_delete::is_batch_delete(&parts.method, &parts.uri) {
            body = Body::from(batch_delete::verified(&parts.headers, body, &integrity).await?);
            integrity.is_verified = true;
        }
        parts.extensions.insert(integrity);
        Ok(Request::from_parts(parts, body))
    }

    fn without_signature(&self, uri: Uri) -> Result<Uri, S3Error> {
        let Some(query) = uri.query() else { return Ok(uri) };
        let mut kept: Vec<&str> = Vec::new();
        let (mut date, mut expires) = (None, None);
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = name.to_ascii_lowercase();
            if PRESIGNED.contains(&name.as_str()) {
                match name.as_str() {
                    "x-amz-date" => date = parse_date(value),
                    "x-amz-expires" | "expires" => expires = value.parse::<i64>().ok(),
                    _ => {}
                }
            } else if !pair.is_empty() {
                kept.push(pair);
            }
        }
        let expired = match (date, expires) {
            (Some(date), Some(seconds)) => (self.env.now() - date).num_seconds() > seconds,
            // The older signature gives the moment itself.
            (None, Some(moment)) => self.env.now().timestamp() > moment,
            _ => false,
        };
        if expired {
            return Err(error(S3ErrorCode::AccessDenied, "Request has expired"));
        }
        let path = uri.path();
        let target = if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) };
        target.parse().map_err(|_| error(S3ErrorCode::InvalidURI, "Couldn't parse the specified URI."))
    }
}

fn error(code: S3ErrorCode, message: &'static str) -> S3Error {
    S3Error::with_message(code, message)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn is_form_upload(headers: &HeaderMap) -> bool {
    text(headers, "content-type")
        .is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("multipart/form-data"))
}

/// `http://<bucket>.localhost/<key>`, as SDKs write it for an endpoint at `localhost`, is `/<bucket>/<key>`.
fn with_bucket_of_host(uri: Uri, headers: &HeaderMap) -> Result<Uri, S3Error> {
    let host = text(headers, "host").unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default();
    let Some(bucket) = name.strip_suffix(".localhost").filter(|bucket| path::is_plain_name(bucket)) else {
        return Ok(uri);
    };
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let target = format!("/{bucket}{target}");
    target.parse().map_err(|_| error(S3ErrorCode::InvalidURI, "Couldn't parse the specified URI."))
}

/// S3 answers the whole object when it cannot read the range, or when there are several of them. A number beyond every
/// object is as good as the largest that the protocol's code reads.
fn settle_range(headers: &mut HeaderMap) {
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

fn announced(headers: &HeaderMap) -> Vec<String> {
    headers
        .get_all("x-amz-trailer")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect()
}

fn decoded_length(headers: &HeaderMap) -> Result<u64, S3Error> {
    text(headers, "x-amz-decoded-content-length").and_then(|value| value.parse().ok()).ok_or_else(|| {
        error(
            S3ErrorCode::MissingContentLength,
            "an aws-chunked body needs the header x-amz-decoded-content-length, a number",
        )
    })
}

/// `aws-chunked` is how the body travelled, not how the object is encoded.
fn drop_chunked_encoding(headers: &mut HeaderMap) {
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

fn parse_date(text: &str) -> Option<DateTime<Utc>> {
    NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").ok().map(|time| time.and_utc())
}
