//! `checksum`. What is expected was computed with Python's `xxhash` by the formulas of Trino's sources
//! (`ChecksumAggregationFunction`, and `XX_HASH_64` of each type). Those of texts and of nulls are also the values of Velox's
//! `ChecksumAggregateTest`, which come from Presto.

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

#[tokio::test]
async fn each_type_has_the_hash_of_trinos() {
    let mut cases: Vec<(String, &str, &str)> = Vec::new();
    for (rows, expected) in [
        // Of all integers the same.
        ("VALUES 0", "9D2D16796C5091EA"),
        ("VALUES 1, 2, 3", "AAEB180D3C4FFA05"),
        ("VALUES 3, 1, 2", "AAEB180D3C4FFA05"),
        ("VALUES CAST(1 AS tinyint), CAST(2 AS tinyint), CAST(3 AS tinyint)", "AAEB180D3C4FFA05"),
        ("VALUES CAST(1 AS smallint), CAST(2 AS smallint), CAST(3 AS smallint)", "AAEB180D3C4FFA05"),
        ("VALUES CAST(1 AS bigint), NULL, CAST(-7 AS bigint)", "90A38EA1B5F70D60"),
        ("VALUES true, false, false", "CDEAEFFC8DCE07AA"),
        ("VALUES 1.5e0, -0e0, 0e0, NULL", "10A9C2FDB16F4552"),
        ("VALUES nan(), 0e0 / 0e0, infinity()", "0B67D3DD37E7F01A"),
        ("VALUES CAST(1.5e0 AS real), CAST(-0e0 AS real), CAST(nan() AS real)", "48536A37B8CE679F"),
        ("VALUES CAST(-2.5e0 AS real)", "C1ECB739AAB6F27D"),
        ("VALUES 'a', 'a', NULL, 'Zürich', '0123456789012345678901234567890123456789'", "27F5BE4DE2ECF8B9"),
        ("VALUES ''", "AFE9283E05E8E6CB"),
        ("VALUES from_hex('00ff')", "EB2E18B7EFFBC824"),
        ("VALUES DATE '2026-11-23'", "7BAE217D9D80D033"),
        ("VALUES DATE '1969-12-31'", "FF6D6B00E4E76F6B"),
        ("VALUES TIMESTAMP '2026-11-23 10:05:00.123'", "084D02F27644A3D9"),
        // The zone does not count, and the unit is another one.
        ("VALUES TIMESTAMP '2026-11-23 10:05:00 UTC'", "809F72E9DB1C3907"),
        ("VALUES TIMESTAMP '2026-11-23 11:05:00 Europe/Zurich'", "809F72E9DB1C3907"),
        ("VALUES CAST(11.11 AS decimal(10,2)), NULL, CAST(-22.22 AS decimal(10,2))", "FC0A738150862D08"),
        ("VALUES CAST('999999999999999999' AS decimal(18,0))", "8D07B65F1287F4B4"),
        ("VALUES CAST('999999999999999999' AS decimal(19,0))", "90613BA66CC2D92F"),
        ("VALUES CAST(11.11 AS decimal(38,2)), CAST(-22.22 AS decimal(38,2))", "432BE72B29B7A9F8"),
        ("VALUES DECIMAL '99999999999999999999999999999999999999'", "F755CA414EC05CD9"),
    ] {
        let sql = format!("SELECT to_hex(checksum(x)) FROM ({rows}) AS v (x)");
        cases.push((sql, "varchar", expected));
    }
    for (rows, expected) in [
        ("VALUES 'abcd'", "lGFxgnIYgPw="),
        ("SELECT CAST(NULL AS varchar)", "h8rrhbF5N54="),
        (
            "SELECT CAST(NULL AS varchar) FROM (VALUES 1) AS a (n) CROSS JOIN UNNEST(sequence(1, 100)) AS s (m)",
            "vBwbUFiJq80=",
        ),
    ] {
        let sql = format!("SELECT to_base64(checksum(x)) FROM ({rows}) AS v (x)");
        cases.push((sql, "varchar", expected));
    }
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, data_type, expected)| (sql.as_str(), *data_type, *expected)).collect();
    compare(&Lake::new(), &cases).await;
}

#[tokio::test]
async fn groups_filters_and_windows_have_their_checksums() {
    let rows = "(VALUES (1, 'a', 1), (2, 'a', 2), (3, 'b', 3), (4, 'b', NULL)) AS v (n, k, x)";
    let cases = [
        (
            "SELECT k, to_hex(checksum(x)) FROM # GROUP BY k ORDER BY k",
            "a|6387D0F5865FD136;b|CE2E349D6669606D",
        ),
        ("SELECT checksum(x) FROM # WHERE n > 9", "NULL"),
        ("SELECT to_hex(checksum(x) FILTER (WHERE n = 1)) FROM #", "938FC30AB52DE5D4"),
        ("SELECT to_hex(checksum(x ORDER BY n DESC)) FROM # WHERE n < 3", "6387D0F5865FD136"),
        (
            "SELECT to_hex(checksum(x) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) FROM # ORDER BY n",
            "938FC30AB52DE5D4;6387D0F5865FD136;175C550287211531;CE2E349D6669606D",
        ),
        (
            "SELECT to_hex(checksum(x) OVER (ORDER BY n ROWS BETWEEN 1 FOLLOWING AND 1 FOLLOWING)) FROM # \
             WHERE n < 3 ORDER BY n",
            "D0F70CEBD131EC61;NULL",
        ),
        ("SELECT checksum(x) = checksum(n) FROM # WHERE n < 4", "true"),
    ];
    let cases: Vec<(String, &str, &str)> = cases
        .iter()
        .map(|(sql, expected)| {
            let data_type = match *sql {
                sql if sql.starts_with("SELECT checksum(x) FROM") => "varbinary",
                sql if sql.starts_with("SELECT checksum(x) =") => "boolean",
                _ => "varchar",
            };
            (sql.replace('#', rows), data_type, *expected)
        })
        .collect();
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, data_type, expected)| (sql.as_str(), *data_type, *expected)).collect();
    compare(&Lake::new(), &cases).await;
}

/// Of these types Trino's hash is not known for certain, or depends on what Trino is of which version.
#[tokio::test]
async fn other_types_are_refused_by_name() {
    let cases = [
        ("ARRAY[1]", "function checksum of array("),
        ("ROW(1, 'a')", "function checksum of row("),
        ("json_parse('1')", "function checksum of json"),
        ("INTERVAL '1' DAY", "function checksum of interval day to second"),
        ("INTERVAL '1' YEAR", "function checksum of interval year to month"),
    ];
    let mut refused: Vec<(String, String)> = cases
        .iter()
        .map(|(value, expected)| (format!("SELECT checksum({value})"), (*expected).to_owned()))
        .collect();
    refused.push((
        "SELECT checksum(DISTINCT x), checksum(DISTINCT y) FROM (VALUES (1, 2)) AS v (x, y)".to_owned(),
        "checksum of DISTINCT values".to_owned(),
    ));
    let lake = Lake::new();
    let mut wrong = Vec::new();
    for (sql, expected) in &refused {
        let found = lake.error(sql, &[]).await.to_string();
        let is_named = found.starts_with("NOT_SUPPORTED: ")
            && found.contains(expected.as_str())
            && found.ends_with(" is not supported by the local engine");
        if !is_named {
            wrong.push(format!("{sql}: {found}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    refuse(
        &lake,
        &[("SELECT checksum(1, 2)", "FUNCTION_NOT_FOUND: Unexpected parameters for function checksum")],
    )
    .await;
}
