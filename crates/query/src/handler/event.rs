//! Events that make no request: they are answered here, since `lambda_http` would panic on them.
//!
//! API Gateway sends none of these, if its integration has payload format 2.0. Whoever may invoke the function directly can.

mod headers;
mod wrong;

use aws::lambda::FromBody;
use base64::{Engine, engine::general_purpose::STANDARD};
use lambda_http::{
    Body,
    aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse},
    request::LambdaRequest,
};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::{
    http::{
        response::{self, LogLine},
        routes,
    },
    problem::{Problem, ProblemKind},
    request::MAX_URL,
};

/// Why an event that is not JSON makes no request. The Lambda service sends none.
const NO_JSON: &str = "the event is not JSON";

/// The longest name of a stage, in bytes: what API Gateway allows.
const MAX_STAGE: usize = 128;

/// An event as it came: a request that `lambda_http` can read, or what is wrong with the event.
#[derive(Debug)]
pub struct Received(Result<LambdaRequest, String>);

impl FromBody for Received {
    fn from_body(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_else(|_| Self(Err(NO_JSON.to_owned())))
    }
}

impl<'de> Deserialize<'de> for Received {
    /// Every event has an answer: an error here would be a function error, which tells nobody what to send.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let event = Box::<RawValue>::deserialize(deserializer)?;
        let event = event.get();
        // Before anything makes a map of them.
        if let Some(reason) = headers::too_many(event) {
            return Ok(Self(Err(reason)));
        }
        Ok(Self(serde_json::from_str(event).map_err(|_| wrong::reason(event))))
    }
}

impl Received {
    /// What `lambda_http` can make a request of, or what is wrong with it.
    pub(super) fn into_request(self) -> Result<LambdaRequest, Problem> {
        let request = self.0.map_err(|reason| Problem::new(ProblemKind::MalformedRequest, reason))?;
        if let LambdaRequest::ApiGatewayV2(request) = &request {
            check(request)?;
        }
        Ok(request)
    }
}

fn check(request: &ApiGatewayV2httpRequest) -> Result<(), Problem> {
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    // A URI has 65,534 bytes at most, and escaped, a byte becomes three.
    let url = length(&request.raw_path) + length(&request.raw_query_string);
    if url > MAX_URL {
        return Err(routes::url_too_long(url));
    }
    if length(&request.request_context.stage) > MAX_STAGE {
        let detail = format!("the name of the stage may have {MAX_STAGE} bytes");
        return Err(Problem::new(ProblemKind::MalformedRequest, detail));
    }
    let body = request.body.as_deref().filter(|_| request.is_base64_encoded);
    if body.is_some_and(|body| STANDARD.decode(body).is_err()) {
        let detail =
            "the event says that its body is base64, and it is not: send it encoded, with its padding";
        return Err(Problem::new(ProblemKind::MalformedBody, detail));
    }
    Ok(())
}

/// What the Lambda service gets.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer<R> {
    /// The router's answer, as `lambda_http` translated it.
    Translated(R),
    /// The answer to an event that did not get there.
    Refused(Box<ApiGatewayV2httpResponse>),
}

impl<R> Answer<R> {
    /// The problem in API Gateway's format.
    pub(super) fn refusal(problem: &Problem) -> Self {
        tracing::warn!(status = problem.status(), %problem, "an event makes no request");
        let mut whole = response::problem(problem, LogLine::default());
        routes::secure(&mut whole);
        let mut response = ApiGatewayV2httpResponse::default();
        response.status_code = problem.status().into();
        response.headers = std::mem::take(whole.headers_mut());
        response.body = Some(Body::Text(problem.to_json()));
        Self::Refused(Box::new(response))
    }
}
