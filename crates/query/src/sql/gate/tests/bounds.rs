//! The bounds on the depth and the length of a statement and of its values.

use trino::operators;

use super::*;

/// On a thread's usual stack, also unoptimized: an overflow would end the process, and every request in it.
#[test]
fn no_depth_overflows_the_stack() {
    let chain = |before: &str, link: &str, behind: &str| format!("{before}{}{behind}", link.repeat(1_450));
    let nested = |open: &str, middle: &str, close: &str, times: usize| {
        format!("SELECT {}{middle}{} FROM passengers", open.repeat(times), close.repeat(times))
    };
    let mut accepted = 0;
    for sql in [
        chain("SELECT a FROM passengers WHERE a = 1", " AND a = 1", ""),
        chain("SELECT 1", " + 1", " FROM passengers"),
        chain("SELECT 'a'", " || 'a'", ""),
        chain("SELECT 1", " UNION SELECT 1", ""),
        chain("SELECT a", " IS NULL", " FROM passengers"),
        chain("SELECT a", " AT TIME ZONE 'UTC'", " FROM passengers"),
        chain("SELECT a", "[1]", " FROM passengers"),
        chain("SELECT ", "- ", "1"),
        chain("SELECT ", "NOT ", "true"),
        chain("SELECT a", ".a", " FROM passengers"),
        chain("SELECT 1 FROM passengers", " CROSS JOIN passengers", ""),
        chain("SELECT 1 FROM passengers", ", passengers", ""),
        chain("SELECT a BETWEEN 1 AND 2", " BETWEEN 1 AND 2", " FROM passengers"),
        chain("SELECT a LIKE 'a'", " LIKE 'a'", " FROM passengers"),
        chain("SELECT a IN (1)", " IN (1)", " FROM passengers"),
        chain("WITH c AS (SELECT 1)", ", c AS (SELECT 1)", " SELECT 1"),
        chain("SELECT a FROM passengers WHERE a IN (1", ", 1", ")"),
        nested("(", "1", ")", 10_000),
        nested("(SELECT ", "1", ")", 500),
        nested("CASE WHEN true THEN ", "1", " END", 400),
        nested("abs(", "1", ")", 10_000),
        nested("CAST(", "1", " AS bigint)", 700),
        nested("ARRAY[", "1", "]", 600),
        nested("CAST(", "1 1", " AS bigint)", 15),
        nested("CASE WHEN true THEN ", "1 1", " END", 15),
        nested("CASE ", "1 1", " WHEN 1 THEN 1 END", 15),
        nested("trim(", "1 1", ")", 15),
        nested("substring(", "1 1", ", 1)", 15),
        nested("extract(day FROM ", "1 1", ")", 15),
        nested("position(1 IN ", "1 1", ")", 15),
        nested("ceil(", "1 1", ")", 15),
        nested("interval ", "1 1", "", 700),
        nested("coalesce(", "1 1", ")", 15),
        nested("exists(", "1 1", ")", 15),
        nested("(a, ", "1 1", ")", 15),
        nested("(a) -> (", "1 1", ")", 15),
        nested("a -> ", "1 1", "", 700),
        nested("array<", "bigint", ">", 740),
        nested("CAST(a AS array<", "bigint", ">)", 740),
        nested("map(", "1 1", ")", 15),
        nested("row(", "1 1", ")", 15),
        nested("(SELECT (", "1 1", "))", 8),
        nested("abs(CAST(", "1 1", " AS bigint))", 8),
        nested("CASE WHEN CAST(", "1 1", " AS bigint) = 1 THEN 1 END", 8),
        nested("a IN (", "1 1", ")", 15),
        nested("a BETWEEN CAST(", "1 1", " AS bigint) AND 2", 8),
        nested("sum(a) OVER (ORDER BY ", "1 1", ")", 15),
        nested("count(*) FILTER (WHERE ", "1 1", ")", 15),
        format!("SELECT 1 FROM {}a b c{}", "(".repeat(16), ")".repeat(16)),
        format!("SELECT 1 FROM {}a b c{}", "(SELECT 1 FROM (".repeat(7), "))".repeat(7)),
        format!("SELECT 1 FROM {}passengers a{}", "(passengers b CROSS JOIN ".repeat(14), ")".repeat(14)),
        format!("SELECT 1 FROM {}a b c{}", "(passengers b CROSS JOIN ".repeat(16), ")".repeat(16)),
        format!("SELECT 1 FROM {}passengers a{}", "(passengers b JOIN ".repeat(14), " ON true)".repeat(14)),
        format!("SELECT 1 FROM {}passengers a{}", "(".repeat(14), " CROSS JOIN passengers b)".repeat(14)),
        format!("SELECT 1 FROM {}a b c{}", "((SELECT 1 FROM ".repeat(7), ") CROSS JOIN a)".repeat(7)),
        format!("SELECT 1 FROM {}a b c{}", "(SELECT 1 FROM (a CROSS JOIN ".repeat(7), "))".repeat(7)),
        nested("(", "1", ")", 9),
        nested("tags[", "1", "]", 9),
        format!("SELECT 1 FROM {}passengers{}", "(".repeat(5_000), ")".repeat(5_000)),
        format!("{}SELECT 1{}", "WITH a AS (".repeat(700), ") SELECT 1".repeat(700)),
    ] {
        if let Ok(gated) = gate(&sql) {
            accepted += 1;
            drop(gated.clone());
        }
    }
    assert!(accepted >= 5, "{accepted}: nothing was deep");
}

#[test]
fn long_statements_are_answered_by_their_length() {
    let long = format!("SELECT '{}'", "x".repeat(API.bytes));
    assert_eq!(gate(&long).unwrap_err().to_string(), "the SQL has 65545 bytes, and may have 65536");
    let list = format!("SELECT a FROM passengers WHERE a IN ({}1)", "1, ".repeat(10_000));
    assert!(gate(&list).is_ok());
    let chain = format!("SELECT a FROM passengers WHERE a = 1{}", " OR a = 1".repeat(1_000));
    assert!(gate(&chain).unwrap_err().to_string().contains("keywords and operators"));
}

/// A long text is several literals with `||` between them, which the engine counts as well.
#[test]
fn long_values_count_among_the_operators() {
    let gated = gate(&format!("SELECT a FROM passengers WHERE {}", vec!["a = ?"; 100].join(" OR "))).unwrap();
    let run = |length: usize| {
        let values = vec![Value::Text("x".repeat(length)); 100];
        gated.run(&values, None, RowLimits { default_rows: 100, max_rows: 1_000 })
    };
    for taken in [1, 2_000, 10_000] {
        assert!(operators(&run(taken).unwrap().statement.sql) <= API.operators, "{taken}");
    }
    let problem = run(15_000).unwrap_err();
    assert_eq!((problem.kind(), problem.status()), (ProblemKind::TooMuch, 400));
    assert!(problem.to_string().contains("send shorter texts"), "{problem}");
}

#[test]
fn a_limit_that_is_added_counts_among_the_operators() {
    // SELECT, FROM and WHERE, and so many signs with one AND less.
    let chain = |conditions: usize, end: &str| {
        let conditions = vec!["a = 1"; conditions].join(" AND ");
        gate(&format!("SELECT a{end} FROM passengers WHERE {conditions}"))
    };
    let limits = RowLimits { default_rows: 100, max_rows: 1_000 };
    let most = chain(748, " + 1").unwrap();
    assert!(most.run(&[], None, limits).is_ok());
    assert!(chain(749, "").unwrap_err().to_string().contains("without a LIMIT"));
}
