//! What is wrong with an event that cannot be read, and what would be right.

use lambda_http::http::{HeaderName, HeaderValue, Method};
use serde_json::Value;

use crate::problem::quote;

/// What every event has to be.
const RIGHT: &str = "the function takes the events of an API Gateway HTTP API, payload format 2.0: \"version\": \"2.0\", \
                     \"rawPath\", \"rawQueryString\", \"headers\" and \"requestContext\" with \"http\": {\"method\": \"GET\"}";

/// What is wrong with an event that `lambda_http` does not read. Values of headers are not quoted: some are secrets.
pub(super) fn reason(event: &str) -> String {
    // What is too deep for this is not one of API Gateway's either.
    let event: Value = serde_json::from_str(event).unwrap_or_default();
    let http = &event["requestContext"]["http"];
    if event["version"] != "2.0" || !http.is_object() {
        return other_form(&event);
    }
    match http["method"].as_str() {
        None => {
            return format!(
                "the event has no \"method\" in requestContext.http, or one that is no text: {RIGHT}"
            );
        }
        Some(method) if Method::from_bytes(method.as_bytes()).is_err() => {
            return format!("the request has a method that HTTP does not allow, {}: send GET", quote(method));
        }
        Some(_) => {}
    }
    match &event["headers"] {
        Value::Null => {}
        Value::Object(headers) => {
            let odd = headers.iter().find(|(name, value)| !is_header(name, value));
            if let Some((name, _)) = odd {
                return format!(
                    "the request has a header that HTTP does not allow, {}: a name has letters, digits and hyphens, and a \
                     value is a text without line breaks",
                    quote(name)
                );
            }
        }
        _ => return format!("the event's \"headers\" are no object of texts: {RIGHT}"),
    }
    format!("the event has a member that is not of the type that API Gateway gives it: {RIGHT}")
}

fn is_header(name: &str, value: &Value) -> bool {
    // `lambda_http` takes several values of one header too.
    let mut values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter();
    let is_value =
        |value: &Value| value.as_str().is_some_and(|text| HeaderValue::from_bytes(text.as_bytes()).is_ok());
    HeaderName::from_bytes(name.as_bytes()).is_ok() && values.all(is_value)
}

/// The forms that people take for the right one are named.
fn other_form(event: &Value) -> String {
    if event["requestContext"]["elb"].is_object() {
        return format!(
            "the event is a load balancer's: {RIGHT}; behind a load balancer run the container `server`"
        );
    }
    if event["version"] == "1.0" || event["httpMethod"].is_string() {
        return format!(
            "the event has payload format 1.0, as of a REST API: {RIGHT}; set the integration's payload format version to \
             2.0"
        );
    }
    format!("the event is no request: {RIGHT}")
}
