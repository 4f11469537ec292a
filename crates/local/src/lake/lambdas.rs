//! The four Lambdas, as this process holds them: the contexts that their binaries build at cold start.

mod api;

use std::{future::Future, io, sync::Arc};

use aws::Aws;
use axum::Router;
use domain::settings::Settings;
use tokio::task::JoinHandle;
use tracing::instrument::WithSubscriber;

use super::{measures::Measures, threads::Threads};

/// Threads of one Lambda. No more than two invocations of `ingest`, `compact` and `register` are at work, and while both
/// compute, the third thread still reads and writes their connections. Requests of the API share the threads of `query`.
const THREADS: usize = 3;

#[derive(Debug)]
pub(super) struct Lambdas {
    pub(super) ingest: Lambda<ingest::Context>,
    pub(super) compact: Lambda<compact::Context>,
    pub(super) register: Lambda<register::Context>,
    query: Lambda<query::Context>,
    pub(super) measures: Arc<Measures>,
}

/// A Lambda with threads and connections of its own, as it has a process of its own on AWS. An invocation may compute
/// for many seconds without a pause: neither requests, nor the other Lambdas, nor a stop of the lake wait for it.
///
/// Dropped, its threads end as soon as they have nothing to compute. Nobody waits for that.
#[derive(Debug)]
pub(super) struct Lambda<C> {
    context: Arc<C>,
    threads: Threads,
}

impl<C: Send + Sync + 'static> Lambda<C> {
    /// `context` must have clients of its own: a connection is read and written by the threads that opened it.
    fn start(name: &'static str, context: C) -> io::Result<Self> {
        Ok(Self { context: Arc::new(context), threads: Threads::start(name, THREADS)? })
    }

    /// Starts one invocation on the Lambda's threads; the handle answers what it answers. It logs to the subscriber of
    /// its caller. A panic ends the invocation, as in a Lambda, and is the handle's error. If the handle is dropped, the
    /// invocation goes on until it ends or the lake is dropped.
    pub(super) fn invoke<T, F>(&self, invocation: impl FnOnce(Arc<C>) -> F) -> JoinHandle<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        self.threads.spawn(invocation(Arc::clone(&self.context)).with_current_subscriber())
    }
}

impl Lambdas {
    /// The Lambdas of the AWS side at `endpoint`.
    pub(super) fn start(endpoint: &str, settings: &Settings, measures: Arc<Measures>) -> io::Result<Self> {
        let own = || Aws::local(endpoint);
        Ok(Self {
            ingest: Lambda::start("ingest", ingest::Context::new(&own(), &settings.into()))?,
            compact: Lambda::start("compact", compact::Context::new(&own(), &settings.into()))?,
            register: Lambda::start("register", register::Context::new(&own(), &settings.into()))?,
            query: Lambda::start("query", query::Context::new(&own(), &settings.into()))?,
            measures,
        })
    }

    /// The API, whose answers are made on the threads of `query`. The router answers as long as the Lambdas are there.
    pub(super) fn api(self: &Arc<Self>) -> Router {
        api::router(Arc::clone(self))
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread, time::Duration};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    fn lambda() -> Lambda<&'static str> {
        Lambda::start("computes", "context").unwrap()
    }

    /// The test has one thread: on that, an invocation that computes would keep everything else waiting.
    #[tokio::test]
    async fn invocations_that_compute_keep_nobody_waiting() {
        let lambda = lambda();
        let (mut ends, mut running) = (Vec::new(), Vec::new());
        for _ in 0..THREADS {
            let (end, ended) = mpsc::channel::<()>();
            let (begun, begins) = tokio::sync::oneshot::channel();
            running.push(lambda.invoke(move |context| async move {
                begun.send(thread::current().name().map(str::to_owned)).unwrap();
                ended.recv_timeout(PATIENCE).map(|()| *context)
            }));
            ends.push(end);
            assert_eq!(begins.await.unwrap().as_deref(), Some("computes"));
        }
        assert_eq!(tokio::spawn(async { 1 }).await.unwrap(), 1);
        for end in ends {
            end.send(()).unwrap();
        }
        for invocation in running {
            assert_eq!(invocation.await.unwrap(), Ok("context"));
        }
    }

    #[tokio::test]
    async fn a_lambda_that_computes_is_dropped_at_once() {
        let lambda = lambda();
        let (end, ended) = mpsc::channel::<()>();
        let (begun, begins) = tokio::sync::oneshot::channel();
        let running = lambda.invoke(move |_| async move {
            begun.send(()).unwrap();
            ended.recv_timeout(PATIENCE).is_ok()
        });
        begins.await.unwrap();
        let (dropped, drops) = mpsc::channel();
        thread::spawn(move || {
            drop(lambda);
            dropped.send(()).unwrap();
        });
        let is_dropped = drops.recv_timeout(PATIENCE / 2);
        end.send(()).unwrap();
        assert_eq!(is_dropped, Ok(()));
        assert!(running.await.unwrap());
    }

    #[tokio::test]
    async fn a_panic_ends_one_invocation_only() {
        let lambda = lambda();
        for _ in 0..2 * THREADS {
            let panicked = lambda.invoke(|context| async move { assert!(context.is_empty(), "a defect") });
            assert!(panicked.await.unwrap_err().is_panic());
        }
        assert_eq!(lambda.invoke(|context| async move { *context }).await.unwrap(), "context");
    }
}
