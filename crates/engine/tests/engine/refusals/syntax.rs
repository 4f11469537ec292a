//! What is no SQL is rejected with its place.

use engine::EngineError;

use super::lake;

#[tokio::test]
async fn what_is_no_sql_is_rejected_with_the_place() {
    let lake = lake().await;
    let mut wrong = Vec::new();
    for (sql, expected) in [
        ("", "line 1:1: mismatched input '<EOF>'. STATEMENTS"),
        (" -- nothing", "line 1:12: mismatched input '<EOF>'. STATEMENTS"),
        ("SELEC 1", "line 1:1: mismatched input 'SELEC'. STATEMENTS"),
        ("\n foo", "line 2:2: mismatched input 'foo'. STATEMENTS"),
        ("FROM t", "line 1:1: mismatched input 'FROM'. STATEMENTS"),
        ("SELECT n FROM t; SELECT 1", "Only one sql statement is allowed. Got: SELECT n FROM t; SELECT 1"),
        ("SELECT n FROM t END SELECT 1", "line 1:17: mismatched input 'end'. Expecting: end of statement"),
        ("SELECT n FROM t; end", "Only one sql statement is allowed. Got: SELECT n FROM t; end"),
        ("SELECT n FROM", "line 1:14: mismatched input '<EOF>'. Expecting: identifier"),
        ("SELECT n FROM t WHERE", "line 1:22: mismatched input '<EOF>'. Expecting: an expression"),
        ("SELECT n FROM t WHERE n = 'x", "line 1:27: Unterminated string literal"),
        ("SELECT n DISTINCT FROM t", "line 1:10: mismatched input 'distinct'. Expecting: identifier"),
        ("SELECT n FROM t IS", "line 1:17: mismatched input 'is'. Expecting: identifier"),
        ("SELECT n AS JOIN FROM t", "line 1:13: mismatched input 'join'. Expecting: identifier"),
        (
            "SELECT n\nFROM t ORDER BY normalize",
            "line 2:17: mismatched input 'normalize'. Expecting: identifier",
        ),
        ("SELECT `n` FROM t", "line 1:8: mismatched input '`'. Expecting: an expression"),
        ("SELECT n\nFROM t LIMIT 1 2", "line 2:16: mismatched input '2'. Expecting: end of statement"),
        (
            "SELECT sum(x) FROM (SELECT 1_000) t(x)",
            "line 1:28: \"1_000\" is no number: write decimal digits without underscores and letters, as 1000 or 1.5e3, \
             and a space before what follows",
        ),
        (
            "SELECT n FROM t\nWHERE n < 0xFF",
            "line 2:11: \"0xFF\" is no number: write decimal digits without underscores and letters, as 1000 or 1.5e3, \
             and a space before what follows",
        ),
        (
            "SELECT n --\r+ 1\nFROM t",
            "line 1:10: a carriage return ends a comment in Athena: end the comment's line with a line feed",
        ),
        ("SELECT 99999999999999999999", "Invalid numeric literal: 99999999999999999999"),
    ] {
        let error = lake.error(sql, &[]).await;
        let expected = expected.replace("STATEMENTS", STATEMENTS);
        if error.to_string() != expected || !matches!(error, EngineError::Rejected { .. }) {
            wrong.push(format!("{sql}: {error:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let error = lake.error(&format!("SELECT 1 -- {}", "x".repeat(262_144)), &[]).await;
    assert_eq!(error.to_string(), "the query is longer than 262144 bytes");
}

const STATEMENTS: &str = "Expecting: 'ALTER', 'ANALYZE', 'CALL', 'COMMENT', 'COMMIT', 'CREATE', 'DEALLOCATE', \
    'DELETE', 'DENY', 'DESC', 'DESCRIBE', 'DROP', 'EXECUTE', 'EXPLAIN', 'GRANT', 'INSERT', 'MERGE', 'PREPARE', \
    'REFRESH', 'RESET', 'REVOKE', 'ROLLBACK', 'SET', 'SHOW', 'START', 'TRUNCATE', 'UNLOAD', 'UPDATE', 'USE', <query>";
