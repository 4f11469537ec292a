use super::*;
use crate::{LOCAL, Policy, query, walk};

/// Runs everything that is in the grammar.
struct Any;

impl Policy for Any {
    type Refused = Unsupported;

    const LEVELS: usize = 60;
}

fn walked(sql: &str) -> Result<(), Unsupported> {
    let mut tokens = tokenize(sql).unwrap();
    tokens.retain(|token| token.token != Token::EOF);
    query(tokens, &LOCAL, |query| walk(&query, &mut Any)).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// As in Trino's `StatementAnalyzer.verifySelectDistinct`, and in its `TestAnalyzer`.
#[test]
fn distinct_rows_are_ordered_by_what_is_selected() {
    for sql in [
        "SELECT DISTINCT a FROM t ORDER BY a",
        "SELECT DISTINCT a, b FROM t ORDER BY 2, 1",
        "SELECT DISTINCT a AS b FROM t ORDER BY b",
        "SELECT DISTINCT a AS b FROM t ORDER BY a",
        "SELECT DISTINCT a AS b FROM t ORDER BY t.a",
        "SELECT DISTINCT t.a FROM t ORDER BY a DESC NULLS LAST",
        "SELECT DISTINCT \"A\" FROM t ORDER BY a",
        "SELECT DISTINCT r.x.y FROM t ORDER BY r.x.y",
        "SELECT DISTINCT a % 2 FROM t ORDER BY A % 2",
        "SELECT DISTINCT (a % 2) AS r FROM t ORDER BY a%2",
        "SELECT DISTINCT t.a + b FROM t ORDER BY a + t.b",
        "SELECT DISTINCT Upper(a) FROM t ORDER BY upper(a)",
        "SELECT DISTINCT count(*) FROM t GROUP BY a ORDER BY count(*)",
        "SELECT DISTINCT a[1] FROM t ORDER BY a[1]",
        "SELECT DISTINCT 1 + 1 FROM t ORDER BY 1 + 1",
        "SELECT DISTINCT random() AS r FROM t ORDER BY r",
        "SELECT DISTINCT * FROM t ORDER BY a, t.b",
        "SELECT DISTINCT t.* FROM t, u ORDER BY a",
        "SELECT ALL a FROM t ORDER BY a + 1",
        "SELECT a FROM t ORDER BY a + 1",
        // Of the rows of a query in parentheses, and of a set operation, everything may be calculated.
        "(SELECT DISTINCT a FROM t) ORDER BY a + 1",
        "SELECT a FROM t UNION SELECT b FROM t ORDER BY a + 1",
        "SELECT b FROM (SELECT DISTINCT a AS b FROM t) ORDER BY b + 1",
    ] {
        assert!(walked(sql).is_ok(), "{sql}: {:?}", walked(sql));
    }
    let selected =
        "EXPRESSION_NOT_IN_DISTINCT: For SELECT DISTINCT, ORDER BY expressions must appear in select list";
    let random = "EXPRESSION_NOT_IN_DISTINCT: Non deterministic ORDER BY expression is not supported with SELECT DISTINCT";
    for (sql, expected) in [
        ("SELECT DISTINCT a FROM t ORDER BY a + 1", selected),
        ("SELECT DISTINCT a FROM t ORDER BY -a", selected),
        ("SELECT DISTINCT a FROM t ORDER BY b", selected),
        ("SELECT DISTINCT a AS b FROM t ORDER BY b + 0", selected),
        ("SELECT DISTINCT a, b FROM t ORDER BY a, a + b", selected),
        ("SELECT DISTINCT a % 2 FROM t ORDER BY a % 3", selected),
        ("SELECT DISTINCT (a + b) * 2 FROM t ORDER BY a + b * 2", selected),
        ("SELECT DISTINCT a FROM t ORDER BY 1 + 1", selected),
        ("SELECT DISTINCT a FROM t ORDER BY random()", selected),
        ("SELECT DISTINCT a FROM t ORDER BY upper(a)", selected),
        ("SELECT DISTINCT * FROM t ORDER BY a + 1", selected),
        ("SELECT DISTINCT cast(a AS varchar) FROM t ORDER BY a", selected),
        ("SELECT x FROM (SELECT DISTINCT a AS x FROM t ORDER BY a + 1 LIMIT 2)", selected),
        ("SELECT 1 FROM u WHERE EXISTS (SELECT DISTINCT a FROM t ORDER BY a + 1)", selected),
        ("SELECT DISTINCT random() FROM t ORDER BY random()", random),
        ("SELECT DISTINCT a + rand(3) FROM t ORDER BY 1, a + RAND(3)", random),
    ] {
        assert_eq!(walked(sql).map_err(|error| error.to_string()), Err(expected.to_owned()), "{sql}");
    }
}
