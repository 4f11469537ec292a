//! A result that is longer than one answer, in pages of one execution.

use serde_json::Value;

use crate::{
    files::{LONG, ROWS, long_names},
    harness::TestLake,
    http::Reply,
};

/// The pages from this one on, each with its rows as `read` finds them.
pub(crate) async fn follow<T>(
    lake: &TestLake,
    mut page: Reply,
    read: impl Fn(&Value) -> Vec<T>,
) -> Vec<Vec<T>> {
    let mut pages = Vec::new();
    loop {
        assert_eq!(page.status, 200, "{}", page.text());
        let rows = read(&page.json());
        assert_eq!(page.header("tributary-rows"), rows.len().to_string());
        pages.push(rows);
        let Some(path) = page.next() else { return pages };
        page = lake.fetch(&path).await;
    }
}

fn record(record: &Value) -> (u64, String) {
    (record["passenger_id"].as_u64().unwrap(), record["name"].as_str().unwrap().to_owned())
}

fn records(page: &Value) -> Vec<(u64, String)> {
    page.as_array().unwrap().iter().map(record).collect()
}

/// The rows of a page of columns, by the row's number within the whole result.
fn columns(page: &Value) -> Vec<(u64, String, String)> {
    let (ids, names) = (page["passenger_id"].as_object().unwrap(), page["name"].as_object().unwrap());
    assert!(ids.keys().eq(names.keys()));
    let row = |((row, id), name): ((&String, &Value), &Value)| {
        (id.as_u64().unwrap(), name.as_str().unwrap().to_owned(), row.clone())
    };
    let mut rows: Vec<_> = ids.iter().zip(names.values()).map(row).collect();
    rows.sort();
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_skip_and_repeat_no_row() {
    let lake = TestLake::passengers().await;
    let published = long_names(&lake).await;
    let before = lake.executions().await;

    let first = lake.fetch(&format!("{LONG}&format=json")).await;
    let (query, json_page) = (first.header("tributary-query-id").to_owned(), first.next().unwrap());
    let pages = follow(&lake, first, records).await;
    assert!(pages.len() > 1);
    assert_eq!(pages.concat(), published);

    let first = lake.fetch(&format!("{LONG}&format=columns")).await;
    let other = first.next().unwrap();
    let pages = follow(&lake, first, columns).await;
    assert!(pages.len() > 1);
    let rows = pages.concat();
    for (row, (found, (id, name))) in rows.iter().zip(&published).enumerate() {
        assert_eq!((&found.0, &found.1, &found.2), (id, name, &row.to_string()));
    }
    assert_eq!(rows.len(), published.len());
    assert_eq!(lake.executions().await, before + 2, "a page took a query of its own");

    // In pages of the caller's own length, which divides nothing evenly.
    let first = lake.fetch(&format!("/v1/queries/{query}/rows?limit=37")).await;
    let pages = follow(&lake, first, records).await;
    assert_eq!(pages.len(), ROWS.div_ceil(37));
    assert_eq!(pages.concat(), published);

    let (_, cursor) = other.split_once("cursor=").unwrap();
    let mistaken = lake.fetch(&format!("/v1/queries/{query}/rows?cursor={cursor}")).await;
    let detail = mistaken.is_problem(400, "invalid-cursor");
    assert!(detail.contains("none of this query's"), "{detail}");
    assert_eq!(lake.fetch(&json_page).await.status, 200);
    lake.stop().await;
}
