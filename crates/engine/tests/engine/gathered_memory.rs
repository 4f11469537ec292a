//! Groups with long rows. Each stage of an aggregation passes all of a group to the next one as one row, and the operators
//! between them collect rows by their number. The memory is bounded there, too.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array};
use engine::{EngineError, MemoryLimits};

use crate::lake::Lake;

/// The pool of the operators has room for a part of the rows, so the first stage passes on what it has again and again.
/// Half of `batches` is what a query may pass on.
const LIMITS: MemoryLimits = MemoryLimits {
    operators: 64 << 20,
    batches: 48 << 20,
    call: 16 << 20,
    value: 64 << 10,
    patterns: 4 << 20,
};

/// Texts of 4,000 bytes, and of them all that there are.
const TEXT: &str = "rpad(CAST(x0 * 1000 + x1 AS varchar), 4000, 'b')";

/// The aggregates that keep rows, of the text `v` and the number `x1`.
const CALLS: [&str; 14] = [
    "array_agg(v)",
    "array_agg(DISTINCT v)",
    "array_agg(v ORDER BY x1 DESC)",
    "listagg(v, ',') WITHIN GROUP (ORDER BY x1)",
    "map_agg(x1, v)",
    "map_agg(v, x1)",
    "multimap_agg(x1, v)",
    "map_union(map(ARRAY[x1], ARRAY[v]))",
    "histogram(v)",
    "approx_most_frequent(3, v, 100)",
    "max(v, 100)",
    "min(v, 100)",
    "max_by(v, x1, 100)",
    "min_by(v, x1, 100)",
];

/// The numbers from 1 to 400 in three partitions of a table.
async fn lake() -> Lake {
    let lake = Lake::new();
    lake.table("t", &[("n", "bigint")]).await;
    for (dt, numbers) in [("2026-11-21", 1..=150_i64), ("2026-11-22", 151..=300), ("2026-11-23", 301..=400)] {
        let numbers: ArrayRef = Arc::new(numbers.collect::<Int64Array>());
        let location = format!("tables/t/dt={dt}/g1/");
        lake.file(&format!("{location}part-00000.parquet"), vec![("n", numbers)]).await;
        lake.point("t", dt, &location).await;
    }
    lake.limited(LIMITS)
}

/// From where the groups come: one stream that is made on the way, and several files.
fn sources(groups: usize) -> [String; 2] {
    [
        format!("UNNEST(sequence(1, {groups})) AS a (x0)"),
        format!("(SELECT n AS x0 FROM t WHERE n <= {groups}) AS a"),
    ]
}

/// Counts the groups by what an aggregate of their rows answers.
fn query(source: &str, rows: usize, call: &str) -> String {
    let texts =
        format!("SELECT x0, x1, {TEXT} AS v FROM {source} CROSS JOIN UNNEST(sequence(1, {rows})) AS b (x1)");
    format!("SELECT count(g) FROM (SELECT x0, {call} AS g FROM ({texts}) AS r GROUP BY x0) AS w")
}

/// 64 MB of texts, of which no operator but the aggregation has more than a few at once.
#[tokio::test]
async fn groups_are_refused_before_they_take_more_than_the_bound() {
    let lake = lake().await;
    let mut wrong = Vec::new();
    let distinct = "count(DISTINCT v) + count(DISTINCT x1)";
    for source in sources(400) {
        let all = CALLS.map(|call| query(&source, 40, call));
        // No count is null, so a count of them would not ask for them.
        let of_counts = query(&source, 40, distinct).replace("count(g)", "max(g)");
        for (call, sql) in CALLS.into_iter().zip(all).chain([(distinct, of_counts)]) {
            match lake.text(&sql, &[]).await {
                Err(engine::csv::CsvError::Query(EngineError::Failed(failure)))
                    if failure.code == "EXCEEDED_LOCAL_MEMORY_LIMIT"
                        && failure.message.contains("in more than 25165824 bytes") => {}
                other => wrong.push(format!("{call} of {source}: {other:?}")),
            }
        }
        // What keeps no rows of a group is not bounded so.
        for (call, rows) in [("max(v)", 40), ("count(v)", 40)] {
            assert_eq!(lake.rows(&query(&source, rows, call)).await, "\"400\"\n", "{call} of {source}");
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Nothing of a query that failed is counted any longer.
    assert_eq!(lake.rows(&query(&sources(20)[0], 40, "array_agg(v)")).await, "\"20\"\n");
}

#[tokio::test]
async fn groups_within_the_bound_are_answered() {
    let lake = lake().await;
    for source in sources(20) {
        for call in CALLS {
            assert_eq!(lake.rows(&query(&source, 10, call)).await, "\"20\"\n", "{call} of {source}");
        }
        let texts =
            format!("SELECT x0, x1, {TEXT} AS v FROM {source} CROSS JOIN UNNEST(sequence(1, 10)) AS b (x1)");
        let kept = format!(
            "SELECT x0, array_agg(v ORDER BY x1) AS a, map_agg(x1, v) AS m FROM ({texts}) AS r GROUP BY x0"
        );
        let found = lake
            .rows(&format!(
                "SELECT sum(cardinality(a)), sum(cardinality(m)), min(length(a[10])), max(substr(m[7], 1, 5)) \
                 FROM ({kept}) AS w"
            ))
            .await;
        assert_eq!(found, "\"200\",\"200\",\"4000\",\"9007b\"\n", "{source}");
    }
    // Many groups of short rows pass without being counted, however much they are together.
    let lake = lake.limited(MemoryLimits { operators: 1 << 30, ..LIMITS });
    let many = "SELECT x0 * 100 + x1 AS k, array_agg(rpad('a', 1000, 'b')) AS kept \
                FROM UNNEST(sequence(1, 150)) AS a (x0) CROSS JOIN UNNEST(sequence(1, 100)) AS b (x1) GROUP BY 1";
    let many = format!("SELECT count(*), sum(cardinality(kept)) FROM ({many}) AS w");
    assert_eq!(lake.rows(&many).await, "\"15000\",\"15000\"\n");
}
