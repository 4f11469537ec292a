//! One request at a time to the topic, with its failed messages, and no others, tried again.

use std::{future::Future, time::Duration};

use domain::port::{Clock, Ids};
use tokio::sync::watch;

use super::pack::Message;

/// How often a message is tried.
pub(super) const ATTEMPTS: u32 = 10;
/// The wait before the second attempt; it doubles from one to the next.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// What SNS bills as one request.
const BILLED: usize = 64 << 10;

/// Where messages go.
pub(super) trait Topic: Send + Sync + 'static {
    /// Publishes the messages in one request: an answer for each, in their order, or none at all.
    fn publish(&self, messages: &[&str]) -> impl Future<Output = Result<Vec<Answer>, Failed>> + Send;

    /// What the topic counts of a message besides its text, in bytes.
    fn attributes(&self) -> usize;
}

/// What became of a message; the kinds are what a sender would do differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// It is accepted.
    Published,
    /// It is not, and never will be.
    Refused(String),
    /// It is not.
    Failed(Failed),
}

/// Why nothing came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failed {
    /// The same may succeed later.
    Later(String),
    /// Nothing will, until somebody mends it.
    Stop(String),
}

/// What became of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sent {
    /// Of each message.
    pub(super) fates: Vec<Fate>,
    /// Messages that were tried again, each time.
    pub(super) retries: u64,
    pub(super) requests: u64,
    /// What SNS bills for them.
    pub(super) billed: u64,
    /// Why no more should be sent.
    pub(super) stop: Option<String>,
}

/// The end of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    Published,
    Refused(String),
    /// It may be published or not; nobody said.
    Open,
}

/// Sends with patience.
#[derive(Debug)]
pub(super) struct Sender<T, K, I> {
    pub(super) topic: T,
    pub(super) clock: K,
    pub(super) ids: I,
}

impl<T: Topic, K: Clock, I: Ids> Sender<T, K, I> {
    /// Comes back when each message is published or refused, when the attempts are used up, or, after a try, when
    /// `stopped` is true.
    pub(super) async fn send(&self, request: &[Message], mut stopped: watch::Receiver<bool>) -> Sent {
        let fates = vec![Fate::Open; request.len()];
        let mut sent = Sent { fates, retries: 0, requests: 0, billed: 0, stop: None };
        let mut open: Vec<usize> = (0..request.len()).collect();
        for attempt in 1..=ATTEMPTS {
            let texts: Vec<&str> = open.iter().map(|index| request[*index].text.as_str()).collect();
            let bytes: usize = texts.iter().map(|text| text.len() + self.topic.attributes()).sum();
            sent.requests += 1;
            sent.billed += bytes.div_ceil(BILLED) as u64;
            let reason = match self.topic.publish(&texts).await {
                Ok(answers) => sent.settle(&mut open, answers),
                Err(Failed::Later(reason)) => reason,
                Err(Failed::Stop(reason)) => {
                    sent.stop = Some(reason);
                    String::new()
                }
            };
            if open.is_empty() || sent.stop.is_some() {
                break;
            }
            if attempt == ATTEMPTS {
                sent.stop = Some(format!("{ATTEMPTS} attempts to publish a message failed: {reason}"));
                break;
            }
            tokio::select! {
                biased;
                // An error says that nobody can ask for a stop any more.
                _asked = stopped.wait_for(|stopped| *stopped) => break,
                () = self.clock.sleep(wait(attempt, self.ids.random())) => {}
            }
            sent.retries += open.len() as u64;
        }
        sent
    }
}

impl Sent {
    /// Takes the answers for the messages that are open, and leaves those open that are to be tried again; says why
    /// the last of them is.
    fn settle(&mut self, open: &mut Vec<usize>, answers: Vec<Answer>) -> String {
        let mut reason = "no answer for a message".to_owned();
        let mut answers = answers.into_iter();
        open.retain(|index| {
            let (fate, is_open) = match answers.next() {
                Some(Answer::Published) => (Fate::Published, false),
                Some(Answer::Refused(reason)) => (Fate::Refused(reason), false),
                Some(Answer::Failed(Failed::Later(why))) => {
                    reason = why;
                    (Fate::Open, true)
                }
                Some(Answer::Failed(Failed::Stop(why))) => {
                    self.stop = Some(why);
                    (Fate::Open, true)
                }
                None => (Fate::Open, true),
            };
            self.fates[*index] = fate;
            is_open
        });
        reason
    }
}

/// Half of it fixed, half of it by chance, so that senders that failed together do not come again together.
fn wait(attempt: u32, random: u64) -> Duration {
    let longest = LONGEST_WAIT.min(FIRST_WAIT * 2_u32.saturating_pow(attempt - 1));
    let part = random % 1_000;
    longest / 2 + longest / 2 * u32::try_from(part).unwrap_or(0) / 1_000
}

#[cfg(test)]
mod tests;
