use proptest::prelude::*;

use super::*;

#[test]
fn keys_are_those_of_the_design() {
    let dataset = DatasetName::new("bookings").unwrap();
    let partition: Partition = "dt=2026-11-23/hour=10".parse().unwrap();
    let writer = WriterId::new("01JD0000000000000000000000").unwrap();
    let generation = Generation::new(42);
    assert_eq!(schema(&dataset, 3), "schemas/bookings/000003.json");
    assert_eq!(
        commit(&dataset, &partition, generation),
        "commits/bookings/dt=2026-11-23/hour=10/0000000042.json"
    );
    let prefix = generation_prefix(&dataset, &partition, generation, &writer);
    assert_eq!(vacuum(&dataset, &partition), "vacuum/bookings/dt=2026-11-23/hour=10.json");
    assert_eq!(vacuum_of(&vacuum(&dataset, &partition)), Some((dataset.clone(), partition.clone())));
    assert_eq!(vacuum_of("vacuum/bookings/today.json"), None);
    assert_eq!(dropped(&dataset), "schemas/bookings/dropped.json");
    assert_eq!(dropped_of(&dropped(&dataset)), Some(dataset.clone()));
    assert_eq!(dropped_of(&schema(&dataset, 1)), None);
    assert!(ParsedKey::parse(&dropped(&dataset)).is_err(), "it would be taken for a version");
    let query = QueryName::new("revenue-by-hour").unwrap();
    assert_eq!(named_query(&query), "queries/revenue-by-hour.json");
    assert_eq!(named_query_of(&named_query(&query)), Some(query));
    assert_eq!(named_query_of("queries/a/b.json"), None);
    assert_eq!(usage(&KeyId::new("0123abcd").unwrap()), "access/usage/0123abcd.json");
    assert_eq!(running(7), "access/usage/_running-007.json");
    assert_eq!(
        generation_of(&data_file(&prefix, 0)),
        Some((dataset.clone(), partition.clone(), generation, writer.clone()))
    );
    assert_eq!(generation_of(&prefix).map(|found| found.2), Some(generation));
    assert_eq!(generation_of("tables/bookings/dt=2026-11-23/part-00000.parquet"), None);
    assert_eq!(
        data_file(&prefix, 0),
        "tables/bookings/dt=2026-11-23/hour=10/g0000000042-01JD0000000000000000000000/part-00000.parquet"
    );
}

#[test]
fn what_is_not_a_key_is_refused() {
    for bad in [
        "",
        "landing/",
        "landing/Bad/dt=2026-11-23/x.ndjson.zst",
        "landing/a/dt=2026-11-23/../x.ndjson.zst",
        "commits/a/dt=2026-11-23/42.json",
        "commits/a/dt=2026-11-23/00000000421.json",
        "schemas/a/1.json",
        "datasets/a/b.json",
        "tables/a/dt=2026-11-23/part.parquet",
    ] {
        assert_eq!(ParsedKey::parse(bad), Err(UnknownKey(bad.into())));
    }
}

proptest! {
    #[test]
    fn parsing_never_panics_and_round_trips(key in ".{0,80}") {
        if let Ok(parsed) = ParsedKey::parse(&key) {
            prop_assert_eq!(parsed.to_string(), key);
        }
    }

    #[test]
    fn built_keys_parse(name in "[a-z][a-z0-9_]{0,20}", day in 0_i64..40_000, generation in 0_u64..9_999_999_999, version in 1_u32..999_999) {
        let dataset = DatasetName::new(name).unwrap();
        let time = chrono::DateTime::from_timestamp(day * 86_400, 0).unwrap();
        let partition = Partition::of(time, crate::Granularity::Hour).unwrap();
        let batch = BatchName::of(&dataset, &partition.to_string(), [("id", b"payload".as_slice())]);
        for key in [
            ParsedKey::Definition(dataset.clone()),
            ParsedKey::Schema(dataset.clone(), version),
            ParsedKey::Landing(dataset.clone(), partition.clone(), batch),
            ParsedKey::Commit(dataset.clone(), partition.clone(), Generation::new(generation)),
        ] {
            prop_assert_eq!(ParsedKey::parse(&key.to_string()), Ok(key));
        }
    }
}
