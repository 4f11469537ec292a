//! What tests share: a clock, a log, and the datasets that they ask for.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::{DateTime, Utc};
use domain::{Dataset, port::Clock};
use tracing::{Dispatch, subscriber::DefaultGuard};

use crate::render::result::tests::athena_csv;

/// The runtime's time, from 1970 on. In a test that begins with it paused, it passes by itself as soon as everybody
/// waits for it, so that the order of events is that of a real clock.
#[derive(Debug)]
pub(crate) struct RuntimeClock(tokio::time::Instant);

impl RuntimeClock {
    pub(crate) fn new() -> Self {
        Self(tokio::time::Instant::now())
    }
}

impl Clock for RuntimeClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + self.0.elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// What is logged on this thread while the guard lives, every level of it: a JSON object a line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Two subscribers are known to `tracing` then. If it knows one alone, and a thread without any is the first to log
    /// something, that is logged nowhere any more: <https://github.com/tokio-rs/tracing/issues/3611>.
    pub(crate) fn start() -> (Self, (DefaultGuard, Dispatch)) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || writer.clone())
            .finish();
        let subscriber = Dispatch::new(subscriber);
        let other = Dispatch::new(tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).finish());
        (log, (tracing::dispatcher::set_default(&subscriber), other))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines with the target `audit`.
    pub(crate) fn audit(&self) -> Vec<serde_json::Value> {
        let lines = self.text();
        let lines = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        lines.filter(|line| line["target"] == domain::access::AUDIT).collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Hourly.
pub(crate) fn bookings() -> Dataset {
    dataset(include_str!("../tests/datasets/bookings.json"))
}

/// Hourly, and without identity columns.
pub(crate) fn clicks() -> Dataset {
    dataset(include_str!("../tests/datasets/clicks.json"))
}

/// Daily by a date.
pub(crate) fn flights() -> Dataset {
    dataset(include_str!("../tests/datasets/flights.json"))
}

/// With the types that [`bookings`] lacks.
pub(crate) fn parcels() -> Dataset {
    dataset(include_str!("../tests/datasets/parcels.json"))
}

/// The dataset of the seed.
pub(crate) fn passengers() -> Dataset {
    dataset(include_str!("../tests/datasets/passengers.json"))
}

/// With an identity of two columns.
pub(crate) fn seats() -> Dataset {
    dataset(include_str!("../tests/datasets/seats.json"))
}

/// The seed's twenty passengers as Athena would leave them.
pub(crate) fn passengers_csv() -> Vec<u8> {
    athena_csv(&PASSENGER_COLUMNS, &passenger_rows())
}

/// The same with the day of their partition, by which a request for rows tells them apart.
pub(crate) fn passengers_result() -> Vec<u8> {
    let columns: Vec<&str> = PASSENGER_COLUMNS.into_iter().chain(["_key_4"]).collect();
    let mut rows = passenger_rows();
    rows.iter_mut().for_each(|row| row.push(Some("2026-11-23".to_owned())));
    athena_csv(&columns, &rows)
}

const PASSENGER_COLUMNS: [&str; 4] = ["passenger_id", "flight_id", "name", "seat_number"];

fn passenger_rows() -> Vec<Vec<Option<String>>> {
    let row = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |name: &&str| match &event[*name] {
            serde_json::Value::String(text) => Some(text.clone()),
            number => Some(number.to_string()),
        };
        PASSENGER_COLUMNS.iter().map(text).collect::<Vec<_>>()
    };
    include_str!("../../../events/seed/passengers.ndjson").lines().map(row).collect()
}

fn dataset(definition: &str) -> Dataset {
    Dataset::from_json(definition.as_bytes()).unwrap()
}
