use proptest::prelude::*;

use super::*;

const ATTRIBUTES: usize = 20;

/// Objects of these sizes, in order, packed; every request that comes of it.
fn packed(sizes: &[usize], size: Option<usize>) -> Vec<Request> {
    let (mut packer, mut ready) = (Packer::new(size.map(PackSize), ATTRIBUTES), VecDeque::new());
    for (index, size) in sizes.iter().enumerate() {
        let text = format!("{{\"a\":\"{}\"}}", "x".repeat(size - 8));
        let end = Place { events: index as u64 + 1, ..Place::default() };
        packer.push(Event { text, input: 0, line: index as u64 + 1, end }, &mut ready);
    }
    packer.flush(&mut ready);
    assert!(!packer.holds_some());
    ready.into()
}

fn bytes(message: &Message) -> usize {
    message.text.len() + ATTRIBUTES
}

#[test]
fn a_size_is_what_sns_takes() {
    assert_eq!("64KiB".parse(), Ok(PackSize(65_536)));
    assert_eq!("262144".parse(), Ok(PackSize(MAX_BYTES)));
    for wrong in ["", "257KiB", "64kb", "1000", "18446744073709551615KiB", "-1KiB"] {
        assert!(wrong.parse::<PackSize>().is_err(), "{wrong:?} was taken");
    }
}

#[test]
fn without_packing_a_message_is_an_event_and_a_request_is_ten() {
    let requests = packed(&[100; 25], None);
    assert_eq!(requests.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 5]);
    assert!(requests.iter().flatten().all(|message| message.events == 1 && message.text.len() == 100));
}

#[test]
fn a_packed_message_is_filled_to_the_last_byte() {
    // [a,b] and the attributes are 100 + 100 + 3 + 20.
    for (size, messages) in [(223, 1), (222, 2)] {
        let requests = packed(&[100, 100], Some(size));
        assert_eq!(requests[0].len(), messages, "{size}");
    }
    let largest = MAX_BYTES - ATTRIBUTES;
    assert_eq!(packed(&[largest, largest], None).len(), 2);
    assert_eq!(bytes(&packed(&[largest], Some(MAX_BYTES))[0][0]), MAX_BYTES);
}

#[test]
fn an_event_that_is_larger_than_the_size_goes_alone_and_as_it_is() {
    let requests = packed(&[50, 2_000, 50], Some(1_024));
    let messages: Vec<_> = requests.iter().flatten().collect();
    assert_eq!(messages.iter().map(|message| message.events).collect::<Vec<_>>(), [1, 1, 1]);
    assert!(messages.iter().all(|message| message.text.starts_with('{')));
}

/// Events of these days since 1970, packed so that a message has at most so many of them; each message's days.
fn days_packed(days: &[i64], most: usize) -> Vec<Vec<i64>> {
    let definition = br#"{"name": "d", "event_time": "t", "columns": [
        {"name": "t", "type": "timestamp", "unit": "s", "required": true}]}"#;
    let partitions = Partitions::new(domain::Dataset::from_json(definition).unwrap(), most);
    let mut packer = Packer::new(Some(PackSize(MAX_BYTES)), ATTRIBUTES).within(Some(partitions));
    let mut ready = VecDeque::new();
    for (index, day) in days.iter().enumerate() {
        let text = format!("{{\"t\": {}}}", day * 86_400 + 7);
        let end = Place { events: index as u64 + 1, ..Place::default() };
        packer.push(Event { text, input: 0, line: index as u64 + 1, end }, &mut ready);
    }
    packer.flush(&mut ready);
    let day = |event: &serde_json::Value| event["t"].as_i64().unwrap() / 86_400;
    let days = |message: &Message| match serde_json::from_str::<serde_json::Value>(&message.text).unwrap() {
        serde_json::Value::Array(events) => events.iter().map(day).collect(),
        event => vec![day(&event)],
    };
    ready.iter().flatten().map(days).collect()
}

#[test]
fn a_message_has_events_of_no_more_partitions_than_the_lake_takes() {
    assert_eq!(days_packed(&[1, 2, 1, 3, 1, 2, 4], 2), [vec![1, 2, 1], vec![3, 1], vec![2, 4]]);
    assert_eq!(days_packed(&[1, 2, 3], 1), [vec![1], vec![2], vec![3]]);
    assert_eq!(days_packed(&[1, 2, 3], 3), [vec![1, 2, 3]]);
}

#[test]
fn an_event_within_an_object_counts_by_its_own_time() {
    let definition = br#"{"name": "d", "event_time": "t", "unwrap": "Rs", "columns": [
        {"name": "t", "type": "timestamp", "unit": "s", "required": true}]}"#;
    let partitions = Partitions::new(domain::Dataset::from_json(definition).unwrap(), 1);
    let plain = partitions.of(r#"{"t": 86400, "n": [1]}"#);
    assert_eq!(plain.as_ref().unwrap().to_string(), "dt=1970-01-02");
    assert_eq!(partitions.of(r#"{"Rs":[{"t": 86400, "Rs": [1]}]}"#), plain);
    assert_eq!(partitions.of(r#"{"Rs":[]}"#), None);
}

proptest! {
    #[test]
    fn of_whatever_days_a_message_has_few_and_none_is_lost(
        days in prop::collection::vec(0_i64..12, 0..80), most in 1_usize..6,
    ) {
        let messages = days_packed(&days, most);
        for message in &messages {
            let distinct: std::collections::BTreeSet<_> = message.iter().collect();
            prop_assert!((1..=most).contains(&distinct.len()), "{message:?}");
        }
        // Each is as long as it can be.
        for pair in messages.windows(2) {
            let mut distinct: std::collections::BTreeSet<_> = pair[0].iter().collect();
            distinct.insert(&pair[1][0]);
            prop_assert!(distinct.len() > most);
        }
        prop_assert_eq!(messages.concat(), days);
    }

    #[test]
    fn whatever_comes_is_within_the_limits_once_and_in_order(
        sizes in prop::collection::vec(prop_oneof![8..500_usize, 8..MAX_BYTES - ATTRIBUTES], 0..60),
        size in prop::option::of(1_024..=MAX_BYTES),
    ) {
        let requests = packed(&sizes, size);
        let mut lengths = Vec::new();
        for request in &requests {
            prop_assert!((1..=MAX_ENTRIES).contains(&request.len()));
            prop_assert!(request.iter().map(bytes).sum::<usize>() <= MAX_BYTES);
            for message in request {
                prop_assert!(message.events == 1 || bytes(message) <= size.unwrap_or(0));
                prop_assert_eq!(message.line, lengths.len() as u64 + 1);
                let events: Vec<&serde_json::value::RawValue> = if message.events == 1 {
                    vec![serde_json::from_str(&message.text).unwrap()]
                } else {
                    serde_json::from_str(&message.text).unwrap()
                };
                prop_assert_eq!(events.len() as u64, message.events);
                lengths.extend(events.iter().map(|event| event.get().len()));
                prop_assert_eq!(message.end.events, lengths.len() as u64);
            }
        }
        prop_assert_eq!(lengths, sizes);
    }
}
