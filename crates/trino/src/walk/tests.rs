use sqlparser::tokenizer::Token;

use super::*;
use crate::{LOCAL, query, tokenize};

/// Notes what it is asked.
#[derive(Default)]
struct Noted {
    queries: usize,
    tables: Vec<String>,
    names: Vec<String>,
    calls: Vec<String>,
    parameters: Vec<bool>,
}

impl Policy for Noted {
    type Refused = Unsupported;

    const LEVELS: usize = 60;

    fn query(&mut self, _: &Query, is_statement: bool) -> Result<(), Unsupported> {
        assert_eq!(is_statement, self.queries == 0);
        self.queries += 1;
        Ok(())
    }

    fn table(&mut self, name: &ObjectName, parts: &[&Ident]) -> Result<(), Unsupported> {
        assert_eq!(parts.len(), name.0.len());
        self.tables.push(name.to_string());
        Ok(())
    }

    fn expression(&mut self, expr: &Expr) -> Result<(), Unsupported> {
        if let Expr::Identifier(name) = expr {
            self.names.push(name.value.clone());
        }
        Ok(())
    }

    fn call(&mut self, _: &Function, name: &Ident) -> Result<(), Unsupported> {
        self.calls.push(name.value.clone());
        Ok(())
    }

    fn parameter(&mut self, _: Location, in_where: bool) -> Result<(), Unsupported> {
        self.parameters.push(in_where);
        Ok(())
    }

    fn stands_for_type(&self, data_type: &DataType) -> bool {
        data_type.to_string() == "mine"
    }
}

fn walked(sql: &str) -> Result<Noted, Unsupported> {
    let mut tokens = tokenize(sql).unwrap();
    tokens.retain(|token| token.token != Token::EOF);
    let noted = query(tokens, &LOCAL, |query| {
        let mut noted = Noted::default();
        walk(&query, &mut noted).map(|()| noted)
    });
    noted.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// What SQL calls the construct that is refused.
#[track_caller]
fn refused(sql: &str) -> String {
    match walked(sql) {
        Err(Unsupported::Construct { construct, .. }) => construct,
        Err(deep) => deep.to_string(),
        Ok(_) => panic!("taken: {sql}"),
    }
}

#[test]
fn a_name_of_with_is_a_table_before_and_outside_of_it() {
    for (sql, expected) in [
        ("SELECT 1 FROM t, a.t, \"T\"", "t a.t \"T\""),
        ("WITH t AS (SELECT 1) SELECT 1 FROM t, T, \"t\"", ""),
        ("WITH t AS (SELECT 1 FROM t) SELECT 1 FROM t", "t"),
        ("WITH a AS (SELECT 1 FROM b), b AS (SELECT 1 FROM a) SELECT 1 FROM a, b", "b"),
        ("WITH t AS (SELECT 1) SELECT 1 FROM s.t", "s.t"),
        ("SELECT 1 FROM (WITH t AS (SELECT 1) SELECT 1 FROM t) q, t", "t"),
        ("WITH t AS (SELECT 1) SELECT 1 FROM u WHERE EXISTS (SELECT 1 FROM t, v)", "u v"),
        ("SELECT 1 FROM UNNEST(ARRAY[1]) AS u (x) CROSS JOIN t", "t"),
    ] {
        assert_eq!(walked(sql).unwrap().tables.join(" "), expected, "{sql}");
    }
}

/// A table in every place where a query can stand.
#[test]
fn every_place_is_looked_at() {
    for sql in [
        "SELECT (SELECT 1 FROM t)",
        "SELECT f(1, (SELECT 1 FROM t))",
        "SELECT 1 + 2 * (SELECT 1 FROM t) + 3",
        "SELECT CASE (SELECT 1 FROM t) WHEN 1 THEN 2 END",
        "SELECT CASE WHEN a THEN 1 WHEN b THEN (SELECT 1 FROM t) END",
        "SELECT CASE WHEN a THEN 1 ELSE (SELECT 1 FROM t) END",
        "SELECT CAST((SELECT 1 FROM t) AS bigint)",
        "SELECT a[(SELECT 1 FROM t)]",
        "SELECT (SELECT 1 FROM t) IS NULL",
        "SELECT a IN (1, (SELECT 1 FROM t))",
        "SELECT a IN (SELECT 1 FROM t)",
        "SELECT a BETWEEN 1 AND (SELECT 1 FROM t)",
        "SELECT a LIKE (SELECT 1 FROM t)",
        "SELECT a IS DISTINCT FROM (SELECT 1 FROM t)",
        "SELECT a > ALL (SELECT 1 FROM t)",
        "SELECT trim(BOTH (SELECT 1 FROM t) FROM a)",
        "SELECT substring(a FROM 1 FOR (SELECT 1 FROM t))",
        "SELECT extract(DAY FROM (SELECT 1 FROM t))",
        "SELECT a AT TIME ZONE (SELECT 1 FROM t)",
        "SELECT position(a IN (SELECT 1 FROM t))",
        "SELECT ARRAY[1, (SELECT 1 FROM t)]",
        "SELECT f(x -> (SELECT 1 FROM t))",
        "SELECT f(1) FILTER (WHERE a = (SELECT 1 FROM t))",
        "SELECT f(1 ORDER BY (SELECT 1 FROM t))",
        "SELECT listagg(a) WITHIN GROUP (ORDER BY (SELECT 1 FROM t))",
        "SELECT f(1) OVER (PARTITION BY (SELECT 1 FROM t))",
        "SELECT f(1) OVER (ORDER BY a ROWS (SELECT 1 FROM t) PRECEDING)",
        "SELECT f(1) OVER w FROM u WINDOW w AS (ORDER BY (SELECT 1 FROM t))",
        "SELECT 1 FROM (SELECT 1 FROM t)",
        "SELECT 1 FROM (u CROSS JOIN t)",
        "SELECT 1 FROM u JOIN v ON a = (SELECT 1 FROM t)",
        "SELECT 1 FROM UNNEST((SELECT 1 FROM t)) AS x (y)",
        "SELECT 1 FROM (VALUES (1), ((SELECT 1 FROM t))) AS x (y)",
        "SELECT 1 WHERE a = (SELECT 1 FROM t)",
        "SELECT 1 GROUP BY GROUPING SETS ((a), ((SELECT 1 FROM t)))",
        "SELECT 1 HAVING (SELECT 1 FROM t)",
        "SELECT 1 ORDER BY (SELECT 1 FROM t)",
        "SELECT 1 UNION SELECT 1 FROM t EXCEPT SELECT 2",
        "(SELECT 1 FROM t) LIMIT 1",
    ] {
        let tables = walked(sql).unwrap().tables;
        assert!(tables.iter().any(|table| table == "t"), "{sql}: {tables:?}");
    }
}

#[test]
fn a_parameter_is_in_the_where_clause_of_the_select_around_it() {
    for (sql, expected) in [
        ("SELECT ? FROM t WHERE a = ? GROUP BY ? HAVING ? ORDER BY ?", "01000"),
        ("SELECT 1 FROM t WHERE a IN (?, f(?)) AND CASE WHEN ? THEN 1 END = 1", "111"),
        ("SELECT 1 FROM t WHERE a IN (SELECT ? FROM u WHERE b = ?) AND a = ?", "011"),
        ("SELECT 1 FROM t WHERE sum(?) FILTER (WHERE ?) OVER (ORDER BY ?) > ?", "1001"),
        ("SELECT 1 FROM t JOIN u ON a = ?", "0"),
        ("VALUES (?)", "0"),
    ] {
        let noted = walked(sql).unwrap().parameters;
        let mut noted: Vec<char> = noted.iter().map(|in_where| if *in_where { '1' } else { '0' }).collect();
        // The right side of an operator comes before the left one.
        let mut expected: Vec<char> = expected.chars().collect();
        noted.sort_unstable();
        expected.sort_unstable();
        assert_eq!(noted, expected, "{sql}");
    }
}

#[test]
fn names_and_calls_are_asked_for() {
    let noted = walked("SELECT a + f(b, g(c)), t.d, now(), current_date FROM t WHERE h(e) > 1").unwrap();
    let mut calls = noted.calls.clone();
    calls.sort_unstable();
    assert_eq!(calls, ["current_date", "f", "g", "h", "now"]);
    let mut names = noted.names;
    names.sort_unstable();
    assert_eq!(names, ["a", "b", "c", "e"]);
    assert_eq!(refused("SELECT a.f(1)"), "function a.f");
}

#[test]
fn what_no_statement_has_is_named() {
    for (sql, expected) in [
        ("SELECT a FROM t NATURAL JOIN u", "NATURAL JOIN"),
        ("SELECT a FROM t JOIN u", NO_CONSTRAINT),
        ("SELECT a FROM t INNER JOIN u AS v WHERE a = 1", NO_CONSTRAINT),
        ("SELECT a FROM t LEFT JOIN u", NO_CONSTRAINT),
        ("SELECT a FROM t LEFT OUTER JOIN u", NO_CONSTRAINT),
        ("SELECT a FROM t RIGHT JOIN u", NO_CONSTRAINT),
        ("SELECT a FROM t FULL JOIN u", NO_CONSTRAINT),
        ("SELECT a FROM t JOIN u USING (a) JOIN v", NO_CONSTRAINT),
        ("SELECT a FROM s, (t JOIN u)", NO_CONSTRAINT),
        ("SELECT a FROM t JOIN (SELECT 1) AS u", NO_CONSTRAINT),
        ("SELECT a FROM t JOIN UNNEST(b) AS u (c)", NO_CONSTRAINT),
        ("SELECT a FROM t LIMIT 1 OFFSET 2", "OFFSET behind LIMIT (write OFFSET before LIMIT)"),
        ("SELECT a FROM t OFFSET 1 + 1", "OFFSET with an expression"),
        ("SELECT a FROM t LIMIT 1 + 1", "LIMIT with an expression"),
        ("SELECT a FROM t ORDER BY a FETCH FIRST 10 PERCENT ROWS ONLY", "FETCH FIRST ... PERCENT"),
        ("SELECT a FROM t GROUP BY ALL", "GROUP BY ALL"),
        ("SELECT a FROM t QUALIFY a > 1", "QUALIFY"),
        ("SELECT DISTINCT ON (a) a FROM t", "DISTINCT ON"),
        ("SELECT a FROM t FOR UPDATE", "FOR"),
        ("SELECT a FROM t, LATERAL (SELECT 1) AS u", "LATERAL"),
        ("SELECT a FROM t TABLESAMPLE BERNOULLI (1)", "TABLESAMPLE"),
        ("SELECT a FROM f(1)", "a table function"),
        ("SELECT a FROM \"unnest\"(b)", "a table function"),
        ("SELECT a FROM t WITH ORDINALITY", "WITH ORDINALITY"),
        ("SELECT a::int FROM t", "this form of CAST"),
        ("SELECT CAST(a AS regclass) FROM t", "CAST to regclass"),
        ("SELECT a ILIKE 'x' FROM t", "ILIKE"),
        ("SELECT a IS TRUE FROM t", "IS TRUE"),
        ("SELECT a IS NOT UNKNOWN FROM t", "IS UNKNOWN"),
        ("SELECT floor(a TO DAY) FROM t", "floor of more than a number"),
        ("SELECT a[1:2] FROM t", "a slice, as in a[1:2] (write slice(array, start, length))"),
        ("SELECT extract(CENTURY FROM a) FROM t", "EXTRACT of CENTURY"),
        ("SELECT a COLLATE x FROM t", "COLLATE"),
        ("SELECT [1]", "an array without the word ARRAY"),
        ("SELECT X'00'", "the literal X'00'"),
        ("SELECT a ^ b FROM t", "the operator ^"),
        ("SELECT INTERVAL '1' WEEK", INTERVAL),
        ("SELECT INTERVAL '1' DAY TO MONTH", INTERVAL),
        ("SELECT INTERVAL 1 DAY", INTERVAL),
    ] {
        assert_eq!(refused(sql).to_lowercase(), expected.to_lowercase(), "{sql}");
    }
}

const NO_CONSTRAINT: &str = "a JOIN without ON or USING (write CROSS JOIN, or JOIN ... ON)";

/// The parser takes a text wherever a name may stand.
#[test]
fn a_name_is_not_in_single_quotes() {
    let of = |sql: &str, quoted: &str| sql.replace('?', quoted);
    for sql in [
        "SELECT 'a' ?",
        "SELECT 'a' AS ?",
        "SELECT a AS ?, b FROM t",
        "SELECT a FROM t ?",
        "SELECT a FROM t AS ?",
        "SELECT a FROM t AS u (?)",
        "SELECT a FROM (SELECT 1) AS u (b, ?)",
        "SELECT a FROM UNNEST(b) AS u (?)",
        "SELECT a FROM ?",
        "SELECT a FROM s.?",
        "SELECT ?.* FROM t",
        "SELECT a FROM t JOIN u USING (?)",
        "WITH ? AS (SELECT 1) SELECT 2",
        "WITH t (?) AS (SELECT 1) SELECT 2",
        "SELECT f(a) OVER ? FROM t WINDOW w AS (ORDER BY a)",
        "SELECT 1 FROM t WINDOW ? AS (ORDER BY a)",
        "SELECT a FROM t WHERE b IN (SELECT 1 AS ?)",
        "SELECT a FROM t UNION SELECT b AS ? FROM t",
    ] {
        assert!(walked(&of(sql, "\"x\"")).is_ok(), "{sql}");
        assert!(walked(&of(sql, "x")).is_ok(), "{sql}");
        let sql = of(sql, "'x'");
        let mut tokens = tokenize(&sql).unwrap();
        tokens.retain(|token| token.token != Token::EOF);
        // The parser refuses some of them by itself.
        if let Ok(walked) = query(tokens, &LOCAL, |query| walk(&query, &mut Noted::default())) {
            let Err(Unsupported::Construct { construct, .. }) = walked else { panic!("taken: {sql}") };
            assert!(construct.starts_with("a name in single quotes"), "{sql}: {construct}");
        }
    }
    for sql in ["SELECT t.? FROM t", "SELECT 1 FROM t WHERE t.? = 1"] {
        assert_eq!(refused(sql), "a parameter behind a dot", "{sql}");
    }
    assert!(walked("SELECT t.\"$path\" FROM t").is_ok());
    for sql in ["SELECT 'a' 'b'", "SELECT a AS 'b'", "SELECT a FROM t 'u'", "SELECT a FROM 't'"] {
        assert!(refused(sql).starts_with("a name in single quotes"), "{sql}");
    }
}

const INTERVAL: &str = "an INTERVAL other than INTERVAL 'number' unit or INTERVAL 'numbers' unit TO unit";

/// Takes samples.
struct Sampling;

impl Policy for Sampling {
    type Refused = Unsupported;

    const LEVELS: usize = 60;

    const SAMPLES: bool = true;
}

#[test]
fn samples_are_the_policys() {
    let sampled = |sql: &str| {
        let mut tokens = tokenize(sql).unwrap();
        tokens.retain(|token| token.token != Token::EOF);
        query(tokens, &LOCAL, |query| walk(&query, &mut Sampling)).unwrap()
    };
    for sql in [
        "SELECT a FROM t TABLESAMPLE BERNOULLI (1)",
        "SELECT a FROM (SELECT a FROM t) AS u TABLESAMPLE SYSTEM (1)",
    ] {
        assert_eq!(sampled(sql), Ok(()), "{sql}");
        assert_eq!(refused(sql), "TABLESAMPLE", "{sql}");
    }
    assert!(sampled("SELECT a FROM t, UNNEST(b) AS u (a) TABLESAMPLE BERNOULLI (1)").is_err());
}

#[test]
fn a_type_of_the_policy_is_taken() {
    assert!(walked("SELECT CAST(a AS mine), CAST(b AS row) FROM t").is_ok());
    assert_eq!(refused("SELECT CAST(a AS yours) FROM t"), "CAST to yours");
}

#[test]
fn depth_is_bounded_and_chains_are_not() {
    let chain = |link: &str, times: usize| walked(&format!("SELECT a{} FROM t", link.repeat(times)));
    assert!(chain(" + 1", 1_000).is_ok());
    assert!(chain(" AND a", 1_000).is_ok());
    assert!(chain(" IS NULL", 40).is_ok());
    assert_eq!(chain(" IS NULL", 1_000).err(), Some(Unsupported::TooDeep { levels: 60 }));
    assert!(walked(&vec!["SELECT a FROM t"; 500].join(" UNION ")).is_ok());
}
