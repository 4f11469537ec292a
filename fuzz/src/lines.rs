//! What must hold for any bytes as landing lines: `columnar::Lines` takes a line exactly if the lake's readers do, one
//! after the other; what it says of a line that it refuses is what they say; and of what it takes it makes the arrays that
//! Arrow's own builders make, of the values that `serde_json` finds. A fuzz target calls it, and the tests of `columnar`.

#[path = "lines/oracle.rs"]
mod oracle;
#[path = "lines/second.rs"]
pub mod second;

use std::sync::LazyLock;

use arrow::compute::cast;
use columnar::Lines;
use domain::Dataset;

use self::oracle::Oracle;

/// The datasets that lines are of: every type, nesting, keys of every kind, fields of other names than their columns, and
/// names that begin alike. A corpus chooses by number: new ones come last.
pub fn datasets() -> &'static [Dataset] {
    static DATASETS: LazyLock<Vec<Dataset>> = LazyLock::new(|| {
        let datasets = DEFINITIONS.iter().map(|definition| Dataset::from_json(definition.as_bytes()));
        datasets.collect::<Result<_, _>>().expect("definitions")
    });
    &DATASETS
}

const DEFINITIONS: [&str; 5] = [
    r#"{"name": "types", "columns": [
        {"name": "b", "type": "boolean"}, {"name": "i", "type": "int"}, {"name": "l", "type": "bigint"},
        {"name": "f", "type": "float"}, {"name": "d", "type": "double"}, {"name": "p", "type": "decimal(9,2)"},
        {"name": "q", "type": "decimal(38,10)"}, {"name": "s", "type": "string"}, {"name": "day", "type": "date"},
        {"name": "t", "type": "timestamp"}, {"name": "e", "type": "timestamp", "unit": "ms"},
        {"name": "u", "type": "timestamp", "unit": "s"}, {"name": "x", "type": "binary"}]}"#,
    r#"{"name": "nested", "columns": [
        {"name": "a", "type": "array<struct<n:int,m:map<string,array<decimal(4,1)>>>>"},
        {"name": "r", "type": "struct<city:string,at:struct<lat:double,lon:double>>"},
        {"name": "m", "type": "map<string,struct<x:timestamp,y:array<string>>>"},
        {"name": "l", "type": "array<array<boolean>>"}]}"#,
    r#"{"name": "keys", "identity": ["k", "f", "d"], "event_time": "at", "columns": [
        {"name": "at", "type": "timestamp", "required": true, "from": "@t"},
        {"name": "k", "type": "string", "required": true},
        {"name": "f", "type": "float", "required": true}, {"name": "d", "type": "double", "required": true}]}"#,
    r#"{"name": "events", "columns": [
        {"name": "id", "type": "string"}, {"name": "source", "type": "string"}, {"name": "data", "type": "struct<n:int>"},
        {"name": "n", "type": "int"}, {"name": "enye", "type": "int", "from": "ñ"},
        {"name": "q", "type": "int", "from": "a \"quoted\" name"}]}"#,
    r#"{"name": "names", "columns": [
        {"name": "a", "type": "int"}, {"name": "ab", "type": "int"}, {"name": "abc", "type": "string"},
        {"name": "abcdefghijklm", "type": "int"}, {"name": "abcdefghijklmn", "type": "int"},
        {"name": "x", "type": "int", "from": "y"}, {"name": "y", "type": "string", "from": "x"},
        {"name": "m", "type": "map<string,int>"},
        {"name": "r", "type": "struct<n:int,nn:string,m:map<string,map<string,int>>>"}]}"#,
];

/// Any bytes. The first one chooses the dataset, and whether what follows are whole lines or events within lines.
pub fn lines(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let datasets = datasets();
    let dataset = &datasets[usize::from(first / 2) % datasets.len()];
    let lines = rest.split(|byte| *byte == b'\n');
    let lines: Vec<Vec<u8>> = match first % 2 {
        0 => lines.map(<[u8]>::to_vec).collect(),
        _ => lines.map(line).collect(),
    };
    same(dataset, &lines);
}

/// The landing line of an event, without its line break.
pub fn line(event: &[u8]) -> Vec<u8> {
    [br#"{"_id":"m:0","_ingested_at":"2026-11-23T10:05:00.500Z","data":"#, event, b"}"].concat()
}

/// Reads the lines in all ways, and the same lines once more. Answers with how many of them are in the table.
pub fn same(dataset: &Dataset, lines: &[Vec<u8>]) -> usize {
    let (mut read, mut coded) = (Lines::new(dataset), Lines::coded(dataset));
    let mut count = 0;
    // Of one batch nothing may be left in the next.
    for _ in 0..2 {
        let (mut oracle, mut in_table) = (Oracle::new(dataset), Vec::new());
        for line in lines {
            let taken = read.push(line).map_err(|misfit| misfit.to_string());
            in_table.extend(taken.is_ok().then_some(line));
            let in_code = coded.push(line).map_err(|misfit| misfit.to_string());
            assert_eq!(taken, in_code, "{:?}", String::from_utf8_lossy(line));
            assert_eq!(taken, oracle.push(line), "{:?}", String::from_utf8_lossy(line));
        }
        count = read.rows();
        let (rows, expected) = (read.finish().expect("rows"), oracle.finish());
        assert_eq!(rows, expected, "{:?}", String::from_utf8_lossy(&lines.join(&b'\n')));
        assert_eq!((rows.num_rows(), read.rows()), (count, 0));
        in_table.iter().enumerate().for_each(|(row, line)| {
            second::same(dataset, line, &rows, row);
        });
        // With texts in place of numbers it is the same.
        let coded = coded.finish().expect("rows");
        for (column, expected) in coded.columns().iter().zip(expected.columns()) {
            let column = cast(column, expected.data_type()).expect("texts");
            assert_eq!(&column, expected, "{:?}", String::from_utf8_lossy(&lines.join(&b'\n')));
        }
    }
    count
}
