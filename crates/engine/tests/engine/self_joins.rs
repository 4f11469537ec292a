//! Joins of a table with itself, many at once, with memory for all of them, for some and for none.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, StringArray};
use engine::{EngineError, MemoryLimits, csv::CsvError};
use futures::future::join_all;

use crate::lake::Lake;

/// Few, since all of them are compared with all; and long, so that they take memory.
const ROWS: i64 = 400;

/// Three files, so that a scan has more streams than one, or one, so that it is dealt out.
async fn lake(files: i64) -> Lake {
    let lake = Lake::new();
    lake.table("t", &[("n", "bigint"), ("s", "string")]).await;
    for file in 0..files {
        let numbers: Vec<i64> = (0..ROWS).filter(|n| n % files == file).collect();
        let texts = numbers.iter().map(|n| format!("{n:06}{}", "x".repeat(294)));
        let texts: ArrayRef = Arc::new(texts.map(Some).collect::<StringArray>());
        let numbers: ArrayRef = Arc::new(numbers.into_iter().collect::<Int64Array>());
        let key = format!("tables/t/dt=2026-11-23/g1/part-{file:05}.parquet");
        lake.file(&key, vec![("n", numbers), ("s", texts)]).await;
    }
    lake.point("t", "2026-11-23", "tables/t/dt=2026-11-23/g1/").await;
    lake
}

/// Each with its answer. The left sides have operators below them that hand their input out once.
fn queries() -> Vec<(&'static str, i64)> {
    let half = ROWS / 2;
    vec![
        ("SELECT count(*) FROM t a JOIN t b ON a.s < b.s", ROWS * (ROWS - 1) / 2),
        (
            "SELECT count(*) FROM t a JOIN t b ON a.s < b.s WHERE a.n % 2 = 0 AND b.n % 2 = 0",
            half * (half - 1) / 2,
        ),
        (
            "SELECT count(*) FROM t a LEFT JOIN t b ON a.s > b.s || 'y' WHERE a.n % 2 = 0",
            1 + half * (half - 1),
        ),
        ("SELECT count(*) FROM t a JOIN t b ON a.n = b.n JOIN t c ON b.s = c.s", ROWS),
        (
            "SELECT count(*) FROM (SELECT s, count(*) AS c FROM t GROUP BY s) a \
             JOIN (SELECT s, max(n) AS m FROM t GROUP BY s) b ON a.s < b.s",
            ROWS * (ROWS - 1) / 2,
        ),
        ("SELECT count(*) FROM t a WHERE a.s < (SELECT max(s) FROM t)", ROWS - 1),
        ("SELECT count(*) FROM t a CROSS JOIN (SELECT s FROM t WHERE n % 2 = 0) b", ROWS * half),
    ]
}

/// Whether there is an answer, which must be the right one. Without one, memory did not suffice.
async fn is_answered(lake: &Lake, sql: &str, expected: i64) -> bool {
    match lake.text(sql, &[]).await {
        Ok(text) => {
            assert_eq!(text.lines().nth(1), Some(format!("\"{expected}\"").as_str()), "{sql}");
            true
        }
        Err(CsvError::Query(EngineError::Failed(failure))) => {
            assert_eq!(failure.code, "EXCEEDED_LOCAL_MEMORY_LIMIT", "{sql}");
            false
        }
        Err(error) => panic!("{sql}: {error:?}"),
    }
}

/// Sixteen at once, on threads of their own: which of them were answered.
async fn crowd(lake: &Arc<Lake>) -> Vec<bool> {
    let queries = queries();
    let one = |n: usize| {
        let (lake, (sql, expected)) = (Arc::clone(lake), queries[n % queries.len()]);
        tokio::spawn(async move { is_answered(&lake, sql, expected).await })
    };
    // A panic of a query ends its task.
    join_all((0..16).map(one)).await.into_iter().map(|ended| ended.unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn with_enough_memory_all_are_answered() {
    for files in [1, 3] {
        let lake = Arc::new(lake(files).await);
        for _ in 0..2 {
            let found = crowd(&lake).await;
            assert!(found.iter().all(|answered| *answered), "{files}: {found:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn with_memory_for_some_each_is_answered_or_refused() {
    for files in [1, 3] {
        for operators in [256 << 10, 1 << 20] {
            let limits = MemoryLimits { operators, ..MemoryLimits::default() };
            let lake = Arc::new(lake(files).await.limited(limits));
            for _ in 0..2 {
                crowd(&lake).await;
            }
        }
    }
}

/// The left side never fits: the join would read it a second time.
#[tokio::test]
async fn a_left_side_that_does_not_fit_is_refused() {
    let limits = MemoryLimits { operators: 32 << 10, ..MemoryLimits::default() };
    for files in [1, 3] {
        let lake = lake(files).await.limited(limits);
        for (sql, expected) in queries().into_iter().take(3) {
            assert!(!is_answered(&lake, sql, expected).await, "{files}: {sql}");
        }
    }
}
