//! The bodies of invocations, past the runtime's deserializer: it would go over all of an event's bytes before we do,
//! for nothing but to know that they are JSON.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use lambda_runtime::{LambdaInvocation, Service, tower::Layer};

use crate::Event;

/// The event of the invocation that is next: a layer of the runtime reads it from the body, and the handler takes it.
/// The runtime has one invocation at a time.
#[derive(Debug, Clone, Default)]
pub struct Bodies(Arc<Mutex<Option<Event>>>);

impl Bodies {
    /// The event of this invocation. What the runtime hands over as such is empty.
    pub fn take(&self) -> Event {
        self.lock().take().unwrap_or_else(|| Event::read(""))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Event>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> Layer<S> for Bodies {
    type Service = ReadsBodies<S>;

    fn layer(&self, inner: S) -> ReadsBodies<S> {
        ReadsBodies { inner, bodies: self.clone() }
    }
}

/// Reads each invocation's body, and hands on the invocation with the body `null`.
#[derive(Debug, Clone)]
pub struct ReadsBodies<S> {
    inner: S,
    bodies: Bodies,
}

impl<S: Service<LambdaInvocation>> Service<LambdaInvocation> for ReadsBodies<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut invocation: LambdaInvocation) -> S::Future {
        let body = mem::replace(&mut invocation.body, Bytes::from_static(b"null"));
        *self.bodies.lock() = Some(Event::from_body(&body));
        // The event has copies of what it needs: the body is not kept while it is stored.
        drop(body);
        self.inner.call(invocation)
    }
}
