//! A result that is longer than one answer, as a file behind a redirect.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use domain::{memory::SeededIds, port::Ids};
use parquet::{
    file::reader::{FileReader, SerializedFileReader},
    record::RowAccessor,
};
use serde_json::json;

use crate::{harness::TestLake, http};

/// How many rows there are, and how long the name in each is: more than twice the longest answer, compressed or not.
pub(crate) const ROWS: usize = 450;
const NAME: usize = 20_000;

pub(crate) const LONG: &str =
    "/v1/datasets/passengers/rows?select=passenger_id,name&order=passenger_id&limit=1000";

/// Publishes passengers whose names do not compress, and answers them.
pub(crate) async fn long_names(lake: &TestLake) -> Vec<(u64, String)> {
    let ids = SeededIds::new(6);
    let name = || {
        let bytes: Vec<u8> =
            (0..NAME / 32).flat_map(|_| [(); 3].map(|()| ids.random().to_le_bytes())).flatten().collect();
        STANDARD.encode(bytes)
    };
    let rows: Vec<(u64, String)> = (0..ROWS as u64).map(|id| (id, name())).collect();
    let events: Vec<String> =
        rows.iter().map(|(id, name)| json!({"passenger_id": id, "name": name}).to_string()).collect();
    lake.publish_all("passengers", &events).await;
    lake.rows("/v1/datasets/passengers/rows?select=passenger_id&limit=1000", ROWS).await;
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_file_is_fetched_from_where_the_redirect_says() {
    let lake = TestLake::passengers().await;
    let published = long_names(&lake).await;

    let (body, file) = redirected(&lake, "csv", "text/csv; charset=utf-8; header=present").await;
    assert!(file.starts_with(&lake.lake.aws_endpoint()), "{file}");
    let line = |(id, name): &(u64, String)| format!("{id},{name}\r\n");
    let expected = format!("passenger_id,name\r\n{}", published.iter().map(line).collect::<String>());
    assert!(body == expected.as_bytes(), "{} of {} bytes", body.len(), expected.len());

    let (body, file) = redirected(&lake, "ndjson", "application/x-ndjson").await;
    let line = |(id, name): &(u64, String)| format!("{{\"passenger_id\":{id},\"name\":\"{name}\"}}\n");
    assert!(body == published.iter().map(line).collect::<String>().as_bytes(), "{file}");

    let (body, _) = redirected(&lake, "parquet", "application/vnd.apache.parquet").await;
    let reader = SerializedFileReader::new(Bytes::from(body)).unwrap();
    let row = |row: parquet::record::Row| {
        (u64::try_from(row.get_long(0).unwrap()).unwrap(), row.get_string(1).unwrap().clone())
    };
    let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(|found| row(found.unwrap())).collect();
    assert!(rows == published, "{} rows", rows.len());
    lake.stop().await;
}

/// The file that a request for this format leads to, and its address.
async fn redirected(lake: &TestLake, format: &str, content_type: &str) -> (Vec<u8>, String) {
    let reply = lake.fetch(&format!("{LONG}&format={format}")).await;
    assert_eq!((reply.status, reply.body.len(), reply.header("etag")), (303, 0, ""), "{format}");
    assert_eq!((reply.header("cache-control"), reply.header("tributary-cache")), ("no-store", "miss"));
    let location = reply.header("location").to_owned();
    let file = http::reply(lake.http.get(&location)).await;
    assert_eq!((file.status, file.header("content-type")), (200, content_type), "{format}");
    let disposition = file.header("content-disposition");
    assert!(disposition.contains(&format!("passengers.{format}")), "{disposition}");
    (file.body, location)
}
