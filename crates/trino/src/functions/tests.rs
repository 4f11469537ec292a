use std::collections::{BTreeMap, BTreeSet};

use sqlparser::{
    ast::{Function as Call, FunctionArguments, Ident},
    tokenizer::Token,
};

use super::*;
use crate::{LOCAL, Policy, Unsupported, fold, query, tokenize, walk};

/// The rows of the documented functions: chapter, name and example.
fn documented() -> Vec<(&'static str, &'static str, &'static str)> {
    let rows = include_str!("../../../../docs/sql/functions.tsv").lines().skip(1);
    let row = |line: &'static str| {
        let fields: Vec<&str> = line.split('\t').collect();
        (fields[0], fields[1], fields[2])
    };
    rows.map(row).collect()
}

#[test]
fn the_table_is_that_of_the_documents() {
    let rows = documented();
    let names: BTreeSet<&str> = functions().map(|function| function.name).collect();
    assert_eq!(names.len(), functions().count(), "a function is there twice");
    let shown: BTreeSet<&str> = rows.iter().map(|(_, name, _)| *name).collect();
    assert_eq!(names, shown);
    let chapters: BTreeMap<&str, &str> =
        chapters().map(|(chapter, function)| (function.name, chapter)).collect();
    for (chapter, name, _) in rows {
        assert_eq!(chapters.get(name), Some(&chapter), "{name}");
    }
}

/// How many arguments each call has.
#[derive(Default)]
struct Calls(Vec<(String, usize)>);

impl Policy for Calls {
    type Refused = Unsupported;

    const LEVELS: usize = 100;

    fn call(&mut self, call: &Call, name: &Ident) -> Result<(), Unsupported> {
        let given = match &call.args {
            FunctionArguments::List(list) => list.args.len(),
            _ => 0,
        };
        self.0.push((fold(name), given));
        Ok(())
    }
}

#[test]
fn the_examples_have_as_many_arguments_as_the_table_says() {
    let mut found = 0;
    for (_, name, example) in documented() {
        let mut tokens = tokenize(&format!("SELECT {example}")).unwrap();
        tokens.retain(|token| token.token != Token::EOF);
        let calls = query(tokens, &LOCAL, |query| {
            let mut calls = Calls::default();
            walk(&query, &mut calls).map(|()| calls.0)
        });
        for (called, given) in calls.unwrap().unwrap() {
            let function = function(&called).unwrap_or_else(|| panic!("{called} in {example}"));
            let (least, most) = function.arguments();
            assert!(given >= least && most.is_none_or(|most| given <= most), "{called} in {example}");
            found += usize::from(called == name);
        }
    }
    // Of the others the parser makes no calls.
    assert!(found > 290, "{found}");
}

#[test]
fn arguments_are_counted() {
    for (name, expected) in [
        ("pi", (0, Some(0))),
        ("lower", (1, Some(1))),
        ("split_part", (3, Some(3))),
        ("lpad", (3, Some(3))),
        ("normalize", (1, Some(2))),
        ("random", (0, Some(2))),
        ("map", (0, Some(2))),
        ("count", (0, Some(1))),
        ("from_unixtime", (1, Some(3))),
        ("coalesce", (2, None)),
        ("greatest", (1, None)),
        ("json_object", (0, None)),
        ("reduce", (4, Some(4))),
        ("map_zip_with", (3, Some(3))),
        ("split_to_map", (3, Some(4))),
        ("approx_percentile", (2, Some(4))),
        ("array_sort", (1, Some(2))),
        ("cosine_similarity", (2, Some(2))),
    ] {
        assert_eq!(function(name).unwrap().arguments(), expected, "{name}");
    }
}

#[test]
fn a_signature_is_one_line() {
    let shown = |name: &str| function(name).unwrap().signature();
    assert_eq!(shown("split_part"), "(varchar, varchar, bigint) → varchar");
    assert_eq!(shown("current_date"), "date");
    assert_eq!(shown("pi"), "() → double");
}

#[test]
fn who_has_a_function_is_said_of_it() {
    let of = |name: &str| function(name).unwrap();
    assert!(of("lower").is_local() && of("lower").is_local_call());
    assert!(of("position").is_local() && !of("position").is_local_call());
    assert!(!of("reduce_agg").is_local() && !of("reduce_agg").is_local_call());
    assert!(of("now").is_varying() && !of("now").is_bare());
    assert!(of("current_date").is_varying() && of("current_date").is_bare());
    assert!(function("pg_sleep").is_none() && function("LOWER").is_none());
    assert_eq!(functions().filter(|function| function.is_varying()).count(), 12);
}
