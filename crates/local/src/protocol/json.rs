//! AWS JSON 1.1: one POST to `/`, the operation in `X-Amz-Target`, errors by `__type`.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");

/// An error as the service models name it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct JsonError {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// Members of the error besides its message, as its shape in the service model has them.
    pub(crate) members: Vec<(&'static str, &'static str)>,
}

impl JsonError {
    /// An error that is the caller's: status 400, as for nearly all of AWS JSON.
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, message: message.into(), members: Vec::new() }
    }

    /// The same with one more member.
    pub(crate) fn with(mut self, member: &'static str, value: &'static str) -> Self {
        self.members.push((member, value));
        self
    }

    /// An operation that is not here.
    pub(crate) fn not_implemented(service: &str, operation: &str) -> Self {
        Self {
            status: StatusCode::NOT_IMPLEMENTED,
            ..Self::new("NotImplemented", format!("the local lake does not have {service} {operation}"))
        }
    }

    /// Something broke on this side.
    pub(crate) fn internal(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, ..Self::new(code, message) }
    }
}

/// Refuses a body that does not say that it is JSON, as every client of the protocol says it.
pub(crate) fn check_type(content_type: Option<&str>) -> Result<(), JsonError> {
    let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let known = ["application/x-amz-json-1.1", "application/x-amz-json-1.0", "application/json"];
    if known.iter().any(|known| essence.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    let message = "the Content-Type of the body must be application/x-amz-json-1.1";
    let error = JsonError::new("UnsupportedMediaTypeException", message);
    Err(JsonError { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, ..error })
}

/// Reads an operation's input; what does not parse is the service's `invalid` error.
pub(crate) fn input<T: DeserializeOwned>(body: Value, invalid: &'static str) -> Result<T, JsonError> {
    serde_json::from_value(body).map_err(|error| JsonError::new(invalid, format!("invalid request: {error}")))
}

/// Writes an operation's answer.
pub(crate) fn respond(result: Result<Value, JsonError>, request_id: &str) -> Response<Body> {
    let (status, body, code) = match result {
        Ok(value) => (StatusCode::OK, value, None),
        Err(error) => {
            // Models spell the member `Message` or `message`; clients look for either.
            let message = domain::bounded(error.message);
            let mut body = json!({"__type": error.code, "message": message, "Message": message});
            for (member, value) in error.members {
                body[member] = json!(value);
            }
            (error.status, body, Some(error.code))
        }
    };
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, CONTENT_TYPE);
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    if let Some(code) = code {
        headers.insert("x-amzn-errortype", HeaderValue::from_static(code));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_error_quotes_no_more_than_it_may() {
        let long = "x".repeat(1 << 20);
        for error in [JsonError::new("X", long.as_str()), JsonError::not_implemented("Glue", &long)] {
            let response = respond(Err(error), "id");
            let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
            let body: Value = serde_json::from_slice(&body).unwrap();
            for member in ["message", "Message"] {
                let characters = body[member].as_str().unwrap().chars().count();
                assert_eq!(characters, domain::MOST_CHARACTERS + 1, "{member}");
            }
        }
    }
}
