//! Queries and what they answer: the type of the columns in Athena's words, and the text of the rows.

use engine::csv::{self, CsvError};

use crate::lake::Lake;

/// Runs each query, and compares the type of its first column and its rows (`|` between values, `;` between rows)
/// with what is expected.
pub(crate) async fn compare(lake: &Lake, cases: &[(&str, &str, &str)]) {
    compare_columns(lake, cases, 1).await;
}

/// The same, where so many of the first columns have the type.
pub(crate) async fn compare_columns(lake: &Lake, cases: &[(&str, &str, &str)], typed: usize) {
    let mut wrong = Vec::new();
    for (sql, data_type, expected) in cases {
        let answer = async {
            let execution = lake.engine.execute(sql, &[]).await?;
            let columns = execution.columns.iter().take(typed);
            let mut types: Vec<String> = columns.map(|column| column.data_type.clone()).collect();
            types.dedup();
            let text = String::from_utf8(csv::write(execution, Vec::new()).await?).unwrap();
            Ok::<_, CsvError>((types.join(", "), text.split_once('\n').unwrap().1.to_owned()))
        };
        let (found, rows) = match answer.await {
            Ok(answer) => answer,
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
