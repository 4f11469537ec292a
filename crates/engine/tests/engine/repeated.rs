//! Columns of one name in a query that another one reads. What is expected is from Trino's source (`Scope.resolveField`: a name that
//! several fields have is ambiguous where it is asked for; `RelationType` itself may have such fields).

use crate::{golden::refuse, lake::Lake};

/// `a` is there twice.
const TWICE: &str = "(SELECT 1 AS a, 2 AS a, 3 AS b)";

/// Two relations with a column of one name.
const BOTH: &str = "(VALUES (1, 5)) AS l (x, y) CROSS JOIN (VALUES (2, 6)) AS r (x, z)";

async fn lake() -> Lake {
    Lake::of(&[("a", "int"), ("b", "int")], &[r#"{"a": 7, "b": 3}"#]).await
}

#[tokio::test]
async fn columns_of_one_name_are_taken() {
    let lake = lake().await;
    for (sql, expected) in [
        ("SELECT * FROM {twice}", "a,a,b;1,2,3"),
        ("SELECT b FROM {twice}", "b;3"),
        ("SELECT t.b, t.* FROM {twice} AS t", "b,a,a,b;3,1,2,3"),
        ("SELECT count(*) FROM {twice} AS t WHERE b = 3", "_col0;1"),
        ("WITH t AS {twice} SELECT * FROM t", "a,a,b;1,2,3"),
        ("WITH t AS {twice} SELECT p.b, q.* FROM t AS p JOIN t AS q ON p.b = q.b", "b,a,a,b;3,1,2,3"),
        ("WITH t (x, x, y) AS {twice} SELECT *, y + 1 FROM t", "x,x,y,_col3;1,2,3,4"),
        ("SELECT x, y FROM {twice} AS t (x, y, z)", "x,y;1,2"),
        ("SELECT z, t.* FROM (VALUES (1, 2, 3)) AS t (x, x, z)", "z,x,x,z;3,1,2,3"),
        ("SELECT y, z FROM (SELECT * FROM {both}) AS q", "y,z;5,6"),
        ("SELECT * FROM (SELECT * FROM {both}) AS q", "x,y,x,z;1,5,2,6"),
        ("SELECT * FROM (SELECT r.*, l.* FROM {both})", "x,z,x,y;2,6,1,5"),
        ("SELECT * FROM (SELECT l.x, r.x FROM {both}) AS q", "x,x;1,2"),
        ("SELECT * FROM (SELECT * FROM (SELECT * FROM {both}) AS p) AS q", "x,y,x,z;1,5,2,6"),
        ("SELECT * FROM (SELECT p.*, 9 AS x FROM (SELECT * FROM {both}) AS p) AS q", "x,y,x,z,x;1,5,2,6,9"),
        (
            "SELECT z FROM (SELECT * FROM (VALUES (1, 5)) AS l (x, y) JOIN (VALUES (1, 5, 6)) AS r (x, y, z) USING (x)) AS q",
            "z;6",
        ),
        (
            "SELECT * FROM (SELECT 1 AS a, 2 AS a UNION ALL SELECT 3 AS c, 4 AS c) AS t ORDER BY 1",
            "a,a;1,2;3,4",
        ),
        ("SELECT * FROM (SELECT DISTINCT 1 AS a, 2 AS a) AS t", "a,a;1,2"),
        ("SELECT * FROM (SELECT b AS c, count(*) AS c FROM t GROUP BY b) AS q", "c,c;3,1"),
        ("SELECT * FROM (SELECT b AS c, a AS c FROM t ORDER BY 2 LIMIT 1) AS q", "c,c;3,7"),
        ("SELECT b FROM {twice} AS q WHERE EXISTS (SELECT t.b, t.b FROM t WHERE t.b = q.b)", "b;3"),
        ("SELECT EXISTS (SELECT 1 AS a, 2 AS a) AS e", "e;true"),
        // A name of the result, and one of another relation.
        ("SELECT b AS a FROM {twice} AS q ORDER BY a", "a;3"),
        ("SELECT t.a, q.b FROM {twice} AS q JOIN t ON t.b = q.b WHERE t.a = 7", "a,b;7,3"),
        ("SELECT b FROM {twice} AS q WHERE b IN (SELECT t.b FROM t)", "b;3"),
    ] {
        let sql = sql.replace("{twice}", TWICE).replace("{both}", BOTH);
        match lake.text(&sql, &[]).await {
            Ok(text) => {
                let found = text.trim_end().replace('"', "").replace('\n', ";");
                assert_eq!(found, expected, "{sql}");
            }
            Err(error) => panic!("{sql}: {error}"),
        }
    }
}

/// Of these, several were answered by the first of the columns.
#[tokio::test]
async fn a_name_of_several_columns_is_ambiguous() {
    let lake = lake().await;
    let ambiguous = |name: &str| format!("Column '{name}' is ambiguous");
    for (sql, name) in [
        ("SELECT a FROM {twice}", "a"),
        ("SELECT a FROM {twice} AS t", "a"),
        ("SELECT t.a FROM {twice} AS t", "a"),
        ("SELECT b FROM {twice} AS t WHERE a = 1", "a"),
        ("SELECT b FROM {twice} AS t WHERE abs(t.a + 1) = 2", "a"),
        ("SELECT count(*) FROM {twice} AS t GROUP BY a", "a"),
        ("SELECT count(*) FROM {twice} AS t HAVING max(a) > 0", "a"),
        ("SELECT b FROM {twice} AS t ORDER BY a", "a"),
        ("SELECT * FROM {twice} AS t ORDER BY a", "a"),
        ("SELECT q.b FROM {twice} AS q JOIN t ON t.a = q.a", "a"),
        ("WITH t AS {twice} SELECT a FROM t", "a"),
        ("WITH t (x, x, y) AS {twice} SELECT x FROM t", "x"),
        ("SELECT x FROM (VALUES (1, 2)) AS t (x, x)", "x"),
        ("SELECT x FROM (SELECT * FROM {both}) AS q", "x"),
        ("SELECT q.x FROM (SELECT l.x, r.x FROM {both}) AS q", "x"),
        ("SELECT x FROM (SELECT * FROM (SELECT * FROM {both}) AS p) AS q", "x"),
        ("SELECT x FROM (SELECT p.*, 9 AS x FROM (SELECT * FROM {both}) AS p) AS q", "x"),
        ("SELECT a FROM (SELECT 1 AS a, 2 AS a UNION ALL SELECT 3, 4) AS t", "a"),
        // Of the table's column `a` it is not said.
        ("SELECT * FROM (SELECT b AS a, b + 1 AS a FROM t ORDER BY a LIMIT 1) AS q", "a"),
    ] {
        let sql = sql.replace("{twice}", TWICE).replace("{both}", BOTH);
        let error = lake.error(&sql, &[]).await.to_string();
        assert!(error.starts_with("AMBIGUOUS_NAME: ") && error.ends_with(&ambiguous(name)), "{sql}: {error}");
    }
    // The query around has the name, too: it is not asked instead.
    let within = "SELECT (SELECT max(a) FROM (SELECT 1 AS a, 2 AS a) AS q) FROM (VALUES 9) AS o (a)";
    let asked = "SELECT (SELECT max(q.b) FROM t AS q WHERE q.b = a) FROM (SELECT 1 AS a, 2 AS a) AS o";
    let cases = [
        (within, "AMBIGUOUS_NAME: line 1:20: Column 'a' is ambiguous"),
        (
            asked,
            "NOT_SUPPORTED: the name a in a query within one that reads several columns of it is not supported by the local engine",
        ),
    ];
    refuse(&lake, &cases).await;
    // What DataFusion called the second one.
    let error = lake.error("SELECT \"a:1\" FROM (SELECT 1 AS a, 2 AS a) AS t", &[]).await.to_string();
    assert!(error.starts_with("COLUMN_NOT_FOUND: "), "{error}");
}
