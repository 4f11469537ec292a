//! Any text as a statement of SQL.

#![no_main]

#[path = "../src/sql.rs"]
mod sql;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    sql::sql(&String::from_utf8_lossy(bytes));
});
