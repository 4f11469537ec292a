//! How a catalog in Hive's style, which has nothing but texts by name, keeps what `register` says. For its adapters:
//! everybody else has the types.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};

use super::partition_state::{DamagedEntry, EntryState, Others, PartitionState};
use crate::commit::Generation;

const GENERATION: &str = "tributary.generation";
const ROWS: &str = "tributary.rows";
const BYTES: &str = "tributary.bytes";
const COMMITTED_AT: &str = "tributary.committed_at";
const NEWEST_LANDED_AT: &str = "tributary.newest_landed_at";
const SCHEMA_VERSION: &str = "tributary.schema_version";

const OWN: [&str; 6] = [GENERATION, ROWS, BYTES, COMMITTED_AT, NEWEST_LANDED_AT, SCHEMA_VERSION];

/// Reads the parameters of a partition. Those that are the lake's are not among the others.
pub fn read_partition(mut parameters: BTreeMap<String, String>) -> (EntryState, Others) {
    let state = match parameters.get(GENERATION) {
        None => EntryState::ByHand,
        Some(_) => read_state(&parameters)
            .map_or_else(|parameter| EntryState::Damaged(DamagedEntry { parameter }), EntryState::Registered),
    };
    parameters.retain(|name, _| !OWN.contains(&name.as_str()));
    (state, parameters.into_iter().collect())
}

/// The parameters of a partition that says this. Of an entry that `register` did not write, the others' only.
pub fn write_partition(state: &EntryState, others: &Others) -> BTreeMap<String, String> {
    let others = others.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut parameters: BTreeMap<String, String> = others.collect();
    if let EntryState::Registered(state) = state {
        let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let own = [
            (GENERATION, Some(state.generation.number().to_string())),
            (ROWS, Some(state.rows.to_string())),
            (BYTES, Some(state.bytes.to_string())),
            (COMMITTED_AT, Some(time(state.committed_at))),
            (NEWEST_LANDED_AT, state.newest_landed_at.map(time)),
            (SCHEMA_VERSION, Some(state.schema_version.to_string())),
        ];
        let own = own.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        parameters.extend(own);
    }
    parameters
}

/// Takes out of a table's parameters which version of the definition it follows. `None` where nobody says so, or not as
/// `register` writes it: then `register` writes the table again, as it does with one that follows an older version.
pub fn take_schema_version(parameters: &mut BTreeMap<String, String>) -> Option<u32> {
    parameters.remove(SCHEMA_VERSION)?.parse().ok()
}

/// Puts the version into a table's parameters.
pub fn put_schema_version(parameters: &mut BTreeMap<String, String>, version: Option<u32>) {
    if let Some(version) = version {
        parameters.insert(SCHEMA_VERSION.to_owned(), version.to_string());
    }
}

/// The state, or the first parameter that is wrong.
fn read_state(parameters: &BTreeMap<String, String>) -> Result<PartitionState, &'static str> {
    let text = |name: &'static str| parameters.get(name).ok_or(name);
    let number = |name: &'static str| text(name)?.parse::<u64>().map_err(|_| name);
    let time = |name: &'static str| match DateTime::parse_from_rfc3339(text(name)?) {
        Ok(time) => Ok(time.to_utc()),
        Err(_) => Err(name),
    };
    let newest_landed_at = match parameters.contains_key(NEWEST_LANDED_AT) {
        true => Some(time(NEWEST_LANDED_AT)?),
        false => None,
    };
    Ok(PartitionState {
        generation: Generation::new(number(GENERATION)?),
        rows: number(ROWS)?,
        bytes: number(BYTES)?,
        committed_at: time(COMMITTED_AT)?,
        newest_landed_at,
        schema_version: text(SCHEMA_VERSION)?.parse().map_err(|_| SCHEMA_VERSION)?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(parameters: &[(&str, &str)]) -> BTreeMap<String, String> {
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// As the Glue catalogs of before this type have it.
    const WRITTEN: [(&str, &str); 6] = [
        ("tributary.bytes", "9437184"),
        ("tributary.committed_at", "2026-11-23T10:05:00.500Z"),
        ("tributary.generation", "42"),
        ("tributary.newest_landed_at", "2026-11-23T10:04:00.000Z"),
        ("tributary.rows", "104857"),
        ("tributary.schema_version", "3"),
    ];

    #[test]
    fn an_entry_is_read_and_written_as_it_always_was() {
        let mut parameters = texts(&WRITTEN);
        parameters.insert("numRows".to_owned(), "7".to_owned());
        let (state, others) = read_partition(parameters.clone());
        let expected = PartitionState {
            generation: Generation::new(42),
            schema_version: 3,
            rows: 104_857,
            bytes: 9_437_184,
            committed_at: "2026-11-23T10:05:00.5Z".parse().unwrap(),
            newest_landed_at: Some("2026-11-23T10:04:00Z".parse().unwrap()),
        };
        assert_eq!(state, EntryState::Registered(expected.clone()));
        assert_eq!(others.iter().collect::<Vec<_>>(), [("numRows", "7")]);
        assert_eq!(write_partition(&state, &others), parameters);
        assert_eq!(expected.fresh_at().to_rfc3339(), "2026-11-23T10:04:00+00:00");

        parameters.remove("tributary.newest_landed_at");
        let (state, others) = read_partition(parameters.clone());
        let fresh_at = state.registered().map(PartitionState::fresh_at);
        assert_eq!(fresh_at, Some(expected.committed_at), "of an older version's head");
        assert_eq!(write_partition(&state, &others), parameters);
    }

    #[test]
    fn without_a_generation_it_is_by_hand_and_with_a_part_of_it_damaged() {
        let (state, others) = read_partition(texts(&[("numRows", "7"), ("tributary.rows", "7")]));
        assert_eq!(state, EntryState::ByHand);
        assert_eq!(write_partition(&state, &others), texts(&[("numRows", "7")]));
        for (name, _) in WRITTEN {
            for wrong in [None, Some(""), Some("many"), Some("-1"), Some("2026-11-23")] {
                let mut parameters = texts(&WRITTEN);
                parameters.remove(name);
                parameters.extend(wrong.map(|wrong| (name.to_owned(), wrong.to_owned())));
                let expected = match (name, wrong) {
                    (GENERATION, None) => EntryState::ByHand,
                    (NEWEST_LANDED_AT, None) => continue,
                    _ => EntryState::Damaged(DamagedEntry { parameter: name }),
                };
                let (state, others) = read_partition(parameters);
                assert_eq!(state, expected, "{name} {wrong:?}");
                assert!(state.registered().is_none());
                assert_eq!(write_partition(&state, &others), texts(&[]), "nothing is made up");
            }
        }
    }

    #[test]
    fn a_table_follows_a_version_or_nobody_knows() {
        for (text, version) in [(None, None), (Some("3"), Some(3)), (Some("three"), None), (Some("-1"), None)]
        {
            let mut parameters = texts(&[("kept", "x")]);
            parameters.extend(text.map(|text| (SCHEMA_VERSION.to_owned(), text.to_owned())));
            assert_eq!(take_schema_version(&mut parameters), version);
            assert_eq!(parameters, texts(&[("kept", "x")]));
            put_schema_version(&mut parameters, version);
            assert_eq!(parameters.contains_key(SCHEMA_VERSION), version.is_some());
            assert_eq!(take_schema_version(&mut parameters), version);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            (generation, rows, bytes, schema_version) in any::<(u64, u64, u64, u32)>(),
            (committed, landed) in (0_i64..4_102_444_800_000, prop::option::of(0_i64..4_102_444_800_000)),
            others in prop::collection::btree_map("[a-z.]{1,9}", "\\PC{0,9}", 0..4),
        ) {
            let time = |millis| DateTime::from_timestamp_millis(millis).unwrap();
            let state = EntryState::Registered(PartitionState {
                generation: Generation::new(generation),
                schema_version,
                rows,
                bytes,
                committed_at: time(committed),
                newest_landed_at: landed.map(time),
            });
            let others: Others = others.into_iter().collect();
            prop_assert_eq!(read_partition(write_partition(&state, &others)), (state, others));
        }
    }
}
