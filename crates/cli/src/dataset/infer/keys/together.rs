//! Identities of several columns.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
};

use domain::{dataset::Definition, json::Fields};

use super::{Candidates, MOST};

/// In fewer events any two columns differ.
const FEWEST: usize = 20;
/// The most columns that are tried with one another: 12 make 66 pairs and 220 triples.
const MOST_COLUMNS: usize = 12;

/// A column, and its value in each event.
struct Values<'d> {
    column: &'d str,
    hashes: Vec<u64>,
}

/// Sets of two or three columns by which all events of the sample differ, those with a time first. None where one column
/// is enough.
pub(in super::super) fn together(
    candidates: &Candidates,
    definition: &Definition,
    events: &[String],
) -> Vec<Vec<String>> {
    if !candidates.identity.is_empty() || events.len() < FEWEST {
        return Vec::new();
    }
    let values = values(definition, events);
    let count = values.len();
    let pairs = (0..count).flat_map(|a| (a + 1..count).map(move |b| vec![a, b])).collect();
    let mut found = differing(&values, pairs);
    if found.is_empty() {
        let pairs = (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b)));
        let triples = pairs.flat_map(|(a, b)| (b + 1..count).map(move |c| vec![a, b, c])).collect();
        found = differing(&values, triples);
    }
    let has_time = |set: &[usize]| {
        set.iter().any(|index| candidates.event_time.iter().any(|time| time == values[*index].column))
    };
    found.sort_by_key(|set| !has_time(set));
    let names = |set: Vec<usize>| set.into_iter().map(|index| values[index].column.to_owned()).collect();
    found.into_iter().take(MOST).map(names).collect()
}

/// Those of the sets by which no two events are the same.
fn differing(values: &[Values<'_>], sets: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    let differ = |set: &Vec<usize>| {
        let events = values.first().map_or(0, |column| column.hashes.len());
        let mut seen = HashSet::new();
        (0..events).all(|event| {
            seen.insert(set.iter().map(|column| values[*column].hashes[event]).collect::<Vec<_>>())
        })
    };
    sets.into_iter().filter(differ).collect()
}

/// The columns that may be part of an identity: there in every event, and not always the same.
fn values<'d>(definition: &'d Definition, events: &[String]) -> Vec<Values<'d>> {
    let is_key = |data_type: &str| matches!(data_type, "string" | "bigint" | "timestamp" | "date");
    let columns = definition.columns.iter().filter(|column| is_key(&column.data_type)).take(MOST_COLUMNS * 4);
    let mut open: Vec<(&str, Values<'d>)> = columns
        .map(|column| {
            let values = Values { column: &column.name, hashes: Vec::with_capacity(events.len()) };
            (column.from.as_deref().unwrap_or(&column.name), values)
        })
        .collect();
    for event in events {
        let Ok(fields) = Fields::parse(event) else { return Vec::new() };
        open.retain_mut(|(field, values)| match fields.get(field) {
            Some(value) if value.text() != "null" => {
                let mut hasher = DefaultHasher::new();
                value.text().hash(&mut hasher);
                values.hashes.push(hasher.finish());
                true
            }
            _ => false,
        });
    }
    let differs = |values: &Values<'_>| values.hashes.windows(2).any(|pair| pair[0] != pair[1]);
    open.into_iter().map(|(_, values)| values).filter(differs).take(MOST_COLUMNS).collect()
}

#[cfg(test)]
mod tests {
    use domain::DatasetName;
    use serde_json::json;

    use super::*;
    use crate::dataset::infer::{profile::Profile, propose::propose};

    fn found(events: &[serde_json::Value]) -> Vec<Vec<String>> {
        let mut profile = Profile::default();
        let events: Vec<String> = events.iter().map(ToString::to_string).collect();
        for event in &events {
            profile.add(event).unwrap();
        }
        let proposal = propose(&profile, &DatasetName::new("d").unwrap()).unwrap();
        together(&proposal.candidates, &proposal.definition, &events)
    }

    #[test]
    fn columns_that_differ_together_are_found() {
        let hour = |n: u32| format!("2026-11-23T{:02}:00:00Z", n % 24);
        let weather: Vec<_> = (0..48_u32)
            .map(|n| {
                let origin = if n < 24 { "EWR" } else { "JFK" };
                json!({"origin": origin, "time_hour": hour(n), "temp": 7, "year": 2026})
            })
            .collect();
        assert_eq!(found(&weather), [["origin", "time_hour"]]);
        // One more row that is there already.
        let twice: Vec<_> = weather.iter().chain(&weather[..1]).cloned().collect();
        assert!(found(&twice).is_empty());
        // Of few events anything differs.
        assert!(found(&weather[..5]).is_empty());
    }

    #[test]
    fn three_columns_where_two_are_not_enough() {
        let events: Vec<_> = (0..64_u32)
            .map(|n| json!({"a": format!("a{}", n % 4), "b": format!("b{}", n / 4 % 4), "c": format!("c{}", n / 16)}))
            .collect();
        assert_eq!(found(&events), [["a", "b", "c"]]);
    }
}
