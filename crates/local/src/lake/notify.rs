//! From the bucket to `compact` and `register`: S3's notifications, through a queue each, with a batching
//! window. A message that fails comes again, and after some tries is left to the schedule.

use std::{collections::HashMap, sync::Arc, time::Duration};

use aws::SystemClock;
use domain::{key, port::Clock};
use futures::future::BoxFuture;
use tokio::{sync::mpsc, task::JoinSet};

use super::{Stopped, invoke, lambdas::Lambdas, s3_event};
use crate::{AwsConfig, ObjectCreated};

/// How long a queue gathers after the first message: what a busy publisher lands meanwhile makes one commit.
const WINDOW: Duration = Duration::from_millis(50);

/// The most messages of one invocation.
const BATCH: usize = 1_000;

/// How often a message is received before it counts as undeliverable: the queue's `maxReceiveCount`.
const RECEIVES: u32 = 5;

/// The function behind a queue; answers the positions of what failed.
type Function = fn(Vec<String>, Arc<Lambdas>) -> BoxFuture<'static, std::collections::HashSet<usize>>;

/// Starts the notifications and the queues behind them. When the lake stops they finish what they are at;
/// what is still queued is found by the sweep of the next start.
pub(super) fn start(
    tasks: &mut JoinSet<()>,
    mut created: mpsc::UnboundedReceiver<ObjectCreated>,
    config: &AwsConfig,
    lambdas: &Arc<Lambdas>,
    stopped: &Stopped,
) {
    let compact = queue(tasks, "compact", lambdas, stopped, |bodies, lambdas| {
        Box::pin(async move {
            let count = bodies.len();
            let event = invoke::event(invoke::sqs("tributary-compact", &bodies));
            match compact::handle(event, &lambdas.compact).await {
                Ok(response) => invoke::failed(&response),
                Err(error) => all(count, "compact", &error),
            }
        })
    });
    let register = queue(tasks, "register", lambdas, stopped, |bodies, lambdas| {
        Box::pin(async move {
            let count = bodies.len();
            let event = invoke::event(invoke::sqs("tributary-register", &bodies));
            match register::handle(event, &lambdas.register).await {
                Ok(response) => invoke::failed(&response),
                Err(error) => all(count, "register", &error),
            }
        })
    });
    let bucket = config.bucket.clone();
    let mut until = stopped.clone();
    tasks.spawn(async move {
        loop {
            let object = tokio::select! {
                object = created.recv() => object,
                () = until.wait() => return,
            };
            let Some(object) = object else { return };
            // The prefixes of the bucket's notification configuration.
            let queue = if object.bucket != bucket {
                continue;
            } else if object.key.starts_with(key::LANDING) {
                &compact
            } else if object.key.starts_with(key::COMMITS) || object.key.starts_with(key::DATASETS) {
                &register
            } else {
                continue;
            };
            if queue.send(s3_event::notification(&object).to_string()).is_err() {
                return;
            }
        }
    });
}

fn all(count: usize, function: &str, error: &dyn std::error::Error) -> std::collections::HashSet<usize> {
    tracing::error!(function, error = domain::chain(error), "an invocation failed");
    (0..count).collect()
}

fn queue(
    tasks: &mut JoinSet<()>,
    name: &'static str,
    lambdas: &Arc<Lambdas>,
    stopped: &Stopped,
    function: Function,
) -> mpsc::UnboundedSender<String> {
    let (sender, mut messages) = mpsc::unbounded_channel::<String>();
    let (lambdas, mut until) = (Arc::clone(lambdas), stopped.clone());
    tasks.spawn(async move {
        loop {
            let first = tokio::select! {
                first = messages.recv() => first,
                () = until.wait() => return,
            };
            let Some(first) = first else { return };
            let mut batch = vec![first];
            SystemClock.sleep(WINDOW).await;
            while batch.len() < BATCH
                && let Ok(next) = messages.try_recv()
            {
                batch.push(next);
            }
            receive(batch, name, function, &lambdas, &until).await;
        }
    });
    sender
}

/// Invokes the function until nothing fails. What is in the queue behind waits: its partition is most likely
/// the one in trouble.
async fn receive(
    mut batch: Vec<String>,
    name: &str,
    function: Function,
    lambdas: &Arc<Lambdas>,
    stopped: &Stopped,
) {
    for receive in 1..=RECEIVES {
        // In a task of its own: a panic ends the invocation, as in a Lambda, and not the queue.
        let invocation = tokio::spawn(function(batch.clone(), Arc::clone(lambdas)));
        let failed = invocation.await.unwrap_or_else(|panic| all(batch.len(), name, &panic));
        let mut kept: HashMap<usize, String> = batch.into_iter().enumerate().collect();
        kept.retain(|position, _| failed.contains(position));
        if kept.is_empty() || stopped.now() {
            return;
        }
        batch = kept.into_values().collect();
        SystemClock.sleep(Duration::from_millis(200) * receive).await;
    }
    tracing::error!(
        function = name,
        messages = batch.len(),
        receives = RECEIVES,
        "messages are given up: the next scheduled run looks at what they were about"
    );
}
