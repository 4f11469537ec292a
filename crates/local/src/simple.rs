//! POST requests that any web page can make a browser send, without the browser asking this server first.
//!
//! The Fetch standard calls a request *simple* when it has only headers that forms could always send. Where it comes
//! from is in its `Origin`; a browser that is too old sends none. Every client of AWS sends headers of which a browser
//! asks first, a signature above all; so a POST without any is refused, as AWS refuses what is not signed. What the
//! signature says is not looked at. A parameter of the URL is no header: every page can write it.

use axum::http::{HeaderMap, header};

/// What is said to whoever sends one.
pub(crate) const REFUSED: &str = "Request is missing Authentication Token: any credentials are taken, but a POST must have \
                                  an Authorization or an X-Amz-* header, which no web page can send unasked";

/// The types of bodies that forms have.
const OF_FORMS: [&str; 3] = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

/// Prefixes of headers that clients of AWS send, and no page without being asked about.
const OF_CLIENTS: [&str; 4] = ["authorization", "x-amz-", "amz-sdk-", "content-md5"];

/// Whether a page could have sent these headers unasked.
pub(crate) fn is_simple(headers: &HeaderMap) -> bool {
    let of_clients = |name: &str| OF_CLIENTS.iter().any(|prefix| name.starts_with(prefix));
    if headers.keys().any(|name| of_clients(name.as_str())) {
        return false;
    }
    // None at all is what a page sends with a body of bytes.
    headers.get_all(header::CONTENT_TYPE).iter().all(|content_type| {
        let text = content_type.to_str().unwrap_or_default().to_ascii_lowercase();
        let essence = text.split(';').next().unwrap_or_default().trim();
        essence.is_empty() || OF_FORMS.contains(&essence)
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn simple(headers: &[(&'static str, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        is_simple(&map)
    }

    #[test]
    fn what_forms_can_send_is_simple() {
        for content_type in [
            "application/x-www-form-urlencoded",
            "Application/X-WWW-Form-Urlencoded; charset=utf-8",
            "multipart/form-data; boundary=x",
            "text/plain;charset=UTF-8",
            "",
        ] {
            let headers =
                [("content-type", content_type), ("accept", "*/*"), ("user-agent", "x"), ("host", "x")];
            assert!(simple(&headers), "{content_type}");
        }
        assert!(simple(&[]));
    }

    #[test]
    fn what_clients_send_is_not() {
        let form = ("content-type", "application/x-www-form-urlencoded");
        for header in [
            ("authorization", "AWS4-HMAC-SHA256 Credential=local"),
            ("x-amz-date", "20261123T100500Z"),
            ("amz-sdk-invocation-id", "x"),
            ("content-md5", "x"),
        ] {
            assert!(!simple(&[form, header]), "{header:?}");
        }
        for content_type in ["application/json", "application/xml", "application/octet-stream", "text/html"] {
            assert!(!simple(&[("content-type", content_type)]), "{content_type}");
        }
    }
}
