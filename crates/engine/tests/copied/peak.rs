//! Statements that copy each text of a batch for groups, grouping sets, aggregates and columns: 140 texts of 60 kB are 8 MB, and
//! sixty times as much is half a gigabyte. Either they are answered within the bounds, or refused.

use std::{fs, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use domain::{
    memory::{MemoryCatalog, MemoryStore},
    port::Clock,
};
use engine::{
    Engine, EngineError, MemoryLimits,
    csv::{self, CsvError},
};

const LIMITS: MemoryLimits = MemoryLimits {
    operators: 32 << 20,
    batches: 32 << 20,
    call: 16 << 20,
    value: 64 << 10,
    patterns: 4 << 20,
};

/// By how much the process may grow, in bytes. What operators and batches may take is 64 MiB; an allocator keeps some of what
/// is given back, and what is emitted is there twice for a while.
const MOST: usize = 240 << 20;

/// How often a text is copied by most of the statements.
const TIMES: usize = 60;

#[derive(Debug)]
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_795_428_307_891).unwrap()
    }

    async fn sleep(&self, _: Duration) {}
}

/// A figure of the process in bytes, as the system has it.
fn status(name: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    let kib: usize = line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().unwrap();
    kib << 10
}

/// The peak is counted anew from here on, if the system allows that; else from the peak so far, above which a query that takes
/// too much comes as well. Answers what it is counted from.
fn reset() -> usize {
    match fs::write("/proc/self/clear_refs", "5") {
        Ok(()) => status("VmRSS"),
        Err(_) => status("VmHWM"),
    }
}

/// The rows: a text `x`, and numbers.
fn source(rows: usize) -> String {
    format!(
        "(SELECT rpad(CAST(n AS varchar), 60000, 'y') AS x, n, n AS a, n + 1 AS b, n + 2 AS c, n + 3 AS d, n + 4 AS e, \
         n + 5 AS f FROM UNNEST(sequence(1, {rows})) AS t (n))"
    )
}

/// One part for each number, with commas between them.
fn listed(times: usize, part: impl Fn(usize) -> String) -> String {
    (0..times).map(part).collect::<Vec<_>>().join(", ")
}

fn statements() -> Vec<String> {
    let rows = source(140);
    let cube = "GROUP BY CUBE (a, b, c, d, e, f)";
    let copied = format!("(SELECT a, {} FROM {rows})", listed(TIMES, |n| format!("x AS c{n}")));
    let of_columns = |function: &str| listed(TIMES, |n| format!("{function}(c{n}) AS m{n}"));
    let all = |columns: &str, from: &str, rest: &str| {
        let counts = listed(TIMES, |n| format!("count(m{n})"));
        format!("SELECT {counts} FROM (SELECT {columns} FROM {from} {rest})")
    };
    let columns = listed(TIMES, |n| format!("c{n}"));
    let same = listed(TIMES, |n| format!("p.c{n} = q.c{n}")).replace(", ", " AND ");
    let sets = vec!["(a, b)"; 20].join(", ");
    let mut statements = vec![
        // What is grouped is computed within the aggregation, or before it.
        format!(
            "SELECT count(m) FROM (SELECT max(rpad(CAST(n AS varchar), 60000, 'y')) AS m FROM {rows} {cube})"
        ),
        format!(
            "SELECT count(*) FROM (SELECT x, a, b, c, d, e FROM {rows} GROUP BY CUBE (x, a, b, c, d, e))"
        ),
        format!(
            "SELECT count(*), max(s) FROM (SELECT k, count(*) AS s \
             FROM (SELECT lower(x) AS k, a, b, c, d, e FROM {rows}) GROUP BY CUBE (k, a, b, c, d, e))"
        ),
        format!(
            "SELECT count(m) FROM (SELECT max(x) AS m FROM {rows} GROUP BY GROUPING SETS ((a), (b), {sets}))"
        ),
        format!(
            "SELECT sum(u), sum(v) FROM (SELECT count(DISTINCT x) AS u, count(DISTINCT a) AS v FROM {rows} {cube})"
        ),
        all(&of_columns("max"), &copied, "GROUP BY a"),
        all(&of_columns("min"), &copied, ""),
        all(&of_columns("arbitrary"), &copied, "GROUP BY a"),
        format!("SELECT {} FROM {copied}", listed(TIMES, |n| format!("count(DISTINCT c{n})"))),
        format!(
            "SELECT count(*) FROM (SELECT {columns} FROM {copied} INTERSECT SELECT {columns} FROM {copied})"
        ),
        format!("SELECT count(*) FROM (SELECT DISTINCT {columns} FROM {copied})"),
        format!("SELECT count(*) FROM {copied} AS p JOIN {copied} AS q ON {same}"),
        format!(
            "SELECT max(length(c0)), max(length(c59)) FROM (SELECT * FROM {copied} ORDER BY {columns} LIMIT 100)"
        ),
    ];
    for aggregate in ["max(x)", "array_agg(x)", "map_agg(a, x)", "listagg(x, ',') WITHIN GROUP (ORDER BY a)"]
    {
        statements.push(format!("SELECT count(m) FROM (SELECT {aggregate} AS m FROM {rows} {cube})"));
    }
    for by in ["max_by", "min_by"] {
        let kept = listed(20, |n| format!("{by}(x, a + {n}) AS m{n}"));
        let lengths = listed(20, |n| format!("max(length(m{n}))"));
        statements.push(format!("SELECT {lengths} FROM (SELECT b, {kept} FROM {rows} GROUP BY b)"));
    }
    statements
}

#[test]
fn no_statement_takes_much_more_than_the_bounds() {
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let engine = Engine::with_limits(
        "tributary",
        Arc::<MemoryCatalog>::default(),
        Arc::<MemoryStore>::default(),
        Stopped,
        LIMITS,
    );
    let run = |sql: String| {
        threads.block_on(async {
            let execution = engine.execute(&sql, &[]).await?;
            Ok::<_, CsvError>(String::from_utf8(csv::write(execution, Vec::new()).await?).unwrap())
        })
    };
    let mut wrong = Vec::new();
    // For each change every third of them: all take half a minute unoptimized. `./scripts/test all` has the rest.
    let step = if std::env::var_os("TRIBUTARY_ALL_SEEDS").is_some() { 1 } else { 3 };
    for sql in statements().into_iter().step_by(step) {
        let shown: String = sql.chars().take(120).collect();
        let before = reset();
        match run(sql) {
            Ok(_) => {}
            Err(CsvError::Query(EngineError::Failed(failure)))
                if failure.code == "EXCEEDED_LOCAL_MEMORY_LIMIT" => {}
            Err(error) => wrong.push(format!("{shown}: {error}")),
        }
        let grown = status("VmHWM").saturating_sub(before);
        if grown > MOST {
            wrong.push(format!("{shown}: {grown} bytes"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Whatever failed, nothing of it goes on or is counted any longer, and what fits is answered.
    let few = format!(
        "SELECT count(m), max(length(m)) FROM (SELECT max(x) AS m FROM {} GROUP BY CUBE (a, b, c))",
        source(5)
    );
    assert_eq!(run(few).unwrap().lines().nth(1), Some("\"36\",\"60000\""));
}
