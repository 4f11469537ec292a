//! Conditions that are others each time. Each row that is asked has an answer of its own, and only the rows of the relation
//! that the condition stands above are asked: Trino's `PredicatePushDown` moves none that is not deterministic. The numbers
//! are so far from the mean that they are missed less than once in 10^80 runs.

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

/// Ten thousand rows of one.
const MANY: &str = "t CROSS JOIN UNNEST(sequence(1, 10000)) AS u (x)";

async fn lake() -> Lake {
    Lake::of(&[("n", "int")], &[r#"{"n": 1}"#]).await
}

#[tokio::test]
async fn a_condition_is_asked_of_each_row_above_it() {
    let half = "BETWEEN 4000 AND 6000";
    let statements = [
        // Below, it would keep or drop the only row of t with all of its elements.
        format!("SELECT count(*) {half} FROM {MANY} WHERE random() < 0.5"),
        format!("SELECT count(*) {half} FROM {MANY} WHERE n = 1 AND random() < 5e-1 AND x > 0"),
        format!("SELECT count(*) {half} FROM {MANY} WHERE random() * n < 5e-1"),
        format!("SELECT count(*) {half} FROM {MANY} WHERE try(random() / n) < 5e-1"),
        // Of a subquery, too.
        format!("SELECT count(*) {half} FROM (SELECT n, x FROM {MANY}) AS q WHERE random() < 5e-1"),
        // A join.
        format!("SELECT count(*) {half} FROM t CROSS JOIN (SELECT x FROM {MANY}) AS q WHERE random() < 5e-1"),
        format!("SELECT count(*) {half} FROM t JOIN (SELECT x FROM {MANY}) AS q ON random() < 5e-1"),
        format!(
            "SELECT count(*) {half} FROM t JOIN (SELECT x FROM {MANY}) AS q ON x >= n AND random() < 5e-1"
        ),
        format!(
            "SELECT count(*) {half} FROM t LEFT JOIN (SELECT x FROM {MANY}) AS q ON x >= n WHERE random() < 5e-1"
        ),
        // A value is one value, whatever it is compared with.
        format!("SELECT count(*) BETWEEN 1500 AND 2500 FROM {MANY} WHERE random() BETWEEN 4e-1 AND 6e-1"),
        format!("SELECT count(*) BETWEEN 1500 AND 2500 FROM {MANY} WHERE random(10) BETWEEN 4 AND 5"),
        format!("SELECT count(*) BETWEEN 7500 AND 8500 FROM {MANY} WHERE random(10) NOT BETWEEN 4 AND 5"),
        format!("SELECT count(*) BETWEEN 1500 AND 2500 FROM {MANY} WHERE random(10) IN (4, 5)"),
        format!(
            "SELECT count(*) = 10000 FROM (SELECT CASE WHEN r < 5e-1 THEN r < 5e-1 ELSE r >= 5e-1 END AS b \
             FROM (SELECT random() AS r FROM {MANY}) AS q) AS p WHERE b"
        ),
        // Two of one text are two, one after the other and side by side.
        format!(
            "SELECT count(*) BETWEEN 1500 AND 3500 \
             FROM (SELECT x FROM {MANY} WHERE random() < 5e-1) AS q WHERE random() < 5e-1"
        ),
        // Groups, distinct rows and windows are made of all rows first.
        format!("SELECT count(*) {half} FROM (SELECT DISTINCT x FROM {MANY}) AS q WHERE random() < 5e-1"),
        format!(
            "SELECT min(c) = 2 AND count(*) {half} FROM (SELECT x, count(*) AS c FROM {MANY}, UNNEST(sequence(1, 2)) \
             GROUP BY x HAVING random() < 5e-1) AS q"
        ),
        format!(
            "SELECT max(r) > 9900 AND count(*) {half} FROM (SELECT row_number() OVER (ORDER BY x) AS r FROM {MANY}) AS q \
             WHERE random() < 5e-1"
        ),
        // What is on the rows of one relation alone stays as it was.
        format!("SELECT count(*) {half} FROM (SELECT x, random() AS r FROM {MANY}) AS q WHERE r < 5e-1"),
    ];
    let lake = lake().await;
    for statement in &statements {
        compare(&lake, &[(statement.as_str(), "boolean", "true")]).await;
    }
}

#[tokio::test]
async fn what_cannot_stay_where_it_is_written_is_refused() {
    refuse(
        &lake().await,
        &[
            (
                "SELECT count(*) FROM t LEFT JOIN (VALUES 1, 2) AS v (x) ON random() < 5e-1",
                "NOT_SUPPORTED: a random value in the condition of an outer join is not supported by the local engine",
            ),
            (
                "SELECT count(*) FROM (SELECT DISTINCT n FROM t) AS q \
                 WHERE random() < 5e-1 OR EXISTS (SELECT 1 FROM t WHERE t.n = q.n)",
                "NOT_SUPPORTED: a random value in one condition with EXISTS or IN of a query is not supported by the local engine",
            ),
        ],
    )
    .await;
}

/// Trino's documentation ("SELECT": `TABLESAMPLE`): each row is in the sample with the same probability.
#[tokio::test]
async fn samples() {
    let lake = lake().await;
    let statement = format!(
        "SELECT count(*) BETWEEN 1500 AND 2500 FROM (SELECT x FROM {MANY}) AS q (y) TABLESAMPLE BERNOULLI (20) WHERE y > 0"
    );
    compare(
        &lake,
        &[
            (&statement, "boolean", "true"),
            ("SELECT count(*) FROM t TABLESAMPLE BERNOULLI (100)", "bigint", "1"),
            ("SELECT count(*) FROM t TABLESAMPLE BERNOULLI (0)", "bigint", "0"),
            ("SELECT t.n, a.n FROM t TABLESAMPLE BERNOULLI (100) JOIN t AS a ON a.n = t.n", "integer", "1|1"),
            ("SELECT sum(x) FROM (VALUES 1, 2) AS v (x) TABLESAMPLE BERNOULLI (100)", "bigint", "3"),
            ("WITH w AS (SELECT 7 AS n) SELECT n FROM w TABLESAMPLE BERNOULLI (1e2)", "integer", "7"),
        ],
    )
    .await;
    refuse(
        &lake,
        &[
            (
                "SELECT n FROM t TABLESAMPLE BERNOULLI (100.5)",
                "NUMERIC_VALUE_OUT_OF_RANGE: Sample percentage must be between 0 and 100",
            ),
            (
                "SELECT n FROM t TABLESAMPLE BERNOULLI (10 + 5)",
                "NOT_SUPPORTED: TABLESAMPLE with a percentage that is no literal is not supported by the local engine",
            ),
        ],
    )
    .await;
}
