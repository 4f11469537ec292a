//! How many megabytes a second of each format are rendered from a result of 100,000 rows and 6 columns, on one core.
//! `scripts/bench query` and `scripts/bench render` run it beside pandas, on the same CSV.
//!
//! Arguments: a file for the CSV, and for a profiler, the name of the only format to measure; or another number of rows.
//! Prints a line for each format: its name, bytes of its body, milliseconds; and so for `json` with each content coding,
//! which come after it.

// It is a measurement: what fails ends it.
#![allow(clippy::expect_used, clippy::panic)]

use std::{env, fmt::Write, fs};

use bytes::Bytes;

const ROWS: u64 = 100_000;

/// The time is the best of so many: whatever else the machine does can only add to it.
const RUNS: usize = 7;

/// Seconds of one run.
const SECONDS: f64 = 0.3;

const COLUMNS: [(&str, &str); 6] = [
    ("passenger_id", "bigint"),
    ("flight_id", "integer"),
    ("name", "varchar"),
    ("seat_number", "varchar"),
    ("price", "decimal(12,2)"),
    ("booked_at", "timestamp"),
];

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (path, only) = match &arguments[..] {
        [path] => (path, None),
        [path, only] => (path, Some(only)),
        _ => panic!("arguments: FILE [FORMAT|ROWS]"),
    };
    let rows = only.and_then(|rows| rows.parse::<u64>().ok());
    let only = only.filter(|_| rows.is_none());
    let csv = Bytes::from(result(rows.unwrap_or(ROWS)));
    fs::write(path, &csv).expect("a file");
    for format in ["json", "columns", "csv", "ndjson", "parquet", "arrow"] {
        let wanted = only.is_none_or(|only| only == format);
        if wanted && (cfg!(feature = "columnar") || !matches!(format, "parquet" | "arrow")) {
            let render = || query::measure::rendered(format, &COLUMNS, &csv).expect("a body");
            let (bytes, seconds) = measured(render);
            println!("{format} {bytes} {:.3}", seconds * 1_000.0);
        }
    }
    for coding in ["gzip", "zstd"].into_iter().filter(|_| only.is_none()) {
        let json = query::measure::rendered("json", &COLUMNS, &csv).expect("a body");
        let (bytes, seconds) = measured(|| query::measure::compressed(coding, json.clone()));
        println!("json+{coding} {bytes} {:.3}", seconds * 1_000.0);
    }
}

/// Bytes of the body, and seconds that it took.
fn measured(body: impl Fn() -> Vec<u8>) -> (usize, f64) {
    let (mut bytes, mut best) = (0, f64::MAX);
    for _ in 0..RUNS {
        // The kernel's clock moves in steps, as long as one body may take.
        let (began, mut took, mut bodies) = (processor_time(), 0.0, 0);
        while took < SECONDS {
            bytes = body().len();
            took = processor_time() - began;
            bodies += 1;
        }
        best = best.min(took / f64::from(bodies));
    }
    (bytes, best)
}

/// As Athena leaves it: names with letters outside of ASCII, some with quotes, some missing.
fn result(rows: u64) -> String {
    const FIRST: [&str; 8] =
        ["Javier", "Rosa", "O'Brien", "Zoë", "Mei-Ling", "Aleksandra", "Li", "Gwendolyn"];
    const LAST: [&str; 8] =
        ["Peña", "Mendoza", "Kowalski", "van der Berg", "Nguyen", "Smith-Jones", "Ito", "García"];
    let mut csv = COLUMNS.map(|(name, _)| format!("\"{name}\"")).join(",") + "\n";
    let mut state = 7_u64;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut pick = |names: [&'static str; 8]| names[usize::try_from(random(8)).expect("below 8")];
    let mut numbers = 0_u64;
    for row in 0..rows {
        numbers = numbers.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(row | 1);
        let part = |shift: u32, below: u64| (numbers >> shift) % below;
        let name = match part(40, 50) {
            0 => String::new(),
            1 => format!("\"{} \"\"{}\"\"\"", pick(FIRST), pick(LAST)),
            _ => format!("\"{} {}\"", pick(FIRST), pick(LAST)),
        };
        let seat = char::from(b'A' + u8::try_from(part(36, 6)).expect("below 6"));
        writeln!(
            csv,
            "\"{}\",\"{}\",{name},\"{}{seat}\",\"{}.{:02}\",\"2026-11-{:02} {:02}:{:02}:{:02}.{:03}\"",
            1_000_000 + row,
            part(8, 9_000) + 1_000,
            part(20, 60) + 1,
            part(24, 900) + 20,
            part(28, 100),
            part(32, 28) + 1,
            part(16, 24),
            part(12, 60),
            part(18, 60),
            part(22, 1_000)
        )
        .expect("memory");
    }
    csv
}

/// Seconds that this process has had a processor.
fn processor_time() -> f64 {
    let text = fs::read_to_string("/proc/self/schedstat").expect("Linux");
    let nanoseconds = text.split(' ').next().and_then(|first| first.parse::<u64>().ok());
    nanoseconds.expect("a number") as f64 / 1e9
}
