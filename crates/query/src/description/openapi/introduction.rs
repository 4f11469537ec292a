//! The description's own words: what holds for every operation, how a caller shows who it is, and requests that work on
//! this lake.

use domain::{DataType, Dataset};

use super::Facts;

/// The most datasets of which there are examples.
const SHOWN: usize = 5;

/// The paragraphs, with empty lines between them.
pub(super) fn introduction(facts: &Facts<'_>) -> String {
    let keys = if facts.keys { WITH_KEYS } else { OPEN };
    let shown: Vec<String> =
        facts.datasets.iter().take(SHOWN).flat_map(|dataset| examples(dataset, facts.keys)).collect();
    let mut paragraphs = vec![INTRODUCTION.to_owned(), keys.to_owned()];
    if !shown.is_empty() {
        paragraphs.push(
            "**Requests to this lake**, where `$API` is the address of this page without `/docs`:".to_owned(),
        );
        paragraphs.extend(shown);
    }
    paragraphs.join("\n\n")
}

/// Requests for the rows of a dataset: the first ones, the newest ones, and how often each value of a column comes.
fn examples(dataset: &Dataset, keys: bool) -> Vec<String> {
    let mut queries = vec!["limit=5".to_owned()];
    if let Some(time) = dataset.event_time() {
        let (name, from) = match time.data_type {
            DataType::Date => (time.name.as_str(), "today-7d"),
            _ => (time.name.as_str(), "now-24h"),
        };
        queries.push(format!("{name}=gte.{from}&order={name}.desc&limit=20"));
    }
    let counted = dataset.columns().iter().find(|column| column.data_type == DataType::String);
    let counted = counted.or_else(|| dataset.columns().iter().find(|column| column.data_type.is_scalar()));
    if let Some(column) = counted {
        queries.push(format!("select={},count()&order=count.desc&limit=10", column.name));
    }
    let key = if keys { "-H \"Authorization: Bearer $KEY\" " } else { "" };
    let name = dataset.name();
    queries.iter().map(|query| format!("`curl {key}\"$API/v1/datasets/{name}/rows?{query}\"`")).collect()
}

const WITH_KEYS: &str = "\
**Who asks** shows an API key in the header `Authorization: Bearer trib_…`, or in `X-Api-Key: trib_…` where a gateway wants an \
`Authorization` of its own. `tributary key create` makes one and prints it once.";

const OPEN: &str = "\
**Who asks** needs no API key here, as long as there is none. With the first one, every caller shows its own in the header \
`Authorization: Bearer trib_…`.";

const INTRODUCTION: &str = "\
Rows of an event lake over HTTP. Every answer says what it cost, in `Tributary-*` headers, and every mistake says what \
would work, as `application/problem+json` (RFC 9457).

**Filters** are PostgREST's: `price=gte.100`, `currency=in.(EUR,USD)`, `name=ilike.*perez*`, `seat_number=is.null`, \
`not.` before an operator, `or=(a.eq.1,and(b.gt.2,c.lt.3))`, `address->city=eq.Lima`. A column that is named twice is a \
range. Values are read as the column's type: RFC 3339 for a timestamp (or a day, or `now-24h`, `today`), exact digits for a \
decimal.

**Complete?** `Tributary-Complete: true` says that no row comes after the last one, `false` that there are more: \
`Link: <…>; rel=\"next\"` leads to them, `Tributary-Range: 0-99/*` numbers those that came, and `Prefer: count=exact` asks how \
many there are.

**Large results** come page by page (`Link: <…>; rel=\"next\"`) or as a file elsewhere (303). A query that takes longer \
than the wait answers 202 with its address.";
