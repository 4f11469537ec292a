//! What this process measures, and the page that Prometheus reads: all four functions, the queues between them, and what can be
//! seen of the lake at the moment.

mod freshness;
mod survey;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use aws::{
    Aws, GlueCatalog, S3Store, SystemClock,
    lambda::{Invocation, Watch},
};
use axum::{
    body::Body,
    http::{HeaderValue, Method, Response, header},
};
use domain::{
    Commit, DatasetName, Generation, Partition,
    facts::Facts,
    key::{self, ParsedKey},
    metric::prometheus::{self, BUILD_INFO, DEAD_LETTERS, FAMILIES, QUEUE_MESSAGES, SURVEYS_FAILED},
    port::{Clock, ObjectStore},
    recorder::{CONTENT_TYPE, Recorder},
    settings::Settings,
    version,
};
use lambda_runtime::Context;
use tokio::sync::mpsc;

use super::Stopped;
use freshness::{Freshness, Registered};
use survey::Seen;

/// The functions of this process.
const FUNCTIONS: [&str; 4] = ["ingest", "compact", "register", "query"];

/// Where the page is, on the port of the API.
const PATH: &str = "/metrics";

/// For how long a look at the lake is kept: several scrapers do not make more of them.
const KEPT: Duration = Duration::from_secs(5);

/// How long a look may take. Prometheus waits for ten seconds by default.
const LOOK: Duration = Duration::from_secs(5);

/// The clock of all invocations.
static CLOCK: SystemClock = SystemClock;

/// The measurements of a lake.
#[derive(Debug)]
pub(super) struct Measures {
    recorder: Arc<Recorder>,
    store: S3Store,
    catalog: GlueCatalog,
    /// Functions that have had an invocation.
    warm: Mutex<BTreeSet<&'static str>>,
    freshness: Freshness,
    registered: mpsc::UnboundedSender<Registered>,
    /// When the lake was looked at last.
    looked: tokio::sync::Mutex<Option<Instant>>,
}

/// What is registered, for [`Measures::observe`].
#[derive(Debug)]
pub(super) struct ToObserve(mpsc::UnboundedReceiver<Registered>);

impl Measures {
    /// Of the lake behind the AWS side at `endpoint`. The clients are this module's own: see [`super::lambdas::Lambda`].
    pub(super) fn new(endpoint: &str, settings: &Settings) -> (Arc<Self>, ToObserve) {
        let (clients, exposition) = (Aws::local(endpoint), &settings.exposition);
        let labels = (exposition.system.as_str(), exposition.environment.as_str());
        let recorder = Recorder::new(labels, &FUNCTIONS, &FAMILIES);
        recorder.add(&BUILD_INFO, &[version::VERSION, version::COMMIT.unwrap_or("unknown")], 1);
        for function in ["ingest", "compact", "register"] {
            recorder.add(&QUEUE_MESSAGES, &[function], 0);
        }
        for function in ["compact", "register"] {
            recorder.add(&DEAD_LETTERS, &[function], 0);
        }
        let (registered, to_observe) = mpsc::unbounded_channel();
        let measures = Self {
            recorder: Arc::new(recorder),
            store: clients.store(settings),
            catalog: clients.catalog(settings),
            warm: Mutex::default(),
            freshness: Freshness::default(),
            registered,
            looked: tokio::sync::Mutex::default(),
        };
        (Arc::new(measures), ToObserve(to_observe))
    }

    /// Where measurements go.
    pub(super) fn recorder(&self) -> Arc<Recorder> {
        Arc::clone(&self.recorder)
    }

    /// Begins an invocation of the function. It is measured when it ends, however it does.
    pub(super) fn watch<R: Facts + Default>(
        &self,
        function: &'static str,
        invocation: &Context,
    ) -> Watch<'static, R, SystemClock, impl Fn(&Invocation<'_, R>) + Send + Sync + use<R>> {
        let cold = self.warm.lock().unwrap_or_else(PoisonError::into_inner).insert(function);
        let recorder = self.recorder();
        let tell = move |ended: &Invocation<'_, R>| recorder.record(function, ended);
        Watch::begin(function, cold, invocation, &CLOCK, tell)
    }

    /// A message for the function is in a queue, as long as this is there.
    pub(super) fn queued(&self, function: &'static str) -> Queued {
        self.recorder.add(&QUEUE_MESSAGES, &[function], 1);
        Queued { recorder: self.recorder(), function }
    }

    /// Messages for the function are given up.
    pub(super) fn given_up(&self, function: &str, messages: usize) {
        self.recorder.add(&DEAD_LETTERS, &[function], messages as u64);
    }

    /// An object was written just now.
    pub(super) fn written(&self, key: &str) {
        if let Ok(ParsedKey::Landing(dataset, partition, batch)) = ParsedKey::parse(key) {
            self.freshness.landed((dataset, partition), batch, CLOCK.now());
        }
    }

    /// The catalog names these commits, or later ones of the same partitions, from now on.
    pub(super) fn registered(&self, commits: impl IntoIterator<Item = (DatasetName, Partition, Generation)>) {
        let at = CLOCK.now();
        for (dataset, partition, generation) in commits {
            // Nobody listens only while the lake stops.
            let _stopping = self.registered.send(Registered { dataset, partition, generation, at });
        }
    }

    /// Observes how fresh the batches of registered commits are, until the lake stops.
    pub(super) async fn observe(self: Arc<Self>, to_observe: ToObserve, mut stopped: Stopped) {
        let ToObserve(mut registered) = to_observe;
        loop {
            let next = tokio::select! {
                next = registered.recv() => next,
                () = stopped.wait() => return,
            };
            let Some(next) = next else { return };
            let key = key::commit(&next.dataset, &next.partition, next.generation);
            match self.store.find(&key).await {
                Ok(Some(body)) => self.observe_one(&key, &body, &next),
                // It was vacuumed: a later one has its batches, unless they are gone for longer than the grace.
                Ok(None) => {}
                Err(error) => {
                    tracing::debug!(
                        key,
                        error = domain::chain(&error),
                        "a commit's freshness is not measured"
                    );
                }
            }
        }
    }

    fn observe_one(&self, key: &str, body: &[u8], registered: &Registered) {
        // One that cannot be read stops its partition, and register says so.
        let Ok(commit) = Commit::parse(key, body) else { return };
        for age in self.freshness.visible(&commit, registered.at) {
            self.recorder.add(&prometheus::FRESHNESS_SECONDS, &[commit.dataset.as_str()], age);
        }
    }

    /// The page as an answer.
    pub(super) async fn answer(&self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.page().await));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        response
    }

    async fn page(&self) -> String {
        let mut looked = self.looked.lock().await;
        if looked.is_none_or(|at| at.elapsed() >= KEPT) {
            let look = survey::survey(&self.store, &self.catalog, CLOCK.now());
            let seen = match tokio::time::timeout(LOOK, look).await {
                Ok(Ok(seen)) => Ok(seen),
                Ok(Err(error)) => Err(domain::chain(&error)),
                Err(elapsed) => Err(elapsed.to_string()),
            };
            let seen = seen.unwrap_or_else(|error| {
                tracing::warn!(error, "the lake could not be looked at: its gauges are not in the metrics");
                self.recorder.add(&SURVEYS_FAILED, &[], 1);
                Vec::new()
            });
            self.show(&seen);
            *looked = Some(Instant::now());
        }
        drop(looked);
        self.recorder.text()
    }

    fn show(&self, seen: &[(DatasetName, Seen)]) {
        let set = |family, value: fn(&Seen) -> u64| {
            self.recorder.set(family, seen.iter().map(|(dataset, seen)| (dataset.as_str(), value(seen))));
        };
        set(&prometheus::OLDEST_LANDING, |seen| seen.oldest_landing);
        set(&prometheus::LANDING_OBJECTS, |seen| seen.landing_objects);
        set(&prometheus::PARTITIONS, |seen| seen.partitions);
        set(&prometheus::GENERATIONS, |seen| seen.generations);
        set(&prometheus::UNREGISTERED, |seen| seen.unregistered);
        set(&prometheus::REGISTER_LAG, |seen| seen.register_lag);
    }
}

/// Whether a request asks for the page.
pub(super) fn is_asked_for(method: &Method, path: &str) -> bool {
    path == PATH && [Method::GET, Method::HEAD].contains(method)
}

/// A message in a queue.
#[derive(Debug)]
pub(super) struct Queued {
    recorder: Arc<Recorder>,
    function: &'static str,
}

impl Drop for Queued {
    fn drop(&mut self) {
        self.recorder.take(&QUEUE_MESSAGES, &[self.function], 1);
    }
}

#[cfg(test)]
mod tests;
