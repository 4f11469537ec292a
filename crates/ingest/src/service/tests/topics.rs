//! Whose messages are taken, for which datasets, and of which time.

use super::*;
use crate::replay::{Options, Replayed};

const SHOP: &str = "arn:aws:sns:us-west-2:000000000000:shop";
const GATES: &str = "arn:aws:sns:us-west-2:000000000000:gates";
const QUEUE: &str = "arn:aws:sqs:us-west-2:000000000000:tributary-ingest";

const BOOKED: &str = r#"{"specversion": "1.0", "id": "7", "source": "/shop", "type": "shop.booked",
    "data": {"seat": "12A"}}"#;

async fn lake(topics: &str) -> World {
    let world = world(&[("TRIBUTARY_TOPICS", topics)]).await;
    let bookings = r#"{"name": "bookings", "cloudevents_type": "shop.booked", "columns": [{"name": "seat", "type": "string"}]}"#;
    world.store.put("schemas/bookings/000001.json", bookings.into(), PutMode::Create).await.unwrap();
    world
}

fn of<'a>(arn: &'a str, message: Message<'a>) -> Message<'a> {
    Message { arn: Some(arn), topic: arn.rsplit(':').next().unwrap(), ..message }
}

impl World {
    async fn replay(&self, dataset: Option<&str>) -> Replayed {
        let dataset = dataset.map(|name| DatasetName::new(name).unwrap());
        let mut sum = Replayed::default();
        for object in self.store.list_all("quarantine/").await.unwrap() {
            let options = Options {
                chosen: |_: &Rejected| true,
                dataset: dataset.as_ref(),
                dry_run: false,
                change: None,
                judged: None,
            };
            let one = self.ingest.replay(&object.key.parse().unwrap(), options).await.unwrap();
            sum.accepted += one.accepted;
            sum.rejected += one.rejected;
            sum.kept += one.kept;
        }
        sum
    }

    /// The same bucket, with other settings.
    fn with(&self, settings: &[(&str, &str)]) -> Self {
        let lookup = |name: &str| settings.iter().find(|(key, _)| *key == name).map(|(_, v)| (*v).to_owned());
        let clock = Arc::new(ManualClock::new("2026-11-23T10:05:00Z".parse().unwrap()));
        let ingest = Ingest::new(self.store.clone(), clock, &Settings::read(lookup).unwrap());
        Self { store: self.store.clone(), ingest }
    }
}

#[tokio::test]
async fn a_topic_that_is_not_named_is_not_taken_whatever_its_messages_say() {
    let event = r#"{"passenger_id": 1}"#;
    for (topics, arn, taken) in [
        ("", SHOP, true),
        ("", "", true),
        (SHOP, SHOP, true),
        (SHOP, GATES, false),
        (SHOP, QUEUE, false),
        (SHOP, "", false),
        (SHOP, "shop", false),
        (QUEUE, QUEUE, true),
    ] {
        let world = lake(topics).await;
        let messages = [
            of(arn, message("a", Some("passengers"), event)),
            // Kept in one piece, whatever is in it.
            of(arn, message("b", Some("passengers"), "[1, 2, 3]")),
            of(arn, message("c", None, BOOKED)),
        ];
        let report = world.ingest.store(&messages, NEVER).await.unwrap();
        let expected = if taken { (2, 3, 0) } else { (0, 3, 3) };
        assert_eq!((report.accepted, report.quarantined, report.untrusted), expected, "{topics} {arn}");
        if !taken {
            let kept = world.rejected("quarantine/_unrouted/").await;
            assert_eq!(kept.len(), 3, "{arn}");
            for line in kept {
                let words = "the topic is none of those whose messages are taken (TRIBUTARY_TOPICS), found ";
                assert!(line.reason.starts_with(words) && line.carrier.untrusted, "{}", line.reason);
                assert_eq!(line.carrier.arn.as_deref(), Some(arn));
            }
        }
    }
}

#[tokio::test]
async fn a_topic_publishes_to_its_own_datasets_by_whatever_way() {
    let world = lake(&format!("{SHOP}=bookings,{GATES}=passengers,{QUEUE}")).await;
    let passenger = r#"{"passenger_id": 1}"#;
    let mixed = format!("[{BOOKED}, {passenger}, 7]");
    for (arn, dataset, body, accepted, untrusted) in [
        (SHOP, Some("bookings"), BOOKED, 1, 0),
        (SHOP, None, BOOKED, 1, 0),
        (SHOP, Some("passengers"), passenger, 0, 1),
        // By attribute to a dataset that is not the type's.
        (SHOP, Some("passengers"), BOOKED, 0, 1),
        (GATES, None, BOOKED, 0, 1),
        (GATES, Some("passengers"), passenger, 1, 0),
        (QUEUE, Some("passengers"), passenger, 1, 0),
        (QUEUE, None, BOOKED, 1, 0),
        // What is bad of what is forbidden is not to land either when its definition is mended.
        (SHOP, Some("passengers"), "[1, 2]", 0, 2),
        (SHOP, Some("passengers"), mixed.as_str(), 0, 3),
        // There may be such a dataset one day, and this topic may not publish to it then.
        (SHOP, Some("payroll"), passenger, 0, 1),
        (QUEUE, Some("payroll"), passenger, 0, 0),
    ] {
        let report = world.ingest.store(&[of(arn, message("m", dataset, body))], NEVER).await.unwrap();
        assert_eq!((report.accepted, report.untrusted), (accepted, untrusted), "{arn} {dataset:?} {body}");
    }
    let reasons = world.rejected("quarantine/_unrouted/").await;
    let words =
        format!("the topic may not publish to the dataset (TRIBUTARY_TOPICS), found {SHOP:?} and passengers");
    assert!(reasons.iter().any(|line| line.reason == words), "{reasons:?}");
    assert_eq!(world.lines("quarantine/passengers/").await.len(), 0, "nobody else's quarantine is filled");
}

#[tokio::test]
async fn what_came_from_elsewhere_is_replayed_only_where_somebody_says_so() {
    let refused = lake(SHOP).await;
    let foreign = of(GATES, message("m", Some("passengers"), r#"{"passenger_id": 1}"#));
    refused.ingest.store(std::slice::from_ref(&foreign), NEVER).await.unwrap();
    // The command's environment says nothing of topics: that is no permission.
    let silent = refused.with(&[]);
    assert_eq!(silent.replay(None).await, Replayed { kept: 1, ..Replayed::default() });
    assert_eq!(refused.replay(None).await, Replayed { rejected: 1, ..Replayed::default() });
    let both = format!("{SHOP},{GATES}");
    let named = refused.with(&[("TRIBUTARY_TOPICS", both.as_str())]);
    assert_eq!(named.replay(None).await.accepted, 1);
    assert_eq!(refused.lines("landing/passengers/").await.len(), 1);

    // Or who replays it names the dataset.
    let refused = lake(SHOP).await;
    refused.ingest.store(&[foreign], NEVER).await.unwrap();
    assert_eq!(refused.replay(Some("passengers")).await.accepted, 1);
}

/// A topic gets no further by what its message was refused for first: an unknown dataset, or an impossible time.
#[tokio::test]
async fn what_a_topic_may_not_do_it_may_not_do_by_a_replay() {
    let restricted = lake(&format!("{SHOP}=bookings")).await;
    let event = r#"{"passenger_id": 1}"#;
    let late = of(SHOP, message("late", Some("passengers"), event));
    let messages = [
        of(SHOP, message("early", Some("payroll"), event)),
        Message { sent_at: "2006-11-23T10:05:00Z".parse().unwrap(), ..late },
    ];
    let report = restricted.ingest.store(&messages, NEVER).await.unwrap();
    assert_eq!((report.quarantined, report.untrusted), (2, 2));
    let payroll = r#"{"name": "payroll", "columns": [{"name": "passenger_id", "type": "int"}]}"#;
    restricted.store.put("schemas/payroll/000001.json", payroll.into(), PutMode::Create).await.unwrap();
    let silent = restricted.with(&[("TRIBUTARY_EVENT_BEHIND", "876000h")]);
    assert_eq!(silent.replay(None).await, Replayed { kept: 2, ..Replayed::default() });
}

#[tokio::test]
async fn what_was_refused_before_arns_were_kept_is_replayed_as_before() {
    let world = lake(SHOP).await;
    let line = r#"{"message_id":"m","position":0,"dataset":"passengers","reason":"r","at":"2026-11-23T10:05:00Z",
        "sent_at":"2026-11-23T10:04:00Z","topic":"passengers","holds":"event","text":"{\"passenger_id\": 1}"}"#;
    let packed = zstd::bulk::compress(line.replace('\n', "").as_bytes(), 1).unwrap();
    let key = "quarantine/passengers/dt=2026-11-23/0123456789abcdef0123456789abcdef01234567.ndjson.zst";
    world.store.put(key, packed.into(), PutMode::Create).await.unwrap();
    assert_eq!(world.replay(None).await.accepted, 1);
}

#[tokio::test]
async fn a_message_of_a_time_that_it_cannot_be_of_is_kept_by_the_day_it_came() {
    let world = world(&[]).await;
    let [event, bad] = [r#"{"passenger_id": 1}"#, "no event"];
    for (sent, setting) in [
        ("9999-12-31T23:59:59Z", "TRIBUTARY_EVENT_AHEAD"),
        ("2026-11-24T10:05:00.001Z", "TRIBUTARY_EVENT_AHEAD"),
        ("1969-12-31T23:59:59Z", "TRIBUTARY_EARLIEST_EVENT"),
        ("0000-01-01T00:00:00Z", "TRIBUTARY_EARLIEST_EVENT"),
        ("2016-11-25T10:04:59Z", "TRIBUTARY_EVENT_BEHIND"),
    ] {
        for body in [event, bad] {
            let forged =
                Message { sent_at: sent.parse().unwrap(), ..message(sent, Some("passengers"), body) };
            let report = world.ingest.store(&[forged], NEVER).await.unwrap();
            assert_eq!((report.accepted, report.quarantined), (0, 1), "{sent}");
        }
        let kept = world.rejected("quarantine/_unrouted/dt=2026-11-23/").await;
        let kept: Vec<_> = kept.iter().filter(|line| line.message_id == sent).collect();
        assert_eq!(kept.len(), 2, "{sent}");
        assert!(kept.iter().all(|line| line.reason.contains(setting)), "{sent}: {}", kept[0].reason);
        assert_eq!(kept[0].carrier.sent_at, Some(sent.parse().unwrap()));
    }
    for taken in ["2026-11-24T10:05:00Z", "2016-11-25T10:05:00Z"] {
        let message =
            Message { sent_at: taken.parse().unwrap(), ..message(taken, Some("passengers"), event) };
        assert_eq!(world.ingest.store(&[message], NEVER).await.unwrap().accepted, 1, "{taken}");
    }
    assert!(
        world.store.list_all("landing/").await.unwrap().iter().all(|object| object.key.contains("/dt=20"))
    );
}

#[tokio::test]
async fn what_was_too_old_lands_when_the_setting_is_raised_and_it_is_replayed() {
    let world = lake("").await;
    let flights = r#"{"name": "flights", "event_time": "day", "identity": ["id"], "columns": [
        {"name": "id", "type": "int", "required": true}, {"name": "day", "type": "date", "required": true}]}"#;
    world.store.put("schemas/flights/000001.json", flights.into(), PutMode::Create).await.unwrap();
    let body =
        r#"[{"id": 1, "day": "2013-01-01"}, {"id": 2, "day": "1912-04-10"}, {"id": 3, "day": "2026-11-23"}]"#;
    let report = world.ingest.store(&[message("m", Some("flights"), body)], NEVER).await.unwrap();
    assert_eq!((report.accepted, report.quarantined), (1, 2));
    let behind = ("TRIBUTARY_EVENT_BEHIND", "1314000h");
    assert_eq!(world.with(&[behind]).replay(None).await.accepted, 1);
    let both = [behind, ("TRIBUTARY_EARLIEST_EVENT", "1900-01-01")];
    assert_eq!(world.with(&both).replay(None).await.accepted, 1);
    assert!(world.store.list_all("quarantine/").await.unwrap().is_empty());
    assert_eq!(world.lines("landing/flights/").await.len(), 3);
}
