//! Queries that are long or nest deep.

use engine::EngineError;

use crate::refusals::lake;

/// Long queries must end as answers: a nesting that overflows the stack would end the process. The stack here
/// is half of what a worker thread has.
#[test]
fn long_and_deep_queries_are_answered_or_refused() {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(1).thread_stack_size(1 << 20).build().unwrap();
    runtime.block_on(async { tokio::spawn(long_and_deep()).await.unwrap() });
}

async fn long_and_deep() {
    let lake = lake().await;
    let chain = |operator: &str, terms: usize| vec!["n = 1"; terms].join(operator);
    let sums = |terms: usize| vec!["n"; terms].join(" + ");
    let deep = |depth: usize| format!("{}n{}", "(".repeat(depth), ")".repeat(depth));
    let list = (0..20_000).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    let joins =
        |count: usize| (1..count).map(|n| format!("JOIN t a{n} ON a{n}.n = a0.n ")).collect::<String>();
    let nested = |open: &str, inner: &str, close: &str, depth: usize| {
        format!("SELECT {}{inner}{} FROM t", open.repeat(depth), close.repeat(depth))
    };
    let nots = format!("{} n = 1", "NOT ".repeat(500));
    let answered = [
        format!("SELECT n FROM t WHERE {}", chain(" OR ", 700)),
        format!("SELECT n FROM t WHERE {}", chain(" AND ", 700)),
        format!("SELECT {} FROM t", sums(32)),
        format!("SELECT n FROM t WHERE n IN ({list})"),
        vec!["SELECT n FROM t"; 26].join(" UNION ALL "),
        vec!["SELECT n FROM t"; 26].join(" EXCEPT "),
        format!("SELECT a0.n FROM t a0 {}", joins(30)),
        format!("SELECT {} FROM t", deep(20)),
        format!("SELECT {}s{} FROM t", "lower(".repeat(20), ")".repeat(20)),
        format!("SELECT {}n = 1{} FROM t", "CASE WHEN ".repeat(5), " THEN true END".repeat(5)),
        format!("SELECT {}1{} FROM t", "if(n = 1, ".repeat(5), ", 2)".repeat(5)),
        format!("SELECT n FROM t WHERE {}n = 1", "NOT ".repeat(16)),
        format!("{}SELECT n FROM t{}", "SELECT n FROM (".repeat(5), ")".repeat(5)),
        format!(
            "SELECT n FROM t WHERE {}1{}",
            "n IN (SELECT n FROM t WHERE ".repeat(4),
            " = n".to_owned() + &")".repeat(4)
        ),
    ];
    for sql in answered {
        let shown = &sql[..60.min(sql.len())];
        lake.text(&sql, &[]).await.unwrap_or_else(|error| panic!("{shown}: {error}"));
    }
    let refused = [
        format!("{}SELECT n FROM t{}", "SELECT n FROM (".repeat(9), ")".repeat(9)),
        format!("{}SELECT n FROM t{}", "SELECT n FROM (".repeat(100), ")".repeat(100)),
        format!("SELECT n FROM t WHERE {}1{}", "n IN (SELECT n FROM t WHERE ".repeat(100), ")".repeat(100)),
        format!("SELECT {}1{}", "lower(".repeat(1_000), ")".repeat(1_000)),
        format!("SELECT {}1{}", "CASE WHEN ".repeat(100), " THEN 1 END".repeat(100)),
        format!("SELECT {}1{} FROM t", "if(n = 1, ".repeat(12), ", 2)".repeat(12)),
        format!("SELECT n FROM {}t{}", "(".repeat(1_000), ")".repeat(1_000)),
        format!("SELECT n FROM t WHERE {}", chain(" OR ", 20_000)),
        format!("SELECT {} FROM t", sums(1_400)),
        format!("SELECT {} FROM t", sums(100_000)),
        format!("SELECT a0.n FROM t a0 {}", joins(200)),
        vec!["SELECT n FROM t"; 300].join(" UNION ALL "),
        format!("SELECT {} FROM t", deep(100_000)),
        format!("SELECT n FROM t WHERE {nots}"),
        format!("SELECT {}1 FROM t", "- ".repeat(100_000)),
        format!("SELECT n{} FROM t", "::int".repeat(50_000)),
        format!("SELECT n{} FROM t", "[1]".repeat(80_000)),
        // What the parser would try in two ways at every level, and what it descends into without a bound.
        nested("CAST(", "1 1", " AS bigint)", 22),
        nested("CASE WHEN true THEN ", "1 1", " END", 22),
        nested("CASE ", "1 1", " WHEN 1 THEN 1 END", 22),
        nested("trim(", "1 1", ")", 22),
        nested("extract(day FROM ", "1 1", ")", 22),
        nested("coalesce(", "1 1", ")", 22),
        nested("abs(CAST(", "1 1", " AS bigint))", 11),
        nested("n BETWEEN CAST(", "1 1", " AS bigint) AND 2", 11),
        nested("interval ", "1 1", "", 1_400),
        nested("CAST(", "1 1", " AS bigint)", 25),
        format!("SELECT CAST(n AS {}bigint{}) FROM t", "array<".repeat(700), ">".repeat(700)),
        format!("SELECT CAST(n AS {}bigint{}) FROM t", "array <".repeat(700), ">".repeat(700)),
        format!("SELECT n FROM {}t b c{}", "(t a CROSS JOIN ".repeat(22), ")".repeat(22)),
    ];
    for sql in refused {
        let error = lake.error(&sql, &[]).await;
        assert!(!matches!(error, EngineError::Internal(_)), "{error:?}");
    }
}
