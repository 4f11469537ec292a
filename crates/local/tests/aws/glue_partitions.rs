use aws_sdk_glue::{error::ProvideErrorMetadata, types::Segment};

use crate::{
    glue::{DATABASE, column, partition, table},
    harness::Lake,
};

/// A table of `dt` and `hour`, three days of 24 hours.
async fn hourly() -> Lake {
    let lake = Lake::start().await;
    let glue = lake.glue();
    let input = aws_sdk_glue::types::builders::TableInputBuilder::default()
        .name("hourly")
        .set_storage_descriptor(table("hourly").storage_descriptor)
        .partition_keys(column("dt"))
        .partition_keys(column("hour"))
        .build()
        .unwrap();
    glue.create_table().database_name(DATABASE).table_input(input).send().await.unwrap();
    for day in 21..24 {
        let inputs = (0..24).map(|hour| {
            let mut input = partition(&format!("2026-11-{day}"), "s3://tributary/x/");
            input.values.get_or_insert_default().push(format!("{hour:02}"));
            input
        });
        let create = glue.batch_create_partition().database_name(DATABASE).table_name("hourly");
        let created = create.set_partition_input_list(Some(inputs.collect())).send().await.unwrap();
        assert!(created.errors().is_empty());
    }
    lake
}

async fn values(lake: &Lake, expression: &str) -> Vec<String> {
    let list = lake.glue().get_partitions().database_name(DATABASE).table_name("hourly");
    let found = list.expression(expression).exclude_column_schema(true).send().await.unwrap();
    assert_eq!(found.next_token(), None);
    found.partitions().iter().map(|partition| partition.values().join(" ")).collect()
}

#[tokio::test]
async fn an_expression_chooses_partitions() {
    let lake = hourly().await;
    assert_eq!(values(&lake, "dt='2026-11-23' AND hour >= '22'").await, ["2026-11-23 22", "2026-11-23 23"]);
    assert_eq!(
        values(&lake, "((dt = '2026-11-21') OR (dt IN ('2026-11-23'))) AND NOT hour <> 7").await,
        Vec::<String>::new(),
        "7 is the text 7, not 07"
    );
    assert_eq!(
        values(&lake, "dt like '%22' and hour between '09' and '10'").await,
        ["2026-11-22 09", "2026-11-22 10"]
    );
    assert_eq!(values(&lake, " ").await.len(), 72);
    for (expression, reason) in [
        ("month = '11'", "Unknown column 'month'"),
        ("dt = ", "Unsupported expression"),
        ("dt = hour", "Unsupported expression"),
    ] {
        let list = lake.glue().get_partitions().database_name(DATABASE).table_name("hourly");
        let error = list.expression(expression).send().await.unwrap_err().into_service_error();
        assert!(error.is_invalid_input_exception(), "{expression}: {error:?}");
        assert!(error.message().unwrap().contains(reason), "{expression}: {error:?}");
    }
}

#[tokio::test]
async fn pages_hold_only_what_was_chosen() {
    let lake = hourly().await;
    let glue = lake.glue();
    let list = glue.get_partitions().database_name(DATABASE).table_name("hourly").expression("hour < '05'");
    let mut pages = list.into_paginator().page_size(4).send();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().partitions().len());
    }
    assert_eq!(sizes, [4, 4, 4, 3]);
}

#[tokio::test]
async fn segments_share_the_partitions() {
    let lake = hourly().await;
    let glue = lake.glue();
    let segment = |number, total| {
        let segment = Segment::builder().segment_number(number).total_segments(total).build().unwrap();
        glue.get_partitions().database_name(DATABASE).table_name("hourly").segment(segment).send()
    };
    let mut all = Vec::new();
    for number in 0..3 {
        let found = segment(number, 3).await.unwrap();
        assert!(!found.partitions().is_empty());
        all.extend(found.partitions().iter().map(|partition| partition.values().join(" ")));
    }
    all.sort();
    assert_eq!(all, values(&lake, "").await);
    assert!(segment(3, 3).await.unwrap_err().into_service_error().is_invalid_input_exception());
    assert_eq!(segment(0, 11).await.unwrap_err().into_service_error().code(), Some("ValidationException"));
}
