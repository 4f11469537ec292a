//! Queries and what they answer: the type of the first column in Athena's words, and the text of the rows.

use crate::lake::Lake;

/// Runs each query, and compares the type of its first column and its rows (`|` between values, `;` between rows)
/// with what is expected.
pub(crate) async fn compare(lake: &Lake, cases: &[(&str, &str, &str)]) {
    let mut wrong = Vec::new();
    for (sql, data_type, expected) in cases {
        let found = match lake.engine.execute(sql, &[]).await {
            Ok(execution) => execution.columns[0].data_type.clone(),
            Err(error) => {
                wrong.push(format!("{sql}: {error:?}"));
                continue;
            }
        };
        let rows = match lake.text(sql, &[]).await {
            Ok(text) => text.split_once('\n').unwrap().1.to_owned(),
            Err(error) => {
                wrong.push(format!("{sql}: {error:?}"));
                continue;
            }
        };
        let row = |row: &str| {
            let value = |value: &str| match value {
                "NULL" => String::new(),
                "''" => "\"\"".to_owned(),
                other => format!("\"{}\"", other.replace('"', "\"\"")),
            };
            row.split('|').map(value).collect::<Vec<_>>().join(",") + "\n"
        };
        let rows_expected: String = expected.split(';').filter(|rows| !rows.is_empty()).map(row).collect();
        if found != *data_type || rows != rows_expected {
            wrong.push(format!("{sql}: {found}, {rows:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Runs each query, which fails with the message.
pub(crate) async fn refuse(lake: &Lake, cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (sql, expected) in cases {
        match lake.text(sql, &[]).await {
            Err(error) if error.to_string() == *expected => {}
            other => wrong.push(format!("{sql}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
