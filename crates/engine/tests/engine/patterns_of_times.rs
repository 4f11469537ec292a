//! Times written and read by patterns: MySQL's, and Joda-Time's. (Trino's documentation, "Date and time functions and
//! operators": "MySQL date functions" and "Java date functions"; its TestDateTimeFunctions.)

mod joda;
mod mysql;

use crate::lake::Lake;

async fn lake() -> Lake {
    let rows = [
        r#"{"n": 1, "at": "2001-08-22T03:04:05.321", "day": "2001-08-22", "text": "2001-08-22 03:04:05", "f": "%Y-%m-%d %H:%i:%s", "j": "yyyy-MM-dd HH:mm:ss"}"#,
        r#"{"n": 2, "at": "2026-01-01T13:00:00", "day": "2026-01-01", "text": "01/02/99", "f": "%d/%m/%y", "j": "dd/MM/'é'"}"#,
        r#"{"n": 3}"#,
    ];
    let types = [
        ("n", "int"),
        ("at", "timestamp"),
        ("day", "date"),
        ("text", "string"),
        ("f", "string"),
        ("j", "string"),
    ];
    Lake::of(&types, &rows).await
}
