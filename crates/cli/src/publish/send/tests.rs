use std::sync::Mutex;

use chrono::DateTime;
use domain::memory::{ManualClock, SeededIds};

use super::*;
use crate::publish::place::Place;

/// Answers as it is told, in order, and remembers what it was asked.
#[derive(Debug)]
struct Scripted {
    answers: Mutex<std::vec::IntoIter<Result<Vec<Answer>, Failed>>>,
    asked: Mutex<Vec<Vec<String>>>,
}

impl Topic for Scripted {
    async fn publish(&self, messages: &[&str]) -> Result<Vec<Answer>, Failed> {
        self.asked.lock().unwrap().push(messages.iter().map(ToString::to_string).collect());
        let scripted = self.answers.lock().unwrap().next();
        scripted.unwrap_or_else(|| Ok(vec![Answer::Published; messages.len()]))
    }

    fn attributes(&self) -> usize {
        20
    }
}

async fn send(texts: &[&str], script: Vec<Result<Vec<Answer>, Failed>>) -> (Sent, Vec<Vec<String>>) {
    let message = |text: &&str| Message {
        text: (*text).to_owned(),
        events: 1,
        input: 0,
        line: 1,
        end: Place::default(),
    };
    let request: Vec<Message> = texts.iter().map(message).collect();
    let topic = Scripted { answers: Mutex::new(script.into_iter()), asked: Mutex::default() };
    let sender = Sender { topic, clock: ManualClock::new(DateTime::UNIX_EPOCH), ids: SeededIds::new(1) };
    let stopping = watch::Sender::new(false);
    let sent = sender.send(&request, stopping.subscribe()).await;
    (sent, sender.topic.asked.into_inner().unwrap())
}

fn later() -> Failed {
    Failed::Later("busy".to_owned())
}

#[tokio::test]
async fn only_what_failed_is_tried_again() {
    let refused = Answer::Refused("no".to_owned());
    let (sent, asked) = send(
        &["a", "b", "c", "d"],
        vec![
            Err(later()),
            Ok(vec![Answer::Published, Answer::Failed(later()), refused, Answer::Failed(later())]),
            // It does not say what became of the second.
            Ok(vec![Answer::Published]),
        ],
    )
    .await;
    assert_eq!(asked, [&["a", "b", "c", "d"][..], &["a", "b", "c", "d"], &["b", "d"], &["d"]]);
    let fates = vec![Fate::Published, Fate::Published, Fate::Refused("no".to_owned()), Fate::Published];
    assert_eq!(sent, Sent { fates, retries: 7, requests: 4, billed: 4, stop: None });
}

#[tokio::test]
async fn patience_has_an_end() {
    let (sent, asked) = send(&["a", "b"], vec![Err(later()); 20]).await;
    assert_eq!(asked.len(), ATTEMPTS as usize);
    assert_eq!(sent.fates, [Fate::Open, Fate::Open]);
    assert_eq!(sent.stop.unwrap(), "10 attempts to publish a message failed: busy");
}

#[tokio::test]
async fn what_only_a_person_can_mend_is_not_tried_again() {
    let stop = Failed::Stop("no right".to_owned());
    for script in [Err(stop.clone()), Ok(vec![Answer::Failed(stop), Answer::Failed(later())])] {
        let (sent, asked) = send(&["a", "b"], vec![script]).await;
        assert_eq!((asked.len(), sent.stop.as_deref()), (1, Some("no right")));
        assert_eq!(sent.fates, [Fate::Open, Fate::Open]);
    }
}

#[tokio::test]
async fn a_request_is_billed_by_its_size() {
    let text = "x".repeat(BILLED - 20);
    assert_eq!(send(&[&text], vec![]).await.0.billed, 1);
    assert_eq!(send(&[&text, "y"], vec![]).await.0.billed, 2);
}

#[test]
fn the_wait_grows_to_a_bound_and_half_of_it_is_chance() {
    assert_eq!(wait(1, 0), Duration::from_millis(50));
    assert!((Duration::from_millis(99)..FIRST_WAIT).contains(&wait(1, 999)));
    assert_eq!(wait(ATTEMPTS, 0), LONGEST_WAIT / 2);
}
