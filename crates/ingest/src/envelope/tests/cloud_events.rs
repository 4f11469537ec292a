//! CloudEvents in binary mode: attributes beside the message, data in it.

use super::*;

/// The notification, by each way that it may come: directly, in a queue as SNS writes it and otherwise, and raw.
pub(super) fn ways(message: &str, attributes: &[(&str, &str)]) -> Vec<Value> {
    let of = |value: &str| -> Value {
        let one = |text: &str| Value::Object([(value.to_owned(), json!(text))].into_iter().collect());
        Value::Object(attributes.iter().map(|(name, text)| ((*name).to_owned(), one(text))).collect())
    };
    let mut notification = notification(message);
    notification["MessageAttributes"] = of("Value");
    let mut raw = queued(message);
    raw["Records"][0]["messageAttributes"] = of("stringValue");
    vec![
        json!({"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": notification}]}),
        queued(&notification.to_string()),
        queued(&serde_json::to_string_pretty(&notification).unwrap()),
        raw,
    ]
}

#[test]
fn a_cloud_event_in_binary_mode_becomes_one_in_structured_form() {
    let data = r#"{"seat": "12\u0041", "name": "Peña \"x\""}"#;
    for prefix in ["ce-", "ce_"] {
        let names: Vec<String> = ["specversion", "id", "source", "type", "time"]
            .iter()
            .map(|name| format!("{prefix}{name}"))
            .collect();
        let values = ["1.0", "A \"7\" ñ", "/shop", "shop.booked", "2026-11-23T10:05:00Z"];
        let mut attributes: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(values).collect();
        attributes.extend([("dataset", "bookings"), ("other", "x"), ("content-type", "application/json")]);
        let bodies = |message: &str, attributes: &[(&str, &str)]| -> Vec<String> {
            let read = |event: &Value| read(event).unwrap().remove(0).2;
            ways(message, attributes).iter().map(read).collect()
        };
        let mut expected = json!({
            "specversion": "1.0", "id": values[1], "source": "/shop", "type": "shop.booked",
            "time": "2026-11-23T10:05:00Z", "datacontenttype": "application/json",
            "data": {"seat": "12A", "name": "Peña \"x\""},
        });
        for body in bodies(data, &attributes) {
            assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected, "{body}");
            let event = domain::event::Event::parse(&body).unwrap();
            assert_eq!(event.cloud_event().unwrap().kind, "shop.booked");
        }
        // Without data there is an event as well.
        expected.as_object_mut().unwrap().remove("data");
        for body in bodies("", &attributes) {
            assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected, "{body}");
        }
        // These encodings are none.
        for none in ["", "identity"] {
            let plain = [attributes.as_slice(), &[("content-encoding", none)]].concat();
            for body in bodies("", &plain) {
                assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected, "{body}");
            }
        }
        // What is compressed, or is no event, stays as it is.
        let packed = [attributes.as_slice(), &[("content-encoding", "gzip")]].concat();
        assert_eq!(bodies("H4sI", &packed), ["H4sI"; 4]);
        for (missing, name) in names.iter().enumerate().take(4) {
            let mut others = attributes.clone();
            others.remove(missing);
            assert_eq!(bodies(data, &others), [data; 4], "without {name}");
        }
    }
    // Names that no event has are none of its members.
    let odd = [
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "/s"),
        ("ce-type", "t"),
        ("ce-data", "x"),
        ("ce-\"a", "x"),
    ];
    for event in ways("{}", &odd) {
        let body = read(&event).unwrap().remove(0).2;
        let expected = json!({"specversion": "1.0", "id": "1", "source": "/s", "type": "t", "data": {}});
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected, "{body}");
    }
}

#[test]
fn data_of_a_cloud_event_that_is_not_one_value_is_no_event_nor_part_of_one() {
    let attributes =
        [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/s"), ("ce-type", "t"), ("dataset", "d")];
    for data in [
        r#"{"a": 1},"subject":"x""#,
        r#"1,"subject":{"a":2"#,
        r#"{"a": 1"#,
        "{\"a\": 1}\n{\"a\": 2}",
        "{\"a\": 1}\n{\"a\": 2}\n{\"a\": 3}\n",
        "plain text",
        " ",
        "{\"a\": 1}}\n{\"a\": 2}\n{\"a\": 3}",
        "1}\n{\"id\": \"x\"}\n",
        "1}\n]\n",
        "x\n{\"a\": 1",
        "{\"a\": 1}\r{\"a\": 1",
        "1}{\"a\": 2",
    ] {
        for event in ways(data, &attributes) {
            let body = read(&event).unwrap().remove(0).2;
            let mut events = 0;
            formats::message::split(body.as_bytes(), &mut |piece| {
                events += usize::from(matches!(piece, formats::message::Piece::Event(..)));
            });
            assert_eq!(events, 0, "{body}");
            assert!(body.contains(data), "nothing of it is lost: {body}");
        }
    }
    let value = |data: &str| read(&ways(data, &attributes)[0]).unwrap().remove(0).2;
    for data in ["7", "null", "[1, 2]", " {\"a\": 1} "] {
        serde_json::from_str::<Value>(&value(data)).unwrap();
    }
}
