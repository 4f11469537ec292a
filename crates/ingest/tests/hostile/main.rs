//! Lambda events that somebody made to do harm: forged times, and many partitions in few bytes. Whatever comes, nothing
//! is lost, and nothing lands where no setting allows it.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod made;
mod world;

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::{
    made::{Carrier, Form, Made, Packing, made},
    world::{BEHIND, World, now},
};

/// One event in a message of SNS whose envelope says this time.
fn forged(carrier: Carrier, timestamp: &str) -> String {
    let body = r#"{"n": 1}"#;
    Made::alone(body).event(carrier, timestamp, &now().timestamp_millis().to_string())
}

#[tokio::test]
async fn an_envelope_of_another_time_lands_nowhere() {
    for timestamp in [
        "9999-12-31T23:59:59.999Z",
        "0000-01-01T00:00:00.000Z",
        "1969-12-31T23:59:59.999Z",
        "2027-01-01T00:00:00Z",
    ] {
        for carrier in [Carrier::Topic, Carrier::Queue] {
            let world = World::new(&[]).await;
            for _ in 0..2 {
                world.invoke(&forged(carrier, timestamp)).await.unwrap();
            }
            let kept = world.rejected().await;
            assert_eq!((kept.len(), world.landed().await.len()), (1, 0), "{carrier:?} {timestamp}");
            assert!(kept[0].reason.starts_with("the time of the message: from "), "{}", kept[0].reason);
            let keys = world.keys("quarantine/");
            assert!(keys[0].starts_with("quarantine/_unrouted/dt=2026-11-23/"), "{keys:?}");
        }
    }
}

#[tokio::test]
async fn an_envelope_without_a_time_that_can_be_read_is_no_notification() {
    for timestamp in ["+10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "2026-13-01T00:00:00Z", "", "now"] {
        let world = World::new(&[]).await;
        // To the queue anybody may have sent it, and it names no dataset of its own.
        world.invoke(&forged(Carrier::Queue, timestamp)).await.unwrap();
        assert_eq!((world.rejected().await.len(), world.landed().await.len()), (1, 0), "{timestamp}");
        let error = world.invoke(&forged(Carrier::Topic, timestamp)).await.unwrap_err().to_string();
        assert!(error.contains("record 0 has no \"MessageId\", \"Timestamp\" and \"Message\""), "{error}");
    }
}

#[tokio::test]
async fn a_time_may_be_written_in_any_way() {
    for (timestamp, partition) in [
        ("2026-11-23T10:04:59.999999999Z", "dt=2026-11-23/hour=10"),
        ("2026-11-23T09:59:60Z", "dt=2026-11-23/hour=10"),
        ("2026-11-24T09:58:59+23:59", "dt=2026-11-23/hour=09"),
        ("2026-11-22T10:06:00-23:59", "dt=2026-11-23/hour=10"),
    ] {
        for carrier in [Carrier::Topic, Carrier::Queue] {
            let world = World::new(&[]).await;
            world.invoke(&forged(carrier, timestamp)).await.unwrap();
            assert_eq!(world.landed().await, BTreeSet::from([(partition.to_owned(), 1)]), "{timestamp}");
        }
    }
}

#[tokio::test]
async fn with_raw_delivery_it_is_sqs_own_time_and_held_against_the_clock() {
    let millis =
        |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp_millis().to_string();
    for (sent, lands) in [
        (millis("2026-11-23T10:04:59Z"), true),
        (millis("2026-11-09T10:04:59Z"), true),
        (millis("9999-12-31T23:59:59Z"), false),
        (millis("1969-12-31T23:59:59Z"), false),
        ("0".to_owned(), false),
        ("-62167219200000".to_owned(), false),
        ("253402300800000".to_owned(), false),
        ("99999999999999999999999999".to_owned(), false),
        (String::new(), false),
    ] {
        let world = World::new(&[]).await;
        let event = Made::alone(r#"{"n": 1}"#).event(Carrier::Raw, "", &sent);
        world.invoke(&event).await.unwrap();
        let found = (world.landed().await.len(), world.rejected().await.len());
        assert_eq!(found, if lands { (1, 0) } else { (0, 1) }, "{sent}");
        assert!(world.keys("quarantine/").iter().all(|key| key.contains("/dt=2026-11-23/")), "{sent}");
    }
}

/// What was sent when this was found: 29 KB that made 5,000 objects.
#[tokio::test]
async fn a_small_message_of_thousands_of_hours_makes_few_objects() {
    for packing in [Packing::Gzip, Packing::Zstd] {
        let hour = now().timestamp() / 3_600;
        let events: Vec<(i64, i64)> = (0..5_000).map(|n| (n, (hour - n) * 3_600)).collect();
        let made = Made::timed(&events, Form::Lines, packing);
        assert!(made.bytes() < 100_000, "{}", made.bytes());
        for carrier in Carrier::ALL {
            let world = World::new(&[]).await;
            world.invoke(&made.valid(carrier)).await.unwrap();
            assert_eq!(world.keys("landing/").len(), 400, "{carrier:?}");
            assert_eq!(world.rejected().await.len(), 4_600);
            // Nor do several of them make more than an hour allows.
            let limited = World::new(&[("TRIBUTARY_HOURLY_PARTITIONS", "100")]).await;
            for _ in 0..3 {
                limited.invoke(&made.valid(carrier)).await.unwrap();
            }
            assert_eq!(limited.keys("landing/").len(), 100 + 49, "49 hours are current");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn what_lands_of_a_message_is_decided_by_its_events_alone(
        made in made(), most in 1_usize..8, carrier in prop::sample::select(Carrier::ALL.to_vec()), days: bool,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let bound = most.to_string();
            let settings = [("TRIBUTARY_MESSAGE_PARTITIONS", bound.as_str()), ("TRIBUTARY_EVENT_BEHIND", BEHIND)];
            let (first, second) = (World::of(&settings, days).await, World::of(&settings, days).await);
            let event = made.valid(carrier);
            first.invoke(&event).await.unwrap();
            let (landed, rejected) = (first.landed().await, first.rejected().await);
            assert_eq!(landed, made.expected(most, days));
            assert_eq!(landed.len() + rejected.len(), made.events(), "nothing is lost");
            for line in &rejected {
                let names_a_setting =
                    ["TRIBUTARY_EVENT_BEHIND", "TRIBUTARY_EVENT_AHEAD", "TRIBUTARY_EARLIEST_EVENT", "TRIBUTARY_MESSAGE_PARTITIONS"]
                        .iter()
                        .any(|setting| line.reason.contains(setting));
                assert!(names_a_setting, "{}", line.reason);
            }
            // A redelivery makes nothing new, here and elsewhere.
            let keys = first.keys("");
            first.invoke(&event).await.unwrap();
            second.invoke(&event).await.unwrap();
            assert_eq!((&first.keys(""), &second.keys("")), (&keys, &keys));
            // Where the settings allow it, what was refused for them lands, and where it belongs.
            let open = World::sharing(&first, &[
                ("TRIBUTARY_EVENT_BEHIND", "87660000h"), ("TRIBUTARY_EVENT_AHEAD", "8784h"),
                ("TRIBUTARY_EARLIEST_EVENT", "0000-01-01"),
            ]);
            open.replay().await;
            assert_eq!(first.landed().await, made.expected_without_bounds(days));
            assert!(first.rejected().await.is_empty());
        });
    }
}
