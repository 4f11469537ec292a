//! How many events a second `ingest` stores on one core, from the raw bytes of a Lambda event on, into a store that
//! keeps nothing. `scripts/bench ingest` runs it beside the same work in Python, on the same files.
//!
//! Arguments: a directory for the Lambda events, how many seconds of processor time to spend on each, and, for a
//! profiler, the name of the only shape to measure. Prints a line for each shape of event: its name, bytes, events and
//! bytes of payload; what was stored where; events a second.

// It is a measurement: what fails ends it.
#![allow(clippy::expect_used, clippy::panic)]

mod discard;
mod events;
mod invocation;
mod orders;
mod random;
mod stored;

use std::{env, fs, path::Path, sync::Arc};

use crate::{
    discard::Discard,
    events::{Generated, SHAPES},
    invocation::{bucket, invoke, now, service},
};

/// The rate is the best of so many: whatever else the machine does can only take from it.
const RUNS: usize = 15;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (directory, seconds, only) = match &arguments[..] {
        [directory, seconds] => (Path::new(directory), seconds, None),
        [directory, seconds, only] => (Path::new(directory), seconds, Some(only)),
        _ => panic!("arguments: DIRECTORY SECONDS [SHAPE]"),
    };
    let seconds: f64 = seconds.parse().expect("a number of seconds");
    fs::write(directory.join("orders.json"), orders::DEFINITION).expect("a file");
    for shape in SHAPES.into_iter().filter(|shape| only.is_none_or(|only| only == shape.name)) {
        let generated = shape.generate(now());
        fs::write(directory.join(shape.name).with_extension("json"), &generated.event).expect("a file");
        let stored = stored::after(&generated.event).await;
        let rate = rate(&generated, seconds).await;
        let Generated { event, events, payload_bytes } = generated;
        println!("{} {} {events} {payload_bytes} {stored} {rate:.0}", shape.name, event.len());
    }
}

/// Events per second of processor time, which on a machine with nothing else to do is the time.
async fn rate(generated: &Generated, seconds: f64) -> f64 {
    let service = service(Arc::new(Discard::new(bucket(orders::DEFINITION).await)));
    let mut rates = Vec::new();
    for _ in 0..RUNS {
        let (began, mut events, mut took) = (processor_time(), 0, 0.0);
        while took < seconds / RUNS as f64 {
            // The kernel's clock moves in steps, and reading it takes as long as some events.
            let until = events + generated.events.max(2_000);
            while events < until {
                invoke(&service, &generated.event).await;
                events += generated.events;
            }
            took = processor_time() - began;
        }
        rates.push(events as f64 / took);
    }
    rates.into_iter().fold(0.0, f64::max)
}

/// Seconds that this process has had a processor.
fn processor_time() -> f64 {
    let text = fs::read_to_string("/proc/self/schedstat").expect("Linux");
    let nanoseconds = text.split(' ').next().and_then(|first| first.parse::<u64>().ok());
    nanoseconds.expect("a number") as f64 / 1e9
}
