use proptest::prelude::*;
use sqlparser::{ast::Statement as Parsed, parser::Parser};
use trino::{Athena, operators};

use super::*;
use crate::problem::listing;

mod together;

/// Athena refuses an ORDER BY with more.
#[test]
fn no_limit_is_added_above_what_athena_orders() {
    let gated = gate("SELECT name FROM passengers ORDER BY name").unwrap();
    let limits = Limits { default_rows: 100, max_rows: u64::MAX };
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
    let limits = Limits { default_rows: 100, max_rows: 1_000 };
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

fn readable() -> Vec<DatasetName> {
    ["bookings", "passengers"].map(|name| DatasetName::new(name).unwrap()).to_vec()
}

fn gate(sql: &str) -> Result<Gated, Refused> {
    let datasets = readable();
    let datasets: Vec<&DatasetName> = datasets.iter().collect();
    Gated::new(sql, &Readable { database: "tributary", datasets: Some(&datasets) })
}

/// A line of the golden files as a statement.
fn unescape(line: &str) -> String {
    let mut text = String::new();
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let meant = match (character, characters.peek()) {
            ('\\', Some('n')) => '\n',
            ('\\', Some('r')) => '\r',
            ('\\', Some('t')) => '\t',
            ('\\', Some('\\')) => '\\',
            (other, _) => {
                text.push(other);
                continue;
            }
        };
        text.push(meant);
        characters.next();
    }
    text
}

/// Goes through a golden file; `answer` fails for a statement that does not belong there.
fn golden(name: &str, answer: impl Fn(&str) -> Vec<String>) {
    let path = format!("{}/tests/{name}", env!("CARGO_MANIFEST_DIR"));
    let golden = std::fs::read_to_string(&path).unwrap();
    let mut written = String::new();
    for line in golden.lines().filter(|line| !line.starts_with("  ")) {
        written.push_str(line);
        written.push('\n');
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        for line in answer(&unescape(line)) {
            written.push_str(&format!("  {line}\n"));
        }
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &written).unwrap();
        return;
    }
    assert_eq!(written, golden, "{name} changed: look at it, then write it anew with UPDATE_GOLDEN=1");
}

#[test]
fn every_attack_is_refused_with_its_reason() {
    golden("free_sql.refused", |sql| match gate(sql) {
        Err(refused) => vec![refused.to_string().escape_debug().to_string()],
        Ok(gated) => panic!("accepted: {sql}\nas {}", gated.sql(100, &[])),
    });
}

#[test]
fn every_honest_query_is_accepted() {
    golden("free_sql.accepted", |sql| {
        let gated = gate(sql).unwrap_or_else(|refused| panic!("refused: {sql}\n{refused}"));
        let tables = listing(gated.tables().iter().map(DatasetName::as_str));
        let ordered = if gated.ordered { "; ordered" } else { "" };
        let volatile = if gated.volatile { "; volatile" } else { "" };
        let parameters = gated.parameters().len();
        vec![gated.sql(100, &[]), format!("-> {tables}; {parameters} parameters{ordered}{volatile}")]
    });
}

/// A statement, and whether all that it reads may be read.
type Written = (String, bool);

fn table() -> impl Strategy<Value = Written> {
    prop::sample::select(vec![
        ("passengers", true),
        ("BOOKINGS", true),
        ("tributary.passengers", true),
        ("\"awsdatacatalog\".\"tributary\".\"bookings\"", true),
        ("secrets", false),
        ("other.passengers", false),
        ("information_schema.tables", false),
        ("\"tributary.passengers\"", false),
        ("\"passengers$partitions\"", false),
        ("other.tributary.passengers", false),
    ])
    .prop_map(|(name, readable)| (name.to_owned(), readable))
}

/// Queries that hold tables in every place where a query can hold one.
fn query() -> impl Strategy<Value = Written> {
    let leaf = table().prop_map(|(table, readable)| (format!("SELECT a FROM {table}"), readable));
    leaf.prop_recursive(4, 24, 2, |inner| {
        let forms = prop::sample::select(vec![
            "SELECT a FROM ({1}) AS x, ({2}) AS y",
            "SELECT a FROM ({1}) AS x LEFT JOIN ({2}) AS y ON x.a = y.a",
            "SELECT a FROM ({1}) AS x JOIN passengers AS y ON y.a IN ({2})",
            "WITH c AS ({1}) SELECT a FROM c WHERE a = ({2})",
            "WITH passengers AS ({1}) SELECT a FROM passengers UNION ({2})",
            "SELECT a, ({1}) AS b FROM passengers WHERE EXISTS ({2})",
            "SELECT max(a) FROM bookings GROUP BY a HAVING a > ({1}) ORDER BY ({2})",
            "SELECT a FROM ({1}) AS x UNION ALL ({2})",
            "SELECT a FROM passengers INTERSECT ({1}) EXCEPT ({2})",
            "SELECT CASE WHEN a IN ({1}) THEN 1 ELSE ({2}) END FROM passengers",
            "SELECT sum(a) FILTER (WHERE a > ({1})) OVER (PARTITION BY ({2})) FROM passengers",
            "SELECT CAST(coalesce(({1}), ({2})) AS bigint) FROM passengers",
            "SELECT a FROM passengers CROSS JOIN UNNEST(ARRAY[({1})]) AS t (b) WHERE a BETWEEN ({2}) AND 3",
            "SELECT transform(tags, t -> t || ({1})) FROM bookings WHERE a NOT LIKE ({2})",
        ]);
        (forms, inner.clone(), inner).prop_map(|(form, (first, one), (second, two))| {
            (form.replace("{1}", &first).replace("{2}", &second), one && two)
        })
    })
}

/// The tables of parsed SQL, from its debug text: by another way than the gate's own.
fn tables(sql: &str) -> Vec<String> {
    let parsed = Parser::parse_sql(&Athena::new(100_000), sql).unwrap();
    let [Parsed::Query(_)] = parsed.as_slice() else { panic!("not one query: {sql}") };
    let text = format!("{parsed:?}");
    let relations = text.split("Table { name: ObjectName([").skip(1);
    let name = |relation: &str| {
        let parts = relation.split_once("])").unwrap().0.split("value: \"").skip(1);
        parts.map(|part| part.split_once('"').unwrap().0).collect::<Vec<_>>().join(".")
    };
    relations.map(name).collect()
}

#[track_caller]
fn check(gated: &Gated) {
    let sql = gated.sql(100, &[]);
    for table in tables(&sql) {
        // Without a database, it is a WITH clause's, or the one table function.
        let known = ["tributary.bookings", "tributary.passengers", "c", "passengers", "UNNEST"];
        assert!(known.contains(&table.as_str()), "{table} in {sql}");
    }
    // What was written passes again, and stays what it is.
    assert_eq!(gate(&sql).unwrap().sql(100, &[]), sql);
}

/// Words and signs that queries are made of, and some that they are not.
fn soup() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "SELECT",
        "FROM",
        "WHERE",
        "passengers",
        "secrets",
        "a",
        "b",
        "*",
        ",",
        "(",
        ")",
        "AS",
        "JOIN",
        "ON",
        "=",
        "1",
        "'x'",
        "?",
        "UNION",
        "ALL",
        "WITH",
        "c",
        ".",
        "tributary",
        "GROUP BY",
        "ORDER BY",
        "LIMIT",
        "OFFSET",
        "IN",
        "NOT",
        "NULL",
        "count",
        "\"q\"",
        "--\n",
        "/*",
        "*/",
        ";",
        "CASE",
        "WHEN",
        "THEN",
        "END",
        "CAST",
        "bigint",
        "EXISTS",
        "UNNEST",
        "TABLE",
        "VALUES",
        "LATERAL",
        "INTO",
        "->",
        "[",
        "]",
        "||",
        "-",
        "DATE",
        "INTERVAL",
        "BETWEEN",
        "AND",
        "OVER",
        "FILTER",
        ":p",
        "\r",
        "FETCH",
        "FOR",
        "USING",
        "NATURAL",
        "::",
    ]);
    prop::collection::vec(words, 0..25).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_query_passes_if_all_that_it_reads_may_be_read((sql, readable) in query()) {
        match gate(&sql) {
            Ok(gated) => {
                prop_assert!(readable, "{}", sql);
                check(&gated);
            }
            // The one other reason there may be: these nest.
            Err(refused) => prop_assert!(!readable || refused.to_string().contains("nests"), "{}: {}", sql, refused),
        }
    }

    #[test]
    fn a_query_with_pieces_elsewhere_passes_only_as_one_query(
        (sql, _) in query(),
        moves in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..4),
    ) {
        let mut words: Vec<&str> = sql.split(' ').collect();
        for (from, to) in moves {
            let word = words.remove(from.index(words.len()));
            words.insert(to.index(words.len() + 1), word);
        }
        if let Ok(gated) = gate(&words.join(" ")) {
            // A name may have become a column's or an alias, a table's it has not.
            check(&gated);
        }
    }

    #[test]
    fn no_soup_panics(sql in soup()) {
        if let Ok(gated) = gate(&sql) {
            check(&gated);
        }
    }

    #[test]
    fn no_text_panics(sql in any::<String>(), tail in "[-'\"?;/*\\\\:$@#&|<>=!~^%(){}\\[\\]a-zA-Z0-9_ \n\r]{0,60}") {
        for sql in [&sql, &tail, &format!("SELECT {tail}"), &format!("SELECT a FROM passengers WHERE {tail}")] {
            if let Ok(gated) = gate(sql) {
                check(&gated);
            }
        }
    }

    #[test]
    fn strings_and_names_are_written_as_they_were(string in any::<String>(), name in "[^\"$\\x00][^\"]{0,20}") {
        let sql = format!("SELECT '{}' AS \"{}\" FROM passengers", string.replace('\'', "''"), name);
        let gated = gate(&sql).unwrap();
        let written = gated.sql(7, &[]);
        let expected = format!(
            "SELECT '{}' AS \"{name}\" FROM \"tributary\".\"passengers\" LIMIT 7",
            string.replace('\'', "''")
        );
        prop_assert_eq!(written, expected);
    }
}

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

/// The functions whose second argument is a regular expression.
const REGULAR: [&str; 7] = [
    "regexp_count",
    "regexp_extract",
    "regexp_extract_all",
    "regexp_like",
    "regexp_position",
    "regexp_replace",
    "regexp_split",
];

#[test]
fn regular_expressions_that_take_exponential_time_are_refused() {
    for function in REGULAR {
        let of = |pattern: &str| gate(&format!("SELECT {function}(name, {pattern}) FROM passengers"));
        for taken in
            ["'a+$'", "'^([a-z]+-)*[a-z]+$'", "'(?=a)b'", "seat_number", "concat('(a+)', '+')", "NULL"]
        {
            assert!(of(taken).is_ok(), "{function} {taken}");
        }
        for refused in ["'(a+)+$'", "('(a|a)*')", "'(?i)(a|A)+'", "'('"] {
            let message = of(refused).expect_err(refused).to_string();
            let words = format!("{function} takes a regular expression that ");
            assert!(message.contains(&words) && message.starts_with("line 1:"), "{message}");
        }
    }
    // The text that is looked through, and the replacement, are no patterns.
    assert!(gate("SELECT regexp_replace('(a+)+$', 'a', '(a+)+$') FROM passengers").is_ok());
    assert!(gate("SELECT replace(name, '(a+)+$', 'x') FROM passengers").is_ok());
}

/// Its author is the operator. A caller's value is checked in it as everywhere.
#[test]
fn a_regular_expression_in_the_text_of_a_named_query_is_taken() {
    let named = |sql: &str| Gated::new(sql, &Readable { database: "tributary", datasets: None });
    for function in REGULAR {
        for taken in ["'(a+)+$'", "('(a|a)*')", "'a+'", "'('"] {
            let sql = format!("SELECT {function}(name, {taken}) FROM passengers");
            assert!(named(&sql).is_ok(), "{sql}");
        }
    }
    let gated = named("SELECT name FROM passengers WHERE regexp_like(name, :pattern)").unwrap();
    let run = |text: &str| {
        gated.run(&[Value::Text(text.to_owned())], None, Limits { default_rows: 100, max_rows: 1_000 })
    };
    assert!(run("a+").is_ok());
    assert_eq!(run("(a+)+$").unwrap_err().status(), 400);
}

#[test]
fn a_parameter_that_is_a_regular_expression_is_looked_at_with_its_value() {
    let sql = "SELECT name FROM passengers WHERE name = ? AND regexp_like(name, ?) AND (seat_number = ? OR \
               regexp_like(seat_number, (?)))";
    let gated = gate(sql).unwrap();
    let limits = Limits { default_rows: 100, max_rows: 1_000 };
    let run = |values: [&str; 4]| {
        let values = values.map(|value| Value::Text(value.to_owned()));
        gated.run(&values, None, limits)
    };
    let bad = "(a+)+$";
    assert!(run([bad, "a+", bad, "b"]).is_ok());
    for (values, words) in [
        (["x", bad, "x", "b"], "parameter 2 expects a regular expression that matches"),
        (["x", "a", "x", bad], "parameter 4 expects a regular expression that matches"),
    ] {
        let problem = run(values).unwrap_err();
        assert_eq!(problem.status(), 400);
        assert!(problem.to_string().contains(words), "{problem}");
    }
}

/// A long text is several literals with `||` between them, which the engine counts as well.
#[test]
fn long_values_count_among_the_operators() {
    let gated = gate(&format!("SELECT a FROM passengers WHERE {}", vec!["a = ?"; 100].join(" OR "))).unwrap();
    let run = |length: usize| {
        let values = vec![Value::Text("x".repeat(length)); 100];
        gated.run(&values, None, Limits { default_rows: 100, max_rows: 1_000 })
    };
    for taken in [1, 2_000, 10_000] {
        assert!(operators(&run(taken).unwrap().statement.sql) <= API.operators, "{taken}");
    }
    let problem = run(15_000).unwrap_err();
    assert_eq!((problem.kind(), problem.status()), (Kind::TooMuch, 400));
    assert!(problem.to_string().contains("send shorter texts"), "{problem}");
}

#[test]
fn a_limit_that_is_added_counts_among_the_operators() {
    // SELECT, FROM and WHERE, and so many signs with one AND less.
    let chain = |conditions: usize, end: &str| {
        let conditions = vec!["a = 1"; conditions].join(" AND ");
        gate(&format!("SELECT a{end} FROM passengers WHERE {conditions}"))
    };
    let limits = Limits { default_rows: 100, max_rows: 1_000 };
    let most = chain(748, " + 1").unwrap();
    assert!(most.run(&[], None, limits).is_ok());
    assert!(chain(749, "").unwrap_err().to_string().contains("without a LIMIT"));
}
