//! Runs in pieces: how they are unpacked, and what is known of them.

use super::*;

/// A hundred rows in order, each of another identity, and all of this value.
fn hundred(value: i64) -> (Dataset, RecordBatch) {
    let definition = br#"{"name": "d", "identity": ["k"], "columns": [
        {"name": "k", "type": "bigint", "required": true}, {"name": "v", "type": "bigint"}]}"#;
    let dataset = Dataset::from_json(definition).unwrap();
    let mut lines = Lines::new(&dataset);
    for key in 0..100 {
        let (event, mut line) = (format!(r#"{{"k":{key},"v":{value}}}"#), Vec::new());
        landing::Writer::new(now()).line(Some("m:0"), &event, &mut line);
        lines.push(line.trim_ascii_end()).unwrap();
    }
    let rows = lines.finish().unwrap();
    (dataset, rows)
}

#[test]
fn pieces_are_unpacked_until_there_are_as_many_rows_as_are_wanted() {
    let (dataset, rows) = hundred(1);
    let schema = dataset.arrow_schema();
    for threads in [1, 3] {
        let workers = &Workers::new(threads);
        let mut runs = Runs::new(&dataset, workers).unwrap();
        let hashes = hashes(&runs, &rows, &[]);
        runs.push(in_chunks(&schema, rows.clone(), &runs, &dataset), &hashes, 10).unwrap();
        let mut run = runs.into_rows(false).0.next().unwrap();
        let mut found = Vec::new();
        for (wanted, pieces) in [(25, 3), (0, 1), (10, 1), (11, 2), (1_000, 3), (1, 0)] {
            let unpacked = futures::executor::block_on(run.next_on(wanted, workers, |batch| batch)).unwrap();
            assert_eq!(unpacked.len(), pieces, "{wanted} rows are wanted");
            found.extend(unpacked);
        }
        assert_eq!(concat_batches(&schema, &found).unwrap(), rows);
    }
}

/// The hashes are looked at before the values, and take memory. What is the same word for word is not even noted.
#[test]
fn twins_of_one_line_are_not_compared() {
    let (dataset, stays) = hundred(1);
    let schema = dataset.arrow_schema();
    let same: Vec<u64> = (0..100).collect();
    let other: Vec<u64> = (0..100).map(|hash| hash * 2).collect();
    let (same, other, cut, none): (&[u64], &[u64], &[u64], &[u64]) = (&same, &other, &same[..99], &[]);
    for threads in [1, 3] {
        let workers = &Workers::new(threads);
        // Of the first run, and of the second: the hashes of the lines, how many are noted, and how many differ.
        for (first, second, value, noted, conflicting) in [
            (same, same, 1, 0, 0),
            // The values would say otherwise, if they were looked at.
            (same, same, 2, 0, 0),
            (same, other, 1, 99, 0),
            (same, other, 2, 99, 99),
            // The last of a piece is not known, so none of it is.
            (cut, same, 2, 10, 10),
            (same, cut, 2, 1, 1),
            (none, none, 1, 100, 0),
            (none, none, 2, 100, 100),
            (same, none, 2, 100, 100),
            (none, same, 2, 100, 100),
        ] {
            let mut runs = Runs::new(&dataset, workers).unwrap();
            // The identities are the same ones.
            let [first_hashes, second_hashes] = [first, second].map(|lines| hashes(&runs, &stays, lines));
            runs.push(in_chunks(&schema, stays.clone(), &runs, &dataset), &first_hashes, 10).unwrap();
            let known = 10 * (first.len() / 10) as u64;
            let packed: usize = runs.pieces().map(Piece::bytes).sum();
            let words = runs.words().unwrap().get_array_memory_size();
            assert_eq!(runs.bytes(), (packed + words + 100 * 8) as u64 + 8 * known);
            runs.push(in_chunks(&schema, hundred(value).1, &runs, &dataset), &second_hashes, 10).unwrap();
            assert_eq!((runs.rows(), runs.duplicates()), (100, 100));
            assert_eq!(runs.runs[0].twins.len(), noted);
            assert_eq!(made(runs, &dataset, 1_000), (stays.clone(), conflicting));
        }
    }
}

/// Each run has a dictionary with the texts of those before it as well.
#[test]
fn the_dictionaries_of_all_runs_count_as_memory() {
    let definition = br#"{"name": "d", "identity": ["k"], "columns": [
        {"name": "k", "type": "bigint", "required": true}, {"name": "s", "type": "string"}]}"#;
    let (dataset, workers) = (Dataset::from_json(definition).unwrap(), &Workers::new(1));
    let (mut runs, mut lines) = (Runs::new(&dataset, workers).unwrap(), Lines::new(&dataset));
    let long = "s".repeat(10_000);
    for run in 0..3 {
        for row in 0..400 {
            let event = format!(r#"{{"k":{},"s":"{long}{run}{:02}"}}"#, run * 400 + row, row % 100);
            let mut line = Vec::new();
            landing::Writer::new(now()).line(Some("m:0"), &event, &mut line);
            lines.push(line.trim_ascii_end()).unwrap();
        }
        let rows = lines.finish().unwrap();
        let (hashes, part) = (hashes(&runs, &rows, &[]), with_dictionaries(&rows, &runs, &dataset));
        let before = runs.bytes();
        runs.push(part, &hashes, 100).unwrap();
        let (grown, texts) = (runs.bytes() - before, (run + 1) * 1_000_000);
        // A buffer that grew by doubling may be twice as large.
        assert!((texts..2 * texts + 500_000).contains(&grown), "run {run}: {grown} bytes more");
    }
}
