//! AWS Query: a form-encoded POST with `Action`, answered in XML.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};

/// The parameters of a request: flat names such as `MessageAttributes.entry.1.Name`.
#[derive(Debug, Default)]
pub(crate) struct Params(BTreeMap<String, String>);

impl Params {
    pub(crate) fn parse(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Whether any parameter begins with `prefix`.
    pub(crate) fn any_under(&self, prefix: &str) -> bool {
        self.0.range(prefix.to_owned()..).next().is_some_and(|(name, _)| name.starts_with(prefix))
    }
}

/// An error in the Query protocol.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct QueryError {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl QueryError {
    /// An error that is the caller's, with status 400.
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, message: message.into() }
    }
}

/// Writes an operation's answer: `result` is the inner XML of `<ActionResult>`.
pub(crate) fn respond(
    action: &str,
    namespace: &str,
    result: Result<String, QueryError>,
    request_id: &str,
) -> Response<Body> {
    let (status, xml) = match result {
        Ok(inner) => (
            StatusCode::OK,
            format!(
                "<{action}Response xmlns=\"{namespace}\"><{action}Result>{inner}</{action}Result>\
                 <ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
            ),
        ),
        Err(error) => {
            let side = if error.status.is_server_error() { "Receiver" } else { "Sender" };
            let (code, message) = (error.code, escape(&domain::bounded(error.message)));
            let xml = format!(
                "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{side}</Type><Code>{code}</Code>\
                 <Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
            );
            (error.status, xml)
        }
    };
    let mut response = Response::new(Body::from(xml));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}

/// Text as XML content. Characters that XML 1.0 cannot hold at all become U+FFFD.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(c),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Params, QueryError, escape, respond};

    #[test]
    fn parameters_are_decoded() {
        let params = Params::parse(b"Action=Publish&Message=a%2Bb+c&E.entry.1.Name=x");
        assert_eq!(params.get("Message"), Some("a+b c"));
        assert!(params.any_under("E.entry."));
        assert!(!params.any_under("F."));
    }

    #[tokio::test]
    async fn an_error_quotes_no_more_than_it_may() {
        for (characters, most) in [(10, 1_000), (1 << 20, 3_000)] {
            let error = QueryError::new("InvalidParameter", "x".repeat(characters));
            let response = respond("Publish", "urn:x", Err(error), "id");
            let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
            assert!((characters.min(2_000)..most).contains(&body.len()), "{} bytes", body.len());
        }
    }

    #[test]
    fn xml_is_escaped() {
        assert_eq!(escape("<a&\"b\">\u{1}"), "&lt;a&amp;&quot;b&quot;&gt;\u{fffd}");
    }
}
