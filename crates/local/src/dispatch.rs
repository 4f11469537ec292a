//! Which service a request is for: all of them share one port.

mod absent;

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, Method, Request, Response, StatusCode, header, request::Parts},
};

use crate::{
    athena::Athena,
    env::Env,
    glue::Glue,
    protocol::{
        json::{self, JsonError},
        query::{self, Params, QueryError},
        read_body,
    },
    s3::Front,
    simple::{REFUSED, is_simple},
    sns::{self, Sns},
    sts,
};

/// A Glue batch of 100 wide partitions has some MiB.
const MAX_JSON: usize = 16 * 1024 * 1024;
/// A publish batch has 256 KiB, percent-encoded up to three times that.
const MAX_QUERY: usize = 1024 * 1024;

pub(crate) struct Services {
    pub(crate) s3: Front,
    pub(crate) sns: Sns,
    pub(crate) glue: Glue,
    pub(crate) athena: Athena,
    pub(crate) account: String,
    pub(crate) env: Env,
}

pub(crate) fn router(services: Services) -> Router {
    Router::new().fallback(dispatch).with_state(Arc::new(services))
}

/// The protocol of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wire<'a> {
    /// AWS JSON, with the target of the call.
    Json(&'a str),
    /// AWS Query.
    Query,
    /// S3's own.
    S3,
}

impl<'a> Wire<'a> {
    /// By what every client sends, without a look at the body. Only a POST is anything but S3's.
    pub(crate) fn of(request: &'a Parts) -> Self {
        if request.method != Method::POST {
            return Self::S3;
        }
        if let Some(target) = text(&request.headers, "x-amz-target") {
            return Self::Json(target);
        }
        let is_form = text(&request.headers, header::CONTENT_TYPE.as_str())
            .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
        // S3 has no POST to its root: without a form too, this is somebody's Query request.
        if request.uri.path() == "/" && (is_form || request.uri.query().is_none()) {
            Self::Query
        } else {
            Self::S3
        }
    }
}

async fn dispatch(State(services): State<Arc<Services>>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    match Wire::of(&parts) {
        Wire::Json(target) => services.json(target, &parts, body).await,
        Wire::Query => services.query(&parts, body).await,
        Wire::S3 => match absent::service(&parts) {
            Some(service) => absent::refuse(&service, &services.env.uuid()),
            None => services.s3.call(Request::from_parts(parts, body)).await,
        },
    }
}

impl Services {
    async fn json(&self, target: &str, request: &Parts, body: Body) -> Response<Body> {
        let id = self.env.uuid();
        json::respond(self.json_call(target, request, body).await, &id)
    }

    async fn json_call(
        &self,
        target: &str,
        request: &Parts,
        body: Body,
    ) -> Result<serde_json::Value, JsonError> {
        let (service, operation) = target.split_once('.').unwrap_or((target, ""));
        json::check_type(text(&request.headers, header::CONTENT_TYPE.as_str()))?;
        let body = read_body(body, MAX_JSON).await.map_err(|_| {
            JsonError::new(
                "SerializationException",
                format!("the body is longer than {MAX_JSON} bytes or broke off"),
            )
        })?;
        let body = if body.is_empty() { b"{}" } else { &body[..] };
        let input = serde_json::from_slice(body).map_err(|error| {
            JsonError::new("SerializationException", format!("the body is not JSON: {error}"))
        })?;
        match service {
            "AWSGlue" => self.glue.call(operation, input).await,
            "AmazonAthena" => self.athena.call(operation, input).await,
            _ => Err(JsonError::not_implemented("the service of", target)),
        }
    }

    async fn query(&self, request: &Parts, body: Body) -> Response<Body> {
        let id = self.env.uuid();
        if is_simple(&request.headers) {
            let error = QueryError {
                status: StatusCode::FORBIDDEN,
                code: "MissingAuthenticationToken",
                message: REFUSED.to_owned(),
            };
            return query::respond("Unknown", sns::NAMESPACE, Err(error), &id);
        }
        let Ok(body) = read_body(body, MAX_QUERY).await else {
            let message = format!("the body is longer than {MAX_QUERY} bytes or broke off");
            let error = QueryError::new("RequestEntityTooLarge", message);
            return query::respond("Unknown", sns::NAMESPACE, Err(error), &id);
        };
        let params = Params::parse(&body);
        let action = params.get("Action").unwrap_or_default();
        if params.get("Version") == Some(sts::VERSION) || action == "GetCallerIdentity" {
            return query::respond(action, sts::NAMESPACE, sts::call(action, &self.account), &id);
        }
        let result = match params.get("Version") {
            _ if action.is_empty() => {
                Err(QueryError::new("MissingAction", "the parameter Action is missing"))
            }
            None | Some(sns::VERSION) => self.sns.call(action, &params).await,
            Some(other) => Err(QueryError {
                status: StatusCode::NOT_IMPLEMENTED,
                code: "NotImplemented",
                message: match absent::signed_for(request) {
                    Some(service) => format!("the local lake does not have the service {service} ({action})"),
                    None => {
                        format!("the local lake does not have the service of {action} in version {other}")
                    }
                },
            }),
        };
        query::respond(action, sns::NAMESPACE, result, &id)
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
