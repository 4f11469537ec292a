//! What a landing object says of its messages, and of which traces they are.

use domain::{
    landing::{MessageMark, Trailer},
    trace::TraceContext,
};

use super::*;

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const OTHER: &str = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00";

fn trace(text: &str) -> Option<TraceContext> {
    Some(TraceContext::parse(text.as_bytes()).unwrap())
}

impl World {
    /// The ids of the messages of the only landing object, as the trailer has them, and their traces.
    async fn trailer(&self) -> (Vec<MessageMark>, Vec<(u32, String)>) {
        let [object] = &self.store.list_all("landing/").await.unwrap()[..] else { panic!("not one object") };
        let trailer = Trailer::read(&self.store.get(&object.key).await.unwrap()).unwrap();
        assert_eq!(trailer.ingested_at.to_rfc3339(), "2026-11-23T10:05:00+00:00");
        assert!(trailer.messages.iter().all(|carried| carried.sent_at == message("", None, "").sent_at));
        let traces = trailer.traces.iter().map(|(message, trace)| (*message, trace.to_string()));
        (trailer.messages.iter().map(|carried| carried.message).collect(), traces.collect())
    }
}

#[tokio::test]
async fn a_landing_object_names_its_messages_and_their_traces() {
    let world = world(&[]).await;
    let to = Some("passengers");
    let many = r#"[{"passenger_id": 2}, {"passenger_id": 3}]"#;
    let cloud = |id: u32, traceparent: &str| {
        format!(
            r#"{{"specversion": "1.0", "id": "{id}", "source": "/s", "type": "t", "traceparent": "{traceparent}",
                "data": {{"passenger_id": {id}}}}}"#
        )
    };
    let own = format!("[{}]", [cloud(4, OTHER), cloud(5, "nonsense"), cloud(6, TRACEPARENT)].join(","));
    let messages = [
        message("95df01b4-ee98-5cb9-9903-4c221d41eb5e", to, r#"{"passenger_id": 1}"#),
        Message { trace: trace(TRACEPARENT), ..message("b", to, many) },
        // Its events say more than it does.
        Message { trace: trace(TRACEPARENT), ..message("c", to, &own) },
        message("d", to, r#"{"passenger_id": "bad"}"#),
    ];
    let report = world.ingest.store(&messages, NEVER).await.unwrap();
    assert_eq!((report.accepted, report.quarantined, report.objects), (6, 1, 2));
    let traced = [(1, TRACEPARENT), (2, OTHER), (2, TRACEPARENT)].map(|(of, text)| (of, text.to_owned()));
    let marks: Vec<MessageMark> = messages[..3].iter().map(|message| MessageMark::of(message.id)).collect();
    assert_eq!(world.trailer().await, (marks, traced.to_vec()));
    assert_eq!(report.traces, [TRACEPARENT, OTHER, TRACEPARENT].map(|text| trace(text).unwrap()));
    assert_eq!(world.lines("landing/").await.len(), 6, "lines are what they were");
}

#[tokio::test]
async fn a_trace_is_no_part_of_what_is_stored_by_its_name() {
    let world = world(&[]).await;
    let first = message("a", Some("passengers"), r#"{"passenger_id": 1}"#);
    let again =
        Message { trace: trace(TRACEPARENT), ..message("b", Some("passengers"), r#"{"passenger_id": 1}"#) };
    for message in [first, again] {
        world.ingest.store(&[message], NEVER).await.unwrap();
    }
    // The first one that stored the events is the one that is named.
    assert_eq!(world.trailer().await, (vec![MessageMark::of("a")], Vec::new()));
}

#[tokio::test]
async fn what_is_refused_keeps_its_trace_and_lands_with_it_when_it_is_replayed() {
    let world = world(&[]).await;
    let bad =
        Message { trace: trace(TRACEPARENT), ..message("a", Some("pasengers"), r#"{"passenger_id": 1}"#) };
    let report = world.ingest.store(&[bad], NEVER).await.unwrap();
    assert_eq!((report.quarantined, report.traces.len()), (1, 1));
    let [rejected] = &world.rejected("quarantine/").await[..] else { panic!("not one line") };
    assert_eq!(rejected.carrier.traceparent, trace(TRACEPARENT));
    let object = &world.store.list_all("quarantine/").await.unwrap()[0].key;
    let key = domain::key::QuarantineKey::parse(object).unwrap();
    let dataset = DatasetName::new("passengers").unwrap();
    let options = crate::replay::Options {
        chosen: |_: &Rejected| true,
        dataset: Some(&dataset),
        dry_run: false,
        change: None,
        judged: None,
    };
    world.ingest.replay(&key, options).await.unwrap();
    assert_eq!(world.trailer().await, (vec![MessageMark::of("a")], vec![(0, TRACEPARENT.to_owned())]));
}

#[test]
fn a_line_of_the_log_names_each_trace_once_and_not_too_many() {
    let traces = (0..40).map(|n: u32| {
        let text = format!("00-4bf92f3577b34da6a3ce929d{:08x}-{:016x}-01", 1 + n / 2, n + 1);
        TraceContext::parse(text.as_bytes()).unwrap()
    });
    let told = crate::group::trace_ids(traces).unwrap();
    let ids: Vec<&str> = told.split(',').collect();
    assert_eq!((ids.len(), ids[0]), (MOST_TOLD, "4bf92f3577b34da6a3ce929d00000001"));
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), MOST_TOLD);
    assert_eq!(crate::group::trace_ids([]), None);
}
