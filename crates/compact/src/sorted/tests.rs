use arrow::{
    array::{AsArray, RecordBatch, UInt32Array},
    compute::take_record_batch,
    datatypes::Int32Type,
};
use columnar::Lines;
use domain::drawn::Random;

use super::*;
use crate::{rows::Keys, testing::line};

/// These rows in the dataset's order, by a stable sort of Arrow's row format.
pub(crate) fn plain(all: &RecordBatch, mut rows: Vec<u32>, dataset: &Dataset) -> RecordBatch {
    let keys = Keys::new(&all.schema(), &dataset.sort_order()).unwrap().of(all).unwrap();
    rows.sort_unstable();
    rows.sort_by(|one, other| keys.row(*one as usize).cmp(&keys.row(*other as usize)));
    take_record_batch(all, &UInt32Array::from(rows)).unwrap()
}

/// A dataset that is sorted by columns of these types; `n` is the number of the row.
fn dataset(types: &[&str]) -> Dataset {
    let columns: Vec<String> =
        (0..).zip(types).map(|(index, kind)| format!(r#"{{"name":"c{index}","type":"{kind}"}}"#)).collect();
    let names: Vec<String> = (0..types.len()).map(|index| format!(r#""c{index}""#)).collect();
    let definition = format!(
        r#"{{"name":"d","sort_by":[{}],"columns":[{{"name":"n","type":"int"}},{}]}}"#,
        names.join(","),
        columns.join(",")
    );
    Dataset::from_json(definition.as_bytes()).unwrap()
}

/// Values of each type that are near to each other, far from each other, and at the ends.
const VALUES: [(&str, &[&str]); 14] = [
    ("boolean", &["true", "false"]),
    ("int", &["0", "-1", "1", "2147483647", "-2147483648"]),
    ("bigint", &["0", "-1", "1", "9223372036854775807", "-9223372036854775808", "4294967296"]),
    ("float", &["0", "-0.0", "1.5", "-1.5", "3e38", "-3e38", "1e-45"]),
    ("double", &["0", "-0.0", "1.5", "-1.5", "1e308", "-1e308", "5e-324"]),
    ("date", &["\"1970-01-01\"", "\"1969-12-31\"", "\"2026-11-23\""]),
    ("timestamp", &["\"2026-11-23T10:00:00Z\"", "\"2026-11-23T10:00:00.001Z\"", "\"1969-01-01T00:00:00Z\""]),
    ("decimal(5,2)", &["0", "-1.25", "1.25", "999.99", "-999.99"]),
    ("decimal(38,0)", &["0", "-1", "1", "9223372036854775807"]),
    (
        "decimal(38,0)",
        &[
            "1",
            "-1",
            "18446744073709551616",
            "18446744073709551617",
            "-18446744073709551617",
            "9999999999999999999999999999999999999",
        ],
    ),
    ("string", &[r#""""#, r#""a""#, r#""a\u0000""#, r#""a\u0000b""#, r#""b""#, r#""é""#]),
    (
        "string",
        &[r#""user-1""#, r#""user-12""#, r#""user-1234567""#, r#""user-12345678""#, r#""user-12345679""#],
    ),
    ("string", &[r#""the same for 7: 1""#, r#""the same for 7: 2""#, r#""x""#]),
    ("binary", &["\"\"", "\"AA==\"", "\"AAA=\"", "\"/w==\"", "\"AAAAAAAAAAE=\"", "\"AAAAAAAAAAI=\""]),
];

/// Rows with values of these types, some of them null.
fn rows(dataset: &Dataset, kinds: &[usize], count: usize, random: &mut Random) -> RecordBatch {
    let mut lines = Lines::new(dataset);
    for n in 0..count {
        let mut event = format!(r#"{{"n":{n}"#);
        for (column, kind) in kinds.iter().enumerate() {
            let values = VALUES[*kind].1;
            match random.below(values.len() + 1) {
                0 => {}
                value => event += &format!(r#","c{column}":{}"#, values[value - 1]),
            }
        }
        event.push('}');
        lines.push(line(&event).trim_end().as_bytes()).unwrap_or_else(|misfit| panic!("{event}: {misfit}"));
    }
    lines.finish().unwrap()
}

fn split(all: &RecordBatch, random: &mut Random) -> Chunks {
    let (mut chunks, mut begin) = (Vec::new(), 0);
    while begin < all.num_rows() {
        let length = random.below(all.num_rows() + 1).min(all.num_rows() - begin);
        chunks.push(all.slice(begin, length));
        begin += length;
    }
    Chunks::new(all.schema(), chunks).unwrap()
}

fn numbers(rows: &ArrayRef) -> Vec<i32> {
    rows.as_primitive::<Int32Type>().values().to_vec()
}

#[test]
fn every_type_alone_and_before_another_in_any_chunks_as_the_row_format_has_it() {
    let mut random = Random::new(11);
    for first in 0..VALUES.len() {
        for second in 0..VALUES.len() {
            let kinds = if first == second { vec![first] } else { vec![first, second] };
            let dataset = dataset(&kinds.iter().map(|kind| VALUES[*kind].0).collect::<Vec<_>>());
            let all = rows(&dataset, &kinds, 2 + random.below(120), &mut random);
            let kept: Vec<u32> = (0..all.num_rows() as u32).filter(|_| random.chance(800)).collect();
            let expected = numbers(plain(&all, kept.clone(), &dataset).column(0));
            let workers = Workers::new(1 + random.below(3));
            let sorted =
                Sorted::new(split(&all, &mut random), kept.clone(), None, &dataset, &workers).unwrap();
            assert_eq!(numbers(&sorted.column(0, 0..kept.len()).unwrap()), expected, "{kinds:?}");
            // With few rows that count as many, every way is taken.
            let chunks = split(&all, &mut random);
            let columns: Vec<usize> = (1..=kinds.len()).collect();
            for (many, group) in [(2, 1), (3, 10), (1_000, 7)] {
                let found =
                    Sort { chunks: &chunks, workers: &workers, many, group }.by(kept.clone(), &columns);
                let found: Vec<i32> = found.unwrap().into_iter().map(|row| row as i32).collect();
                assert_eq!(found, expected, "{kinds:?}, many are {many}, groups of {group}");
            }
            // One batch, and the indices in any order.
            let reversed: Vec<u32> = kept.into_iter().rev().collect();
            let one = Chunks::new(all.schema(), vec![all.clone()]).unwrap();
            let sorted = Sorted::new(one, reversed, None, &dataset, &workers).unwrap();
            assert_eq!(numbers(&sorted.column(0, 0..sorted.rows()).unwrap()), expected, "{kinds:?}");
        }
    }
}

#[test]
fn any_part_of_any_column_is_that_part_of_the_whole() {
    let mut random = Random::new(12);
    for run in 0..60 {
        let kinds = [random.below(VALUES.len())];
        let dataset = dataset(&[VALUES[kinds[0]].0]);
        let all = rows(&dataset, &kinds, 1 + random.below(400), &mut random);
        // Every third time the rows are in order already: then they are taken by slices.
        let all =
            if run % 3 == 0 { plain(&all, (0..all.num_rows() as u32).collect(), &dataset) } else { all };
        let kept: Vec<u32> = (0..all.num_rows() as u32).collect();
        let expected = plain(&all, kept.clone(), &dataset);
        let sorted = Sorted::new(split(&all, &mut random), kept, None, &dataset, &Workers::new(1)).unwrap();
        assert_eq!(sorted.rows(), expected.num_rows());
        for index in 0..expected.num_columns() {
            let begin = random.below(sorted.rows());
            let length = random.below(sorted.rows() - begin + 1);
            let part = sorted.column(index, begin..begin + length).unwrap();
            assert_eq!(&part, &expected.column(index).slice(begin, length), "run {run}, {kinds:?}");
        }
    }
}

#[test]
fn thousands_of_rows_that_are_alike_are_sorted_by_the_next_column() {
    let dataset = dataset(&["string", "bigint"]);
    let (mut lines, mut random) = (Lines::new(&dataset), Random::new(13));
    for n in 0..3 * MANY {
        let (country, number) = (["ch", "de"][random.below(2)], random.bits() >> 1);
        let event = format!(r#"{{"n":{n},"c0":"{country}","c1":{number}}}"#);
        lines.push(line(&event).trim_end().as_bytes()).unwrap();
    }
    let all = lines.finish().unwrap();
    let kept: Vec<u32> = (0..all.num_rows() as u32).collect();
    let expected = numbers(plain(&all, kept.clone(), &dataset).column(0));
    for threads in [1, 2, 3] {
        let chunks = split(&all, &mut random);
        let sorted = Sorted::new(chunks, kept.clone(), None, &dataset, &Workers::new(threads)).unwrap();
        assert!(numbers(&sorted.column(0, 0..kept.len()).unwrap()) == expected, "{threads} threads");
    }
}

/// It decides how many rows are encoded at once, so it must not depend on what else is in the buffers.
#[test]
fn the_bytes_of_rows_are_those_of_their_values() {
    let dataset = dataset(&["string"]);
    let parsed = |count: usize| {
        let mut lines = Lines::new(&dataset);
        for n in 0..count {
            lines.push(line(&format!(r#"{{"n":{n},"c0":"{n}"}}"#)).trim_end().as_bytes()).unwrap();
        }
        lines.finish().unwrap()
    };
    let (one, other) = (parsed(10), parsed(5_000).slice(0, 10));
    assert_eq!(one, other);
    assert!(
        one.get_array_memory_size() < other.get_array_memory_size(),
        "the buffers are of different sizes"
    );
    let bytes = |batch: &RecordBatch| {
        let chunks = Chunks::new(batch.schema(), vec![batch.clone()]).unwrap();
        Sorted::new(chunks, (0..10).collect(), None, &dataset, &Workers::new(1)).unwrap().bytes()
    };
    assert_eq!(bytes(&one), bytes(&other));
    assert_eq!(bytes(&one), Ordered::bytes(&one));
    assert!(Ordered::bytes(&one.slice(0, 5)) < bytes(&one), "a part is smaller than the whole");
}
