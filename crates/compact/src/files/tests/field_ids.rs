//! What a file says of its columns' ids is what the accepted definition says, and ids change nothing of what is read.

use std::collections::BTreeMap;

use bytes::Bytes;
use domain::{
    Dataset,
    drawn::{Drawn, Random},
    schemas::{self, Accepted},
};
use parquet::{
    basic::Repetition,
    file::reader::{FileReader, SerializedFileReader},
    schema::types::Type,
};

use super::{dataset, decode, rows};
use crate::files::{field_ids::with_field_ids, writer::encode};

/// The version that follows `live`, accepted.
fn accepted(dataset: &Dataset, live: Option<&Accepted>) -> Accepted {
    let bytes = schemas::encode(dataset, live).unwrap();
    Accepted { version: live.map_or(1, |live| live.version + 1), dataset: schemas::decode(&bytes).unwrap() }
}

/// The id of every column of a file by its full name, as Parquet's own schema has them.
fn ids_in(file: Bytes) -> BTreeMap<String, i32> {
    let reader = SerializedFileReader::new(file).unwrap();
    let mut ids = BTreeMap::new();
    let schema = reader.metadata().file_metadata().schema_descr();
    for column in schema.root_schema().get_fields() {
        collect(column, "", &mut ids);
    }
    ids
}

fn collect(column: &Type, above: &str, ids: &mut BTreeMap<String, i32>) {
    let info = column.get_basic_info();
    // The groups that repeat in a list and in a map have no ids, and no names that people see.
    let is_between = info.has_repetition() && info.repetition() == Repetition::REPEATED;
    let path = match (is_between, above) {
        (true, _) => above.to_owned(),
        (false, "") => column.name().to_owned(),
        (false, _) => format!("{above}.{}", column.name()),
    };
    if info.has_id() {
        assert!(!is_between, "{path} has an id between its columns");
        assert_eq!(ids.insert(path.clone(), info.id()), None, "{path} twice");
    }
    if column.is_group() {
        for part in column.get_fields() {
            collect(part, &path, ids);
        }
    }
}

fn said(dataset: &Dataset) -> BTreeMap<String, i32> {
    dataset.field_ids().unwrap().iter().map(|(path, id)| (path.to_owned(), id)).collect()
}

fn event(drawn: &Drawn, mark: u64, random: &mut Random) -> String {
    let noon = drawn.partition("2026-11-23T12:00:00Z".parse().unwrap()).unwrap();
    drawn.event(mark, &noon, random)
}

#[test]
fn a_file_has_the_ids_of_the_definition_it_was_written_under() {
    let mut nested = 0;
    for seed in 0..150 {
        let mut random = Random::new(seed);
        let mut drawn = Drawn::new("d", &mut random).unwrap();
        let mut live: Option<Accepted> = None;
        let mut earlier = BTreeMap::new();
        for _ in 0..4 {
            let now = accepted(drawn.dataset(), live.as_ref());
            let dataset = &now.dataset;
            let events: Vec<String> = (0..3).map(|mark| event(&drawn, mark, &mut random)).collect();
            let events: Vec<&str> = events.iter().map(String::as_str).collect();
            let batch = rows(dataset, &events);
            let file = encode(&batch, dataset).unwrap();
            let ids = ids_in(file.clone());
            assert_eq!(ids, said(dataset), "seed {seed}");
            nested += ids.keys().filter(|path| path.contains('.')).count();
            for (path, id) in &earlier {
                assert_eq!(ids.get(path), Some(id), "seed {seed}: {path} has another id than before");
            }
            earlier = ids;
            // The same rows as from a file without ids, in the table's own schema.
            let plain = encode(&batch, drawn.dataset()).unwrap();
            assert_eq!(ids_in(plain.clone()), BTreeMap::new());
            let schema = dataset.arrow_schema();
            assert_eq!(decode(file, &schema).unwrap(), decode(plain, &schema).unwrap(), "seed {seed}");
            drawn = drawn.evolved(&mut random).unwrap();
            live = Some(now);
        }
    }
    assert!(nested > 100, "{nested} nested columns: the seeds do not show much");
}

#[test]
fn files_of_earlier_versions_are_read_by_name_with_ids_and_without() {
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let old = Drawn::new("d", &mut random).unwrap();
        let first = accepted(old.dataset(), None);
        let second = accepted(old.evolved(&mut random).unwrap().dataset(), Some(&first));
        let schema = second.dataset.arrow_schema();
        let text = event(&old, 1, &mut random);
        let batch = rows(&first.dataset, &[&text]);
        let numbered = decode(encode(&batch, &first.dataset).unwrap(), &schema).unwrap();
        let plain = decode(encode(&batch, old.dataset()).unwrap(), &schema).unwrap();
        assert_eq!(numbered, plain, "seed {seed}");
        assert_eq!(numbered[0].schema(), schema, "seed {seed}: ids are no part of the rows' schema");
    }
}

#[test]
fn only_what_the_file_says_beside_the_types_is_changed() {
    let dataset =
        accepted(&dataset(&["array<struct<a:int,m:map<string,array<date>>>>", "binary"]), None).dataset;
    let (plain, numbered) = (dataset.arrow_schema(), with_field_ids(&dataset));
    assert_ne!(plain, numbered);
    for (plain, numbered) in plain.fields().iter().zip(numbered.fields()) {
        assert_eq!((plain.name(), plain.is_nullable()), (numbered.name(), numbered.is_nullable()));
        assert!(plain.data_type().equals_datatype(numbered.data_type()), "{numbered:?}");
    }
    let expected = [
        ("_extra", 3),
        ("_id", 1),
        ("_ingested_at", 2),
        ("c0", 16),
        ("c0.element", 17),
        ("c0.element.a", 18),
        ("c0.element.m", 19),
        ("c0.element.m.key", 20),
        ("c0.element.m.value", 21),
        ("c0.element.m.value.element", 22),
        ("c1", 23),
    ];
    let expected: BTreeMap<String, i32> = expected.map(|(path, id)| (path.to_owned(), id)).into();
    assert_eq!(ids_in(encode(&rows(&dataset, &["{}"]), &dataset).unwrap()), expected);
}
