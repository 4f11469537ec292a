//! Operators that copy long rows get few of them at once, and answer as if they got all.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, StringArray};
use engine::MemoryLimits;

use crate::lake::Lake;

const ROWS: i64 = 300;

/// Bytes of each text, which begins with its number.
const LENGTH: usize = 2_000;

/// With these, operators get 512 KiB at once.
const LIMITS: MemoryLimits = MemoryLimits {
    operators: 512 << 20,
    batches: 16 << 20,
    call: 8 << 20,
    value: 64 << 10,
    patterns: 4 << 20,
};

/// The numbers `n`, `k`, which is `n` modulo 7, and the texts `s`.
async fn lake() -> Lake {
    let numbers = || 0..ROWS;
    let n: ArrayRef = Arc::new(numbers().collect::<Int64Array>());
    let k: ArrayRef = Arc::new(numbers().map(|n| n % 7).collect::<Int64Array>());
    let text = |n| format!("{n:0>4}{}", "b".repeat(LENGTH - 4));
    let s: ArrayRef = Arc::new(numbers().map(|n| Some(text(n))).collect::<StringArray>());
    let types = [("n", "bigint"), ("k", "bigint"), ("s", "string")];
    Lake::with(&types, vec![("n", n), ("k", k), ("s", s)]).await
}

/// Of groups, sorts, joins, windows and conditions over 600 kB of texts.
const CASES: [(&str, &str); 13] = [
    (
        "SELECT count(*), sum(length(m)), count(DISTINCT m) FROM (SELECT max(s) AS m FROM t GROUP BY CUBE (k, n))",
        "\"608\",\"1216000\",\"300\"\n",
    ),
    (
        "SELECT count(*), sum(c), max(length(x)) FROM (SELECT x, count(*) AS c \
         FROM (SELECT lower(s) AS x, n FROM t) GROUP BY GROUPING SETS ((x), (n), ()))",
        "\"601\",\"900\",\"2000\"\n",
    ),
    (
        "SELECT k, substr(max(upper(s)), 1, 5), count(DISTINCT s) FROM t GROUP BY k ORDER BY k LIMIT 2",
        "\"0\",\"0294B\",\"43\"\n\"1\",\"0295B\",\"43\"\n",
    ),
    (
        "SELECT substr(max(upper(s)) FILTER (WHERE n < 100), 1, 5), substr(min(lower(s)), 1, 5), count(upper(s)) FROM t",
        "\"0099B\",\"0000b\",\"300\"\n",
    ),
    (
        "SELECT k, upper(substr(s, 5)) = rpad('', 1996, 'B'), count(*) FROM t WHERE k > 4 GROUP BY k, upper(substr(s, 5)) \
         ORDER BY k",
        "\"5\",\"true\",\"43\"\n\"6\",\"true\",\"42\"\n",
    ),
    (
        "SELECT substr(max_by(s, n), 1, 4), substr(min_by(s || 'x', n), 1, 4), substr(max_by(s, -n), 1, 4) FROM t",
        "\"0299\",\"0000\",\"0000\"\n",
    ),
    (
        "SELECT sum(cardinality(l)), count(*) FROM (SELECT array_agg(s) AS l FROM t GROUP BY ROLLUP (k, n))",
        "\"900\",\"308\"\n",
    ),
    ("SELECT count(*) FROM (SELECT DISTINCT s, k, s AS r FROM t)", "\"300\"\n"),
    (
        "SELECT n FROM (SELECT n, s AS a, s AS b, s AS c FROM t) ORDER BY a DESC, b, c LIMIT 3",
        "\"299\"\n\"298\"\n\"297\"\n",
    ),
    (
        "SELECT max(n), min(n), count(*) FROM (SELECT row_number() OVER (ORDER BY s, k DESC) - 1 - n AS n FROM t)",
        "\"0\",\"0\",\"300\"\n",
    ),
    ("SELECT count(*), sum(p.n) FROM t p JOIN t q ON p.s = q.s AND p.n = q.n", "\"300\",\"44850\"\n"),
    (
        "SELECT sum(length(f)), count(DISTINCT f) \
         FROM (SELECT first_value(s) OVER (PARTITION BY k ORDER BY n) AS f FROM t)",
        "\"600000\",\"7\"\n",
    ),
    (
        "SELECT count(*), sum(length(a)) FROM (SELECT n, s AS a, s AS b FROM t LIMIT 300) \
         WHERE n % 2 = 0 AND length(b) = 2000",
        "\"150\",\"300000\"\n",
    ),
];

#[tokio::test]
async fn rows_in_portions_give_the_same_answers() {
    let mut lake = lake().await;
    for limits in [MemoryLimits::default(), LIMITS] {
        lake = lake.limited(limits);
        for (sql, expected) in CASES {
            assert_eq!(lake.rows(sql).await, expected, "{sql} with {} bytes", limits.batches);
        }
    }
}

/// Where one row is copied to more than a quarter of what batches may hold, by however many grouping sets, keys and aggregates.
#[tokio::test]
async fn a_row_that_is_copied_too_often_is_refused() {
    let lake = lake().await.limited(MemoryLimits { batches: 4 << 20, ..LIMITS });
    let sets = |count: usize| vec!["(k)"; count].join(", ");
    let maxima = |count: usize| {
        let each = (0..count).map(|n| format!("max(s || '{n}') AS m{n}"));
        each.collect::<Vec<_>>().join(", ")
    };
    // A text of 20,000 bytes, once for each set and aggregate.
    let query = |sets: &str, aggregates: &str| {
        format!(
            "SELECT count(*) FROM (SELECT {aggregates} FROM (SELECT k, rpad(s, 20000, 'c') AS s FROM t WHERE n < 1) \
             GROUP BY GROUPING SETS ({sets})) WHERE m0 > ''"
        )
    };
    for (count, aggregates, is_refused) in [(10, 1, false), (40, 1, false), (60, 1, true), (1, 1, false)] {
        let sql = query(&sets(count), &maxima(aggregates));
        if is_refused {
            let error = lake.error(&sql, &[]).await.to_string();
            assert!(
                error.starts_with("EXCEEDED_LOCAL_MEMORY_LIMIT")
                    && error.contains("a row that grouping sets"),
                "{count} sets: {error}"
            );
        } else {
            assert_eq!(lake.rows(&sql).await, format!("\"{count}\"\n"), "{count} sets");
        }
    }
}
