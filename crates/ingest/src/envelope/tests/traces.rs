//! The trace that a message was sent in, however it comes.

use super::{cloud_events::ways, *};

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const XRAY: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
/// The same, as a trace context.
const OF_XRAY: &str = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";

/// The trace of the only message, and its body.
fn read(event: &Value) -> (Option<String>, String) {
    let batch = Batch::read(event.to_string().as_bytes()).unwrap();
    let [message] = &batch.messages(now()).unwrap()[..] else { panic!("{event}") };
    assert!(message.unreadable.is_none(), "{event}");
    let body = String::from_utf8(message.body.to_vec()).unwrap();
    (message.trace.map(|trace| trace.to_string()), body)
}

/// Sets X-Ray's header, if the event is of a queue; answers whether it is.
fn with_xray(event: &mut Value, header: &str) -> bool {
    let attributes = &mut event["Records"][0]["attributes"];
    if attributes.is_object() {
        attributes["AWSTraceHeader"] = header.into();
    }
    attributes.is_object()
}

#[test]
fn an_attribute_of_the_message_says_the_trace() {
    for mut event in ways(r#"{"a": 1}"#, &[("other", "x"), ("traceparent", TRACEPARENT)]) {
        let expected = (Some(TRACEPARENT.to_owned()), r#"{"a": 1}"#.to_owned());
        assert_eq!(read(&event), expected);
        // The sender's own word comes first.
        with_xray(&mut event, XRAY);
        assert_eq!(read(&event), expected);
    }
    for event in ways("x", &[("other", "x")]) {
        assert_eq!(read(&event).0, None);
    }
}

#[test]
fn the_header_of_x_ray_is_taken_where_the_sender_says_nothing() {
    for attributes in [&[][..], &[("traceparent", "nonsense")]] {
        for mut event in ways("x", attributes) {
            let expected = with_xray(&mut event, XRAY).then(|| OF_XRAY.to_owned());
            assert_eq!(read(&event).0, expected, "{event}");
            with_xray(&mut event, "Root=1-0-0");
            assert_eq!(read(&event).0, None, "{event}");
        }
    }
}

/// Whatever the attribute is, the message is the same without it.
#[test]
fn a_hostile_attribute_is_dropped_and_nothing_else() {
    let long = "0".repeat(200_000);
    for hostile in [
        "",
        "00",
        &TRACEPARENT[1..],
        &format!("{TRACEPARENT}\n{TRACEPARENT}"),
        &TRACEPARENT.to_uppercase(),
        "00-00000000000000000000000000000000-0000000000000000-00",
        "\"},\"dataset\":{\"Value\":\"other\"",
        "\u{202e}00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
        "\0",
        &long,
    ] {
        for event in ways(r#"{"a": 1}"#, &[("dataset", "seats"), ("traceparent", hostile)]) {
            assert_eq!(read(&event), (None, r#"{"a": 1}"#.to_owned()), "{hostile:.80}");
            let batch = Batch::read(event.to_string().as_bytes()).unwrap();
            assert_eq!(batch.messages(now()).unwrap()[0].dataset, Some("seats"));
        }
    }
    // Nor does it have to be a text.
    for value in [json!(1), json!(null), json!({"Value": [TRACEPARENT]}), json!([]), json!({})] {
        let mut direct = ways("x", &[]).remove(0);
        direct["Records"][0]["Sns"]["MessageAttributes"]["traceparent"] = value;
        assert_eq!(read(&direct), (None, "x".to_owned()));
    }
}

#[test]
fn a_cloud_event_in_binary_mode_has_it_in_itself() {
    let attributes = [
        ("ce-specversion", "1.0"),
        ("ce-id", "7"),
        ("ce-source", "/shop"),
        ("ce-type", "shop.booked"),
        ("ce-traceparent", TRACEPARENT),
    ];
    for event in ways("{}", &attributes) {
        let (of_message, body) = read(&event);
        assert_eq!(of_message, None);
        let trace = domain::event::Event::parse(&body).unwrap().trace();
        assert_eq!(trace.map(|trace| trace.to_string()).as_deref(), Some(TRACEPARENT));
    }
}
