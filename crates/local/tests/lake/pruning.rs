//! A filter on the event time reads no more than the partitions that it can be in.

use crate::{filters::sales, harness::TestLake};

async fn scanned(lake: &TestLake, filter: &str) -> (u64, String) {
    let reply = lake.fetch(&format!("/v1/datasets/sales/rows?select=id,shop,price&{filter}")).await;
    assert_eq!(reply.status, 200, "{filter}: {}", reply.text());
    (reply.header("tributary-bytes-scanned").parse().unwrap(), reply.text().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_on_the_event_time_reads_less() {
    let lake = sales().await;
    let (all, rows) = scanned(&lake, "").await;
    assert_eq!(rows.lines().count(), 5);
    let (day, _) = scanned(&lake, "dt=eq.2026-11-23").await;
    let (hour, _) = scanned(&lake, "dt=eq.2026-11-23&hour=eq.10").await;
    assert!(0 < hour && hour < day && day < all, "{hour} {day} {all}");

    // The event time says both, whatever the offset that it is written with. Its own column is read too.
    let at = "at=gte.2026-11-23T12:00:00%2B02:00&at=lt.2026-11-23T10:30:00Z";
    let (pruned, rows) = scanned(&lake, at).await;
    assert_eq!(rows, r#"[{"id":3,"shop":"Brot & Co","price":12.10}]"#);
    let (with_column, same) = scanned(
        &lake,
        "at=gte.2026-11-23T12:00:00%2B02:00&at=lt.2026-11-23T10:30:00Z&dt=eq.2026-11-23&hour=eq.10",
    )
    .await;
    assert_eq!((pruned, &rows), (with_column, &same));
    assert!(pruned < all, "{pruned} {all}");
    let (nothing, rows) = scanned(&lake, "at=gt.2027-01-01T00:00:00Z").await;
    assert_eq!((nothing, rows.as_str()), (0, "[]"));
    lake.stop().await;
}
