//! Whatever is sent as SQL, the front end and the gate answer, within the bounds of their stack and in little time:
//! statements that were changed at random, and every input that fuzzing kept.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::{cell::Cell, fs};

use proptest::{
    prelude::*,
    sample::Index,
    test_runner::{Config, TestRng, TestRunner},
};

#[allow(unreachable_pub, reason = "the fuzzer has it as well")]
#[path = "../../../fuzz/src/sql.rs"]
mod sql;

/// The statements of the gate's golden files: honest ones and attacks.
fn statements() -> Vec<String> {
    let files = [include_str!("free_sql.accepted"), include_str!("free_sql.refused")];
    let lines = files.iter().flat_map(|file| file.lines());
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with(['#', ' ']));
    lines.map(|line| line.replace("\\n", "\n").replace("\\r", "\r")).collect()
}

/// Words, and what stands between them. Together they are the text.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut before = None;
    for character in text.chars() {
        let is_word = character.is_alphanumeric() || character == '_';
        match pieces.last_mut() {
            Some(word) if is_word && before == Some(true) => word.push(character),
            _ => pieces.push(character.to_string()),
        }
        before = Some(is_word);
    }
    pieces
}

/// One change of a statement.
#[derive(Debug, Clone)]
enum Change {
    Remove(Index),
    Swap(Index, Index),
    /// Puts a piece of another statement there.
    Insert(Index, Index, Index),
    /// Repeats some pieces so many times.
    Repeat(Index, usize, usize),
    /// Puts what begins and what ends a level around some pieces, so many times.
    Nest(Index, usize, (&'static str, &'static str), usize),
}

fn change() -> impl Strategy<Value = Change> {
    let levels = prop::sample::select(vec![
        ("(", ")"),
        ("(SELECT ", ")"),
        ("abs(", ")"),
        ("CASE WHEN ", " THEN 1 END"),
        ("CAST(", " AS bigint)"),
        ("json_object('a' VALUE ", ")"),
        ("trim(", ")"),
        ("ARRAY[", "]"),
        ("a -> ", ""),
        ("NOT ", ""),
        ("interval ", ""),
    ]);
    let at = any::<Index>;
    prop_oneof![
        at().prop_map(Change::Remove),
        (at(), at()).prop_map(|(one, other)| Change::Swap(one, other)),
        (at(), at(), at()).prop_map(|(to, statement, from)| Change::Insert(to, statement, from)),
        (at(), 1..12_usize, 2..200_usize).prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
        (at(), 1..12_usize, levels, 1..40_usize)
            .prop_map(|(at, length, level, times)| Change::Nest(at, length, level, times)),
    ]
}

fn changed(statements: &[String], first: &Index, changes: &[Change]) -> String {
    let mut text = pieces(first.get::<String>(statements));
    for change in changes {
        // Also behind the last piece.
        let place = |at: &Index, text: &[String]| at.index(text.len() + 1);
        match change {
            Change::Remove(at) => {
                let at = place(at, &text);
                text.drain(at..text.len().min(at + 1));
            }
            Change::Swap(one, other) if !text.is_empty() => {
                let (one, other) = (one.index(text.len()), other.index(text.len()));
                text.swap(one, other);
            }
            Change::Swap(..) => {}
            Change::Insert(to, statement, from) => {
                let other = pieces(statement.get::<String>(statements));
                let to = place(to, &text);
                text.insert(to, from.get(&other).clone());
            }
            Change::Repeat(at, length, times) => {
                let at = place(at, &text);
                let again = std::iter::repeat_n(&text[at..text.len().min(at + length)], *times);
                let repeated: Vec<String> = again.flatten().cloned().collect();
                text.splice(at..at, repeated);
            }
            Change::Nest(at, length, (open, close), times) => {
                let at = place(at, &text);
                let end = text.len().min(at + length);
                text.insert(end, close.repeat(*times));
                text.insert(at, open.repeat(*times));
            }
        }
    }
    text.concat()
}

/// The changes leave some statements that run, and most not: else what is checked would hold of nothing.
#[test]
fn changed_statements_are_answered() {
    let statements = statements();
    assert!(statements.len() > 300);
    let (run, refused) = (Cell::new(0), Cell::new(0));
    let algorithm = proptest::test_runner::RngAlgorithm::ChaCha;
    let mut runner =
        TestRunner::new_with_rng(Config::with_cases(3_000), TestRng::deterministic_rng(algorithm));
    let changes = prop::collection::vec(change(), 0..4);
    runner
        .run(&(any::<Index>(), changes), |(first, changes)| {
            let count = if sql::sql(&changed(&statements, &first, &changes)) { &run } else { &refused };
            count.set(count.get() + 1);
            Ok(())
        })
        .unwrap();
    assert!(run.get() > 100 && refused.get() > 1_000, "{} run, {} refused", run.get(), refused.get());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// From a seed that is another one each time.
    #[test]
    fn statements_changed_anew_are_answered(
        first in any::<Index>(),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        sql::sql(&changed(&statements(), &first, &changes));
    }
}

#[test]
fn every_input_that_fuzzing_kept_is_answered() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/sql");
    let mut count = 0;
    for file in fs::read_dir(directory).unwrap() {
        let path = file.unwrap().path();
        // The last line of a failure's output names the file.
        println!("{}", path.display());
        sql::sql(&String::from_utf8_lossy(&fs::read(&path).unwrap()));
        count += 1;
    }
    assert!(count > 100);
}
