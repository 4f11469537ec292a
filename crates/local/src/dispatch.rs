//! Which service a request is for: all of them share one port.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, Method, Request, Response, header},
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

async fn dispatch(State(services): State<Arc<Services>>, request: Request<Body>) -> Response<Body> {
    if let Some(target) = text(request.headers(), "x-amz-target").map(str::to_owned) {
        return services.json(&target, request).await;
    }
    let is_form = text(request.headers(), header::CONTENT_TYPE.as_str())
        .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
    // S3 has no POST to its root: without a form too, this is somebody's Query request.
    if request.method() == Method::POST
        && request.uri().path() == "/"
        && (is_form || request.uri().query().is_none())
    {
        return services.query(request).await;
    }
    services.s3.call(request).await
}

impl Services {
    async fn json(&self, target: &str, request: Request<Body>) -> Response<Body> {
        let id = self.env.uuid();
        json::respond(self.json_call(target, request).await, &id)
    }

    async fn json_call(&self, target: &str, request: Request<Body>) -> Result<serde_json::Value, JsonError> {
        let (service, operation) = target.split_once('.').unwrap_or((target, ""));
        let body = read_body(request.into_body(), MAX_JSON).await.ok_or_else(|| {
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

    async fn query(&self, request: Request<Body>) -> Response<Body> {
        let id = self.env.uuid();
        let Some(body) = read_body(request.into_body(), MAX_QUERY).await else {
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
                status: axum::http::StatusCode::NOT_IMPLEMENTED,
                code: "NotImplemented",
                message: format!("the local lake does not have the service of {action} in version {other}"),
            }),
        };
        query::respond(action, sns::NAMESPACE, result, &id)
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
