//! What every answer of S3 has besides the operation's own: the ids of the request, and in an error a message and the
//! resource. `s3s` writes none of the ids, and a message only where somebody gave one.

use axum::{
    body::{Body, to_bytes},
    http::{HeaderValue, Method, Response, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::protocol::query::escape;

/// Goes with an answer whose body is an object's bytes: nothing of it is changed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verbatim;

/// A request, as far as its answer names it.
#[derive(Debug)]
pub(super) struct Asked {
    resource: String,
    /// S3's ids of requests have 16 characters.
    id: String,
    host_id: String,
    is_head: bool,
}

impl Asked {
    /// `uuid` is a new one for each request.
    pub(super) fn new(method: &Method, resource: &str, uuid: &str) -> Self {
        let digits = uuid.chars().filter(|c| *c != '-');
        Self {
            resource: resource.to_owned(),
            id: digits.take(16).map(|c| c.to_ascii_uppercase()).collect(),
            host_id: STANDARD.encode(uuid),
            is_head: *method == Method::HEAD,
        }
    }

    /// The answer with what all of them have.
    pub(super) async fn complete(&self, response: Response<Body>) -> Response<Body> {
        let (mut parts, body) = response.into_parts();
        for (name, value) in [("x-amz-request-id", &self.id), ("x-amz-id-2", &self.host_id)] {
            if let Ok(value) = HeaderValue::from_str(value) {
                parts.headers.insert(name, value);
            }
        }
        if parts.status == StatusCode::NOT_MODIFIED {
            parts.headers.remove(header::CONTENT_TYPE);
            return Response::from_parts(parts, Body::empty());
        }
        let is_verbatim = self.is_head || parts.extensions.get::<Verbatim>().is_some();
        let is_xml = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/xml");
        if is_verbatim || !is_xml {
            return Response::from_parts(parts, body);
        }
        // It is in memory already: s3s writes XML as a whole.
        let Ok(bytes) = to_bytes(body, usize::MAX).await else {
            tracing::error!("the XML of an answer broke off");
            return self.failed();
        };
        let xml = String::from_utf8_lossy(&bytes);
        let xml = self.complete_error(&xml).unwrap_or_else(|| xml.into_owned());
        // Whoever reads XML takes a carriage return for the end of a line, unless it is escaped.
        let xml = xml.replace('\r', "&#13;");
        parts.headers.remove(header::CONTENT_LENGTH);
        Response::from_parts(parts, Body::from(xml))
    }

    /// The answer when there is none.
    pub(super) fn failed(&self) -> Response<Body> {
        let xml = self.error("<Code>InternalError</Code>");
        let mut response = Response::new(Body::from(xml));
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        if let Ok(id) = HeaderValue::from_str(&self.id) {
            headers.insert("x-amz-request-id", id);
        }
        response
    }

    /// The same error with all that S3 says in one; `None` if this is no error.
    fn complete_error(&self, xml: &str) -> Option<String> {
        let (declaration, rest) = xml.split_once("<Error>")?;
        let members = rest.strip_suffix("</Error>")?;
        // An error within an answer is one of its items.
        let is_whole = declaration.is_empty() || declaration.ends_with("?>");
        is_whole.then(|| self.error(members))
    }

    fn error(&self, members: &str) -> String {
        let code = || members.split_once("<Code>")?.1.split_once("</Code>").map(|(code, _)| code);
        let message = if members.contains("<Message>") {
            String::new()
        } else {
            format!("<Message>{}</Message>", escape(message_of(code().unwrap_or_default())))
        };
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error>{members}{message}<Resource>{}</Resource>\
             <RequestId>{}</RequestId><HostId>{}</HostId></Error>",
            escape(&self.resource),
            self.id,
            self.host_id,
        )
    }
}

/// What S3 says of a code where nobody said more.
fn message_of(code: &str) -> &'static str {
    match code {
        "AccessDenied" => "Access Denied",
        "EntityTooLarge" => "Your proposed upload exceeds the maximum allowed size",
        "IncompleteBody" => {
            "You did not provide the number of bytes specified by the Content-Length HTTP header"
        }
        "InternalError" => "We encountered an internal error. Please try again.",
        "InvalidArgument" => "Invalid Argument",
        "InvalidBucketName" => "The specified bucket is not valid.",
        "InvalidRange" => "The requested range is not satisfiable",
        "InvalidRequest" => "Invalid Request",
        "InvalidURI" => "Couldn't parse the specified URI.",
        "KeyTooLongError" => "Your key is too long",
        "MalformedXML" => {
            "The XML you provided was not well-formed or did not validate against our published schema"
        }
        "MaxMessageLengthExceeded" => "Your request was too big.",
        "MethodNotAllowed" => "The specified method is not allowed against this resource.",
        "MissingContentLength" => "You must provide the Content-Length HTTP header.",
        "NotImplemented" => "the local S3 does not have what this request asks for",
        _ => "the local S3 refuses this request for the reason that the code names",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: &Method) -> Asked {
        Asked::new(method, "/b/a%20%26&k", "0a1b2c3d-0000-4000-8000-00000000000f")
    }

    async fn completed(
        status: u16,
        content_type: &'static str,
        body: &'static str,
    ) -> (Response<()>, String) {
        let response = Response::builder().status(status).header("content-type", content_type);
        let response = asked(&Method::GET).complete(response.body(Body::from(body)).unwrap()).await;
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        (Response::from_parts(parts, ()), String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn an_error_says_all_that_s3_says() {
        let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
        let (response, body) = completed(
            404,
            "application/xml",
            "<?xml version=\"1.0\"?><Error><Code>InvalidRange</Code></Error>",
        )
        .await;
        assert_eq!(response.headers()["x-amz-request-id"], "0A1B2C3D00004000");
        assert_eq!(
            body.split_once("<HostId>").unwrap().0,
            format!(
                "{declaration}<Error><Code>InvalidRange</Code><Message>The requested range is not satisfiable\
                 </Message><Resource>/b/a%20%26&amp;k</Resource><RequestId>0A1B2C3D00004000</RequestId>"
            )
        );
        let said = "<Error><Code>X</Code><Message>said</Message></Error>";
        let (_, body) = completed(400, "application/xml", said).await;
        assert_eq!(body.matches("<Message>").count(), 1, "{body}");
        let failed = asked(&Method::GET).failed();
        assert_eq!(failed.status(), 500);
    }

    #[tokio::test]
    async fn what_is_no_error_keeps_its_words_and_escapes_carriage_returns() {
        let items = "<?xml version=\"1.0\"?><DeleteResult><Error><Code>X</Code></Error></DeleteResult>";
        assert_eq!(completed(200, "application/xml", items).await.1, items);
        let (_, body) = completed(200, "application/xml", "<Key>a\rb\nc</Key>").await;
        assert_eq!(body, "<Key>a&#13;b\nc</Key>");
        assert_eq!(completed(200, "text/plain", "a\rb").await.1, "a\rb");
        assert_eq!(completed(304, "application/xml", "<Error></Error>").await.1, "");
    }

    #[tokio::test]
    async fn the_bytes_of_an_object_stay_what_they_are() {
        for is_head in [false, true] {
            let mut response = Response::new(Body::from("<a>\r</a>"));
            let xml = HeaderValue::from_static("application/xml");
            response.headers_mut().insert(header::CONTENT_TYPE, xml);
            let method = if is_head { Method::HEAD } else { Method::GET };
            if !is_head {
                response.extensions_mut().insert(Verbatim);
            }
            let response = asked(&method).complete(response).await;
            assert!(response.headers().contains_key("x-amz-request-id"));
            let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            assert_eq!(body, "<a>\r</a>");
        }
    }
}
