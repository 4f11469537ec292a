use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray, TimestampMillisecondArray,
};
use engine::EngineError;
use proptest::prelude::*;

use crate::lake::Lake;

async fn lake() -> Lake {
    let types = [
        ("n", "bigint"),
        ("s", "string"),
        ("d", "double"),
        ("b", "boolean"),
        ("day", "date"),
        ("at", "timestamp"),
    ];
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("n", Arc::new(Int64Array::from(vec![1, 2, -3]))),
        ("s", Arc::new(StringArray::from(vec![Some("O'Brien"), Some("?"), None]))),
        ("d", Arc::new(Float64Array::from(vec![-1.5, 0.1, 1e300]))),
        ("b", Arc::new(BooleanArray::from(vec![true, false, false]))),
        ("day", Arc::new(Date32Array::from(vec![20_780, 0, -1]))),
        ("at", Arc::new(TimestampMillisecondArray::from(vec![1_795_428_300_000, 0, -1]))),
    ];
    Lake::with(&types, columns).await
}

#[tokio::test]
async fn every_kind_of_literal_binds() {
    let lake = lake().await;
    for (filter, parameters, expected) in [
        ("s = ?", vec!["'O''Brien'"], "1"),
        ("s = ?", vec!["'?'"], "2"),
        ("n = ?", vec!["2"], "2"),
        ("n = ?", vec!["-3"], "-3"),
        ("n = - ?", vec!["-1"], "1"),
        ("n = 4-?", vec!["2"], "2"),
        ("d = ?", vec!["-1.5"], "1"),
        ("d = ?", vec!["1E300"], "-3"),
        ("d > ?", vec!["1"], "-3"),
        ("b = ?", vec!["true"], "1"),
        ("day = ?", vec!["DATE '2026-11-23'"], "1"),
        ("day < ?", vec!["date '1970-01-01'"], "-3"),
        ("at = ?", vec!["TIMESTAMP '2026-11-23 10:05:00.000'"], "1"),
        ("at = ?", vec!["timestamp '1970-01-01'"], "2"),
        ("at < ?", vec!["TIMESTAMP '1970-01-01 00:00'"], "-3"),
        ("at > ?", vec!["TIMESTAMP '2026-11-23 10:04:59.9999'"], "1"),
        ("n BETWEEN ? AND ? AND s <> ?", vec!["1", "2", "'?'"], "1"),
        ("n IN (?, ?) AND dt = ?", vec!["7", "2", "'2026-11-23'"], "2"),
        ("s LIKE ?", vec!["'O%'"], "1"),
        ("n = (SELECT max(n) FROM t WHERE n < ?) AND d > ?", vec!["2", "-2"], "1"),
    ] {
        let sql = format!("SELECT n FROM t WHERE {filter}");
        let text = lake.text(&sql, &parameters).await.unwrap_or_else(|error| panic!("{filter}: {error}"));
        assert_eq!(text, format!("\"n\"\n\"{expected}\"\n"), "{filter} with {parameters:?}");
    }
    assert_eq!(lake.text("SELECT n FROM t WHERE n = ?", &["NULL"]).await.unwrap(), "\"n\"\n");
    assert_eq!(lake.text("SELECT n FROM t WHERE s = '?' AND n = 2", &[]).await.unwrap(), "\"n\"\n\"2\"\n");
}

#[tokio::test]
async fn what_is_not_one_literal_is_refused() {
    let lake = lake().await;
    let long = format!("'{}'", "x".repeat(1_023));
    for (parameter, why) in [
        ("", "has 0 characters"),
        (long.as_str(), "has 1025 characters"),
        ("n", "is not a literal"),
        ("\"n\"", "is not a literal"),
        ("lower('x')", "is not a literal"),
        ("current_date", "is not a literal"),
        ("(SELECT 1)", "is not a literal"),
        ("(1)", "is not a literal"),
        ("1 + 1", "is not a literal"),
        ("1 OR 1 = 1", "is not a literal"),
        ("?", "is not a literal"),
        ("- - 1", "is not a literal"),
        ("CAST('1' AS bigint)", "is not a literal"),
        ("X'00'", "is not a literal"),
        ("1, 2", "is more than one expression"),
        ("1; DROP TABLE t", "is more than one expression"),
        ("1) OR (1 = 1", "is more than one expression"),
        ("'a' 'b'", "is more than one expression"),
        ("'O'Brien'", "is not SQL"),
        ("", "has 0 characters"),
        (" ", "is not SQL"),
    ] {
        let error = lake.error("SELECT n FROM t WHERE n = ?", &[parameter]).await;
        assert!(matches!(error, EngineError::Rejected { .. }), "{parameter}: {error:?}");
        assert!(error.to_string().starts_with(&format!("parameter 1 {why}")), "{parameter}: {error}");
    }
}

#[tokio::test]
async fn parameters_belong_in_where_and_must_be_as_many() {
    let lake = lake().await;
    for sql in [
        "SELECT ? FROM t",
        "SELECT n FROM t LIMIT ?",
        "SELECT n FROM t ORDER BY ?",
        "SELECT n FROM t GROUP BY n HAVING n > ?",
        "SELECT a.n FROM t a JOIN t b ON a.n = ?",
        "SELECT n FROM t WHERE n = (SELECT ? FROM t)",
        "VALUES (?)",
    ] {
        let error = lake.error(sql, &["1"]).await.to_string();
        assert!(error.starts_with("line 1:") && error.ends_with("only in a WHERE clause"), "{sql}: {error}");
    }
    for parameters in [&[][..], &["1"], &["1", "2", "3"]] {
        let error = lake.error("SELECT n FROM t WHERE n = ? OR n = ?", parameters).await.to_string();
        let expected = format!("expected 2 but found {}", parameters.len());
        assert!(error.ends_with(&expected), "{error}");
    }
    let error = lake.error("SELECT n FROM t WHERE n = $1", &["1"]).await.to_string();
    assert_eq!(error, "line 1:27: a parameter is written ?, not \"$1\"");
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_string_is_equal_to_itself_and_to_nothing_else(
        texts in prop::collection::btree_set(r#"[\PC\n\r\t'"\\?%;-]{0,40}"#, 1..20),
        chosen: prop::sample::Index,
    ) {
        let texts: Vec<String> = texts.into_iter().collect();
        let chosen = chosen.index(texts.len());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let count = runtime.block_on(async {
            let columns: Vec<(&str, ArrayRef)> = vec![
                ("n", Arc::new((0..texts.len() as i64).collect::<Int64Array>())),
                ("s", Arc::new(StringArray::from(texts.clone()))),
            ];
            let lake = Lake::with(&[("n", "bigint"), ("s", "string")], columns).await;
            lake.text("SELECT n FROM t WHERE s = ?", &[&quoted(&texts[chosen])]).await
        });
        prop_assert_eq!(count.unwrap(), format!("\"n\"\n\"{chosen}\"\n"));
    }

    #[test]
    fn no_parameter_gets_out_of_its_place(parameter in r#"[ -~]{1,40}"#) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let answer = runtime.block_on(async {
            let columns: Vec<(&str, ArrayRef)> = vec![("s", Arc::new(StringArray::from(vec!["\u{0}"])))];
            let lake = Lake::with(&[("s", "string")], columns).await;
            lake.text("SELECT s FROM t WHERE s = ?", &[&parameter]).await
        });
        // Refused, or compared: never a row, and never the engine's fault.
        match answer {
            Ok(text) => prop_assert_eq!(text, "\"s\"\n"),
            Err(engine::csv::CsvError::Query(EngineError::Internal(error))) => prop_assert!(false, "{}", error),
            Err(_) => {}
        }
    }
}
