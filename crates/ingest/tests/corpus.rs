//! Every file that fuzzing kept, through the checks that fuzzing makes.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

#[allow(unreachable_pub, reason = "it is a crate of its own for the fuzzer")]
#[path = "../../../fuzz/src/lib.rs"]
mod check;

use std::fs;

/// Answers with how many files there were.
fn replay(target: &str, check: fn(&str)) -> usize {
    let directory = format!("{}/../../fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let files = fs::read_dir(&directory).unwrap().map(|file| file.unwrap().path());
    files
        .map(|path| {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            // The last line of a failure's output names the file.
            println!("{}", path.display());
            check(&text);
        })
        .count()
}

#[test]
fn the_corpus_of_events_passes() {
    assert!(replay("event", check::event) > 10);
}

#[test]
fn the_corpus_of_payloads_passes() {
    assert!(replay("payload", check::payload) > 10);
}
