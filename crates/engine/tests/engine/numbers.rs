//! Decimals and reals, in filters, arithmetic and aggregates.

use engine::EngineError;

use crate::lake::Lake;

#[tokio::test]
async fn decimals_and_reals_mean_what_they_mean_in_athena() {
    let types =
        [("n", "bigint"), ("d", "decimal(12,2)"), ("w", "decimal(38,0)"), ("r", "float"), ("f", "double")];
    let rows = [
        r#"{"n": 1, "d": "0.10", "w": "99999999999999999999999999999999999999", "r": 0.1, "f": 0.1}"#,
        r#"{"n": 2, "d": "0.20", "w": "-1", "r": 1e10, "f": 1e300}"#,
        r#"{"n": 3, "d": "9999999999.99", "w": "0", "r": -2.5, "f": -2.5}"#,
    ];
    let lake = Lake::of(&types, &rows).await;
    let mut wrong = Vec::new();
    for (sql, data_type, expected) in [
        ("SELECT n FROM t WHERE d = 0.1", "bigint", "1"),
        ("SELECT n FROM t WHERE d = DECIMAL '0.10'", "bigint", "1"),
        ("SELECT n FROM t WHERE d > 0.1 AND d < 1", "bigint", "2"),
        ("SELECT n FROM t WHERE d IN (0.2, 7)", "bigint", "2"),
        ("SELECT n FROM t WHERE d BETWEEN 0.15 AND 0.25", "bigint", "2"),
        ("SELECT n FROM t WHERE w = 99999999999999999999999999999999999999.", "bigint", "1"),
        ("SELECT n FROM t WHERE w < 0", "bigint", "2"),
        // A real is compared with a decimal as a real, and with a double as a double.
        ("SELECT n FROM t WHERE r = 0.1", "bigint", "1"),
        ("SELECT n FROM t WHERE r = REAL '0.1'", "bigint", "1"),
        ("SELECT count(*) FROM t WHERE r = 1E-1", "bigint", "0"),
        ("SELECT n FROM t WHERE r < -1", "bigint", "3"),
        ("SELECT n FROM t WHERE f = 0.1", "bigint", "1"),
        ("SELECT n FROM t WHERE f > 1000000.5", "bigint", "2"),
        ("SELECT count(*) FROM t WHERE d = f", "bigint", "1"),
        ("SELECT 0.1 + 0.2", "decimal(2,1)", "0.3"),
        ("SELECT 1.5", "decimal(2,1)", "1.5"),
        ("SELECT -1.50", "decimal(3,2)", "-1.50"),
        ("SELECT 1.5E0", "double", "1.5"),
        ("SELECT d + d FROM t WHERE n = 3", "decimal(13,2)", "19999999999.98"),
        ("SELECT d - 1 FROM t WHERE n = 1", "decimal(13,2)", "-0.90"),
        ("SELECT d * 3 FROM t WHERE n = 1", "decimal(22,2)", "0.30"),
        ("SELECT d * n FROM t WHERE n = 2", "decimal(31,2)", "0.40"),
        ("SELECT d * d FROM t WHERE n = 1", "decimal(24,4)", "0.0100"),
        ("SELECT d * 2E0 FROM t WHERE n = 1", "double", "0.2"),
        ("SELECT d / 2E0 FROM t WHERE n = 1", "double", "0.05"),
        ("SELECT -d FROM t WHERE n = 1", "decimal(12,2)", "-0.10"),
        ("SELECT sum(d) FROM t", "decimal(38,2)", "10000000000.29"),
        ("SELECT min(w) FROM t", "decimal(38,0)", "-1"),
        ("SELECT sum(d) OVER (ORDER BY n) FROM t LIMIT 1", "decimal(38,2)", "0.10"),
        ("SELECT avg(CAST(d AS double)) FROM t WHERE n < 3", "double", "0.15000000000000002"),
        ("SELECT max(r) FROM t", "float", "1.0E10"),
        ("SELECT r + r FROM t WHERE n = 1", "float", "0.2"),
        ("SELECT r * 2 FROM t WHERE n = 3", "float", "-5.0"),
        ("SELECT CASE WHEN n = 1 THEN d ELSE 0.5 END FROM t WHERE n = 2", "decimal(12,2)", "0.50"),
        ("SELECT coalesce(d, 0) FROM t WHERE n = 1", "decimal(12,2)", "0.10"),
        ("SELECT CAST('1.10' AS DECIMAL(12,2))", "decimal(12,2)", "1.10"),
        ("SELECT CAST('-1.235' AS DECIMAL(12,2))", "decimal(12,2)", "-1.24"),
        ("SELECT CAST('7' AS DECIMAL(3))", "decimal(3,0)", "7"),
        ("SELECT CAST(n AS DECIMAL(12,2)) FROM t WHERE n = 2", "decimal(12,2)", "2.00"),
        ("SELECT CAST(d AS DECIMAL(12,1)) FROM t WHERE n = 3", "decimal(12,1)", "10000000000.0"),
        ("SELECT CAST(d AS varchar) FROM t WHERE n = 1", "varchar", "0.10"),
        ("SELECT CAST(w AS varchar) FROM t WHERE n = 1", "varchar", "99999999999999999999999999999999999999"),
        ("SELECT CAST(d AS double) FROM t WHERE n = 1", "double", "0.1"),
        ("SELECT CAST(r AS double) FROM t WHERE n = 1", "double", "0.10000000149011612"),
        ("SELECT CAST(f AS real) FROM t WHERE n = 1", "float", "0.1"),
        ("SELECT DECIMAL '007.0'", "decimal(2,1)", "7.0"),
        ("SELECT REAL '1.5'", "float", "1.5"),
        ("SELECT d FROM t GROUP BY d ORDER BY d DESC LIMIT 1", "decimal(12,2)", "9999999999.99"),
        ("SELECT count(DISTINCT d) FROM t", "bigint", "3"),
        ("SELECT n FROM t WHERE d IN (SELECT max(d) FROM t)", "bigint", "3"),
        ("SELECT a.n FROM t a JOIN t b ON a.d = b.d AND b.n = 2", "bigint", "2"),
    ] {
        let found = match lake.engine.execute(sql, &[]).await {
            Ok(execution) => execution.columns[0].data_type.clone(),
            Err(error) => {
                wrong.push(format!("{sql}: {error}"));
                continue;
            }
        };
        let rows = lake.text(sql, &[]).await.map(|text| text.split_once('\n').unwrap().1.to_owned());
        if found != data_type || !matches!(&rows, Ok(rows) if *rows == format!("\"{expected}\"\n")) {
            wrong.push(format!("{sql}: {found}, {rows:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (filter, parameter, expected) in [
        ("d = ?", "DECIMAL '0.10'", "1"),
        ("d = ?", "0.1", "1"),
        ("r = ?", "REAL '1E-1'", "1"),
        ("w <= ?", "DECIMAL '-1'", "2"),
    ] {
        let text = lake.text(&format!("SELECT n FROM t WHERE {filter}"), &[parameter]).await;
        assert_eq!(text.unwrap(), format!("\"n\"\n\"{expected}\"\n"), "{filter} with {parameter}");
    }
}

/// A text that is too long for one parameter comes in parts.
#[tokio::test]
async fn texts_in_parts_are_cast_to_decimals_as_whole_ones_are() {
    let rows = [r#"{"n": 1, "d": "0.10"}"#, r#"{"n": 2, "d": "-7.00"}"#];
    let lake = Lake::of(&[("n", "int"), ("d", "decimal(12,2)")], &rows).await;
    let select = |filter: &str| format!("SELECT n FROM t WHERE {filter}");
    for (filter, parameters, expected) in [
        ("d = CAST(? AS decimal(12,2))", vec!["'0.099'"], "1"),
        ("d = CAST(? || ? AS decimal(12,2))", vec!["'-'", "'7'"], "2"),
        ("d = CAST((? || ? || '0') AS decimal(12,2))", vec!["'0'", "'.1'"], "1"),
        ("d = TRY_CAST(? || ? AS decimal(12,2))", vec!["'0.'", "'1'"], "1"),
        ("n = 2 AND TRY_CAST(? || ? AS decimal(12,2)) IS NULL", vec!["'x'", "'1'"], "2"),
        ("n = 2 AND TRY_CAST(? AS decimal(12,2)) IS NULL", vec!["'1.x'"], "2"),
        ("n = 2 AND CAST(? || NULL AS decimal(12,2)) IS NULL", vec!["'x'"], "2"),
    ] {
        let found = lake.text(&select(filter), &parameters).await;
        let found = found.unwrap_or_else(|error| panic!("{filter}: {error}"));
        assert_eq!(found, format!("\"n\"\n\"{expected}\"\n"), "{filter}");
    }
    let quotes = format!("'{}'", "''".repeat(300));
    let digits = format!("'{}'", "9".repeat(1_000));
    for parts in [["'x'", "'y'"], ["''", "''"], [quotes.as_str(); 2], [digits.as_str(); 2]] {
        let error = lake.error(&select("d = CAST(? || ? AS decimal(12,2))"), &parts).await;
        let is_values =
            matches!(&error, EngineError::Failed(failure) if failure.code == "INVALID_CAST_ARGUMENT");
        assert!(is_values, "{parts:?}: {error:?}");
    }
}

/// What neither engine can hold fails, and is no row with another value.
#[tokio::test]
async fn decimals_that_do_not_fit_fail() {
    let lake =
        Lake::of(&[("w", "decimal(38,0)")], &[r#"{"w": "99999999999999999999999999999999999999"}"#]).await;
    for sql in [
        "SELECT w + 1 FROM t",
        "SELECT w * 10 FROM t",
        "SELECT sum(w) FROM (SELECT w FROM t UNION ALL SELECT w FROM t)",
        "SELECT CAST(w AS DECIMAL(38,1)) FROM t",
        "SELECT count(*) FROM t WHERE w > 0.5",
    ] {
        let error = lake.error(sql, &[]).await;
        assert!(matches!(error, EngineError::Failed(_)), "{sql}: {error:?}");
    }
}

/// A zero with a sign is a zero, whatever its bits.
#[tokio::test]
async fn zeros_are_equal() {
    let rows = [
        r#"{"n": 1, "f": -0.0, "r": -0.0}"#,
        r#"{"n": 2, "f": 0.0, "r": 0.0}"#,
        r#"{"n": 3, "f": 1, "r": -1}"#,
    ];
    let lake = Lake::of(&[("n", "int"), ("f", "double"), ("r", "float")], &rows).await;
    assert_eq!(lake.rows("SELECT f, r FROM t WHERE n = 1").await, "\"-0.0\",\"-0.0\"\n");
    for (filter, expected) in [
        ("f = 0", "1 2"),
        ("f = -0E0", "1 2"),
        ("0E0 = f", "1 2"),
        ("f <> 0", "3"),
        ("f >= 0", "1 2 3"),
        ("f > 0", "3"),
        ("f < 0", ""),
        ("f <= 0", "1 2"),
        ("0 <= f", "1 2 3"),
        ("0 > f", ""),
        ("r = REAL '0'", "1 2"),
        ("r >= 0.0", "1 2"),
        ("f BETWEEN 0 AND 0.5", "1 2"),
        ("f IN (0, 7)", "1 2"),
        ("f NOT IN (0, 7)", "3"),
    ] {
        let rows = lake.rows(&format!("SELECT n FROM t WHERE {filter} ORDER BY n")).await;
        let found: Vec<&str> = rows.lines().map(|row| row.trim_matches('"')).collect();
        assert_eq!(found.join(" "), expected, "{filter}");
    }
}
