//! A partition that the dataset cannot have.

use domain::Partition;

use super::*;

#[tokio::test]
async fn a_partition_of_the_other_granularity_is_refused_by_name() {
    let world = World::live().await;
    let hour: Partition = "dt=2026-11-23/hour=10".parse().unwrap();
    let project = async || world.register.project(&world.dataset, &hour, &world.run()).await;
    let words = "dataset seats is partitioned by day, and dt=2026-11-23/hour=10 is an hour";
    for committed in [false, true] {
        if committed {
            world.commit_to(&hour, 1).await;
        }
        let error = project().await.unwrap_err();
        assert!(matches!(error, RegisterError::OtherGranularity(_)), "{committed}: {error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    let entry = world.register.catalog.partition(&world.dataset, &hour.values()).await.unwrap();
    assert_eq!(entry, None);
}

/// Its hours have commits, and their keys begin with the day's prefix.
#[tokio::test]
async fn a_day_has_not_the_head_of_its_hours() {
    let world = World::live().await;
    for hour in ["dt=2026-11-23/hour=10", "dt=2026-11-23/hour=11"] {
        world.commit_to(&hour.parse().unwrap(), 3).await;
    }
    assert!(!world.register.project(&world.dataset, &world.partition, &world.run()).await.unwrap());
    assert_eq!(world.register.head(&world.dataset, &world.partition).await.unwrap(), None);
}

/// A table has a partition key whatever `partition_by` says, since a generation becomes visible as a partition's location.
#[tokio::test]
async fn months_and_the_only_partition_are_registered_under_one_key() {
    for (by, partition, value) in [("month", "dt=2026-11", "2026-11"), ("none", "dt=all", "all")] {
        let world = World::new();
        world.request(&DEFINITION.replacen('{', &format!(r#"{{"partition_by": "{by}", "#), 1)).await;
        let partition: Partition = partition.parse().unwrap();
        let commit = world.commit_to(&partition, 1).await;
        assert!(world.register.project(&world.dataset, &partition, &world.run()).await.unwrap());
        let table = world.register.catalog.table(&world.dataset).await.unwrap().unwrap();
        assert_eq!(table.partition_keys, [PartitionKey::string("dt")]);
        let entries = world.register.catalog.partitions(&world.dataset).await.unwrap();
        assert_eq!(entries.len(), 1);
        assert_eq!((&entries[0].values, &entries[0].location), (&vec![value.to_owned()], &commit.location));
    }
}
