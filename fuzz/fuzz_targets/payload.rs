//! Any text as the payload of a message.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::payload(&String::from_utf8_lossy(bytes)));
