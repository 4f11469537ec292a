use std::collections::BTreeMap;

use super::*;
use crate::{
    dataset::SYSTEM_COLUMNS,
    drawn::{Drawn, Random},
};

fn dataset(columns: &[(&str, &str)]) -> Dataset {
    let column = |(name, data_type): &(&str, &str)| serde_json::json!({"name": name, "type": data_type});
    let columns: Vec<_> = columns.iter().map(column).collect();
    let definition = serde_json::json!({"name": "d", "columns": columns});
    Dataset::from_json(definition.to_string().as_bytes()).unwrap()
}

fn own(ids: &FieldIds) -> Vec<(i32, &str)> {
    let mut own: Vec<(i32, &str)> =
        ids.iter().filter(|(path, _)| !path.starts_with('_')).map(|(path, id)| (id, path)).collect();
    own.sort_unstable();
    own
}

#[test]
fn ids_are_given_in_order_of_appearance() {
    let first = dataset(&[
        ("z", "struct<b:int,a:array<string>>"),
        ("labels", "map<string,struct<x:int>>"),
        ("a", "bigint"),
    ]);
    let ids = FieldIds::following(None, &first);
    let expected = [
        (16, "z"),
        (17, "z.b"),
        (18, "z.a"),
        (19, "z.a.element"),
        (20, "labels"),
        (21, "labels.key"),
        (22, "labels.value"),
        (23, "labels.value.x"),
        (24, "a"),
    ];
    assert_eq!(own(&ids), expected);
    assert_eq!(["_id", "_ingested_at", "_extra"].map(|name| ids.of(name)), [Some(1), Some(2), Some(3)]);

    // What a later version adds comes after all that is there, wherever it stands.
    let second = dataset(&[
        ("z", "struct<b:int,a:array<string>,c:date>"),
        ("labels", "map<string,struct<x:int,y:int>>"),
        ("a", "bigint"),
        ("new", "int"),
    ]);
    let next = FieldIds::following(Some(&ids), &second);
    let added = [(25, "z.c"), (26, "labels.value.y"), (27, "new")];
    assert_eq!(own(&next), [&expected[..], &added[..]].concat());
}

#[test]
fn every_system_column_has_an_id_below_those_of_definitions() {
    let ids = FieldIds::following(None, &dataset(&[("a", "int")]));
    for (name, _) in SYSTEM_COLUMNS {
        assert!(ids.of(name).is_some_and(|id| (1..FIRST).contains(&id)), "{name}");
    }
}

/// The rules of evolution refuse both today; the ids do not depend on that.
#[test]
fn an_id_is_not_given_again_after_its_column_is_gone() {
    let (both, one) =
        (dataset(&[("a", "int"), ("n", "struct<x:int,y:int>")]), dataset(&[("n", "struct<x:int>")]));
    let first = FieldIds::following(None, &both);
    let second = FieldIds::following(Some(&first), &one);
    assert_eq!(own(&second), [(17, "n"), (18, "n.x")]);
    let third = FieldIds::following(Some(&second), &both);
    assert_eq!(own(&third), [(17, "n"), (18, "n.x"), (20, "a"), (21, "n.y")]);
}

#[test]
fn ids_are_unique_and_stable_through_any_evolution() {
    let (mut nested, mut grown) = (0, 0);
    for seed in 0..400 {
        let mut random = Random::new(seed);
        let mut drawn = Drawn::new("d", &mut random).unwrap();
        let mut ids = FieldIds::following(None, drawn.dataset());
        let mut paths_by_id: BTreeMap<i32, String> = BTreeMap::new();
        for version in 1..=6 {
            ids.check(drawn.dataset())
                .unwrap_or_else(|error| panic!("seed {seed}, version {version}: {error}"));
            for (path, id) in ids.iter() {
                let path_of_id = paths_by_id.entry(id).or_insert_with(|| path.to_owned());
                assert_eq!(*path_of_id, path, "seed {seed}, version {version}: id {id} has two columns");
                nested += usize::from(path.contains('.'));
            }
            assert_eq!(
                paths_by_id.len(),
                ids.iter().count(),
                "seed {seed}, version {version}: an id changed"
            );
            // One version more, or one that is asked for once more.
            assert_eq!(FieldIds::following(Some(&ids), drawn.dataset()), ids, "seed {seed}");
            drawn = drawn.evolved(&mut random).unwrap();
            let next = FieldIds::following(Some(&ids), drawn.dataset());
            grown += usize::from(next.last > ids.last);
            ids = next;
        }
    }
    assert!(nested > 400 && grown > 400, "{nested} nested, {grown} grown: the seeds do not show much");
}

#[test]
fn ids_that_cannot_be_right_are_refused() {
    let dataset = dataset(&[("a", "int"), ("n", "struct<x:int>")]);
    let right = FieldIds::following(None, &dataset);
    assert_eq!(right.check(&dataset), Ok(()));
    let refused = |path: &str, id: Option<i32>| {
        let mut ids = right.clone();
        match id {
            Some(id) => ids.columns.insert(path.to_owned(), id),
            None => ids.columns.remove(path),
        };
        ids.check(&dataset).unwrap_err().to_string()
    };
    let last = |last| FieldIds { last, ..right.clone() }.check(&dataset).unwrap_err().to_string();
    for (found, words) in [
        (refused("n.x", None), "does not say the id of n.x"),
        (refused("b", Some(16)), "or b is no column"),
        (refused("_id", Some(17)), "does not say the id of _id"),
        (refused("a", Some(17)), "says 17 of two columns"),
        (refused("a", Some(15)), "says 15 of a: ids of columns are 16 to"),
        (refused("a", Some(19)), "says 19 of a"),
        (last(14), "it must be 15 to 1073741824"),
        (last(i32::MAX), "it must be 15 to 1073741824"),
    ] {
        assert!(found.contains(words), "{found:?} does not say {words:?}");
    }
}
