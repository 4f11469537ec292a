//! Generated queries, and soups of words.

use proptest::prelude::*;
use trino::LOCAL;

use super::*;

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
    let mut tokens = trino::tokenize(sql).unwrap();
    tokens.retain(|token| !matches!(token.token, Token::Whitespace(_) | Token::EOF));
    let text = trino::query(tokens, &LOCAL, |query| format!("{query:?}")).unwrap();
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
