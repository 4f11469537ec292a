//! Lines of every kind, against the lake's readers and Arrow's builders.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

#[allow(unreachable_pub, reason = "the fuzzer has it as well")]
#[path = "../../../../fuzz/src/lines.rs"]
mod check;
mod cloud_events;
mod drawn;
mod hostile;
mod reworded;
mod suite;

use std::fs;

#[test]
fn the_corpus_of_lines_passes() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/lines");
    let mut files = 0;
    for file in fs::read_dir(directory).unwrap() {
        let path = file.unwrap().path();
        // The last line of a failure's output names the file.
        println!("{}", path.display());
        check::lines(&fs::read(&path).unwrap());
        files += 1;
    }
    assert!(files > 5, "{files}");
}
