//! Messages of every form, and what each must leave in the bucket.

use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use crate::bucket::{Kept, Row};

/// The dataset whose events name themselves.
pub(crate) const ORDERS: &str = "orders";

pub(crate) const DEFINITIONS: [(&str, &str); 3] = [
    (
        ORDERS,
        r#"{"name": "orders", "identity": ["number"], "event_time": "at", "columns": [
            {"name": "number", "type": "string", "required": true},
            {"name": "at", "type": "timestamp", "required": true},
            {"name": "lines", "type": "array<struct<sku:string,price:decimal(6,2)>>"}]}"#,
    ),
    // By the message's id and the event's place in it.
    ("clicks", r#"{"name": "clicks", "columns": [{"name": "n", "type": "int", "required": true}]}"#),
    // By source and id.
    (
        "bookings",
        r#"{"name": "bookings", "partition_by": "hour", "cloudevents_type": "shop.booked",
            "columns": [{"name": "seat", "type": "string"}]}"#,
    ),
];

/// What a message is about.
#[derive(Debug, Clone)]
enum Event {
    /// An order of a day; few of them, so that many are twins.
    Order(u8, u8),
    Click(i32),
    /// A CloudEvent, routed by its type.
    Booking(u8),
    /// Text that is no event of any dataset.
    Bad(&'static str),
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Alone,
    Array,
    Lines,
}

/// A message, and what it must leave.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) sent_at: DateTime<Utc>,
    pub(crate) body: String,
    dataset: Option<&'static str>,
    encoding: Option<&'static str>,
    pub(crate) kept: Vec<Kept>,
    pub(crate) rows: Vec<Row>,
}

impl Event {
    fn text(&self) -> String {
        match self {
            Self::Order(order, day) => {
                format!(
                    r#"{{"number": "o{order}", "at": "2026-11-2{day}T10:00:00+02:00", "lines": [{{"sku": "é\u00e9", "price": 1.10}}]}}"#
                )
            }
            Self::Click(n) => format!(r#"{{"n": {n}, "new": [1e400, null]}}"#),
            Self::Booking(id) => format!(
                r#"{{"specversion": "1.0", "id": "{id}", "source": "/shop", "type": "shop.booked", "data": {{"seat": "12A"}}}}"#
            ),
            Self::Bad(text) => (*text).to_owned(),
        }
    }

    /// Where it must be, and the identity it has there; nothing for what is bad.
    fn row(&self, message: &str, position: usize, sent_at: DateTime<Utc>) -> Option<Row> {
        let day = sent_at.format("dt=%Y-%m-%d");
        match self {
            Self::Order(order, day) => {
                Some((format!("landing/orders/dt=2026-11-2{day}"), format!("o{order}")))
            }
            Self::Click(_) => Some((format!("landing/clicks/{day}"), format!("{message}:{position}"))),
            Self::Booking(id) => {
                let hour = sent_at.format("hour=%H");
                Some((format!("landing/bookings/{day}/{hour}"), format!("/shop {id}")))
            }
            Self::Bad(_) => None,
        }
    }
}

impl Message {
    pub(crate) fn id(index: usize) -> String {
        format!("m-{index}")
    }

    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        [("dataset", self.dataset), ("content-encoding", self.encoding)]
            .into_iter()
            .filter_map(|(name, value)| value.map(|value| (name, value)))
    }

    /// A message whose events are judged one by one. `place` is where the bad ones of them go.
    fn of(
        events: &[Event],
        form: Form,
        dataset: Option<&'static str>,
        place: &str,
        index: usize,
        minutes: i64,
    ) -> Self {
        let (id, sent_at) = (Self::id(index), sent(minutes));
        let texts: Vec<String> = events.iter().map(Event::text).collect();
        let body = match form {
            Form::Alone => texts[0].clone(),
            Form::Array => format!(" [{}]\n", texts.join(" ,\n")),
            Form::Lines => format!("\u{feff}{}\r\n\n", texts.join("\r\n")),
        };
        let mut kept = Vec::new();
        let mut rows = Vec::new();
        for (position, (event, text)) in events.iter().zip(texts).enumerate() {
            match event.row(&id, position, sent_at) {
                Some(row) => {
                    let identity = Some(row.1.clone()).filter(|_| !matches!(event, Event::Order(..)));
                    kept.push(Kept::Landed(row.0.clone(), identity, text));
                    rows.push(row);
                }
                None => kept.push(Kept::Rejected(rejects(place, sent_at), id.clone(), position, text)),
            }
        }
        Self { id, sent_at, body, dataset, encoding: None, kept, rows }
    }

    /// A message that is kept as it came.
    fn whole(
        body: &str,
        encoding: Option<&'static str>,
        dataset: Option<&'static str>,
        place: &str,
        index: usize,
        minutes: i64,
    ) -> Self {
        let (id, sent_at) = (Self::id(index), sent(minutes));
        let kept = vec![Kept::Rejected(rejects(place, sent_at), id.clone(), 0, body.to_owned())];
        Self { id, sent_at, body: body.to_owned(), dataset, encoding, kept, rows: Vec::new() }
    }

    fn packed(mut self, encoding: Option<&'static str>) -> Self {
        let bytes = self.body.as_bytes();
        self.encoding = encoding;
        self.body = match encoding {
            Some("gzip") => {
                let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                packed.write_all(bytes).unwrap();
                STANDARD.encode(packed.finish().unwrap())
            }
            Some("zstd") => STANDARD.encode(zstd::bulk::compress(bytes, 1).unwrap()),
            _ => return self,
        };
        self
    }
}

fn sent(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_390_000, 0).unwrap() + TimeDelta::minutes(minutes)
}

fn rejects(place: &str, sent_at: DateTime<Utc>) -> String {
    format!("quarantine/{place}/{}", sent_at.format("dt=%Y-%m-%d"))
}

/// Up to 20 messages.
pub(crate) fn messages() -> impl Strategy<Value = Vec<Message>> {
    prop::collection::vec((any_message(), 0_i64..1_500), 1..20).prop_map(|makers| {
        makers.into_iter().enumerate().map(|(index, (make, minutes))| make.message(index, minutes)).collect()
    })
}

/// A message without its id and time.
#[derive(Debug, Clone)]
enum Make {
    Events(Vec<Event>, Form, Option<&'static str>, &'static str, Option<&'static str>),
    Whole(&'static str, Option<&'static str>, Option<&'static str>, &'static str),
}

impl Make {
    fn message(self, index: usize, minutes: i64) -> Message {
        match self {
            Self::Events(events, form, dataset, place, encoding) => {
                Message::of(&events, form, dataset, place, index, minutes).packed(encoding)
            }
            Self::Whole(body, encoding, dataset, place) => {
                Message::whole(body, encoding, dataset, place, index, minutes)
            }
        }
    }
}

fn any_message() -> impl Strategy<Value = Make> {
    let order = || (0_u8..6, 1_u8..4).prop_map(|(order, day)| Event::Order(order, day)).boxed();
    let click = || any::<i32>().prop_map(Event::Click).boxed();
    let booking = || (0_u8..6).prop_map(Event::Booking).boxed();
    prop_oneof![
        4 => events(order(), Some("orders"), "orders"),
        4 => events(click(), Some("clicks"), "clicks"),
        2 => events(booking(), None, "_unrouted"),
        1 => prop::sample::select(WHOLE.to_vec())
            .prop_map(|(body, encoding, dataset, place)| Make::Whole(body, encoding, dataset, place)),
    ]
}

/// Good and bad events of one dataset, in each form.
fn events(
    good: BoxedStrategy<Event>,
    dataset: Option<&'static str>,
    place: &'static str,
) -> impl Strategy<Value = Make> {
    let bad = prop::sample::select(BAD.to_vec()).prop_map(Event::Bad);
    let mixed = prop_oneof![3 => good.clone(), 1 => bad];
    let encoding = prop::sample::select(vec![None, None, Some("gzip"), Some("zstd")]);
    let form = prop::sample::select(vec![Form::Alone, Form::Array, Form::Lines]);
    (prop::collection::vec(mixed, 0..6), good, form, encoding).prop_map(
        move |(mut events, last, form, encoding)| {
            match form {
                Form::Alone => events.truncate(1),
                Form::Array => {}
                // That lines are events shows in the first or the last of several.
                Form::Lines => events.extend([last.clone(), last.clone()]),
            }
            if matches!(form, Form::Alone) && events.is_empty() {
                events.push(last);
            }
            Make::Events(events, form, dataset, place, encoding)
        },
    )
}

/// No event of any dataset, and whole wherever it stands.
const BAD: [&str; 6] =
    ["7", "null", r#""text, [with] {all}\"""#, r#"{"number": 7, "n": "x"}"#, r#"{"n": 1, "n": 1}"#, "{}"];

/// Body, encoding, dataset and place of messages that are kept in one piece.
const WHOLE: [(&str, Option<&str>, Option<&str>, &str); 5] = [
    (r#"{"n": 1}"#, Some("br"), Some("clicks"), "clicks"),
    ("no base64!", Some("gzip"), Some("clicks"), "clicks"),
    (r#"{"n": 1"#, None, Some("clicks"), "clicks"),
    (r#"{"n": 1}"#, None, Some("nobody"), "_unrouted"),
    (r#"{"n": 1}"#, None, None, "_unrouted"),
];
