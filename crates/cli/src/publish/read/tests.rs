//! Several inputs, read by the thread, from the beginning or from any place.

use std::{io::Write, path::Path};

use super::*;
use crate::{inputs::How, publish::inputs};

const RULES: Rules = Rules { most: 1_000, of: "a message of SNS" };

/// All that is read from a place on.
fn items(inputs: &Arc<Vec<Input>>, from: Place) -> Vec<Item> {
    items_of(inputs, from, None)
}

fn items_of(inputs: &Arc<Vec<Input>>, from: Place, definition: Option<Dataset>) -> Vec<Item> {
    let reading = Reading {
        inputs: Arc::clone(inputs),
        from,
        definition,
        expectation: None,
        rules: RULES,
        counter: Arc::default(),
    };
    let mut chunks = start(reading).unwrap();
    let mut items = Vec::new();
    loop {
        match chunks.blocking_recv().unwrap() {
            Chunk::Items(some) => items.extend(some),
            Chunk::End(end) => {
                assert_eq!((end.input, end.offset), (inputs.len(), 0));
                return items;
            }
            Chunk::Failed(error) => panic!("{error}"),
        }
    }
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(text).unwrap();
    packed.finish().unwrap()
}

fn utf16(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

fn write(directory: &Path, name: &str, bytes: &[u8]) -> std::path::PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn reading_goes_on_from_any_place() {
    let directory = tempfile::TempDir::new().unwrap();
    let lines: String =
        (0..40).map(|n| format!("{{\"n\": {n}}}\r\n{}", if n % 7 == 0 { "bad\n" } else { "" })).collect();
    let array = format!(
        "\n[{}]{{\"last\": 1}}",
        (0..20).map(|n| format!("{{\n\"n\": {n} }}")).collect::<Vec<_>>().join(" ,\n")
    );
    let rows: String =
        "\u{feff}a,b\n".to_owned() + &(0..20).map(|n| format!("{n},\"x\n,{n}\"\n")).collect::<String>();
    let two_members = [gzip(b"{\"m\": 1}\n{\"m\""), gzip(b": 2}\n")].concat();
    let paths = [
        write(directory.path(), "a.ndjson", lines.as_bytes()),
        write(directory.path(), "a.ndjson.gz", &gzip(lines.as_bytes())),
        write(directory.path(), "b.json", array.as_bytes()),
        write(directory.path(), "empty.csv", b""),
        write(directory.path(), "c.csv", rows.as_bytes()),
        write(directory.path(), "c.csv.zst", &zstd::bulk::compress(rows.as_bytes(), 3).unwrap()),
        write(directory.path(), "two.jsonl.gz", &two_members),
        write(directory.path(), "arrays.ndjson", b"[{\"n\": 1}, {\"n\": 2}]\r\n[]\n{\"n\": 3}\r[{\"n\": 4}]"),
        write(directory.path(), "latin1.csv", b"a;b\r\nJos\xe9;1\r\n\xe9;2\r\n"),
        write(directory.path(), "utf16.csv", &utf16("a\tb\n\u{e9}\t1\n\"x\ny\"\t2\n")),
    ];
    let how = How { encoding: Some(formats::encoding::by_label("latin1").unwrap()), ..How::default() };
    let mut inputs = inputs::examine(&paths, &How::default()).unwrap();
    inputs[8] = inputs::examine(&paths[8..9], &how).unwrap().remove(0);
    let inputs = Arc::new(inputs);
    let all = items(&inputs, Place::default());
    assert_eq!(all.len(), 2 * 46 + 21 + 2 * 20 + 2 + 4 + 2 + 2);
    let accents = all.iter().filter(|item| item.event.as_deref().is_ok_and(|text| text.contains('\u{e9}')));
    assert_eq!(accents.count(), 3);
    for (index, item) in all.iter().enumerate() {
        let rest = items(&inputs, item.end);
        let same = rest.iter().zip(&all[index + 1..]).all(|(found, expected)| {
            (&found.event, found.line, found.end) == (&expected.event, expected.line, expected.end)
        });
        assert!(same && rest.len() == all.len() - index - 1, "after {item:?}\n{rest:#?}");
    }
}

#[test]
fn reading_goes_on_within_an_array_as_it_was_entered() {
    let directory = tempfile::TempDir::new().unwrap();
    // The same elements in an object's array, of which one would be unwrapped again, and in a plain array.
    let elements = "{\"Records\": [1]}, {\"k\": 1}, 7, {\"Records\": [2]}";
    let wrapped = format!("{{\"n\": 0, \"Records\": [{elements}], \"m\": [{{}}]}}");
    let twice = format!("{{\"Records\": [{elements}], \"Records\": [{{\"lost\": 1}}]}}");
    let text = format!("{wrapped}\n[{elements}]\n{{\"k\": 2}}\n");
    let paths = [
        write(directory.path(), "a.ndjson", text.as_bytes()),
        write(directory.path(), "a.json", text.as_bytes()),
        write(directory.path(), "twice.json", format!("{twice}\n{{\"k\": 3}}").as_bytes()),
    ];
    let definition = Dataset::from_json(
        br#"{"name": "d", "columns": [{"name": "k", "type": "bigint"}], "unwrap": "Records"}"#,
    )
    .unwrap();
    let inputs = Arc::new(inputs::examine(&paths, &How::default()).unwrap());
    let all = items_of(&inputs, Place::default(), Some(definition.clone()));
    let sent = |text: &str| {
        all.iter().filter(|item| item.event.as_deref() == Ok(text)).map(|item| item.input).collect::<Vec<_>>()
    };
    assert_eq!(all.len(), 9 + 9 + 6, "{all:#?}");
    assert_eq!(sent("{\"Records\":[{\"Records\": [1]}]}"), [0, 1, 2]);
    assert_eq!(sent("{\"Records\": [2]}"), [0, 1]);
    assert_eq!(sent("{\"k\": 3}"), [2]);
    for (index, item) in all.iter().enumerate() {
        let rest = items_of(&inputs, item.end, Some(definition.clone()));
        let found: Vec<_> = rest.iter().map(|item| (&item.event, item.line, item.end)).collect();
        let expected: Vec<_> =
            all[index + 1..].iter().map(|item| (&item.event, item.line, item.end)).collect();
        assert_eq!(found, expected, "after {item:?}");
    }
}

#[test]
fn what_was_read_before_a_file_breaks_off_is_not_lost() {
    let directory = tempfile::TempDir::new().unwrap();
    let mut state = 1_u64;
    let line = |n| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        format!("{{\"n\": {n}, \"r\": {state}}}\n")
    };
    let lines: String = (0..20_000).map(line).collect();
    let mut packed = gzip(lines.as_bytes());
    packed.truncate(packed.len() / 2);
    let paths =
        [write(directory.path(), "half.ndjson.gz", &packed), write(directory.path(), "next.ndjson", b"{}")];
    let inputs = Arc::new(inputs::examine(&paths, &How::default()).unwrap());
    let reading = Reading {
        inputs,
        from: Place::default(),
        definition: None,
        expectation: None,
        rules: RULES,
        counter: Arc::default(),
    };
    let (mut chunks, mut count) = (start(reading).unwrap(), 0);
    loop {
        match chunks.blocking_recv().unwrap() {
            Chunk::Items(items) => {
                assert!(items.iter().all(|item| item.input == 0 && item.event.is_ok()));
                count += items.len();
            }
            Chunk::Failed(error) => {
                assert!(error.to_string().contains("half.ndjson.gz cannot be read"), "{error}");
                break;
            }
            Chunk::End(_) => panic!("it read on"),
        }
    }
    assert!((5_000..15_000).contains(&count), "{count}");
}
