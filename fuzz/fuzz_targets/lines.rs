//! Any bytes as landing lines.

#![no_main]

#[path = "../src/lines.rs"]
mod lines;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lines::lines(bytes));
