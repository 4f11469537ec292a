use aws::testing::{self, Misbehaviour, Request, Server, answer};
use chrono::DateTime;
use domain::{
    memory::{ManualClock, SeededIds},
    port::Ids,
};
use tokio::sync::watch;

use super::*;
use crate::publish::{
    pack::Message,
    place::Place,
    send::{ATTEMPTS, Fate, Sender, Sent},
};

#[test]
fn only_a_message_that_is_wrong_in_itself_is_refused() {
    let later = |words: &str| Answer::Failed(Failed::Later(words.to_owned()));
    let stop = |words: &str| Answer::Failed(Failed::Stop(words.to_owned()));
    for (code, sender_fault, expected) in [
        ("InvalidParameter", true, Answer::Refused("InvalidParameter: why".to_owned())),
        ("InternalError", false, later("InternalError: why")),
        ("InternalError", true, later("InternalError: why")),
        ("InvalidParameter", false, later("InvalidParameter: why")),
        ("KMSThrottling", true, later("KMSThrottling: why")),
        ("Throttled", true, later("Throttled: why")),
        ("RequestTimeout", true, later("RequestTimeout: why")),
        ("KMSAccessDenied", true, stop("KMSAccessDenied: why")),
        ("AuthorizationError", true, stop("AuthorizationError: why")),
    ] {
        let entry = BatchResultErrorEntry::builder().id("0").code(code).message("why");
        assert_eq!(entry_failed(&entry.sender_fault(sender_fault).build().unwrap()), expected, "{code}");
    }
}

/// SNS, as far as it takes batches.
fn takes(request: &Request) -> Vec<u8> {
    let body = String::from_utf8(request.body.clone()).unwrap();
    assert!(body.starts_with("Action=PublishBatch&"), "{body}");
    let fields = body.split('&').filter_map(|field| field.split_once('='));
    let ids =
        fields.filter(|(name, _)| name.starts_with("PublishBatchRequestEntries.") && name.ends_with(".Id"));
    let entries: String =
        ids.map(|(_, id)| format!("<member><Id>{id}</Id><MessageId>m</MessageId></member>")).collect();
    let result = format!("<PublishBatchResult><Successful>{entries}</Successful></PublishBatchResult>");
    answer(200, &[], format!("<PublishBatchResponse>{result}</PublishBatchResponse>"))
}

fn topic(server: &Server) -> SnsTopic {
    let dataset = DatasetName::new("passengers").unwrap();
    SnsTopic::new(
        &testing::impatient(server),
        "arn:aws:sns:us-west-2:000000000000:tributary".to_owned(),
        dataset,
    )
}

/// Sends three messages in one request, with no pause between the attempts.
async fn send(topic: SnsTopic) -> Sent {
    let message =
        |text: &str| Message { text: text.to_owned(), events: 1, input: 0, line: 1, end: Place::default() };
    let request = ["{}", "{\"a\":1}", "{\"b\":2}"].map(message);
    let sender = Sender { topic, clock: ManualClock::new(DateTime::UNIX_EPOCH), ids: SeededIds::new(1) };
    sender.send(&request, watch::Sender::new(false).subscribe()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_outlive_whatever_says_nothing_about_them() {
    let server = Server::start(takes).await;
    for way in Misbehaviour::PASSING {
        server.plan([Some(way)]);
        let sent = send(topic(&server)).await;
        let fates = vec![Fate::Published; 3];
        assert_eq!(sent, Sent { fates, retries: 3, requests: 2, billed: 2, stop: None }, "{way:?}");
        assert_eq!(server.connections(), 2, "{way:?}");
    }
    // One after the other, in another order each time.
    let seed = aws::RandomIds.random();
    for round in 0..8 {
        let ways = Misbehaviour::some(&SeededIds::new(seed ^ round), ATTEMPTS as usize - 1);
        server.plan(ways.iter().copied().map(Some));
        let sent = send(topic(&server)).await;
        assert_eq!((sent.stop, sent.fates), (None, vec![Fate::Published; 3]), "{ways:?}");
        assert_eq!(server.connections(), ATTEMPTS as usize, "{ways:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_has_to_mend_is_told_at_the_first_attempt() {
    let server = Server::start(takes).await;
    for way in Misbehaviour::FINAL {
        server.plan([Some(way); 20]);
        let sent = send(topic(&server)).await;
        let told = sent.stop.unwrap();
        assert!(told.starts_with("SNS refuses to publish: "), "{way:?}: {told}");
        assert_eq!((sent.requests, server.connections()), (1, 1), "{way:?}");
        match way {
            Misbehaviour::Error(_, code) => {
                assert!(told.ends_with(&format!("{code}: what it says")), "{told}");
            }
            Misbehaviour::Page(status) => assert!(told.contains(&format!("with status {status}")), "{told}"),
            _ => {}
        }
    }
    let construction: SdkError<PublishBatchError> = SdkError::construction_failure("no region");
    assert_eq!(
        failed(&construction, "SNS"),
        Failed::Stop("SNS cannot be asked: failed to construct request: no region".to_owned())
    );
}

#[tokio::test]
async fn where_nobody_answers_it_says_what_to_look_at() {
    let server = Server::start(takes).await;
    let (topic, endpoint) = (topic(&server), server.endpoint());
    drop(server);
    let Err(Failed::Later(words)) = topic.publish(&["{}"]).await else {
        panic!("it is not to be tried again")
    };
    assert!(
        words.starts_with(&format!("no answer of {endpoint} (AWS_ENDPOINT_URL: is it running?): ")),
        "{words}"
    );
}
