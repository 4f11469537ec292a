//! Three journeys, each from its beginning to its end: a CSV file becomes a chart; a stream with bad events is mended and
//! replayed; a colleague has nothing but a key. `documented` runs them as docs/tutorial.md shows them; the others go further,
//! and hold what comes out against what went in.

mod chart;
mod colleague;
mod documented;
mod stream;

use crate::lake::Lake;

/// Rows of CSV, without the header: none has a comma or a line break within.
fn rows(csv: &str) -> Vec<Vec<&str>> {
    csv.lines().skip(1).map(|line| line.split(',').collect()).collect()
}

async fn get(lake: &Lake, path: &str, key: Option<&str>) -> (u16, String) {
    let mut request = reqwest::Client::new().get(format!("{}{path}", lake.http()));
    if let Some(key) = key {
        request = request.header("x-api-key", key);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}
