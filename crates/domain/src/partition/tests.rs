use proptest::prelude::*;

use super::*;

#[test]
fn only_the_canonical_text_is_a_partition() {
    for bad in [
        "",
        "dt=",
        "dt=2026-1-2",
        "dt=2026-02-30",
        "2026-11-23",
        "dt=2026-11-23/",
        "dt=2026-11-23/hour=24",
        "dt=2026-11-23/hour=7",
        "dt=2026-11-23/hour=+7",
        "dt=+2026-11-2",
        "dt=2026-13",
        "dt=2026-1",
        "dt=2026-11/hour=10",
        "dt=20261123",
        "dt=2026--1",
        "dt=-026-11",
        "dt=-026-11-23",
        "dt=ALL",
        "dt=all/hour=10",
        "dt=all/",
    ] {
        assert!(bad.parse::<Partition>().is_err(), "{bad:?} was accepted");
    }
}

const GRANULARITIES: [Granularity; 4] =
    [Granularity::Day, Granularity::Hour, Granularity::Month, Granularity::None];

#[test]
fn a_month_has_its_days_and_the_only_partition_everything() {
    for (time, granularity, text, begin, end) in [
        (
            "2024-02-29T12:00:00Z",
            Granularity::Month,
            "dt=2024-02",
            "2024-02-01T00:00:00Z",
            "2024-02-29T23:59:59.999Z",
        ),
        (
            "2026-12-31T23:59:59Z",
            Granularity::Month,
            "dt=2026-12",
            "2026-12-01T00:00:00Z",
            "2026-12-31T23:59:59.999Z",
        ),
        (
            "2026-12-31T23:59:59Z",
            Granularity::None,
            "dt=all",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999Z",
        ),
    ] {
        let partition = Partition::of(time.parse().unwrap(), granularity).unwrap();
        assert_eq!(partition.to_string(), text);
        assert_eq!(partition.begin(), begin.parse::<DateTime<Utc>>().unwrap(), "{text}");
        assert_eq!(partition.end(), end.parse::<DateTime<Utc>>().unwrap(), "{text}");
        assert_eq!(granularity.keys(), ["dt"]);
    }
}

#[test]
fn partitions_of_one_granularity_sort_as_their_texts_do() {
    let times =
        ["0001-02-03T04:05:06Z", "2025-12-31T23:00:00Z", "2026-01-01T00:00:00Z", "2026-02-10T07:00:00Z"];
    for granularity in GRANULARITIES {
        let of = |time: &&str| Partition::of(time.parse().unwrap(), granularity).unwrap();
        let partitions: Vec<Partition> = times.iter().map(of).collect();
        let texts: Vec<String> = partitions.iter().map(ToString::to_string).collect();
        assert!(partitions.is_sorted() && texts.is_sorted(), "{texts:?}");
    }
}

/// Whoever names a partition that the dataset cannot have is told one that it can.
#[test]
fn the_advice_names_a_partition_that_the_dataset_can_have() {
    let time = "2026-11-23T10:00:00Z".parse().unwrap();
    for wanted in GRANULARITIES {
        for found in GRANULARITIES.into_iter().filter(|found| *found != wanted) {
            let partition = Partition::of(time, found).unwrap();
            let dataset = DatasetName::new("d").unwrap();
            let text = OtherGranularity { dataset, partition, granularity: wanted }.to_string();
            let named = text.rsplit_once(' ').unwrap().1;
            match named.parse::<Partition>() {
                Ok(named) => assert_eq!(named.granularity(), wanted, "{text}"),
                Err(_) => assert_eq!(found, Granularity::None, "{text}"),
            }
        }
    }
    let of = |granularity, text: &str| {
        let (dataset, partition) = (DatasetName::new("d").unwrap(), text.parse().unwrap());
        OtherGranularity { dataset, partition, granularity }.to_string()
    };
    assert_eq!(
        of(Granularity::None, "dt=2026-11-23"),
        "dataset d is not partitioned, and dt=2026-11-23 is a day: name its only partition, dt=all"
    );
    assert_eq!(
        of(Granularity::Month, "dt=2026-11-23"),
        "dataset d is partitioned by month, and dt=2026-11-23 is a day: name its month, dt=2026-11"
    );
    assert_eq!(
        of(Granularity::Day, "dt=2026-11"),
        "dataset d is partitioned by day, and dt=2026-11 is a month: name one of its days, for example dt=2026-11-01"
    );
}

proptest! {
    #[test]
    fn text_and_values_round_trip(
        seconds in -100_000_000_000_i64..400_000_000_000,
        granularity in prop::sample::select(GRANULARITIES.to_vec()),
    ) {
        let time = DateTime::from_timestamp(seconds, 0).unwrap();
        let Some(partition) = Partition::of(time, granularity) else {
            prop_assert!(!(0..=9999).contains(&time.year()));
            return Ok(());
        };
        prop_assert_eq!(&partition.to_string().parse::<Partition>().unwrap(), &partition);
        prop_assert_eq!(&Partition::from_values(&partition.values()).unwrap(), &partition);
        prop_assert_eq!(Partition::of(partition.begin(), granularity), Some(partition.clone()));
        prop_assert!(partition.begin() <= time && time <= partition.end());
        prop_assert_eq!(Partition::of(partition.end(), granularity), Some(partition.clone()));
        prop_assert_eq!(partition.granularity(), granularity);
    }
}
