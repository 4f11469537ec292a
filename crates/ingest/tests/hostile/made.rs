//! Messages that a seed makes, the Lambda events around them, and what must land of them.

use std::{collections::BTreeSet, io::Write};

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, FixedOffset, SecondsFormat, TimeDelta, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{BEHIND_HOURS, now};

/// How a message gets to the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// SNS itself.
    Topic,
    /// SNS through a queue.
    Queue,
    /// The same with raw delivery.
    Raw,
}

impl Carrier {
    pub(crate) const ALL: [Self; 3] = [Self::Topic, Self::Queue, Self::Raw];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Array,
    Lines,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    None,
    Gzip,
    Zstd,
}

/// A message. Each event has a number of its own, and perhaps a time.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    dataset: &'static str,
    body: String,
    encoding: Option<&'static str>,
    times: Vec<(i64, i64)>,
}

impl Made {
    /// One event without a time.
    pub(crate) fn alone(body: &str) -> Self {
        Self { dataset: "plain", body: body.to_owned(), encoding: None, times: Vec::new() }
    }

    /// Events by number and by seconds since 1970.
    pub(crate) fn timed(events: &[(i64, i64)], form: Form, packing: Packing) -> Self {
        let texts: Vec<String> = events.iter().map(|(n, seconds)| text(*n, *seconds)).collect();
        let body = match form {
            Form::Array => format!("[{}]", texts.join(",")),
            Form::Lines => texts.join("\n"),
        };
        let (body, encoding) = match packing {
            Packing::None => (body, None),
            Packing::Gzip => {
                let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
                packed.write_all(body.as_bytes()).unwrap();
                (STANDARD.encode(packed.finish().unwrap()), Some("gzip"))
            }
            Packing::Zstd => {
                (STANDARD.encode(zstd::bulk::compress(body.as_bytes(), 19).unwrap()), Some("zstd"))
            }
        };
        Self { dataset: "timed", body, encoding, times: events.to_vec() }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.body.len()
    }

    pub(crate) fn events(&self) -> usize {
        self.times.len()
    }

    /// The Lambda event with it, sent now.
    pub(crate) fn valid(&self, carrier: Carrier) -> String {
        self.event(carrier, &now().to_rfc3339(), &now().timestamp_millis().to_string())
    }

    /// The Lambda event with it, of these times of SNS and of SQS.
    pub(crate) fn event(&self, carrier: Carrier, timestamp: &str, sent: &str) -> String {
        let attributes = |value: &str| {
            let mut attributes = json!({"dataset": {value: self.dataset, "Type": "String"}});
            if let Some(encoding) = self.encoding {
                attributes["content-encoding"] = json!({value: encoding, "Type": "String"});
            }
            attributes
        };
        let notification = json!({
            "Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:us-west-2:000000000000:tributary",
            "Message": self.body, "Timestamp": timestamp, "MessageAttributes": attributes("Value"),
        });
        let queued = |body: &str, attributes: Value| {
            json!({
                "messageId": "m", "body": body, "messageAttributes": attributes, "eventSource": "aws:sqs",
                "attributes": {"SentTimestamp": sent},
                "eventSourceARN": "arn:aws:sqs:us-west-2:000000000000:tributary-ingest",
            })
        };
        let record = match carrier {
            Carrier::Topic => json!({"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": notification}),
            Carrier::Queue => queued(&notification.to_string(), json!({})),
            Carrier::Raw => queued(&self.body, attributes("stringValue")),
        };
        json!({"Records": [record]}).to_string()
    }

    /// The partitions and numbers of what lands, if a message may have this many partitions.
    pub(crate) fn expected(&self, most: usize, days: bool) -> BTreeSet<(String, i64)> {
        let mut seen = BTreeSet::new();
        let (sent, hour) = (now().timestamp(), 3_600);
        let mut expected = BTreeSet::new();
        for (n, seconds) in &self.times {
            let is_in_time = (0_i64.max(sent - BEHIND_HOURS * hour)..=sent + 24 * hour).contains(seconds);
            let partition = partition(*seconds, days);
            if is_in_time && (seen.contains(&partition) || seen.len() < most) {
                seen.insert(partition.clone());
                expected.insert((partition, *n));
            }
        }
        expected
    }

    /// The same where nothing is bounded.
    pub(crate) fn expected_without_bounds(&self, days: bool) -> BTreeSet<(String, i64)> {
        self.times.iter().map(|(n, seconds)| (partition(*seconds, days), *n)).collect()
    }
}

fn moment(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn partition(seconds: i64, days: bool) -> String {
    moment(seconds).format(if days { "dt=%Y-%m-%d" } else { "dt=%Y-%m-%d/hour=%H" }).to_string()
}

/// An event, its time written with an offset that goes by its number.
fn text(n: i64, seconds: i64) -> String {
    let hours = i32::try_from(n % 24).unwrap() - 12;
    let offset = FixedOffset::east_opt(hours * 3_600).unwrap();
    // The first year and the last have no room for an offset.
    let is_at_the_edge = !(0..=250_000_000_000).contains(&seconds);
    let at = if is_at_the_edge {
        moment(seconds).to_rfc3339_opts(SecondsFormat::Secs, true)
    } else {
        moment(seconds).with_timezone(&offset).to_rfc3339_opts(SecondsFormat::Secs, true)
    };
    json!({"n": n, "at": at}).to_string()
}

/// Messages with up to 40 events, of times at the bounds, beyond them and between.
pub(crate) fn made() -> impl Strategy<Value = Made> {
    let sent = now().timestamp();
    let behind = sent - TimeDelta::hours(BEHIND_HOURS).num_seconds();
    let ahead = sent + TimeDelta::hours(24).num_seconds();
    let near = |at: i64| (-2_i64..=2).prop_map(move |step| at + step);
    let time = prop_oneof![
        4 => sent - 40_000..=sent,
        2 => behind..=ahead,
        1 => near(behind),
        1 => near(ahead),
        1 => Just(sent + 300 * 86_400),
        1 => Just(0_i64),
        1 => Just(-1_i64),
        1 => Just(-62_167_219_200_i64),
    ];
    let form = prop::sample::select(vec![Form::Array, Form::Lines]);
    let packing = prop::sample::select(vec![Packing::None, Packing::Gzip, Packing::Zstd]);
    (prop::collection::vec(time, 2..40), form, packing).prop_map(|(times, form, packing)| {
        let events: Vec<(i64, i64)> = (0..).zip(times).collect();
        Made::timed(&events, form, packing)
    })
}
