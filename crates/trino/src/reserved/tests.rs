use std::collections::BTreeSet;

use sqlparser::tokenizer::Token;

use super::*;
use crate::{LOCAL, Policy, Type, Unsupported, query, tokenize, walk};

/// Takes all that no statement is refused for.
struct All;

impl Policy for All {
    type Refused = Unsupported;

    const LEVELS: usize = 60;
}

fn read(sql: &str) -> Result<(), String> {
    let mut tokens = tokenize(sql).unwrap();
    tokens.retain(|token| !matches!(token.token, Token::Whitespace(_) | Token::EOF));
    match query(tokens, &LOCAL, |query| walk(&query, &mut All)) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// Whether the word is taken in this place.
fn takes(place: &str, word: &str) -> bool {
    // The parser has no such types: the callers read them by `Type`.
    let of_type = place.strip_prefix("SELECT CAST(x AS ").and_then(|rest| rest.strip_suffix(") FROM t"));
    match of_type {
        Some(of_type) => Type::read(&tokenize(&of_type.replace("{}", word)).unwrap()).is_some(),
        None => read(&place.replace("{}", word)).is_ok(),
    }
}

/// The places in which the parser takes every word that is not refused. Elsewhere it reads some of Trino's names otherwise.
const NAMES_ONLY: [&str; 8] = [
    "SELECT id AS {} FROM t",
    "SELECT 1 FROM t AS {}",
    "SELECT 1 FROM t AS u ({})",
    "SELECT 1 FROM (SELECT 1) AS {}",
    "SELECT 1 FROM t WINDOW {} AS (ORDER BY id)",
    "WITH {} AS (SELECT 1) SELECT 2",
    "WITH u ({}) AS (SELECT 1) SELECT 2",
    "SELECT CAST(x AS row({} bigint)) FROM t",
];

/// The table is of Trino's own grammar: see `scripts/sql/words.py`.
#[test]
fn a_word_is_refused_where_trinos_grammar_refuses_it() {
    let golden = include_str!("golden.tsv").lines().skip(1).map(|line| line.split_once('\t').unwrap());
    let golden: Vec<(&str, BTreeSet<&str>)> =
        golden.map(|(place, words)| (place, words.split(' ').collect())).collect();
    let (words, places) = golden.split_first().unwrap();
    assert_eq!(words.0, "words");
    assert_eq!(places.iter().filter(|(place, _)| NAMES_ONLY.contains(place)).count(), NAMES_ONLY.len());
    let mut wrong = Vec::new();
    for (place, refused) in places {
        assert!(takes(place, "plain"), "{place}");
        for word in &words.1 {
            let is_wrong = match (refused.contains(word), takes(place, word)) {
                (true, is_taken) => is_taken || takes(place, &word.to_uppercase()),
                (false, is_taken) => !is_taken && NAMES_ONLY.contains(place),
            };
            // In quotes every word is a name.
            if is_wrong || !takes(place, &format!("\"{word}\"")) {
                wrong.push(place.replace("{}", word));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The list is the grammar's, and no word more.
#[test]
fn the_reserved_words_are_those_that_are_no_alias() {
    let golden = include_str!("golden.tsv").lines();
    let aliases = golden.filter_map(|line| line.strip_prefix("SELECT id AS {} FROM t\t"));
    let refused: Vec<&str> = aliases.flat_map(|words| words.split(' ')).collect();
    assert_eq!(RESERVED.to_vec(), refused);
}

#[test]
fn the_place_of_the_word_is_told() {
    for (sql, expected) in [
        ("SELECT id\nDISTINCT FROM t", "DISTINCT is a reserved word"),
        ("SELECT normalize FROM t", "normalize is a reserved word"),
        ("SELECT t.Order FROM t", "Order is a reserved word"),
    ] {
        assert_eq!(read(sql), Err(expected.to_owned()), "{sql}");
    }
    let mut tokens = tokenize("SELECT id\n DISTINCT FROM t").unwrap();
    tokens.retain(|token| token.token != Token::EOF);
    let found = query(tokens, &LOCAL, |query| walk(&query, &mut All)).unwrap();
    assert_eq!(found, Err(Unsupported::Reserved { word: "DISTINCT".to_owned(), place: Some((2, 2)) }));
}

#[test]
fn a_word_with_a_form_of_its_own_is_a_call_still() {
    for sql in [
        "SELECT normalize(a), listagg(a, ',') WITHIN GROUP (ORDER BY a), grouping(a) FROM t GROUP BY a",
        "SELECT json_array(1), json_exists(a, 'lax $'), trim(a), extract(year FROM a) FROM t",
        "SELECT current_date, localtime, current_timestamp(3), current_user, CURRENT_CATALOG FROM t",
        "SELECT x FROM t CROSS JOIN UNNEST(a) AS u (x)",
        "SELECT true, null, CASE WHEN a THEN false END, NOT b FROM t ORDER BY current_date",
    ] {
        assert_eq!(read(sql), Ok(()), "{sql}");
    }
}
