//! Joins: the columns of `USING`, and filters beside a join.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, StringArray};

use super::{ROWS, check, row};
use crate::lake::Lake;

#[tokio::test]
async fn keys_of_using_are_columns_of_their_own() {
    let lake = Lake::new();
    check(
        &lake,
        &[
            ("SELECT * FROM a JOIN b USING (k)", "1|a1|b1"),
            ("SELECT k, v, w FROM a LEFT JOIN b USING (k) ORDER BY v", "1|a1|b1;2|a2|NULL;NULL|an|NULL"),
            ("SELECT * FROM b RIGHT JOIN a USING (k) ORDER BY v", "1|b1|a1;2|NULL|a2;NULL|NULL|an"),
            ("SELECT k, v, w FROM a RIGHT JOIN b USING (k) ORDER BY w", "1|a1|b1;4|NULL|b4;NULL|NULL|bn"),
            (
                "SELECT * FROM a FULL JOIN b USING (k) ORDER BY k, v, w",
                "1|a1|b1;2|a2|NULL;4|NULL|b4;NULL|an|NULL;NULL|NULL|bn",
            ),
            ("SELECT w FROM a FULL JOIN b USING (k) WHERE k = 4", "b4"),
            ("SELECT k, count(*) FROM a RIGHT JOIN b USING (k) GROUP BY k ORDER BY k", "1|1;4|1;NULL|1"),
            ("SELECT k + 1 FROM a FULL JOIN b USING (k) WHERE k > 1 ORDER BY k", "3;5"),
            (
                "SELECT k, v, w, u FROM a FULL JOIN b USING (k) FULL JOIN c USING (k) WHERE k > 0 ORDER BY k",
                "1|a1|b1|10;2|a2|NULL|NULL;4|NULL|b4|40;9|NULL|NULL|90",
            ),
            ("SELECT a.*, b.* FROM a JOIN b USING (k)", "a1|b1"),
            ("SELECT k, g FROM a FULL JOIN b USING (k) JOIN s ON s.c = k", "1|1"),
            ("SELECT max(k) FROM (SELECT * FROM a FULL JOIN b USING (k))", "4"),
        ],
    )
    .await;
    for (sql, expected) in [
        ("SELECT a.k FROM a JOIN b USING (k)", "Column 'a.k' cannot be resolved"),
        ("SELECT 1 FROM a JOIN b USING (k) WHERE b.k = 1", "Column 'b.k' cannot be resolved"),
        ("SELECT 1 FROM a JOIN b USING (v)", "Column 'v' is missing from right side of join"),
        ("SELECT 1 FROM (a CROSS JOIN c) JOIN b USING (k)", "Column 'k' is ambiguous"),
        ("SELECT k FROM a JOIN b USING (k) CROSS JOIN c", "Column 'k' is ambiguous"),
        ("SELECT * FROM a NATURAL JOIN b", "NATURAL JOIN is not supported"),
    ] {
        let error = lake.error(&format!("{ROWS} {sql}"), &[]).await.to_string();
        assert!(error.contains(expected), "{sql}: {error}");
    }
}

/// The key is one of as many columns as there are tables, and not a choice within a choice within a choice.
#[tokio::test]
async fn many_full_joins_share_their_key() {
    let lake = Lake::new();
    let joined = |tables: usize| {
        let joins: String = (1..tables).map(|n| format!(" FULL JOIN a a{n} USING (k)")).collect();
        format!("a a0{joins}")
    };
    // A key that is null is equal to none: each table has such a row.
    let counted = format!("SELECT count(k), count(*), sum(k) FROM {}", joined(20));
    let filtered = format!("{counted} WHERE k > 1");
    let in_parentheses =
        "SELECT k FROM (a FULL JOIN b USING (k)) FULL JOIN (c FULL JOIN a d USING (k)) USING (k) ORDER BY k";
    check(
        &lake,
        &[
            (counted.as_str(), "2|22|3"),
            (filtered.as_str(), "1|1|2"),
            (in_parentheses, "1;2;4;9;NULL;NULL;NULL"),
        ],
    )
    .await;
    let keys = vec!["k"; 9_000].join(", ");
    let sides = "a query of more than 10000 columns in the places of the keys of FULL JOIN ... USING";
    let parts = "an expression of more than 10000 parts";
    for (sql, expected) in [
        (format!("SELECT {keys} FROM {}", joined(8)), sides),
        (format!("SELECT 1 FROM {} WHERE k IN ({keys})", joined(8)), sides),
        (format!("SELECT k IN ({keys}) FROM (SELECT k FROM {}) w", joined(8)), parts),
    ] {
        let error = lake.error(&format!("{ROWS} {sql}"), &[]).await.to_string();
        assert!(error.starts_with(&format!("NOT_SUPPORTED: {expected}")), "{}: {error}", &sql[..40]);
    }
}

/// apache/datafusion#25244: both sides have the names `id` and `name`, and files of their own, whose statistics a filter
/// on the wrong side would skip.
#[tokio::test]
async fn filters_stay_on_their_side_of_a_join() {
    let lake = Lake::new();
    let types = [("id", "bigint"), ("name", "string")];
    let columns = |from: i64, to: i64, name: &str| -> Vec<(&'static str, ArrayRef)> {
        let names: StringArray = (from..to).map(|_| Some(name)).collect();
        vec![("id", Arc::new((from..to).collect::<Int64Array>())), ("name", Arc::new(names))]
    };
    for (table, from, to) in [("p", 0, 100), ("c", 50, 300)] {
        lake.table(table, &types).await;
        let location = format!("tables/{table}/dt=2026-11-23/g1/");
        lake.file(&format!("{location}part-00000.parquet"), columns(from, to, table)).await;
        lake.point(table, "2026-11-23", &location).await;
    }
    for (sql, expected) in [
        ("SELECT count(*) FROM p RIGHT JOIN c ON p.id = c.id WHERE p.id IS NULL", "200"),
        ("SELECT count(*) FROM p LEFT JOIN c ON p.id = c.id WHERE c.id IS NULL", "50"),
        ("SELECT count(*) FROM p FULL JOIN c ON p.id = c.id WHERE p.name IS NULL OR c.name IS NULL", "250"),
        ("SELECT max(c.id) FROM p RIGHT JOIN c ON p.id = c.id WHERE p.id IS NULL AND c.id > 200", "299"),
        (
            "SELECT count(*) FROM (SELECT p.id, c.id AS other FROM p LEFT JOIN c ON p.id = c.id + 40) x \
             JOIN c ON x.other = c.id",
            "10",
        ),
        ("SELECT p.id, c.id FROM p JOIN c ON p.id + 100 = c.id ORDER BY c.id DESC LIMIT 1", "99|199"),
    ] {
        let rows = lake.rows(sql).await;
        assert_eq!(rows.lines().map(row).collect::<Vec<_>>().join(";"), expected, "{sql}");
    }
}
