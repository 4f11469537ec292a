//! A queue in front of a Lambda, as SQS with an event source mapping: a batching window, and messages that come
//! again, later, when they failed. After some tries they are left to the schedule.

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use aws::SystemClock;
use domain::port::Clock;
use tokio::{
    sync::mpsc,
    task::{JoinHandle, JoinSet},
};

use super::{Stopped, lambdas::Lambdas, measures::Queued};

/// How long a queue gathers after the first message: what a busy publisher lands meanwhile makes one commit.
const WINDOW: Duration = Duration::from_millis(50);

/// After an invocation a queue rests for as long as that took, but no longer than this: so publishers keep half of
/// the machine.
const LONGEST_REST: Duration = Duration::from_secs(2);

/// The most messages of one invocation.
const BATCH: usize = 1_000;

/// How often a message is received before it counts as undeliverable: the queue's `maxReceiveCount`.
const RECEIVES: u32 = 5;

/// How long a failed message is out of sight, for each time that it was received.
const OUT_OF_SIGHT: Duration = Duration::from_millis(200);

/// The function behind a queue, invoked on threads of its own; it answers the positions of what failed.
pub(super) type Function = fn(Vec<String>, &Lambdas) -> JoinHandle<HashSet<usize>>;

/// A body, and how often it was received.
#[derive(Debug)]
pub(super) struct Message {
    body: String,
    receives: u32,
    /// It counts as queued until it is gone.
    _queued: Queued,
}

impl Message {
    pub(super) fn new(body: String, queued: Queued) -> Self {
        Self { body, receives: 0, _queued: queued }
    }
}

/// Starts a queue and what reads it. When the lake stops it finishes the invocation that it is at.
pub(super) fn queue(
    tasks: &mut JoinSet<()>,
    name: &'static str,
    lambdas: &Arc<Lambdas>,
    stopped: &Stopped,
    function: Function,
) -> mpsc::UnboundedSender<Message> {
    let (sender, mut messages) = mpsc::unbounded_channel::<Message>();
    let (lambdas, mut until, again) = (Arc::clone(lambdas), stopped.clone(), sender.clone());
    tasks.spawn(async move {
        let mut out_of_sight = JoinSet::new();
        let mut rests_until = Instant::now();
        loop {
            let first = tokio::select! {
                first = messages.recv() => first,
                () = until.wait() => return,
            };
            let Some(first) = first else { return };
            let mut batch = vec![first];
            let rest = rests_until.saturating_duration_since(Instant::now());
            SystemClock.sleep(rest.max(WINDOW)).await;
            while batch.len() < BATCH
                && let Ok(next) = messages.try_recv()
            {
                batch.push(next);
            }
            let began = Instant::now();
            let failed = receive(batch, name, function, &lambdas).await;
            rests_until = Instant::now() + began.elapsed().min(LONGEST_REST);
            for message in failed {
                let again = again.clone();
                out_of_sight.spawn(async move {
                    SystemClock.sleep(OUT_OF_SIGHT * message.receives).await;
                    // Nobody listens only while the lake stops; the next start sweeps.
                    let _stopping = again.send(message);
                });
            }
            while out_of_sight.try_join_next().is_some() {}
        }
    });
    sender
}

/// Invokes the function once; answers what is to come again. What failed does not hold back what is behind it.
async fn receive(batch: Vec<Message>, name: &str, function: Function, lambdas: &Lambdas) -> Vec<Message> {
    let bodies = batch.iter().map(|message| message.body.clone()).collect();
    // A panic ends the invocation, as in a Lambda, and not the queue.
    let failed = match function(bodies, lambdas).await {
        Ok(failed) => failed,
        Err(panic) => {
            tracing::error!(function = name, error = domain::chain(&panic), "an invocation ended in a panic");
            (0..batch.len()).collect()
        }
    };
    let failed = batch.into_iter().enumerate().filter(|(position, _)| failed.contains(position));
    let (again, given_up): (Vec<_>, Vec<_>) = failed
        .map(|(_, message)| Message { receives: message.receives + 1, ..message })
        .partition(|message| message.receives < RECEIVES);
    if !given_up.is_empty() {
        lambdas.measures.given_up(name, given_up.len());
        tracing::error!(
            function = name,
            messages = given_up.len(),
            receives = RECEIVES,
            "messages are given up: the next scheduled run looks at what they were about"
        );
    }
    again
}
