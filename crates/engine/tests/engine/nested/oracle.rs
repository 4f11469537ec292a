//! Functions of arrays against a plain evaluator, on arrays that a generator makes.

use std::collections::BTreeSet;

use crate::lake::Lake;

type Array = Vec<Option<i32>>;

/// Numbers that are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn array(&mut self) -> Array {
        let length = self.below(7);
        (0..length)
            .map(|_| self.below(6).checked_sub(1).map(|number| i32::try_from(number).unwrap()))
            .collect()
    }
}

fn text(array: &[Option<i32>]) -> String {
    let parts: Vec<String> =
        array.iter().map(|part| part.map_or("null".to_owned(), |part| part.to_string())).collect();
    format!("[{}]", parts.join(", "))
}

fn distinct(array: &[Option<i32>]) -> Array {
    let mut seen = BTreeSet::new();
    array.iter().copied().filter(|part| seen.insert(*part)).collect()
}

fn overlap(a: &[Option<i32>], b: &[Option<i32>]) -> Option<bool> {
    if a.is_empty() || b.is_empty() {
        return Some(false);
    }
    let found = a.iter().flatten().any(|part| b.contains(&Some(*part)));
    let has_null = a.contains(&None) || b.contains(&None);
    if found { Some(true) } else { (!has_null).then_some(false) }
}

/// Equal, by three values.
fn equal(a: &[Option<i32>], b: &[Option<i32>]) -> Option<bool> {
    if a.len() != b.len() {
        return Some(false);
    }
    let pairs: Vec<Option<bool>> = a.iter().zip(b).map(|(a, b)| a.zip(*b).map(|(a, b)| a == b)).collect();
    if pairs.contains(&Some(false)) { Some(false) } else { (!pairs.contains(&None)).then_some(true) }
}

fn slice(array: &[Option<i32>], from: i64, length: i64) -> Array {
    let size = i64::try_from(array.len()).unwrap();
    let first = if from < 0 { size + from + 1 } else { from };
    let within = |place: &i64| first >= 1 && *place >= first && *place < first + length;
    let places = (1..=size).filter(within);
    places.map(|place| array[usize::try_from(place - 1).unwrap()]).collect()
}

fn known<T: ToString>(value: Option<T>) -> String {
    value.map_or(String::new(), |value| format!("\"{}\"", value.to_string()))
}

fn expected(a: &Array, b: &Array, k: i64) -> String {
    let wanted = i32::try_from(k).unwrap();
    let mut sorted: Array = a.clone();
    sorted.sort_by_key(|part| (part.is_none(), *part));
    let both: Array = a.iter().chain(b).copied().collect();
    let (longer, shorter) = if a.len() < b.len() { (b, a) } else { (a, b) };
    let common: Array = longer.iter().copied().filter(|part| shorter.contains(part)).collect();
    let except: Array = a.iter().copied().filter(|part| !b.contains(part)).collect();
    let removed: Array = a.iter().copied().filter(|part| *part != Some(wanted)).collect();
    let position = a.iter().position(|part| *part == Some(wanted)).map_or(0, |place| place + 1);
    let max = if a.contains(&None) { None } else { a.iter().flatten().max() };
    let from = if k == 0 { 1 } else { k };
    let backwards: Array = a.iter().rev().copied().collect();
    let arrays = [&distinct(a), &sorted, &distinct(&both), &distinct(&common), &distinct(&except)];
    let arrays = arrays.into_iter().chain([&removed, &both, &backwards]).map(|array| text(array));
    let mut columns: Vec<String> = arrays.map(|array| format!("\"{array}\"")).collect();
    columns.push(format!("\"{}\"", text(&slice(a, from, 2))));
    columns.push(format!("\"{position}\""));
    columns.push(known(max));
    columns.push(known(overlap(a, b)));
    columns.push(known(equal(a, b)));
    columns.join(",")
}

#[tokio::test]
async fn functions_of_random_arrays_are_those_of_a_plain_evaluator() {
    let mut numbers = Numbers(2_026);
    let cases: Vec<(Array, Array, i64)> = (0..400)
        .map(|_| (numbers.array(), numbers.array(), i64::try_from(numbers.below(13)).unwrap() - 6))
        .collect();
    let json = |array: &Array| text(array);
    let rows: Vec<String> = cases
        .iter()
        .enumerate()
        .map(|(n, (a, b, k))| format!(r#"{{"n": {n}, "a": {}, "b": {}, "k": {k}}}"#, json(a), json(b)))
        .collect();
    let types = [("n", "int"), ("a", "array<int>"), ("b", "array<int>"), ("k", "int")];
    let lake = Lake::of(&types, &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let sql = "SELECT array_distinct(a), array_sort(a), array_union(a, b), array_intersect(a, b), \
               array_except(a, b), array_remove(a, k), a || b, reverse(a), \
               slice(a, if(k = 0, 1, k), 2), array_position(a, k), array_max(a), arrays_overlap(a, b), a = b \
               FROM t ORDER BY n";
    let found = lake.rows(sql).await;
    let found: Vec<&str> = found.lines().collect();
    assert_eq!(found.len(), cases.len());
    for ((a, b, k), found) in cases.iter().zip(found) {
        assert_eq!(found, expected(a, b, *k), "{} {} {k}", text(a), text(b));
    }
}
