//! From the topic to `ingest`, in batches, as through SQS: a message is delivered when `ingest` says so.
//!
//! There is no queue on disk: whoever publishes waits for the answer, so what is not stored is not
//! acknowledged either.

use std::{sync::Arc, time::Duration};

use aws::SystemClock;
use aws_lambda_events::sqs::SqsBatchResponse;
use domain::port::Clock;
use futures::future::BoxFuture;
use ingest::Event;
use tokio::{
    sync::{Semaphore, mpsc, oneshot},
    task::JoinSet,
};

use super::{
    invoke,
    lambdas::Lambdas,
    measures::{Measures, Queued},
};
use crate::{Delivery, DeliveryError, SnsMessage};

/// The most messages of one invocation; SQS would give up to 10,000.
const BATCH: usize = 1_000;

/// When a batch has this many bytes it is full: Lambda's limit of an event.
const BATCH_BYTES: usize = 6 * 1024 * 1024;

/// Messages that may wait; one more publisher waits to be let in.
const WAITING: usize = 10_000;

/// Invocations at the same time. While they are at work the next batch fills up.
const INVOCATIONS: usize = 2;

/// How often a message is tried before its publisher is told.
const TRIES: u32 = 3;

struct Waiting {
    notification: String,
    /// It counts as queued until it has its answer.
    _queued: Queued,
    done: oneshot::Sender<Result<(), DeliveryError>>,
}

/// The topic's subscription.
pub(super) struct Subscription(mpsc::Sender<Waiting>, Arc<Measures>);

impl Delivery for Subscription {
    fn deliver(&self, message: SnsMessage) -> BoxFuture<'static, Result<(), DeliveryError>> {
        let (queue, queued) = (self.0.clone(), self.1.queued("ingest"));
        Box::pin(async move {
            let (done, answer) = oneshot::channel();
            let notification = message.notification().to_string();
            let waiting = Waiting { notification, _queued: queued, done };
            let stopping = || DeliveryError("the lake is stopping".into());
            queue.send(waiting).await.map_err(|_| stopping())?;
            answer.await.unwrap_or_else(|_| Err(stopping()))
        })
    }
}

/// Starts delivering; it ends when the last subscription is dropped and everything is answered.
pub(super) fn start(tasks: &mut JoinSet<()>, lambdas: Arc<Lambdas>) -> Subscription {
    let (queue, mut waiting) = mpsc::channel::<Waiting>(WAITING);
    let measures = Arc::clone(&lambdas.measures);
    tasks.spawn(async move {
        let slots = Arc::new(Semaphore::new(INVOCATIONS));
        let mut invocations = JoinSet::new();
        while let Some(first) = waiting.recv().await {
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { break };
            // What came while all slots were taken goes along.
            let mut bytes = first.notification.len();
            let mut messages = vec![first];
            while messages.len() < BATCH
                && bytes < BATCH_BYTES
                && let Ok(next) = waiting.try_recv()
            {
                bytes += next.notification.len();
                messages.push(next);
            }
            let lambdas = Arc::clone(&lambdas);
            invocations.spawn(async move {
                deliver(messages, &lambdas).await;
                drop(slot);
            });
            while invocations.try_join_next().is_some() {}
        }
        while invocations.join_next().await.is_some() {}
    });
    Subscription(queue, measures)
}

async fn deliver(mut messages: Vec<Waiting>, lambdas: &Lambdas) {
    for attempt in 1..=TRIES {
        let bodies: Vec<String> = messages.iter().map(|message| message.notification.clone()).collect();
        let (failed, reason) = match invoke(bodies, lambdas).await {
            Ok(response) => (invoke::failed(&response), "its events could not be stored".to_owned()),
            Err(reason) => ((0..messages.len()).collect(), reason),
        };
        let mut again = Vec::new();
        for (position, message) in messages.into_iter().enumerate() {
            if !failed.contains(&position) {
                // A publisher that went away does not need its answer.
                let _gone = message.done.send(Ok(()));
            } else if attempt == TRIES {
                let _gone = message.done.send(Err(DeliveryError(reason.clone().into())));
            } else {
                again.push(message);
            }
        }
        if again.is_empty() {
            return;
        }
        messages = again;
        SystemClock.sleep(Duration::from_millis(100) * attempt).await;
    }
}

/// Lambda's event is text, and `ingest` reads it as that. Answers why the invocation failed, if it did.
async fn invoke(bodies: Vec<String>, lambdas: &Lambdas) -> Result<SqsBatchResponse, String> {
    let measures = Arc::clone(&lambdas.measures);
    let invocation = lambdas.ingest.invoke(|context| async move {
        let event = invoke::event(Event::read(&invoke::sqs("tributary-ingest", &bodies).to_string()));
        let mut watch = measures.watch::<ingest::Done>("ingest", &event.context);
        let answer = ingest::handle(event, &context, &mut watch.report).await;
        watch.end(&answer);
        answer
    });
    match invocation.await {
        Ok(answer) => answer.map_err(|error| domain::chain(&error)),
        Err(panic) => {
            let error = domain::chain(&panic);
            tracing::error!(function = "ingest", error, "an invocation ended in a panic");
            Err("the invocation that was to store it ended in a panic".to_owned())
        }
    }
}
