use columnar::Lines;
use domain::{
    Dataset,
    drawn::{Drawn, Random},
};

use super::*;
use crate::{rows::Keys, testing::line};

/// Against Arrow's row format, for rows that differ in few places or in none.
#[test]
fn every_type_is_compared_as_by_the_row_format() {
    let (mut equal, mut different) = (0, 0);
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let drawn = Drawn::new("d", &mut random).unwrap();
        let partition = drawn.partition("2026-11-23T10:00:00Z".parse().unwrap()).unwrap();
        let mut lines = Lines::new(drawn.dataset());
        for _ in 0..12 {
            let mark = random.bits() % drawn.marks().min(3);
            let event = drawn.event(mark, &partition, &mut random);
            lines.push(line(&event).trim_end().as_bytes()).unwrap();
        }
        let rows = lines.finish().unwrap();
        for (field, column) in rows.schema().fields().iter().zip(rows.columns()) {
            let keys = Keys::new(&rows.schema(), &[field.name().as_str()]).unwrap().of(&rows).unwrap();
            for i in 0..rows.num_rows() {
                for j in 0..rows.num_rows() {
                    let expected = keys.row(i) == keys.row(j);
                    assert_eq!(same(column, i, column, j), expected, "seed {seed}, {field:?}: {i}, {j}");
                    *(if expected { &mut equal } else { &mut different }) += 1;
                }
            }
        }
    }
    assert!(equal > 1_000 && different > 1_000, "{equal} equal, {different} different");
}

#[test]
fn parts_of_nested_values_and_zeros_with_signs_are_told_apart() {
    let dataset = Dataset::from_json(
        br#"{"name": "d", "columns": [{"name": "f", "type": "double"},
            {"name": "n", "type": "map<string,array<struct<x:int>>>"}]}"#,
    )
    .unwrap();
    let mut lines = Lines::new(&dataset);
    for data in [
        r#"{"f": 0.0, "n": {"a": [{"x": 1}, null], "b": null}}"#,
        r#"{"f": -0.0, "n": {"b": null, "a": [{"x": 1}, null]}}"#,
        r#"{"f": null, "n": {"a": [{"x": 1}], "b": null}}"#,
        r#"{"f": 1, "n": {"a": [{"x": 1}, {"x": null}], "b": null}}"#,
        r#"{"f": 1.0, "n": {}}"#,
        r#"{"n": null}"#,
    ] {
        lines.push(line(data).trim_end().as_bytes()).unwrap();
    }
    let rows = lines.finish().unwrap();
    let (floats, maps) = (rows.column(0), rows.column(1));
    for i in 0..6 {
        for j in 0..6 {
            let (least, most) = (i.min(j), i.max(j));
            let equal = [(0, 1), (2, 5), (3, 4)].contains(&(least, most)) || i == j;
            assert_eq!(same_identity(floats, i, floats, j), equal, "{i}, {j}");
            assert_eq!(same(floats, i, floats, j), equal && (least, most) != (0, 1), "{i}, {j}");
            assert_eq!(same(maps, i, maps, j), i == j || (least, most) == (0, 1), "{i}, {j}");
        }
    }
}
