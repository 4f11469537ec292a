//! Casts of texts to dates and timestamps, by Trino's `VarcharToTimestampCast` and `DateTimeUtils.parseDate`.

use crate::both::{both, fail, null_of_null};

#[tokio::test]
async fn texts_become_times_as_trino_reads_them() {
    both(&[
        ("CAST({0} AS timestamp)", &["2026-11-23"], "timestamp", "2026-11-23 00:00:00.000"),
        ("CAST({0} AS timestamp)", &["2026-11-23 10:05"], "timestamp", "2026-11-23 10:05:00.000"),
        ("CAST({0} AS timestamp)", &["2026-1-2 3:4:5"], "timestamp", "2026-01-02 03:04:05.000"),
        ("CAST({0} AS timestamp)", &[" 2026-11-23 10:05:00.1235 "], "timestamp", "2026-11-23 10:05:00.124"),
        ("CAST({0} AS timestamp)", &["2026-11-23 10:05:00 UTC"], "timestamp", "2026-11-23 10:05:00.000"),
        ("CAST({0} AS timestamp)", &["2026-11-23 10:05:00Z"], "timestamp", "2026-11-23 10:05:00.000"),
        (
            "CAST({0} AS timestamp)",
            &["2026-11-23 10:05:00 Asia/Tokyo"],
            "timestamp",
            "2026-11-23 10:05:00.000",
        ),
        ("CAST({0} AS date)", &["2026-11-23"], "date", "2026-11-23"),
        ("CAST({0} AS date)", &[" 2026-1-2 "], "date", "2026-01-02"),
        ("date({0})", &["2026-11-23"], "date", "2026-11-23"),
        ("TRY_CAST({0} AS timestamp)", &["2026-11-23 10:05"], "timestamp", "2026-11-23 10:05:00.000"),
        ("TRY_CAST({0} AS timestamp)", &["2026-11-23T10:05:00Z"], "timestamp", "NULL"),
        ("TRY_CAST({0} AS date)", &["2026-11-23"], "date", "2026-11-23"),
        ("TRY_CAST({0} AS date)", &["2026-11-23 10:05:00"], "date", "NULL"),
        ("TRY_CAST({0} AS date)", &["é"], "date", "NULL"),
        (
            "CAST({0} AS timestamp) + INTERVAL '1' DAY",
            &["2026-11-23"],
            "timestamp",
            "2026-11-24 00:00:00.000",
        ),
        (
            "CAST({0} AS timestamp) = TIMESTAMP '2026-11-23 10:05:00'",
            &["2026-11-23 10:05"],
            "boolean",
            "true",
        ),
        (
            "CAST({0} AS date) BETWEEN DATE '2026-11-01' AND DATE '2026-11-30'",
            &["2026-11-23"],
            "boolean",
            "true",
        ),
    ])
    .await;
    null_of_null(&[
        ("CAST({0} AS timestamp)", &["2026-11-23"], "timestamp"),
        ("CAST({0} AS date)", &["2026-11-23"], "date"),
        ("TRY_CAST({0} AS date)", &["2026-11-23"], "date"),
    ])
    .await;
}

#[tokio::test]
async fn what_trino_does_not_read_is_refused() {
    let timestamp = "INVALID_CAST_ARGUMENT: Value cannot be cast to timestamp: ";
    let date = "INVALID_CAST_ARGUMENT: Value cannot be cast to date: ";
    let texts = [
        ("timestamp", "2026-11-23T10:00:00Z"),
        ("timestamp", "2026-11-23T10:00:00"),
        ("timestamp", "2026-11-23t10:00:00"),
        ("timestamp", "20261123"),
        ("timestamp", "2026-02-30"),
        ("timestamp", "2026-11-23 24:00:00"),
        ("timestamp", "2026-11-23 10:00:00 Mars/Olympus"),
        ("timestamp", "x"),
        ("timestamp", ""),
        ("date", "2026-11-23 10:00:00"),
        ("date", "2026-11-23T10:00:00"),
        ("date", "20261123"),
        ("date", "2026-02-29"),
        ("date", "é"),
        ("date", ""),
    ];
    for (to, text) in texts {
        let message = format!("{}{text}", if to == "date" { date } else { timestamp });
        fail(&[(&format!("CAST({{0}} AS {to})"), &[text], &message)]).await;
    }
}
