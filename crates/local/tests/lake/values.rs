//! What callers may give as values: what the API takes runs in the engine, and what it does not take is a 400. No value
//! makes a 5xx, which an operator is alarmed by.

use domain::port::{ObjectStore, PutMode};
use serde_json::json;

use crate::{filters::sales, harness::TestLake, http::Reply};

const ROWS: &str = "/v1/datasets/sales/rows?select=id";

/// For a URL, as short as it may be: those have a bound.
fn percent(text: &str) -> String {
    let one = |byte: u8| match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

/// A filter that the API takes has rows, and one that it does not take is a problem of its own.
fn is_taken(filter: &str, reply: &Reply) -> bool {
    let is_right = match reply.status {
        200 => true,
        // The last one is of a URL that is too long.
        400 | 414 => {
            reply.header("content-type") == "application/problem+json" && !reply.text().contains("query_id")
        }
        _ => false,
    };
    assert!(is_right, "{} {filter}: {}", reply.status, reply.text());
    reply.status == 200
}

async fn take(lake: &TestLake, filter: &str) -> bool {
    is_taken(filter, &lake.fetch(&format!("{ROWS}&{filter}")).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_pattern_runs_or_is_refused_by_its_filter() {
    let lake = sales().await;
    for (pattern, is_good) in [
        ("^A.*o$", true),
        (r"^\w+ & \w+$", true),
        (r"\w{10}", true),
        (r"^[A-Za-z0-9_]{1,64}@[A-Za-z0-9_]{1,255}$", true),
        (r"\w{100}", false),
        (r"^\w{1,64}@\w{1,255}$", false),
        (r"(?:\w{10}){100}", false),
        ("(?:a$){1000}", true),
        ("(?:[a-z]$|^[0-9]){500}", true),
        ("(?s).{1000}", true),
        (r"\P{Han}{30}", true),
        ("(?=a)b", false),
        (r"(a)\1", false),
        (r"\p{Foo}", false),
        ("[a&&b]", true),
        ("(", false),
        ("", true),
    ] {
        for operator in ["match", "imatch", "not.match"] {
            let taken = take(&lake, &format!("shop={operator}.{}", percent(pattern))).await;
            assert_eq!(taken, is_good, "{operator} {pattern}");
        }
    }
    // Each end of a line is written in a longer way for the engine: what is just small enough before that runs.
    let mut largest = Vec::new();
    for (part, repeated) in [("a$", 60), (r"\w", 3), (r"\W$", 2), ("[^a]$", 60)] {
        largest.push((part, most_times(&lake, &part.repeat(repeated)).await));
    }
    let bounded = largest.iter().all(|(_, times)| (1..MAX_TIMES).contains(times));
    assert!(bounded, "each of these has a bound by its size: {largest:?}");
    let many = |count: usize| vec!["shop=match.a"; count].join("&");
    assert!(take(&lake, &many(10)).await);
    assert!(!take(&lake, &many(11)).await);
    lake.stop().await;
}

/// How often a filter may repeat a part of a pattern, if it is small.
const MAX_TIMES: usize = 1_000;

/// How often the API lets a filter repeat this part at most. The pattern that repeats it so often has been run.
async fn most_times(lake: &TestLake, part: &str) -> usize {
    let (mut taken, mut refused) = (0, MAX_TIMES + 1);
    while refused - taken > 1 {
        let times = (taken + refused) / 2;
        let pattern = format!("(?:{part}){{{times}}}");
        if take(lake, &format!("shop=match.{}", percent(&pattern))).await {
            taken = times;
        } else {
            refused = times;
        }
    }
    taken
}

/// Trees of every depth, of each kind of filter at their bottom.
#[tokio::test(flavor = "multi_thread")]
async fn the_deepest_filters_that_are_taken_run() {
    let lake = sales().await;
    let long = "x".repeat(3_000);
    let bottoms = [
        "units.eq.1".to_owned(),
        "units.not.isdistinct.1".to_owned(),
        "units.in.(1,2,3)".to_owned(),
        "tags.not.cs.\"{a,b,c}\"".to_owned(),
        "address->city.not.ilike.*Lima*".to_owned(),
        format!("shop.not.ilike.{long}"),
        format!("or(shop.in.(a,{long}),tags.cs.\"{{{long}}}\")"),
    ];
    for words in [["and", "or"], ["or", "and"], ["not.and", "or"], ["not.or", "not.and"]] {
        for bottom in &bottoms {
            let mut deepest = 0;
            for levels in 1..=10 {
                let innermost = format!("units.eq.1,{bottom}");
                let inner = (1..levels).rev().fold(innermost, |inner, level| {
                    // With something on either side, and enough of it that the chain has a depth too.
                    format!("units.eq.1,shop.is.null,{}({inner}),price.lt.0", words[level % 2])
                });
                let filter = format!("id=gte.0&{}=({inner})", words[0]);
                if take(&lake, &filter).await {
                    assert_eq!(
                        deepest,
                        levels - 1,
                        "{filter}: a deeper filter is taken than one that is not"
                    );
                    deepest = levels;
                }
            }
            assert!(deepest >= 3, "{words:?} {bottom:.40}: {deepest}");
        }
    }
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn values_at_the_edges_run_or_are_refused() {
    let lake = sales().await;
    let of = |value: &str, count: usize| vec![value; count].join(",");
    let (mut taken, mut refused) = (0, 0);
    let mut filters = vec![
        format!("units=in.({})", of("1", 1_000)),
        format!("units=in.({})", of("1", 1_001)),
        format!("price=in.({})", of("1.25", 1_000)),
        format!("tags=cs.{{{}}}", of("a", 300)),
        format!("tags=cs.{{{}}}", of("a", 1_000)),
        format!("shop=eq.{}", "x".repeat(5_000)),
        format!("shop=eq.{}", percent(&"'".repeat(1_900))),
        format!("shop=like.{}", "*_".repeat(1_500)),
        format!("shop=ilike.{}", percent(&"%é".repeat(600))),
        format!("shop=eq.{}", "x".repeat(9_000)),
    ];
    for (column, values) in [
        (
            "shop",
            vec![
                "like.a%5C",
                "like.%5C%25%5C_%5C%5C",
                "like.%5Cn",
                "ilike.%00",
                "eq.%00",
                "eq.%F0%9F%98%80",
                "is.true",
            ],
        ),
        (
            "price",
            vec![
                "eq.999999999999999999.99",
                "eq.1000000000000000000",
                "eq.1e17",
                "eq.-0",
                "eq.1e-400",
                "eq.0.001",
            ],
        ),
        (
            "units",
            vec!["eq.9223372036854775807", "eq.-9223372036854775808", "eq.9223372036854775808", "gt.1.5"],
        ),
        (
            "at",
            vec![
                "eq.9999-12-31T23:59:59.999Z",
                "gte.9999-12-31T23:59:59.9999Z",
                "lt.0001-01-01T00:00:00Z",
                "gt.0001-01-01T00:00:00.0001Z",
                "eq.0000-01-01T00:00:00Z",
                "eq.9999-12-31T23:59:59-01:00",
                "eq.2026-02-30T00:00:00Z",
                "in.(0001-01-01T00:00:00Z,9999-12-31T23:59:59Z)",
            ],
        ),
        (
            "dt",
            vec!["eq.0001-01-01", "eq.9999-12-31", "gt.9999-12-31", "lt.0001-01-01", "eq.2026-02-30", "eq.x"],
        ),
        ("hour", vec!["eq.00", "eq.23", "eq.24", "lt.00", "gt.23"]),
        ("address->geo->lat", vec!["eq.1e308", "eq.-1e308", "eq.1e309", "eq.5e-324", "lt.-0"]),
        ("address->nothing", vec!["eq.1"]),
        ("shop->x", vec!["eq.1"]),
        ("tags", vec!["cs.{}", "not.cs.{}", "eq.a", "cs.{%22%27%22}"]),
    ] {
        filters.extend(values.iter().flat_map(|value| {
            [
                format!("{column}={value}"),
                format!("{column}=not.{value}"),
                format!("or=({column}.{value},id.eq.1)"),
            ]
        }));
    }
    for filter in &filters {
        match take(&lake, filter).await {
            true => taken += 1,
            false => refused += 1,
        }
    }
    assert!(taken > 60 && refused > 20, "{taken} {refused}");
    lake.stop().await;
}

/// Whose value an engine does not take is told so. Whoever calls a query that is wrong in itself can do nothing.
#[tokio::test(flavor = "multi_thread")]
async fn values_of_parameters_are_their_callers_and_the_text_is_the_operators() {
    let lake = sales().await;
    let text = json!([{"name": "value", "type": "string", "max_length": 4_000}]);
    for (name, sql) in [
        ("matching", "SELECT id FROM sales WHERE regexp_like(shop, :value)"),
        ("path", "SELECT id FROM sales WHERE json_extract_scalar('{\"a\": 1}', :value) = '1'"),
        ("form", "SELECT id FROM sales WHERE date_format(at, :value) = '2026'"),
        ("day", "SELECT id FROM sales WHERE date(at) > from_iso8601_date(:value)"),
        ("number", "SELECT id FROM sales WHERE units = CAST(:value AS bigint)"),
        ("price", "SELECT id FROM sales WHERE price = CAST(:value AS decimal(20,2))"),
        ("perhaps", "SELECT id FROM sales WHERE price = TRY_CAST(:value AS decimal(20,2))"),
        ("wrong", "SELECT nothing FROM sales WHERE shop = :value"),
        ("unknown", "SELECT id FROM sales WHERE word_stem(shop) = :value"),
    ] {
        let definition = json!({"name": name, "parameters": text, "sql": sql}).to_string();
        lake.store.put(&format!("queries/{name}.json"), definition.into(), PutMode::Overwrite).await.unwrap();
    }
    // Each is more than one literal of Athena's.
    let (long, quotes) = ("x".repeat(3_000), "'".repeat(600));
    let (long, quotes) = (long.as_str(), quotes.as_str());
    for (name, value, status) in [
        ("matching", "^A", 200),
        ("matching", "(?=a)b", 400),
        ("matching", r"(a)\1", 400),
        ("matching", r"\p{Foo}", 400),
        ("matching", r"(?:\w{100}){100}", 400),
        ("matching", "(", 400),
        ("matching", "a++", 400),
        ("path", "$.a", 200),
        ("path", "$.*", 400),
        ("path", "a", 400),
        ("form", "%Y", 200),
        ("form", "%D", 400),
        ("form", "%v", 200),
        ("form", "%", 200),
        ("day", "2026-11-23", 200),
        ("day", "2026-W48-1", 200),
        ("day", "tomorrow", 400),
        ("number", "7", 200),
        ("number", "seven", 400),
        ("number", "9223372036854775808", 400),
        ("price", "12.50", 200),
        ("price", "seven", 400),
        ("price", "1000000000000000000", 400),
        ("perhaps", "seven", 200),
        ("matching", long, 200),
        ("path", long, 400),
        ("form", long, 200),
        ("day", long, 400),
        ("number", long, 400),
        ("price", long, 400),
        ("perhaps", long, 200),
        ("matching", quotes, 200),
        ("path", quotes, 400),
        ("form", quotes, 200),
        ("day", quotes, 400),
        ("number", quotes, 400),
        ("price", quotes, 400),
        ("perhaps", quotes, 200),
        ("wrong", long, 502),
        ("wrong", "x", 502),
        ("unknown", "x", 502),
    ] {
        let path = format!("/v1/named-queries/{name}/rows?value={}", percent(value));
        let reply = lake.fetch(&path).await;
        assert_eq!(reply.status, status, "{name} {value}: {}", reply.text());
        if status == 400 && !reply.text().contains("invalid-value") {
            let detail = reply.is_problem(400, "not-computable");
            assert_eq!(detail.contains(": value"), name == "matching", "{name} {value}: {detail}");
        }
    }
    lake.stop().await;
}
