//! Any text as a Lambda event.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::event(&String::from_utf8_lossy(bytes)));
