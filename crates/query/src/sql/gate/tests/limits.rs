//! The bound on the rows of a query: the one that is written, and the one that is added.

use super::*;

/// Athena refuses an ORDER BY with more.
#[test]
fn no_limit_is_added_above_what_athena_orders() {
    let gated = gate("SELECT name FROM passengers ORDER BY name").unwrap();
    let limits = RowLimits { default_rows: 100, max_rows: u64::MAX };
    for (rows, is_written) in [(2_147_483_646, true), (2_147_483_647, false), (u64::MAX, false)] {
        let runnable = gated.run(&[], Some(rows), limits).unwrap();
        let sql = runnable.statement.sql;
        assert_eq!(sql.ends_with(" LIMIT 2147483647"), is_written, "{sql}");
        assert_eq!((sql.contains("LIMIT"), runnable.rows), (is_written, rows), "{sql}");
    }
}

/// It is lowered as a LIMIT is, and none is added.
#[test]
fn fetch_first_is_a_limit() {
    let gated = gate("SELECT name FROM passengers ORDER BY name FETCH FIRST 10 ROWS ONLY").unwrap();
    assert_eq!(gated.limit(), Some(10));
    for (rows, expected) in [(5, " FETCH FIRST 5 ROWS ONLY"), (100, " FETCH FIRST 10 ROWS ONLY")] {
        let sql = gated.sql(rows, &[]);
        assert!(sql.ends_with(expected) && !sql.contains("LIMIT"), "{sql}");
    }
    let within = gate("SELECT name FROM (SELECT name FROM passengers FETCH FIRST 1 ROW ONLY) AS p").unwrap();
    assert_eq!((within.limit(), within.volatile), (None, true));
}

#[test]
fn a_refusal_of_too_many_rows_names_the_clause_that_was_written() {
    let limits = RowLimits { default_rows: 100, max_rows: 1_000 };
    for (clause, limit, word) in [
        ("LIMIT 1001", None, "LIMIT 1001"),
        ("FETCH FIRST 1001 ROWS ONLY", None, "FETCH FIRST 1001"),
        ("OFFSET 1 FETCH next 1001 ROWS ONLY", None, "FETCH NEXT 1001"),
        // The parameter is the bound that holds.
        ("FETCH FIRST 3000 ROWS ONLY", Some(2_000), "limit 2000"),
        ("FETCH FIRST 3000 ROWS ONLY", Some(4_000), "FETCH FIRST 3000"),
    ] {
        let gated = gate(&format!("SELECT name FROM passengers ORDER BY name {clause}")).unwrap();
        let problem = gated.run(&[], limit, limits).unwrap_err().to_string();
        assert!(problem.contains(&format!("{word} is more than the 1000 rows")), "{clause}: {problem}");
    }
}
