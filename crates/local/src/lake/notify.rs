//! From the bucket to `compact` and `register`: S3's notifications, through a queue each.

use std::{collections::HashSet, sync::Arc};

use domain::key;
use tokio::{sync::mpsc, task::JoinSet};

use super::{
    Stopped, invoke,
    lambdas::Lambdas,
    queue::{self, queue},
    s3_event,
};
use crate::{AwsConfig, ObjectCreated};

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
        let measures = Arc::clone(&lambdas.measures);
        lambdas.compact.invoke(|context| async move {
            let event = invoke::event(invoke::sqs("tributary-compact", &bodies));
            let mut watch = measures.watch::<compact::Done>("compact", &event.context);
            let answer = compact::handle(event, &context, &mut watch.report).await;
            watch.end(&answer);
            match answer {
                Ok(response) => invoke::failed(&response),
                Err(error) => all(bodies.len(), "compact", &error),
            }
        })
    });
    let register = queue(tasks, "register", lambdas, stopped, |bodies, lambdas| {
        let measures = Arc::clone(&lambdas.measures);
        lambdas.register.invoke(|context| async move {
            let event = invoke::event(invoke::sqs("tributary-register", &bodies));
            let mut watch = measures.watch::<register::Reconciled>("register", &event.context);
            let answer = register::handle(event, &context, &mut watch.report).await;
            watch.end(&answer);
            let failed = match answer {
                Ok(response) => invoke::failed(&response),
                Err(error) => all(bodies.len(), "register", &error),
            };
            let done = bodies.iter().enumerate().filter(|(position, _)| !failed.contains(position));
            measures.registered(done.flat_map(|(_, body)| s3_event::commits(body)));
            failed
        })
    });
    let (bucket, measures) = (config.bucket.clone(), Arc::clone(&lambdas.measures));
    let mut until = stopped.clone();
    tasks.spawn(async move {
        loop {
            let object = tokio::select! {
                object = created.recv() => object,
                () = until.wait() => return,
            };
            let Some(object) = object else { return };
            // The prefixes of the bucket's notification configuration.
            let (queue, function) = if object.bucket != bucket {
                continue;
            } else if object.key.starts_with(key::LANDING) {
                measures.written(&object.key);
                (&compact, "compact")
            } else if object.key.starts_with(key::COMMITS) || object.key.starts_with(key::DATASETS) {
                (&register, "register")
            } else {
                continue;
            };
            let body = s3_event::notification(&object).to_string();
            if queue.send(queue::Message::new(body, measures.queued(function))).is_err() {
                return;
            }
        }
    });
}

fn all(count: usize, function: &str, error: &dyn std::error::Error) -> HashSet<usize> {
    tracing::error!(function, error = domain::chain(error), "an invocation failed");
    (0..count).collect()
}
