//! Whatever a caller sends, the SQL is one SELECT of the planned shape: made requests, and every input that fuzzing
//! kept.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::{cell::RefCell, fs, io::Write};

use domain::Dataset;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use sqlparser::{
    ast::{Expr, Value as Constant},
    dialect::GenericDialect,
    parser::Parser,
};

#[allow(unreachable_pub, reason = "the fuzzer has it as well")]
#[path = "../../../fuzz/src/rows.rs"]
mod rows;

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A dataset, and a request for it that is right in form, with any text where a caller may put any.
fn request() -> impl Strategy<Value = (Dataset, String)> {
    prop::sample::select(rows::datasets()).prop_flat_map(|dataset| {
        let raw = request_for(&dataset);
        (Just(dataset), raw)
    })
}

fn request_for(dataset: &Dataset) -> impl Strategy<Value = String> + use<> {
    let mut names: Vec<String> = dataset.columns().iter().map(|column| column.name.to_string()).collect();
    names.extend(["dt", "hour", "_id", "_ingested_at", "_extra"].map(str::to_owned));
    names.extend(["address->city".to_owned(), "address->>since".to_owned()]);
    let column = prop::sample::select(names.clone());
    // Names for columns of the answer: new ones, those of other columns, and what is none.
    let alias = prop_oneof![
        3 => Just(String::new()),
        1 => prop::sample::select(vec!["x", "y"]).prop_map(|name| format!("{name}:")),
        1 => prop::sample::select(names.clone()).prop_map(|name| format!("{name}:")),
        1 => "[a-z_\" ]{1,4}:",
    ];
    names.extend(["x".to_owned(), "y".to_owned()]);
    let sorted = prop::sample::select(names);
    let operator = prop::sample::select(vec![
        "eq",
        "neq",
        "gt",
        "gte",
        "lt",
        "lte",
        "isdistinct",
        "is",
        "like",
        "ilike",
        "match",
        "imatch",
        "not.eq",
        "not.like",
    ]);
    let value = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| number.to_string()),
        any::<bool>().prop_map(|boolean| boolean.to_string()),
        Just("null".to_owned()),
        "2026-[01][1-9]-[012][1-9]",
        "2026-[01][1-9]-[012][1-9]T[01][0-9]:[0-5][0-9]:00(\\.[0-9]{1,6})?Z",
        any::<String>(),
        "[-'\"?;/*\\\\ a-z0-9]{0,12}",
        "['é]{900,1100}",
    ];
    let quoted =
        value.clone().prop_map(|text| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")));
    let list = prop::collection::vec(quoted.clone(), 0..4).prop_map(|values| values.join(","));
    let inner = prop_oneof![
        3 => (column.clone(), operator.clone(), quoted).prop_map(|(c, op, value)| format!("{c}.{op}.{value}")),
        1 => (column.clone(), list.clone()).prop_map(|(c, list)| format!("{c}.in.({list})")),
        1 => (column.clone(), list.clone()).prop_map(|(c, list)| format!("{c}.not.cs.{{{list}}}")),
    ];
    let tree = inner.prop_recursive(3, 8, 3, |inner| {
        let word = prop::sample::select(vec!["and", "or", "not.and", "not.or"]);
        (word, prop::collection::vec(inner, 1..4))
            .prop_map(|(word, all)| format!("{word}({})", all.join(",")))
    });
    let tree = tree.prop_map(|tree| format!("or={}", percent(&format!("({tree})"))));
    let filter = (column.clone(), operator, value)
        .prop_map(|(column, operator, value)| format!("{column}={operator}.{}", percent(&value)));
    let listed = (column.clone(), prop::sample::select(vec![("in.(", ")"), ("cs.{", "}")]), list)
        .prop_map(|(column, (open, close), list)| format!("{column}={open}{}{close}", percent(&list)));
    let call = prop::sample::select(vec![
        "",
        "",
        ".sum()",
        ".avg()",
        ".min()",
        ".count()",
        ".count(distinct)",
        ".approx_count_distinct()",
        ".date_trunc(hour)",
        ".date_trunc(month)",
    ]);
    let item =
        (alias, column, call).prop_map(|(alias, column, call)| format!("{}{column}{call}", percent(&alias)));
    let select = prop::collection::vec(prop_oneof![6 => item, 1 => Just("count()".to_owned())], 1..4)
        .prop_map(|items| format!("select={}", items.join(",")));
    let direction = prop::sample::select(vec!["", ".asc", ".desc", ".desc.nullslast", ".nullsfirst"]);
    let term = (sorted, direction).prop_map(|(column, direction)| format!("{column}{direction}"));
    let order = prop::collection::vec(term, 1..4).prop_map(|terms| format!("order={}", terms.join(",")));
    let anything = "[-'\"?;a-z_.,=()*% ]{0,20}";
    let part = prop_oneof![6 => filter, 2 => listed, 2 => tree, 3 => select, 3 => order, 1 => anything];
    prop::collection::vec(part, 0..4).prop_map(|parts| parts.join("&"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_is_sent_the_sql_is_one_select_from_one_table((dataset, raw) in request()) {
        rows::rows(&dataset, &raw);
    }

    #[test]
    fn any_string_value_is_one_literal(value in any::<String>()) {
        let raw = format!("name=eq.{}", percent(&value));
        let compiled = rows::rows(&rows::datasets()[3], &raw).unwrap();
        let parsed = Parser::new(&GenericDialect {}).try_with_sql(&compiled.parameters[0]).unwrap().parse_expr().unwrap();
        match parsed {
            Expr::Value(constant) => prop_assert_eq!(constant.value, Constant::SingleQuotedString(value)),
            other => panic!("{other:?}"),
        }
    }
}

/// The made requests are not all refused: else what is above would hold of nothing.
#[test]
fn many_of_the_requests_become_sql() {
    let compiled = RefCell::new(0);
    let mut runner = TestRunner::new_with_rng(
        Config::with_cases(500),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    runner
        .run(&request(), |(dataset, raw)| {
            *compiled.borrow_mut() += usize::from(rows::rows(&dataset, &raw).is_some());
            Ok(())
        })
        .unwrap();
    assert!(*compiled.borrow() > 100, "{} of 500", compiled.borrow());
}

#[test]
fn every_input_that_fuzzing_kept_passes() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/rows");
    let datasets = rows::datasets();
    let mut count = 0;
    for file in fs::read_dir(directory).unwrap() {
        let path = file.unwrap().path();
        // The last line of a failure's output names the file.
        println!("{}", path.display());
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        let mut characters = text.chars();
        // The first one chose the dataset, of as many as there were then.
        characters.next();
        for dataset in &datasets {
            rows::rows(dataset, characters.as_str());
        }
        count += 1;
    }
    assert!(count > 10);
}

/// For `scripts/sql-check`: writes statements as JSON lines into the file that `TRIBUTARY_STATEMENTS` names, for
/// another parser, which knows Trino, to read.
#[test]
#[ignore = "scripts/sql-check runs it"]
fn statements_for_another_parser() {
    let path = std::env::var("TRIBUTARY_STATEMENTS").expect("TRIBUTARY_STATEMENTS names a file");
    let file = RefCell::new(fs::File::create(path).unwrap());
    TestRunner::new(Config::with_cases(5_000))
        .run(&request(), |(dataset, raw)| {
            if let Some(compiled) = rows::rows(&dataset, &raw) {
                let line = serde_json::json!({
                    "table": dataset.name().as_str(),
                    "sql": compiled.sql,
                    "parameters": compiled.parameters,
                    "columns": compiled.shape.columns,
                    "filters": compiled.shape.filters,
                    "keys": compiled.shape.keys,
                    "order": compiled.shape.order,
                    "unique": rows::unique(&dataset),
                    "limit": compiled.shape.limit,
                });
                writeln!(file.borrow_mut(), "{line}").unwrap();
            }
            Ok(())
        })
        .unwrap();
}
