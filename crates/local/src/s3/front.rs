//! What stands before `s3s`: it takes any credentials, and none.
//!
//! `s3s` without an auth provider answers signed requests with an error, and with one it wants the secret key
//! of every caller. Nobody's secret is known here, and nobody needs one. So the signature is taken off: the
//! `Authorization` header, and the `X-Amz-*` parameters of a presigned URL (an expired one is refused, as S3
//! refuses it, and so is one for more than seven days). What signing does to the body is undone too: `aws-chunked` is decoded here, because `s3s` decodes
//! it only for signatures that it has checked. What the client promised about the body besides the signature,
//! trailing checksums and the payload's SHA-256, goes along as [`Integrity`] and is verified when it is stored. Documents
//! are read here, up to a bound, and the one of a `DeleteObjects` is verified before anybody reads it.

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, Response, StatusCode, Uri, header},
};
use s3s::{S3Error, S3ErrorCode, service::S3Service};

use super::{
    answer::Asked,
    batch_delete, chunked, document,
    headers::{self, text},
    integrity::Integrity,
    path, presigned, refuse,
};
use crate::{env::Env, simple};

/// S3 without authentication.
#[derive(Clone, Debug)]
pub(crate) struct Front {
    service: S3Service,
    env: Env,
}

impl Front {
    pub(crate) fn new(service: S3Service, env: Env) -> Self {
        Self { service, env }
    }

    pub(crate) async fn call(&self, request: Request<Body>) -> Response<Body> {
        // An address that nobody can read is refused below.
        let uri = with_bucket_of_host(request.uri().clone(), request.headers()).unwrap_or_default();
        let asked = Asked::new(request.method(), uri.path(), &self.env.uuid());
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
                asked.complete(response).await
            }
            Err(error) => {
                let error: s3s::StdError = error.into();
                tracing::error!(error = domain::chain(&*error), "the local S3 could not answer");
                asked.failed()
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
        if parts.method == Method::POST && simple::is_simple(&parts.headers) {
            return Err(error(S3ErrorCode::AccessDenied, simple::REFUSED));
        }
        refuse::check(&parts.headers)?;
        parts.headers.remove(header::AUTHORIZATION);
        let uri = presigned::without_signature(parts.uri, self.env.now())?;
        parts.uri = with_bucket_of_host(uri, &parts.headers)?;
        refuse::check_parts(&parts.method, &parts.uri)?;
        headers::settle_range(&mut parts.headers);
        headers::split_attributes(&mut parts.headers)?;
        if let Some(expires) = headers::take_expires(&mut parts.headers) {
            parts.extensions.insert(expires);
        }

        let mut integrity = Integrity::default();
        let payload = text(&parts.headers, "x-amz-content-sha256").map(str::to_owned);
        if let Some(payload) = payload {
            if payload.starts_with("STREAMING-") {
                integrity.announced = announced(&parts.headers);
                let length = decoded_length(&parts.headers)?;
                body = chunked::decode(body, length, integrity.trailers.clone());
                parts.headers.insert(header::CONTENT_LENGTH, length.into());
                headers::drop_chunked_encoding(&mut parts.headers);
            } else if payload.len() == 64 {
                integrity.payload_sha256 = Some(payload.to_ascii_lowercase());
            }
        }
        if document::is_document(&parts.method, &parts.uri) {
            let whole = document::read(body).await?;
            if batch_delete::is_batch_delete(&parts.method, &parts.uri) {
                batch_delete::verify(&parts.headers, &whole, &integrity)?;
                integrity.is_verified = true;
            }
            body = Body::from(whole);
        }
        parts.extensions.insert(integrity);
        Ok(Request::from_parts(parts, body))
    }
}

fn error(code: S3ErrorCode, message: &'static str) -> S3Error {
    S3Error::with_message(code, message)
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
