//! The bodies of invocations, past the runtime's deserializer.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use lambda_runtime::{LambdaInvocation, Service, tower::Layer};
use serde_json::Value;

/// An event that is read from the bytes of its invocation.
pub trait FromBody {
    /// Reads it. What cannot be used is for the handler to refuse, with words that say what would be right.
    fn from_body(body: &[u8]) -> Self;
}

impl FromBody for Value {
    /// The Lambda service invokes with JSON only. Anything else is `null`, which no function takes.
    fn from_body(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or(Self::Null)
    }
}

/// The body of the invocation that is next: a layer of the runtime takes it away, and the handler gets it from here. The
/// runtime has one invocation at a time.
#[derive(Debug, Clone, Default)]
pub(super) struct Bodies(Arc<Mutex<Bytes>>);

impl Bodies {
    /// The body of this invocation. What the runtime hands over as its event is empty.
    pub(super) fn take(&self) -> Bytes {
        mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Bytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> Layer<S> for Bodies {
    type Service = TakesBodies<S>;

    fn layer(&self, inner: S) -> TakesBodies<S> {
        TakesBodies { inner, bodies: self.clone() }
    }
}

/// Takes each invocation's body, and hands on the invocation with the body `null`.
#[derive(Debug, Clone)]
pub(super) struct TakesBodies<S> {
    inner: S,
    bodies: Bodies,
}

impl<S: Service<LambdaInvocation>> Service<LambdaInvocation> for TakesBodies<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut invocation: LambdaInvocation) -> S::Future {
        *self.bodies.lock() = mem::replace(&mut invocation.body, Bytes::from_static(b"null"));
        self.inner.call(invocation)
    }
}
