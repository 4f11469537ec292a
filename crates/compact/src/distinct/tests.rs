use std::collections::BTreeMap;

use arrow::{
    array::{AsArray, RecordBatch},
    datatypes::Int64Type,
};
use columnar::Lines;
use domain::drawn::{Drawn, Identity as DrawnIdentity, Random};
use proptest::prelude::*;

use super::*;
use crate::{ordered::Ordered, rows::Keys, testing::line};

fn dataset() -> Dataset {
    Dataset::from_json(
        br#"{"name": "d", "identity": ["k"], "sort_by": ["v"], "columns": [
            {"name": "k", "type": "bigint", "required": true}, {"name": "v", "type": "bigint"}]}"#,
    )
    .unwrap()
}

fn batch(rows: &[(i64, i64)]) -> RecordBatch {
    let dataset = dataset();
    let mut lines = Lines::new(&dataset);
    for (k, v) in rows {
        let mut line = Vec::new();
        let data = format!(r#"{{"k": {k}, "v": {v}}}"#);
        domain::landing::Writer::new(chrono::DateTime::UNIX_EPOCH).line(None, &data, &mut line);
        lines.push(&line).unwrap();
    }
    lines.finish().unwrap()
}

impl Distinct {
    /// Of these rows, which can be looked up.
    pub(crate) fn of(
        dataset: &Dataset,
        chunks: Vec<RecordBatch>,
        contents: &[u64],
        workers: &Workers,
    ) -> Result<Self, ArrowError> {
        let schema = dataset.arrow_schema();
        let identity = Identity::new(&schema, dataset)?;
        let keeps = Keeps { tables: true, hashes: false };
        Self::new(Chunks::new(schema, chunks)?, identity, contents, keeps, workers)
    }
}

/// All rows in the order that they were given.
fn whole(rows: &impl Ordered) -> RecordBatch {
    let schema = rows.schema().clone();
    let columns = (0..schema.fields().len()).map(|index| rows.column(index, 0..rows.rows()).unwrap());
    RecordBatch::try_new(schema.clone(), columns.collect()).unwrap()
}

fn merge(dataset: &Dataset, batches: &[RecordBatch], threads: usize) -> (RecordBatch, u64, u64) {
    let workers = Workers::new(threads);
    let distinct = Distinct::of(dataset, batches.to_vec(), &[], &workers).unwrap();
    let (duplicates, conflicting) = (distinct.duplicates, distinct.conflicting);
    let sorted = distinct.sorted(None, dataset, &workers).unwrap();
    (whole(&sorted), duplicates, conflicting)
}

fn pairs(rows: &RecordBatch) -> Vec<(i64, i64)> {
    let column = |index: usize| rows.column(index).as_primitive::<Int64Type>().values().to_vec();
    column(0).into_iter().zip(column(1)).collect()
}

#[test]
fn the_first_twin_stays_and_rows_are_in_order() {
    let batches = [batch(&[(1, 30), (2, 20)]), batch(&[(3, 10), (1, 30), (2, 99)])];
    for threads in [1, 2] {
        let (rows, duplicates, conflicting) = merge(&dataset(), &batches, threads);
        assert_eq!(pairs(&rows), [(3, 10), (2, 20), (1, 30)]);
        assert_eq!((duplicates, conflicting), (2, 1));
    }
}

/// Equal hashes spare the comparison; different ones say nothing.
#[test]
fn twins_whose_lines_have_one_hash_do_not_differ() {
    let rows = batch(&[(1, 1), (1, 1), (1, 2), (2, 1), (2, 2)]);
    let (dataset, workers) = (dataset(), Workers::new(1));
    for (contents, conflicting) in
        [(&[][..], 2), (&[7, 8, 9, 7, 8][..], 2), (&[7, 7, 8, 9, 9][..], 1), (&[7, 7, 7, 7][..], 1)]
    {
        let distinct = Distinct::of(&dataset, vec![rows.clone()], contents, &workers).unwrap();
        assert_eq!((distinct.duplicates, distinct.conflicting), (3, conflicting), "{contents:?}");
    }
}

#[test]
fn twins_are_compared_in_nested_columns_too_and_the_order_of_a_map_is_no_difference() {
    let dataset = Dataset::from_json(
        br#"{"name": "d", "identity": ["k"], "columns": [
            {"name": "k", "type": "decimal(4,2)", "required": true},
            {"name": "n", "type": "map<string,array<struct<x:int>>>"}]}"#,
    )
    .unwrap();
    let mut lines = Lines::new(&dataset);
    for data in [
        r#"{"k": 1.1, "n": {"a": [{"x": 1}], "b": null}}"#,
        r#"{"k": "1.10", "n": {"b": null, "a": [{"x": 1}]}}"#,
        r#"{"k": 1.10, "n": {"a": [{"x": 2}], "b": null}}"#,
        r#"{"k": 1.10, "n": {"a": [{"x": 1}], "b": []}}"#,
        r#"{"k": 1.2, "n": null}"#,
    ] {
        lines.push(line(data).trim_end().as_bytes()).unwrap();
    }
    let (rows, duplicates, conflicting) = merge(&dataset, &[lines.finish().unwrap()], 1);
    assert_eq!((rows.num_rows(), duplicates, conflicting), (2, 3, 2));
}

#[test]
fn nothing_at_all_is_a_generation_too() {
    assert_eq!(merge(&dataset(), &[batch(&[])], 2).0.num_rows(), 0);
    assert_eq!(merge(&dataset(), &[], 2).0.num_rows(), 0);
}

/// More rows than one table takes, each identity three times.
#[test]
fn many_rows_are_shared_out_and_the_first_of_each_identity_stays() {
    let count = 3 * FEW as i64;
    let key = |n: i64| (n % (count / 3)).wrapping_mul(0x5851_F42D_4C95_7F2D);
    let rows: Vec<(i64, i64)> = (0..count).map(|n| (key(n), n)).collect();
    let batches: Vec<RecordBatch> = rows.chunks(7_001).map(batch).collect();
    let expected: Vec<(i64, i64)> = rows[..rows.len() / 3].to_vec();
    for threads in [1, 3] {
        let (found, duplicates, conflicting) = merge(&dataset(), &batches, threads);
        assert_eq!((duplicates, conflicting), (2 * count as u64 / 3, 2 * count as u64 / 3));
        // The order is that of `v`, which is the number of the row.
        assert!(pairs(&found) == expected, "{threads} threads");
    }
}

/// Rows without tables must not look as if they had no twins.
#[test]
fn rows_that_are_alone_cannot_be_looked_up() {
    let (rows, workers) = (batch(&[(1, 1), (2, 1), (1, 2)]), Workers::new(2));
    let identity = std::slice::from_ref(rows.column(0));
    let chunks = Chunks::new(rows.schema(), vec![rows.clone()]).unwrap();
    let keeps = Keeps { tables: false, hashes: false };
    let alone = Identity::new(&rows.schema(), &dataset()).unwrap();
    let alone = Distinct::new(chunks, alone, &[], keeps, &workers).unwrap();
    assert_eq!((alone.kept(), alone.duplicates, alone.conflicting), (2, 1, 1));
    assert!(alone.twins_of(identity).is_err());
    let new = Distinct::of(&dataset(), vec![rows.clone()], &[], &workers).unwrap();
    assert_eq!(new.twins_of(identity).unwrap(), [(0, 0), (1, 1), (2, 0)]);
}

/// Rows of drawn schemas, each with the mark that says which have the same identity, in chunks of any size.
fn drawn(random: &mut Random) -> (Dataset, Vec<u64>, Vec<RecordBatch>) {
    let drawn = Drawn::new("d", random).unwrap();
    let partition = drawn.partition("2026-11-23T10:00:00Z".parse().unwrap()).unwrap();
    let (mut lines, mut marks) = (Lines::new(drawn.dataset()), Vec::new());
    for _ in 0..random.below(120) {
        let mark = random.bits() % drawn.marks().min(40);
        let event = drawn.event(mark, &partition, random);
        let id = match drawn.identity() {
            DrawnIdentity::Columns => None,
            DrawnIdentity::CloudEvent => Some(format!("/drawn {mark}")),
            DrawnIdentity::Message => Some(format!("message-{mark}:0")),
        };
        let mut line = Vec::new();
        domain::landing::Writer::new(chrono::DateTime::UNIX_EPOCH).line(id.as_deref(), &event, &mut line);
        lines.push(&line).unwrap_or_else(|misfit| panic!("{event}: {misfit}"));
        marks.push(mark);
    }
    let all = lines.finish().unwrap();
    let (mut chunks, mut begin) = (Vec::new(), 0);
    while begin < all.num_rows() {
        let length = random.below(30).min(all.num_rows() - begin);
        chunks.push(all.slice(begin, length));
        begin += length;
    }
    (drawn.dataset().clone(), marks, chunks)
}

/// The first row of each mark, how many others there are, and how many of those differ: the rule in its plainest form, with
/// Arrow's row format.
fn plain(all: &RecordBatch, marks: &[u64]) -> (Vec<u32>, u64, u64) {
    let content = Keys::content(&all.schema()).unwrap().of(all).unwrap();
    let mut first: BTreeMap<u64, usize> = BTreeMap::new();
    let (mut kept, mut duplicates, mut conflicting) = (Vec::new(), 0, 0);
    for (row, mark) in marks.iter().enumerate() {
        match first.get(mark) {
            None => {
                first.insert(*mark, row);
                kept.push(row as u32);
            }
            Some(there) => {
                duplicates += 1;
                conflicting += u64::from(content.row(*there) != content.row(row));
            }
        }
    }
    (kept, duplicates, conflicting)
}

#[test]
fn any_schema_in_any_chunks_on_any_threads_with_any_collisions() {
    let (mut twins, mut conflicts) = (0, 0);
    for seed in 0..80 {
        let mut random = Random::new(seed);
        let (dataset, marks, chunks) = drawn(&mut random);
        let schema = dataset.arrow_schema();
        let all = arrow::compute::concat_batches(&schema, &chunks).unwrap();
        let (kept, duplicates, conflicting) = plain(&all, &marks);
        twins += duplicates;
        conflicts += conflicting;
        let words = format!("seed {seed}, {:?}", dataset.definition());
        // All bits; none, so that all collide; two of those that the tables compare; two that choose a table.
        for bits in [u64::MAX, 0, 3, 3 << 50] {
            let workers = Workers::new(1 + random.below(3));
            let identity = Identity::new(&schema, &dataset).unwrap().with_bits(bits);
            let chunks = Chunks::new(schema.clone(), chunks.clone()).unwrap();
            let keeps = Keeps { tables: random.chance(500), hashes: random.chance(500) };
            let hashes = identity.hashes(&identity.of(all.columns())).unwrap();
            let mut distinct = Distinct::new(chunks, identity, &[], keeps, &workers).unwrap();
            let halves: Vec<u32> = hashes.into_iter().map(|hash| hash as u32).collect();
            assert_eq!(distinct.take_hashes(), if keeps.hashes { halves } else { Vec::new() }, "{words}");
            assert_eq!((distinct.duplicates, distinct.conflicting), (duplicates, conflicting), "{words}");
            assert_eq!(distinct.kept(), kept.len(), "{words}");
            let found: Vec<u32> = (0..marks.len() as u32).filter(|row| distinct.keeps(*row)).collect();
            assert_eq!(found, kept, "{words}");
            let sorted = whole(&distinct.sorted(None, &dataset, &workers).unwrap());
            assert_eq!(sorted, crate::sorted::tests::plain(&all, kept.clone(), &dataset), "{words}");
        }
    }
    assert!(twins > 500 && conflicts > 100, "{twins} twins, {conflicts} conflicts: too few to say anything");
}

proptest! {
    #[test]
    fn each_share_has_its_rows_in_order(hashes in prop::collection::vec(any::<u64>(), 0..200), bits in 0_u32..7, first in 0_u32..1_000) {
        let count = 1 << bits;
        let shared = Shared::new(&hashes, first, count);
        for share in 0..count {
            let expected = (first..).zip(&hashes).filter(|(_, hash)| share_of(**hash, count) == share);
            let expected: Vec<u64> = expected.map(|(row, hash)| Entered::new(*hash, row).0).collect();
            let found: Vec<u64> = shared.of(share).iter().map(|row| row.0).collect();
            prop_assert_eq!(found, expected);
        }
    }

    /// Against a map, which is the rule in its plainest form.
    #[test]
    fn as_a_map_would_do_it(batches in prop::collection::vec(prop::collection::vec((0_i64..20, 0_i64..5), 0..30), 1..6)) {
        let rows = batches.iter().map(|rows| batch(rows)).collect::<Vec<_>>();
        let (rows, duplicates, _) = merge(&dataset(), &rows, 2);
        let mut expected = BTreeMap::new();
        let mut total = 0;
        for (k, v) in batches.into_iter().flatten() {
            expected.entry(k).or_insert(v);
            total += 1;
        }
        let found = pairs(&rows);
        prop_assert!(found.windows(2).all(|pair| pair[0].1 <= pair[1].1), "not in order: {:?}", found);
        prop_assert_eq!(duplicates, total - expected.len() as u64);
        prop_assert_eq!(found.into_iter().collect::<BTreeMap<_, _>>(), expected);
    }
}
