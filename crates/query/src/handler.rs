//! API Gateway's events in, HTTP responses out: `lambda_http` translates, the router answers.

mod event;

use std::{
    convert::Infallible,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context as Poller, Poll},
};

use aws::{Aws, SystemClock, deadline};
use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
};
use domain::settings::QueryFunction;
use futures::{
    TryFutureExt,
    future::{Either, MapOk, Ready, ready},
};
use lambda_http::{
    Adapter, LambdaEvent, Service,
    aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse},
    request::LambdaRequest,
};

use crate::{connection::refusals, context::Context, done::Done, request::preferences::Deadline};

pub use event::{Answer, Received};

/// The API as a Lambda: its router, made once for all invocations.
#[derive(Debug, Clone)]
pub struct Function {
    router: Router,
    answered: Answered,
}

impl Function {
    /// The API with these clients.
    pub fn new(aws: &Aws, settings: &QueryFunction) -> Self {
        Self::of(Context::new(aws, settings).router())
    }

    fn of(router: Router) -> Self {
        let answered = Answered::default();
        let noted = middleware::from_fn_with_state(answered.clone(), note);
        Self { router: in_time(router).layer(noted), answered }
    }
}

/// What `lambda_http` makes of the router's answer.
type Translated = <Adapter<'static, Response, Router> as Service<LambdaEvent<LambdaRequest>>>::Response;

/// Answers one request, before the deadline of its invocation.
pub async fn handle(
    event: LambdaEvent<Received>,
    function: &Function,
    done: &mut Done,
) -> Result<Answer<Translated>, Infallible> {
    let answer = Encoded(Adapter::from(function.router.clone())).call(event).await;
    *done = match &answer {
        Ok(Answer::Refused(refusal)) => Done { status: status(refusal), ..Done::default() },
        _ => function.answered.take(),
    };
    answer
}

/// The status of an answer that the router did not give.
fn status(refusal: &ApiGatewayV2httpResponse) -> u16 {
    refusal.status_code.try_into().unwrap_or_default()
}

/// What the router's last answer says of itself: `lambda_http` keeps nothing of it but what API Gateway sends. The runtime
/// has one invocation at a time.
#[derive(Debug, Clone, Default)]
struct Answered(Arc<Mutex<Done>>);

impl Answered {
    fn take(&self) -> Done {
        mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Done> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes what the answer says of itself.
async fn note(State(answered): State<Answered>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    *answered.lock() = Done::of(&response);
    response
}

/// The router, with an answer for every request before the deadline of its invocation: of a process that is
/// ended there, a caller gets no more than that something went wrong.
fn in_time(router: Router) -> Router {
    router.layer(middleware::from_fn(async |mut request: Request, next: Next| -> Response {
        let invocation = request.extensions().get::<lambda_http::Context>();
        let deadline = deadline::from_millis(invocation.map_or(u64::MAX, |invocation| invocation.deadline));
        // The API answers well before it; what is below is for the case that it cannot.
        request.extensions_mut().insert(Deadline(deadline));
        deadline::in_time(&SystemClock, deadline, next.run(request)).await.unwrap_or_else(|expired| {
            tracing::error!(error = domain::chain(&expired), "a request was given up");
            refusals::given_up()
        })
    }))
}

/// Sees to it that the event makes a request before `lambda_http` makes one of it.
///
/// API Gateway hands on what a caller wrote, and `lambda_http` panics on what makes no URI: a `<` or a letter
/// outside of ASCII in the query string, a host or a scheme that is none. Encoded, a query string and a path
/// mean the same; host and scheme mean nothing to this API, and go. What cannot be mended is answered here
/// (`event`). So every request gets an answer.
#[derive(Debug, Clone)]
struct Encoded<A>(A);

/// The answer of the service within, or the refusal of an event that it does not get.
type Answering<F, R, E> = Either<MapOk<F, fn(R) -> Answer<R>>, Ready<Result<Answer<R>, E>>>;

impl<A: Service<LambdaEvent<LambdaRequest>>> Service<LambdaEvent<Received>> for Encoded<A> {
    type Response = Answer<A::Response>;
    type Error = A::Error;
    type Future = Answering<A::Future, A::Response, A::Error>;

    fn poll_ready(&mut self, poller: &mut Poller<'_>) -> Poll<Result<(), A::Error>> {
        self.0.poll_ready(poller)
    }

    fn call(&mut self, event: LambdaEvent<Received>) -> Self::Future {
        let (payload, context) = event.into_parts();
        match payload.into_request() {
            Ok(mut payload) => {
                if let LambdaRequest::ApiGatewayV2(request) = &mut payload {
                    encode(request);
                }
                let translated: fn(A::Response) -> Answer<A::Response> = Answer::Translated;
                Either::Left(self.0.call(LambdaEvent::new(payload, context)).map_ok(translated))
            }
            Err(problem) => Either::Right(ready(Ok(Answer::refusal(&problem)))),
        }
    }
}

/// Makes the parts of the request such that they can be put together to a URI.
fn encode(request: &mut ApiGatewayV2httpRequest) {
    request.headers.remove("host");
    request.headers.remove("x-forwarded-proto");
    request.request_context.domain_name = None;
    if let Some(query) = &mut request.raw_query_string {
        *query = encoded(query);
    }
    let path = request.raw_path.take().unwrap_or_default();
    // A `?` or a `#` in a path that was decoded belongs to the path.
    let path = encoded(path.trim_start_matches('/')).replace('?', "%3F");
    request.raw_path = Some(format!("/{path}"));
}

/// The text with everything escaped that no query string may hold; what is escaped already stays.
fn encoded(query: &str) -> String {
    let mut text = String::with_capacity(query.len());
    for character in query.chars() {
        if character.is_ascii_graphic() && !matches!(character, '"' | '<' | '>' | '#' | '`') {
            text.push(character);
        } else {
            let mut buffer = [0; 4];
            for byte in character.encode_utf8(&mut buffer).bytes() {
                text.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests;
