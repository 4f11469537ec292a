//! Arrays, maps and rows as values. What is expected is from Trino's documentation ("Array functions and operators", "Map
//! functions and operators", "Conversion functions") and from its sources and tests, which each part names.

mod arrays;
mod maps;
mod oracle;
mod rows;
mod sequences;

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

/// The columns of the table, of which the second row has nulls alone.
const COLUMNS: [(&str, &str); 9] = [
    ("n", "int"),
    ("whole", "array<int>"),
    ("long", "array<bigint>"),
    ("words", "array<string>"),
    ("money", "array<decimal(4,2)>"),
    ("large", "array<double>"),
    ("deep", "array<array<int>>"),
    ("sizes", "map<string,int>"),
    ("person", "struct<name:string,age:int>"),
];

async fn lake() -> Lake {
    let rows = [
        r#"{"n": 1, "whole": [3, 1, null, 3], "long": [2, 3], "words": ["b", "ä", "b"], "money": [1.5, 2.25],
            "large": [0.5, -0.0], "deep": [[1, 2], null, [3]], "sizes": {"x": 1, "y": null},
            "person": {"name": "Bob", "age": 38}}"#,
        r#"{"n": 2}"#,
        r#"{"n": 3, "whole": [], "long": [], "words": [], "money": [], "large": [], "deep": [], "sizes": {},
            "person": {}}"#,
    ];
    Lake::of(&COLUMNS, &rows).await
}

/// Each expression, its type, and its text: by itself, over a table's rows, over no row, and seen from another query.
async fn constants(cases: &[(&str, &str, &str)]) {
    let lake = lake().await;
    let mut statements = Vec::new();
    for (expression, data_type, expected) in cases {
        statements.push((format!("SELECT {expression}"), *data_type, *expected));
        statements.push((format!("SELECT {expression} FROM t WHERE n = 1"), *data_type, *expected));
        statements.push((format!("SELECT {expression} FROM t WHERE n = -1"), *data_type, ""));
        let seen = format!("SELECT x FROM (SELECT {expression} AS x FROM t) AS q LIMIT 1");
        statements.push((seen, *data_type, *expected));
    }
    check(&lake, &statements).await;
}

/// Each expression of the table's columns, its type, and its texts in the three rows.
async fn columns(cases: &[(&str, &str, &str)]) {
    let lake = lake().await;
    let mut statements = Vec::new();
    for (expression, data_type, expected) in cases {
        statements.push((format!("SELECT {expression} FROM t ORDER BY n"), *data_type, *expected));
        statements.push((format!("SELECT {expression} FROM t WHERE n = -1"), *data_type, ""));
    }
    check(&lake, &statements).await;
}

async fn check(lake: &Lake, statements: &[(String, &str, &str)]) {
    let statements: Vec<(&str, &str, &str)> =
        statements.iter().map(|(sql, data_type, expected)| (sql.as_str(), *data_type, *expected)).collect();
    compare(lake, &statements).await;
}

/// Each expression fails with the message, by itself and over a table's rows.
async fn failures(cases: &[(&str, &str)]) {
    let lake = lake().await;
    let mut statements = Vec::new();
    for (expression, message) in cases {
        statements.push((format!("SELECT {expression}"), *message));
        statements.push((format!("SELECT {expression} FROM t WHERE n = 1"), *message));
    }
    let statements: Vec<(&str, &str)> =
        statements.iter().map(|(sql, message)| (sql.as_str(), *message)).collect();
    refuse(&lake, &statements).await;
}
