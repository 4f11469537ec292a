//! How long a landing line takes, without zstd and Parquet:
//!
//! ```text
//! cargo run --profile measure -p columnar --example lines -- [ROUNDS]
//! ```
//!
//! Lines of some 310 bytes: a UUID, numbers, names that are not ASCII, times, prices, a list and a struct. `general` are the
//! same lines with a name in escapes, which the fast path leaves to the general one.

use std::{error::Error, time::Instant};

use columnar::Lines;
use domain::{Dataset, drawn::Random, landing::Writer};

const DEFINITION: &str = r#"{"name": "flights", "identity": ["id"], "event_time": "at", "columns": [
    {"name": "id", "type": "string", "required": true}, {"name": "number", "type": "bigint"},
    {"name": "seats", "type": "int"}, {"name": "name", "type": "string"}, {"name": "city", "type": "string"},
    {"name": "at", "type": "timestamp", "required": true}, {"name": "until", "type": "timestamp"},
    {"name": "price", "type": "decimal(12,2)"}, {"name": "rate", "type": "double"}, {"name": "paid", "type": "boolean"},
    {"name": "tags", "type": "array<string>"}, {"name": "at_gate", "type": "struct<gate:string,level:int>"}]}"#;

/// Lines of a batch.
const LINES: usize = 20_000;

fn main() -> Result<(), Box<dyn Error>> {
    let rounds: u32 = std::env::args().nth(1).map_or(Ok(50), |rounds| rounds.parse())?;
    let dataset = Dataset::from_json(DEFINITION.as_bytes())?;
    let writer = Writer::new("2026-11-23T10:05:00.5Z".parse()?);
    let line = |event: &str| {
        let mut line = Vec::new();
        writer.line(None, event, &mut line);
        line
    };
    let events = events();
    let fast: Vec<Vec<u8>> = events.iter().map(|event| line(event)).collect();
    let general = events.iter().map(|event| line(&event.replace("\"paid\"", "\"\\u0070aid\"")));
    let general: Vec<Vec<u8>> = general.collect();
    for (name, lines) in [("fast", &fast), ("general", &general)] {
        let mut columns = Lines::new(&dataset);
        let bytes: usize = lines.iter().map(Vec::len).sum();
        let (mut pushed, mut finished) = (0, 0);
        for _ in 0..rounds {
            let start = Instant::now();
            for line in lines {
                columns.push(line)?;
            }
            let middle = Instant::now();
            let rows = columns.finish()?;
            pushed += (middle - start).as_nanos();
            finished += middle.elapsed().as_nanos();
            assert_eq!(rows.num_rows(), lines.len());
        }
        let all = u128::from(rounds) * lines.len() as u128;
        println!(
            "{name}: {} bytes a line, push {} ns, finish {} ns",
            bytes / lines.len(),
            pushed / all,
            finished / all
        );
    }
    Ok(())
}

fn events() -> Vec<String> {
    let mut random = Random::new(7);
    let names = ["Ana Peña", "Jürgen Groß", "Zoë Brontë", "李小龍", "Łukasz Żółć"];
    let mut event = |_: usize| {
        let (id, number) = (random.bits(), random.between(0, 10_000_000_000));
        let (seats, second) = (random.between(1, 300), random.between(10, 59));
        let (cents, tag) = (random.between(10, 99), random.between(100, 999));
        let (name, city) = (names[random.below(5)], names[random.below(5)]);
        format!(
            r#"{{"id":"{:08x}-{:04x}-4000-8000-{:012x}","number":{number},"seats":{seats},"name":"{name}","city":"{city}","at":"2026-11-23T10:05:{second}.123Z","until":"2026-11-23T11:05:{second}.456Z","price":{tag}.{cents},"rate":{cents}.0625,"paid":true,"tags":["t{tag}","priority"],"at_gate":{{"gate":"B{cents}","level":2}}}}"#,
            id >> 32,
            (id >> 16) & 0xffff,
            id & 0xffff_ffff_ffff
        )
    };
    (0..LINES).map(&mut event).collect()
}
