//! `tributary undelivered replay` against a stand-in for SQS: what was moved is in the other queue, and nowhere twice.

use std::{
    collections::BTreeMap,
    process::Output,
    sync::{Arc, Mutex},
};

use aws::testing::{Request, Server, answer};
use serde_json::{Value, json};

use crate::{
    lake::{checked, run_with},
    process::said,
};

const FROM: &str = "http://sqs/tributary-undelivered";
const TO: &str = "http://sqs/tributary-ingest";

#[derive(Debug, Clone)]
struct Message {
    id: usize,
    body: String,
    attributes: Value,
    is_hidden: bool,
}

/// Two queues, and what the stand-in refuses.
#[derive(Debug, Default)]
struct State {
    queues: BTreeMap<String, Vec<Message>>,
    last: usize,
    refuses_to_send: bool,
    calls: Vec<String>,
}

impl State {
    fn with_messages(number: usize) -> Self {
        let mut state = Self::default();
        state.queues.insert(TO.to_owned(), Vec::new());
        state.queues.insert(FROM.to_owned(), Vec::new());
        for n in 0..number {
            let body = json!({
                "Type": "Notification", "MessageId": format!("sns-{n}"), "TopicArn": "arn:aws:sns:topic",
                "Timestamp": "2026-11-23T10:00:00.000Z", "Message": format!("{{\"passenger_id\": {n}}}"),
            });
            let error = json!({"ErrorCode": {"DataType": "String", "StringValue": "AccessDenied"}});
            state.push(FROM, &body.to_string(), error);
        }
        state
    }

    fn push(&mut self, queue: &str, body: &str, attributes: Value) -> usize {
        self.last += 1;
        let message = Message { id: self.last, body: body.to_owned(), attributes, is_hidden: false };
        self.queues.get_mut(queue).unwrap().push(message);
        self.last
    }

    fn bodies(&self, queue: &str) -> Vec<String> {
        self.queues[queue].iter().map(|message| message.body.clone()).collect()
    }

    fn respond(&mut self, request: &Request) -> Vec<u8> {
        let operation = request.header("x-amz-target").unwrap().trim_start_matches("AmazonSQS.").to_owned();
        let input: Value = serde_json::from_slice(&request.body).unwrap();
        let text = |name: &str| input[name].as_str().unwrap_or_default().to_owned();
        let receipt = text("ReceiptHandle").parse::<usize>().ok();
        let queue = text("QueueUrl");
        self.calls.push(operation.clone());
        let refused =
            |code: &str| answer(400, &[], json!({"__type": format!("com.amazonaws.sqs#{code}")}).to_string());
        if operation != "GetQueueUrl" && !self.queues.contains_key(&queue) {
            return refused("QueueDoesNotExist");
        }
        let output = match operation.as_str() {
            "GetQueueUrl" => {
                let url = format!("http://sqs/{}", text("QueueName"));
                if !self.queues.contains_key(&url) {
                    return refused("QueueDoesNotExist");
                }
                json!({"QueueUrl": url})
            }
            "GetQueueAttributes" => {
                let waiting = self.queues[&queue].iter().filter(|message| !message.is_hidden).count();
                let hidden = self.queues[&queue].len() - waiting;
                json!({"Attributes": {
                    "ApproximateNumberOfMessages": waiting.to_string(),
                    "ApproximateNumberOfMessagesNotVisible": hidden.to_string(),
                }})
            }
            "ReceiveMessage" => {
                let most = usize::try_from(input["MaxNumberOfMessages"].as_u64().unwrap()).unwrap();
                let visible =
                    self.queues.get_mut(&queue).unwrap().iter_mut().filter(|message| !message.is_hidden);
                let messages = visible.take(most).map(|message| {
                    message.is_hidden = true;
                    json!({
                        "MessageId": format!("sqs-{}", message.id), "ReceiptHandle": message.id.to_string(),
                        "Body": message.body, "MessageAttributes": message.attributes,
                    })
                });
                json!({"Messages": messages.collect::<Vec<_>>()})
            }
            "SendMessage" if self.refuses_to_send => return refused("AccessDenied"),
            "SendMessage" => {
                let id = self.push(&queue, &text("MessageBody"), input["MessageAttributes"].clone());
                json!({"MessageId": format!("sqs-{id}")})
            }
            "DeleteMessage" => {
                self.queues.get_mut(&queue).unwrap().retain(|message| Some(message.id) != receipt);
                json!({})
            }
            "ChangeMessageVisibility" => {
                for message in self.queues.get_mut(&queue).unwrap() {
                    message.is_hidden &= Some(message.id) != receipt;
                }
                json!({})
            }
            other => panic!("{other}"),
        };
        answer(200, &[], output.to_string())
    }
}

struct Sqs {
    server: Server,
    state: Arc<Mutex<State>>,
}

impl Sqs {
    async fn start(state: State) -> Self {
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let server = Server::start(move |request| shared.lock().unwrap().respond(request)).await;
        Self { server, state }
    }

    async fn run(&self, arguments: &[&str]) -> Output {
        let (endpoint, arguments) =
            (self.server.endpoint(), [&["undelivered", "replay"][..], arguments].concat());
        let arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
        // The stand-in answers on this runtime.
        tokio::task::spawn_blocking(move || {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            run_with(&[("AWS_ENDPOINT_URL", endpoint.as_str())], &arguments, "")
        })
        .await
        .unwrap()
    }

    async fn json(&self, status: i32, arguments: &[&str]) -> Value {
        serde_json::from_str(&checked(&self.run(&[arguments, &["--json"]].concat()).await, status)).unwrap()
    }

    fn bodies(&self, queue: &str) -> Vec<String> {
        self.state.lock().unwrap().bodies(queue)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_message_is_moved_once_and_as_it_was() {
    // More than one call receives.
    let sqs = Sqs::start(State::with_messages(23)).await;
    let mut expected = sqs.bodies(FROM);
    let report = sqs.json(0, &[]).await;
    assert_eq!((&report["replayed"], &report["waiting"]), (&23.into(), &23.into()), "{report}");
    let mut moved = sqs.bodies(TO);
    expected.sort();
    moved.sort();
    assert_eq!((moved, sqs.bodies(FROM).len()), (expected, 0));
    // What SNS added is not the sender's.
    let state = sqs.state.lock().unwrap();
    assert!(state.queues[TO].iter().all(|message| message.attributes.is_null()), "{:?}", state.queues[TO]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_moves_nothing_and_shows_some() {
    let sqs = Sqs::start(State::with_messages(12)).await;
    let report = sqs.json(0, &["--dry-run"]).await;
    assert_eq!((&report["dry_run"], &report["replayed"]), (&true.into(), &0.into()), "{report}");
    assert_eq!((&report["waiting"], report["sample"].as_array().unwrap().len()), (&12.into(), 10));
    assert_eq!(report["sample"][0]["error"], "AccessDenied");
    let text = checked(&sqs.run(&["--dry-run"]).await, 0);
    assert!(text.contains("About 12 messages in ") && text.contains("Nothing was changed."), "{text}");
    assert!(text.contains("arn:aws:sns:topic") && !text.contains("passenger_id"), "{text}");
    let state = sqs.state.lock().unwrap();
    assert!(state.queues[FROM].iter().all(|message| !message.is_hidden), "they are shown again");
    assert!(
        !state.calls.iter().any(|call| call == "SendMessage" || call == "DeleteMessage"),
        "{:?}",
        state.calls
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_are_moved_than_asked_for() {
    let sqs = Sqs::start(State::with_messages(12)).await;
    for (limit, left) in [("4", 8), ("4", 4), ("4", 0)] {
        assert_eq!(sqs.json(0, &["--limit", limit]).await["replayed"], 4);
        assert_eq!((sqs.bodies(FROM).len(), sqs.bodies(TO).len()), (left, 12 - left));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_stays_and_is_shown_again() {
    let mut state = State::with_messages(12);
    state.refuses_to_send = true;
    let sqs = Sqs::start(state).await;
    let output = sqs.run(&["--json"]).await;
    let report: Value = serde_json::from_str(&checked(&output, 1)).unwrap();
    assert_eq!(
        (&report["replayed"], report["failed"].as_array().unwrap().len()),
        (&0.into(), 10),
        "{report}"
    );
    assert!(said(&output).contains("error: 10 messages not moved"), "{}", said(&output));
    assert!(said(&output).contains("AccessDenied"), "{}", said(&output));
    {
        let mut state = sqs.state.lock().unwrap();
        assert!(state.queues[FROM].iter().all(|message| !message.is_hidden));
        state.refuses_to_send = false;
    }
    assert_eq!(sqs.json(0, &[]).await["replayed"], 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_has_received_is_not_forgotten() {
    let mut state = State::with_messages(3);
    state.queues.get_mut(FROM).unwrap()[0].is_hidden = true;
    let sqs = Sqs::start(state).await;
    let output = sqs.run(&["--json"]).await;
    let report: Value = serde_json::from_str(&checked(&output, 0)).unwrap();
    assert_eq!((&report["replayed"], &report["hidden"]), (&2.into(), &1.into()), "{report}");
    assert!(said(&output).contains("about 1 more message could not be received"), "{}", said(&output));
    sqs.state.lock().unwrap().queues.get_mut(FROM).unwrap()[0].is_hidden = false;
    let output = sqs.run(&[]).await;
    assert_eq!(
        (checked(&output, 0).trim(), said(&output).as_str()),
        ("1 message moved from http://sqs/tributary-undelivered to http://sqs/tributary-ingest.", "")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn queues_that_are_none_are_refused_by_name() {
    let sqs = Sqs::start(State::with_messages(1)).await;
    for (arguments, words) in [
        (&["--from", "nothing"][..], "there is no queue nothing here: name it with --from"),
        (&["--to", "nothing"], "there is no queue nothing here: name it with --to"),
        (&["--from", "tributary-ingest"], "name two queues"),
        (&["--limit", "0"], "--limit"),
    ] {
        let output = sqs.run(arguments).await;
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(words), "{}", said(&output));
    }
    assert_eq!(sqs.bodies(FROM).len(), 1);
}
