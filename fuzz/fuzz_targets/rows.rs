//! Any text as the query string of a request for rows. The first byte chooses the dataset.

#![no_main]

#[path = "../src/rows.rs"]
mod rows;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let datasets = rows::datasets();
    let mut characters = text.chars();
    let chosen = characters.next().map_or(0, |first| first as usize);
    rows::rows(&datasets[chosen % datasets.len()], characters.as_str());
});
