//! Values as texts.

use crate::{
    both::{both, fail},
    golden::compare,
    lake::Lake,
};

#[tokio::test]
async fn values_become_texts() {
    both(&[
        ("CAST(CAST({0} AS double) AS varchar)", &["1200"], "varchar", "1.2E3"),
        ("CAST(CAST({0} AS double) AS varchar)", &["0.1"], "varchar", "1.0E-1"),
        ("CAST(CAST({0} AS double) AS varchar)", &["-0.0"], "varchar", "-0E0"),
        ("CAST(CAST({0} AS double) AS varchar)", &["NaN"], "varchar", "NaN"),
        ("CAST(CAST({0} AS double) AS varchar)", &["-Infinity"], "varchar", "-Infinity"),
        ("CAST(CAST({0} AS real) AS varchar)", &["0.1"], "varchar", "1.0E-1"),
        ("CAST(CAST({0} AS real) AS varchar)", &["12345678"], "varchar", "1.234568E7"),
        ("CAST(CAST({0} AS decimal(12,2)) AS varchar)", &["-0.5"], "varchar", "-0.50"),
        ("CAST(CAST({0} AS boolean) AS varchar)", &["t"], "varchar", "true"),
        ("CAST(CAST({0} AS date) AS varchar)", &["2026-11-23"], "varchar", "2026-11-23"),
        ("CAST({0} AS varchar(3))", &["häuser"], "varchar", "häu"),
        ("CAST({0} AS varchar(0))", &["häuser"], "varchar", "''"),
        ("CAST({0} AS varchar(99))", &["😀é"], "varchar", "😀é"),
        ("TRY_CAST({0} AS varchar(1))", &["😀é"], "varchar", "😀"),
        ("CAST(CAST({0} AS integer) AS varchar(3))", &["-12"], "varchar", "-12"),
        ("CAST(CAST({0} AS real) AS varchar(5))", &["12e2"], "varchar", "1.2E3"),
        ("CAST(CAST({0} AS boolean) AS varchar(4))", &["true"], "varchar", "true"),
        ("CAST(CAST({0} AS decimal(4,2)) AS varchar(5))", &["12.34"], "varchar", "12.34"),
        ("CAST(CAST({0} AS date) AS varchar(10))", &["2026-11-23"], "varchar", "2026-11-23"),
        ("TRY_CAST(CAST({0} AS integer) AS varchar(2))", &["-12"], "varchar", "NULL"),
        ("TRY_CAST(CAST({0} AS date) AS varchar(4))", &["2026-11-23"], "varchar", "NULL"),
        ("length(CAST({0} AS varchar(2)))", &["häuser"], "bigint", "2"),
    ])
    .await;
    fail(&[
        (
            "CAST(CAST({0} AS bigint) AS varchar(3))",
            &["12300000000"],
            "INVALID_CAST_ARGUMENT: Value 12300000000 cannot be represented as varchar(3)",
        ),
        (
            "CAST(CAST({0} AS real) AS varchar(4))",
            &["12e2"],
            "INVALID_CAST_ARGUMENT: Value 1200.0 (1.2E3) cannot be represented as varchar(4)",
        ),
        (
            "CAST(CAST({0} AS double) AS varchar(3))",
            &["-0.0"],
            "INVALID_CAST_ARGUMENT: Value -0.0 (-0E0) cannot be represented as varchar(3)",
        ),
        (
            "CAST(CAST({0} AS boolean) AS varchar(3))",
            &["true"],
            "INVALID_CAST_ARGUMENT: Value true cannot be represented as varchar(3)",
        ),
    ])
    .await;
    let row = r#"{"n": 1, "at": "2026-11-23T10:05:00.5"}"#;
    let lake = Lake::of(&[("n", "int"), ("at", "timestamp")], &[row, r#"{"n": 2}"#]).await;
    compare(
        &lake,
        &[
            ("SELECT CAST(at AS varchar) FROM t ORDER BY n", "varchar", "2026-11-23 10:05:00.500;NULL"),
            ("SELECT CAST(at AS varchar(23)) FROM t WHERE n = 1", "varchar", "2026-11-23 10:05:00.500"),
            ("SELECT TRY_CAST(at AS varchar(22)) FROM t WHERE n = 1", "varchar", "NULL"),
            (
                "SELECT CAST(TIMESTAMP '1969-12-31 23:59:59.123456' AS varchar)",
                "varchar",
                "1969-12-31 23:59:59.123456",
            ),
            (
                "SELECT CAST(TIMESTAMP '2026-11-23 10:05:00 Europe/Berlin' AS varchar)",
                "varchar",
                "2026-11-23 10:05:00.000 Europe/Berlin",
            ),
            ("SELECT CAST(INTERVAL '1' DAY AS varchar)", "varchar", "1 00:00:00.000"),
            ("SELECT CAST(INTERVAL '18' MONTH AS varchar)", "varchar", "1-6"),
            ("SELECT CAST(count(*) AS varchar(1)) FROM t", "varchar", "2"),
            ("SELECT CAST(NULL AS varchar(3)), CAST(NULL AS tinyint)", "varchar", "NULL|NULL"),
        ],
    )
    .await;
}
