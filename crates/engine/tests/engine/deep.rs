//! Queries that are long or nest deep, as they are written or once they are planned.

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
    // The optimizer makes one condition of them: the chains of [`crate::chains`] stay as long as they are.
    let chain = |operator: &str, terms: usize| vec!["n = 1"; terms].join(operator);
    let sums = |terms: usize| vec!["n"; terms].join(" + ");
    let deep = |depth: usize| format!("{}n{}", "(".repeat(depth), ")".repeat(depth));
    let list = (0..20_000).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    let joins =
        |count: usize| (1..count).map(|n| format!("JOIN t a{n} ON a{n}.n = a0.n ")).collect::<String>();
    let using =
        |count: usize| (1..count).map(|n| format!("JOIN t a{n} USING (n, s, at) ")).collect::<String>();
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
        format!("SELECT n, s FROM t a0 {} WHERE n > 0 ORDER BY n, s, at", using(30)),
        format!("SELECT {} FROM t", deep(20)),
        format!("SELECT {}s{} FROM t", "lower(".repeat(20), ")".repeat(20)),
        format!("SELECT {}n = 1{} FROM t", "CASE WHEN ".repeat(5), " THEN true END".repeat(5)),
        format!("SELECT {}1{} FROM t", "if(n = 1, ".repeat(5), ", 2)".repeat(5)),
        nested("coalesce(", "n", ", n)", 5),
        nested("(", "n BETWEEN 0 AND 1", ") BETWEEN false AND true", 5),
        format!("SELECT n FROM t WHERE {}n = 1", "NOT ".repeat(16)),
        format!("{}SELECT n FROM t{}", "SELECT n FROM (".repeat(5), ")".repeat(5)),
        format!(
            "SELECT n FROM t WHERE {}1{}",
            "n IN (SELECT n FROM t WHERE ".repeat(4),
            " = n".to_owned() + &")".repeat(4)
        ),
    ];
    // The optimizer would make a tree of AND and OR of them, twice as deep as they are long.
    let whens = |count: usize, of: fn(usize) -> &'static str| {
        (0..count).map(|n| format!(" WHEN n = {n} THEN {}", of(n))).collect::<String>()
    };
    let within = |count: usize| {
        let whens = whens(count, |_| "false");
        format!("{}n > 0{}", format!("CASE{whens} ELSE ").repeat(5), " END".repeat(5))
    };
    let searched = [
        format!("SELECT n FROM t WHERE CASE{} END", whens(480, |_| "false")),
        format!("SELECT CASE{} END FROM t", whens(360, |n| if n == 1 { "true" } else { "1 = 2" })),
        format!("SELECT CASE{} ELSE true END FROM t", whens(480, |n| if n == 1 { "false" } else { "true" })),
        format!("SELECT n FROM t WHERE CASE{} END = 'a'", whens(480, |n| if n == 1 { "'a'" } else { "'b'" })),
        format!("SELECT {} FROM t", within(8)),
        format!("SELECT {} FROM t", within(80)),
    ];
    for sql in answered.into_iter().chain(searched) {
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
        nested("coalesce(", "n", ", n)", 8),
        // The optimizer writes what is between twice.
        nested("(", "n BETWEEN 0 AND 1", ") BETWEEN false AND true", 12),
        nested("(", "n BETWEEN 0 AND 1", ") NOT BETWEEN false AND true", 30),
        nested("\"coalesce\"(", "n", ", n)", 8),
        nested("abs(coalesce(", "n", ", n))", 6),
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

/// On the same stack as above: the planner inlines every WITH query where it is named.
#[test]
fn with_queries_are_bounded_as_they_are_planned() {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(1).thread_stack_size(1 << 20).build().unwrap();
    runtime.block_on(async { tokio::spawn(inlined()).await.unwrap() });
}

/// `w0` reads the table, each further one is made by `step` of the one before, and the last is read.
fn with(steps: usize, last: &str, step: impl Fn(&str) -> String) -> String {
    let mut queries = vec!["w0 AS (SELECT n AS x FROM t)".to_owned()];
    queries.extend((1..=steps).map(|n| format!("w{n} AS ({})", step(&format!("w{}", n - 1)))));
    format!("WITH {} {}", queries.join(", "), last.replace("LAST", &format!("w{steps}")))
}

async fn inlined() {
    let lake = lake().await;
    let plain = |name: &str| format!("SELECT x FROM {name}");
    let filtered = |name: &str| format!("SELECT x FROM {name} WHERE x >= 0");
    let doubled = |name: &str| format!("SELECT a.x FROM {name} a JOIN {name} b ON a.x = b.x");
    let united = |name: &str| format!("SELECT x FROM {name} UNION ALL SELECT x FROM {name}");
    let summed = |name: &str| format!("SELECT x + x AS x FROM {name}");
    let deep = |name: &str| format!("SELECT {}x{} AS x FROM {name}", "abs(".repeat(12), ")".repeat(12));
    let wide = |name: &str| format!("SELECT coalesce({}) AS x FROM {name}", vec!["x"; 30].join(", "));
    // The optimizer makes a CASE of it, and its work more than doubles with each.
    let chosen = |name: &str| format!("SELECT coalesce(x, CAST(NULL AS bigint)) AS x FROM {name}");
    // What is compared with several values is written beside each of them.
    let between = |name: &str| format!("SELECT CAST(x BETWEEN 0 AND 9 AS bigint) AS x FROM {name}");
    let among = |name: &str| format!("SELECT CAST(x IN (0, 1, 2) AS bigint) AS x FROM {name}");
    let cases = " WHEN 7e0 THEN 1".repeat(30);
    let case_of = |name: &str| format!("SELECT CASE CAST(x AS double){cases} ELSE x END AS x FROM {name}");
    let doubles = (0..40).map(|n| format!("sqrt({n}e0)")).collect::<Vec<_>>().join(", ");
    let among_doubles =
        |name: &str| format!("SELECT CAST(CAST(x AS double) IN ({doubles}) AS bigint) AS x FROM {name}");
    let chosen_of = |name: &str| format!("SELECT \"coalesce\"(x, x, x) AS x FROM {name}");
    let list = |count: usize| (1..=count).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    let listed = |count: usize| format!("w AS (SELECT n AS x, n IN ({}) AS y FROM t)", list(count));
    let filtered_by = |count: usize| format!("w AS (SELECT n AS x FROM t WHERE n IN ({}))", list(count));
    let times = |count: usize| vec!["SELECT x FROM w"; count].join(" UNION ALL ");
    let conditions = |count: usize| vec!["y"; count].join(" AND ");
    let read = "SELECT count(*) FROM LAST";
    let sums = "SELECT sum(x) FROM LAST WHERE x > -1";
    for (sql, expected) in [
        (with(20, read, plain), "2"),
        (with(10, sums, filtered), "1"),
        (with(4, read, doubled), "2"),
        (with(4, read, united), "32"),
        (with(8, sums, summed), "256"),
        (with(2, sums, deep), "1"),
        (with(4, sums, chosen), "1"),
        (with(3, sums, between), "2"),
        (with(3, sums, among), "2"),
        (with(1, sums, case_of), "1"),
        (with(0, "SELECT count(*) FROM LAST a, LAST b, LAST c", plain), "8"),
        (with(1, "SELECT x FROM (WITH v AS (SELECT x FROM LAST) SELECT sum(x) AS x FROM v) a", summed), "2"),
        (with(1, "SELECT sum(y) FROM LAST AS v (y)", summed), "2"),
        ("SELECT count(*) FROM (t a JOIN t b ON a.n = b.n) JOIN t c ON a.n = c.n".to_owned(), "2"),
        // Lists that are long, or named often.
        (format!("WITH {} SELECT sum(x) FROM w", filtered_by(20_000)), "1"),
        (format!("WITH {} SELECT sum(x) FROM ({}) v", filtered_by(200), times(20)), "20"),
        (format!("WITH {} SELECT sum(x) FROM w WHERE {}", listed(200), conditions(30)), "1"),
    ] {
        let shown = &sql[..60.min(sql.len())];
        let text = lake.text(&sql, &[]).await.unwrap_or_else(|error| panic!("{shown}: {error}"));
        assert_eq!(text.lines().last(), Some(format!("\"{expected}\"").as_str()), "{shown}");
    }
    let derived = |depth: usize| {
        let lower = format!("SELECT {}s{} AS s FROM (", "lower(".repeat(13), ")".repeat(13));
        format!("{}SELECT s FROM t{}", lower.repeat(depth), ")".repeat(depth))
    };
    let some = |count: usize, of: fn(usize) -> String, between: &str| {
        (0..count).map(of).collect::<Vec<_>>().join(between)
    };
    let depth = "nests more than 40 levels";
    let relations = "more than 100 tables and subqueries";
    let nodes = "more than 200000 literals and other parts";
    for (sql, reason) in [
        (with(150, "SELECT x FROM LAST", plain), depth),
        (with(40, read, filtered), depth),
        (with(40, sums, deep), depth),
        (with(6, sums, deep), depth),
        (with(7, sums, chosen), depth),
        (with(13, sums, chosen), depth),
        (with(5, sums, chosen_of), "more than 10000 parts"),
        (with(11, sums, between), "more than 10000 parts"),
        (with(9, sums, among), "more than 10000 parts"),
        (with(4, sums, among_doubles), "more than 10000 parts"),
        (with(3, sums, case_of), "more than 10000 parts"),
        (with(24, read, doubled), relations),
        (with(24, read, united), relations),
        (with(10, read, |name| format!("SELECT x FROM {name} WHERE x IN (SELECT x FROM {name})")), relations),
        (with(20, sums, wide), "more than 10000 parts"),
        (with(18, sums, |name| format!("SELECT x FROM ({}) v (x)", summed(name))), "more than 10000 parts"),
        // The planner finds a WITH query by its whole name, although it has a point.
        (with(6, read, doubled).replace("w1 AS", "\"t.w\" AS").replace("w1 ", "\"t.w\" "), relations),
        (derived(3), depth),
        (format!("SELECT 1 FROM ({})", some(60, |n| format!("t a{n}"), " CROSS JOIN ")), depth),
        (format!("SELECT 1 FROM t WHERE {}", some(60, |n| format!("n IN (SELECT {n})"), " AND ")), depth),
        (
            format!(
                "SELECT {} FROM t",
                some(60, |n| format!("sum(n) OVER (ORDER BY n + {n}) AS c{n}"), ", ")
            ),
            depth,
        ),
        // 250 KB of text at most, of which the plan would take gigabytes.
        (format!("WITH {} {}", filtered_by(36_000), times(20)), nodes),
        (format!("WITH {} SELECT x FROM w WHERE {}", listed(20_000), conditions(20)), nodes),
        (format!("WITH {}, v AS ({}) SELECT 1 FROM v a, v b", filtered_by(20_000), times(6)), nodes),
        (format!("WITH {} SELECT (SELECT max(x) FROM ({}) v)", filtered_by(20_000), times(12)), nodes),
        (format!("WITH {} SELECT 1 FROM t WHERE n IN ({})", filtered_by(20_000), times(12)), nodes),
        (format!("WITH {} SELECT y AS z, {} FROM w", listed(20_000), conditions(11)), nodes),
        (some(20, |n| format!("(SELECT {n} FROM t a, t b, t c, t d, t e, t f)"), " UNION ALL "), relations),
    ] {
        let error = lake.error(&sql, &[]).await;
        let refused = matches!(&error, EngineError::Unsupported { construct } if construct.contains(reason));
        assert!(refused, "{}: {error:?}", &sql[..60.min(sql.len())]);
    }
}
