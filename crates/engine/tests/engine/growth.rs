//! Queries whose values, copies or states would grow beyond all memory. Each fails as the caller's mistake, and what
//! is just below the bound is answered.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, StringArray};
use engine::{EngineError, MemoryLimits};
use futures::TryStreamExt;

use crate::lake::Lake;

const TYPES: [(&str, &str); 4] = [("n", "bigint"), ("s", "string"), ("quotes", "string"), ("k", "string")];

/// The longest text that a function makes.
const LONGEST: usize = 1 << 20;

/// `rows` rows, with the text in each.
async fn lake(rows: usize, text: &str) -> Lake {
    let texts = |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text; rows])) };
    let numbers: ArrayRef = Arc::new((0..i64::try_from(rows).unwrap()).collect::<Int64Array>());
    let quotes = "\"".repeat(40_000);
    let columns = vec![
        ("n", numbers),
        ("s", texts(text)),
        ("quotes", texts(if rows > 10 { "" } else { &quotes })),
        ("k", texts(&"b".repeat(if rows > 10 { 0 } else { 1_024 }))),
    ];
    Lake::with(&TYPES, columns).await
}

fn nested(open: &str, inner: &str, close: &str, depth: usize) -> String {
    format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
}

/// Expressions that multiply a text, of literals and of columns.
fn bombs() -> Vec<String> {
    let hundred = "a".repeat(100);
    let close = format!(", 'a', '{hundred}')");
    let empty = format!(", '', '{hundred}')");
    let literal_quotes = format!("'{}'", "\"".repeat(40_000));
    let long = format!("'{}'", "é".repeat(600));
    let mut all = Vec::new();
    for seed in ["'a' || 'b'", "lower(s)", "s || k"] {
        all.push(nested("replace(", seed, &close, 5));
        all.push(nested("lower(replace(", seed, &format!("{close})"), 4));
        all.push(nested("reverse(replace(", seed, &format!("{close})"), 4));
    }
    for seed in ["'a'", "s"] {
        all.push(nested("replace(", seed, &empty, 5));
    }
    all.push(format!("replace(replace(replace(k, 'b', k), 'b', k), 'b', {long})"));
    all.push(format!("replace(replace({long}, 'é', {long}), 'é', {long})"));
    for seed in [literal_quotes.as_str(), "quotes"] {
        all.push(nested("json_format(CAST(", seed, " AS JSON))", 6));
    }
    all.push(nested("regexp_replace(", "s", &close, 5));
    all.push("lpad(s || k, 300000000, k)".to_owned());
    all.push("rpad('a', 300000000, 'é')".to_owned());
    let much = format!("replace(k, 'b', '{}')", "c".repeat(1_024));
    all.push(format!("{much} || 'd'"));
    all.push(format!("concat({much}, s)"));
    all.push(format!("s || k || {much}"));
    all.push(format!("upper({much} || {much})"));
    all.push(format!("json_format(CAST({much} AS JSON))"));
    for seed in [literal_quotes.as_str(), "quotes"] {
        all.push(nested("lower(json_array(", seed, "))", 6));
    }
    all
}

/// Where an expression may stand.
fn places(bomb: &str) -> Vec<String> {
    vec![
        format!("SELECT {bomb} FROM t"),
        format!("SELECT length({bomb}) FROM t"),
        format!("SELECT n FROM t WHERE length({bomb}) > 0"),
        format!("SELECT n FROM t WHERE n = 0 OR {bomb} LIKE 'a%'"),
        format!("SELECT max({bomb}) FROM t"),
        format!("SELECT count(DISTINCT {bomb}) FROM t"),
        format!("SELECT {bomb}, count(*) FROM t GROUP BY 1"),
        format!("SELECT n FROM t ORDER BY length({bomb}) + n"),
        format!("SELECT a.n FROM t a JOIN t b ON a.n = b.n WHERE length({}) > 0", bomb_of("a", bomb)),
        format!("WITH w AS (SELECT {bomb} AS x FROM t) SELECT length(x) FROM w"),
        format!("SELECT CASE WHEN n >= 0 THEN {bomb} ELSE 'x' END FROM t"),
        format!("SELECT coalesce({bomb}, 'x') FROM t"),
        format!("SELECT row_number() OVER (ORDER BY length({bomb}) + n) FROM t"),
        format!("SELECT n FROM t WHERE n IN (SELECT length({bomb}) FROM t)"),
        format!("SELECT n FROM t WHERE n = (SELECT length({bomb}) FROM t WHERE n = 0)"),
        format!("SELECT 'x' FROM t UNION ALL SELECT {bomb} FROM t"),
    ]
}

/// The expression with its columns taken from a table of a join.
fn bomb_of(table: &str, bomb: &str) -> String {
    let mut in_text = false;
    let mut word = String::new();
    let mut rewritten = String::new();
    for character in bomb.chars().chain([' ']) {
        if !in_text && (character.is_alphanumeric() || character == '_') {
            word.push(character);
            continue;
        }
        if ["s", "k", "quotes"].contains(&word.as_str()) {
            rewritten.push_str(table);
            rewritten.push('.');
        }
        rewritten.push_str(&std::mem::take(&mut word));
        in_text ^= character == '\'';
        rewritten.push(character);
    }
    rewritten
}

fn is_refused(error: &EngineError) -> bool {
    matches!(error, EngineError::Failed(failure) if failure.code == "EXCEEDED_LOCAL_MEMORY_LIMIT")
}

#[tokio::test]
async fn what_multiplies_a_text_is_refused_wherever_it_stands() {
    let lake = lake(3, "aaa").await;
    let mut wrong = Vec::new();
    for (number, bomb) in bombs().into_iter().enumerate() {
        // Each in a quarter of the places, and in each place a quarter of them: all pairs take minutes unoptimized.
        for sql in places(&bomb).into_iter().skip(number % 4).step_by(4) {
            let shown: String = sql.chars().take(200).collect();
            match lake.text(&sql, &[]).await {
                Err(engine::csv::CsvError::Query(error)) if is_refused(&error) => {}
                Ok(text) => wrong.push(format!("{shown}: answered with {} bytes", text.len())),
                Err(error) => wrong.push(format!("{shown}: {error}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(lake.rows("SELECT count(*) FROM t").await, "\"3\"\n");
}

/// 32 copies at each of four levels, each a column of a query within a query.
#[tokio::test]
async fn what_doubles_a_column_is_refused() {
    let lake = lake(3, "aaa").await;
    let copies = vec!["c"; 32].join(", ");
    for seed in ["'aaa'", "s"] {
        let mut sql = format!("SELECT {seed} AS c FROM t");
        for _ in 0..4 {
            sql = format!("SELECT concat({copies}) AS c FROM ({sql})");
        }
        // By what it becomes when it is planned, before anything is made.
        let error = lake.error(&sql, &[]).await;
        assert!(matches!(error, EngineError::Unsupported { .. }), "{seed}: {error:?}");
    }
}

#[tokio::test]
async fn what_is_just_below_the_bound_is_answered() {
    let lake = lake(3, "aaa").await;
    let b = "b".repeat(1_024);
    let (just, below) = ("c".repeat(1_024), "c".repeat(1_023));
    for text in [format!("'{b}'"), "k".to_owned()] {
        for (sql, expected) in [
            (format!("SELECT length(replace({text}, 'b', '{just}')) FROM t WHERE n = 1"), LONGEST),
            (format!("SELECT length(replace({text}, 'b', '{below}') || {text}) FROM t WHERE n = 1"), LONGEST),
            (
                format!("SELECT length(concat(replace({text}, 'b', '{below}'), {text})) FROM t WHERE n = 1"),
                LONGEST,
            ),
            (format!("SELECT length(upper(replace({text}, 'b', '{just}'))) FROM t WHERE n = 1"), LONGEST),
            (
                format!("SELECT length(substr(replace({text}, 'b', '{just}'), 2)) FROM t WHERE n = 1"),
                LONGEST - 1,
            ),
            (format!("SELECT length(replace(replace({text}, 'b', '{just}'), 'c')) FROM t WHERE n = 1"), 0),
            (
                format!(
                    "SELECT length(replace(replace({text}, 'b', '{just}'), 'c', 'd')) FROM t WHERE n = 1"
                ),
                LONGEST,
            ),
            (format!("SELECT length(max(replace({text}, 'b', '{just}'))) FROM t WHERE n = 1"), LONGEST),
        ] {
            let shown: String = sql.chars().take(80).collect();
            assert_eq!(lake.rows(&sql).await, format!("\"{expected}\"\n"), "{shown}");
        }
    }
    for (sql, expected) in [
        ("SELECT 'a' || s || 'b' || 'c' FROM t WHERE n = 1", "\"aaaabc\"\n"),
        ("SELECT 'a' || NULL || s FROM t WHERE n = 1", "\n"),
        ("SELECT replace('aé', '', '-') || replace(s, 'a', '') FROM t WHERE n = 1", "\"-a-é-\"\n"),
        ("SELECT n FROM t WHERE s || 'x' = 'aa' || 'ax' AND n < 1", "\"0\"\n"),
        ("SELECT s || 'x', count(*) FROM t GROUP BY s || 'x' ORDER BY s || 'x'", "\"aaax\",\"3\"\n"),
    ] {
        assert_eq!(lake.rows(sql).await, expected, "{sql}");
    }
}

fn small() -> MemoryLimits {
    MemoryLimits { operators: 8 << 20, batches: 8 << 20, call: 1 << 20, value: 16 << 10, patterns: 4 << 20 }
}

/// The rows of the largest batch, and of all.
async fn batches(lake: &Lake, sql: &str) -> Result<(usize, usize), EngineError> {
    let mut execution = lake.engine.execute(sql, &[]).await?;
    let (mut largest, mut all) = (0, 0);
    while let Some(batch) = execution.batches.try_next().await? {
        largest = largest.max(batch.num_rows());
        all += batch.num_rows();
    }
    Ok((largest, all))
}

#[tokio::test]
async fn copies_of_a_literal_make_batches_small_or_are_refused() {
    let lake = lake(3_000, "aaa").await.limited(small());
    let literal = "x".repeat(20_000);
    let many = (0..12).map(|n| format!("'{literal}' AS c{n}")).collect::<Vec<_>>().join(", ");
    for (sql, most) in [
        ("SELECT n FROM t".to_owned(), 2_048),
        (format!("SELECT n, '{literal}' AS c FROM t"), 26),
        (format!("SELECT CASE WHEN n < 5 THEN '{literal}' ELSE s END AS c FROM t"), 26),
        (format!("SELECT n, {many} FROM t WHERE n < 40"), 2),
    ] {
        let (largest, all) = batches(&lake, &sql).await.unwrap();
        assert!(largest <= most, "{largest} rows in a batch, not {most}");
        assert!(all == 3_000 || all == 40, "{all}");
    }
    let copies = (0..100).map(|n| format!("c AS c{n}")).collect::<Vec<_>>().join(", ");
    for sql in [
        format!("SELECT {copies} FROM (SELECT '{literal}' AS c FROM t)"),
        format!("WITH w AS (SELECT n, '{literal}' AS c FROM t) SELECT {copies} FROM w WHERE n < 9"),
    ] {
        let error = lake.error(&sql, &[]).await;
        assert!(is_refused(&error), "{error:?}");
    }
}

/// Those that a plan may not keep are made anew for each batch.
#[tokio::test]
async fn many_constants_are_not_kept() {
    let lake = lake(3, "aaa").await.limited(small());
    // Each is of 10,000 bytes; a plan keeps an eighth of 1 MiB.
    let hundred = "a".repeat(100);
    for count in [4_usize, 12, 14, 25] {
        let one = |n: usize| format!("length(replace('{hundred}', 'a', '{}{n:03}'))", "b".repeat(97));
        let sum = (0..count).map(one).collect::<Vec<_>>().join(" + ");
        let found = lake.rows(&format!("SELECT {sum} FROM t WHERE n = 0")).await;
        assert_eq!(found, format!("\"{}\"\n", count * 10_000));
    }
}

#[tokio::test]
async fn joins_and_windows_repeat_no_wide_rows() {
    // A sort sets 10 MiB aside.
    let narrow = lake(500, &"a".repeat(10)).await.limited(MemoryLimits { operators: 64 << 20, ..small() });
    for (sql, rows) in [
        ("SELECT a.s, b.s FROM t a CROSS JOIN t b WHERE b.n < 20", 10_000),
        ("SELECT a.s, b.s FROM t a JOIN t b ON a.n < b.n WHERE b.n < 20", 190),
        ("SELECT a.s FROM t a JOIN t b ON a.n = b.n", 500),
        ("SELECT first_value(s) OVER (), max(s) OVER (), lag(s, 3, 'x') OVER (ORDER BY n) FROM t", 500),
        ("SELECT s, (SELECT max(s) FROM t) FROM t", 500),
    ] {
        let (largest, all) = batches(&narrow, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(all, rows, "{sql}");
        assert!(largest <= 256, "{sql}: {largest} rows in a batch");
    }
    let wide = lake(100, &"a".repeat(40_000)).await.limited(MemoryLimits { batches: 32 << 20, ..small() });
    for sql in [
        "SELECT a.s, b.s FROM t a CROSS JOIN t b",
        "SELECT a.s, b.s FROM t a JOIN t b ON a.n < b.n",
        "SELECT a.s, b.s FROM t a JOIN t b ON a.n = b.n",
        "SELECT first_value(s) OVER (ORDER BY n) FROM t",
    ] {
        let error = wide.error(sql, &[]).await;
        assert!(is_refused(&error), "{sql}: {error:?}");
    }
    assert_eq!(batches(&wide, "SELECT s FROM t").await.unwrap().1, 100);
    assert_eq!(batches(&wide, "SELECT a.n FROM t a JOIN t b ON a.n = b.n").await.unwrap().1, 100);
    // Rows that are narrow, but many.
    let many = lake(3_000, &"a".repeat(1_800)).await.limited(MemoryLimits { batches: 9 << 20, ..small() });
    for sql in ["SELECT first_value(s) OVER () FROM t", "SELECT max(s) OVER (), n FROM t"] {
        let error = many.error(sql, &[]).await;
        assert!(is_refused(&error), "{sql}: {error:?}");
    }
}

/// Rows that share a buffer are counted by what they are: a sort of many groups, or of a window's rows, fits.
#[tokio::test]
async fn slices_of_one_batch_are_not_counted_as_the_whole() {
    let limits = MemoryLimits { operators: 24 << 20, batches: 128 << 20, ..small() };
    let lake = lake(60_000, &"a".repeat(30)).await.limited(limits);
    for (sql, rows) in [
        (
            "SELECT a.n, count(*) FROM t a JOIN t b ON a.n = b.n GROUP BY a.n ORDER BY 2 DESC LIMIT 9000",
            9_000,
        ),
        ("SELECT n, s, sum(n) OVER (PARTITION BY n % 7) AS x FROM t ORDER BY x, n", 60_000),
    ] {
        let found = batches(&lake, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(found.1, rows, "{sql}");
    }
}

/// What one query held is free when it is over, also when it failed.
#[tokio::test]
async fn memory_is_free_after_a_query() {
    let lake = lake(300, &"a".repeat(10_000)).await.limited(MemoryLimits { batches: 12 << 20, ..small() });
    for _ in 0..10 {
        assert_eq!(batches(&lake, "SELECT upper(s) FROM t WHERE n < 100").await.unwrap().1, 100);
        let failed = "SELECT cardinality(array_agg(upper(s) || lower(s) || reverse(s) || s)) FROM t";
        let error = lake.error(failed, &[]).await;
        assert!(is_refused(&error), "{error:?}");
        drop(lake.engine.execute("SELECT s FROM t", &[]).await.unwrap());
    }
}
