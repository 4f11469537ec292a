//! Queries that would compute for minutes end soon after they are cancelled.

use std::{
    io::{self, Write},
    sync::{Arc, mpsc},
    time::Duration,
};

use datafusion::arrow::array::{ArrayRef, Int64Array, StringArray};
use engine::{BytesScanned, Cancellation, EngineError, MemoryLimits, csv::CsvError};
use futures::StreamExt;
use tokio::runtime::{Builder, Runtime};

use crate::lake::Lake;

/// So many that three of them joined are a thousand million pairs.
const ROWS: i64 = 1_000;

/// How long the end may take, on a slow machine, in a debug build.
const PATIENCE: Duration = Duration::from_secs(30);

/// Threads that may compute for minutes after a test has failed: nobody waits for them.
struct Threads(Option<Runtime>);

impl Threads {
    fn new() -> Self {
        Self(Some(Builder::new_multi_thread().worker_threads(2).build().unwrap()))
    }

    fn runtime(&self) -> &Runtime {
        self.0.as_ref().unwrap()
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.0.take().unwrap().shutdown_background();
    }
}

async fn lake() -> Lake {
    let numbers: ArrayRef = Arc::new((0..ROWS).collect::<Int64Array>());
    let texts: ArrayRef = Arc::new((0..ROWS).map(|n| Some(n.to_string())).collect::<StringArray>());
    let lake = Lake::with(&[("n", "bigint"), ("s", "string")], vec![("n", numbers), ("s", texts)]).await;
    // Patterns may take as long as they want: it is the flag that ends them here.
    lake.limited(MemoryLimits { patterns: usize::MAX, ..MemoryLimits::default() })
}

/// A query that is planned for a minute: each pattern is compiled until it is found to be too large.
fn planned_for_long() -> String {
    let patterns: Vec<String> = (0..200).map(|n| format!(r"regexp_like(s, '\w{{1000}}{n}')")).collect();
    format!("SELECT count(*) FROM t WHERE {}", patterns.join(" OR "))
}

/// Of `x` and `y`, always the same.
fn random_text(characters: usize) -> String {
    let mut state = 1_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        if state & 64 == 0 { 'x' } else { 'y' }
    };
    (0..characters).map(|_| next()).collect()
}

/// Cancels the query once it has run for a while, and answers how it ended.
fn cancelled(threads: &Threads, lake: &Arc<Lake>, sql: &str, dropped: bool) -> Option<CsvError> {
    let cancellation = Cancellation::default();
    let (ended, end) = mpsc::channel();
    let (lake, query, flag) = (Arc::clone(lake), sql.to_owned(), cancellation.clone());
    let task = threads.runtime().spawn(async move {
        let run = async {
            let prepared = lake.engine.prepare(&query, &[])?;
            let execution = lake.engine.run(&prepared, BytesScanned::default(), flag).await?;
            engine::csv::write(execution, Vec::new()).await
        };
        let result = run.await;
        ended.send(result.err()).unwrap();
    });
    let early = end.recv_timeout(Duration::from_millis(1_500));
    assert!(matches!(early, Err(mpsc::RecvTimeoutError::Timeout)), "{sql:.200}: ended by itself: {early:?}");
    if dropped {
        task.abort();
    }
    cancellation.cancel();
    match end.recv_timeout(PATIENCE) {
        Ok(error) => error,
        // The task is dropped where it waits, before it has seen the flag.
        Err(mpsc::RecvTimeoutError::Disconnected) if dropped => None,
        Err(error) => panic!("{sql:.200}: {error}"),
    }
}

#[test]
fn whatever_a_query_computes_it_ends_when_it_is_cancelled() {
    let threads = Threads::new();
    let lake = Arc::new(threads.runtime().block_on(lake()));
    let three = "t a CROSS JOIN t b CROSS JOIN t c";
    let long = "x".repeat(200_000);
    // Two long literals of one condition have to fit into the memory together.
    let (whole, part) = ("x".repeat(60_000), "x".repeat(10_000));
    let (random, apart) = (random_text(60_000), format!("x{}", "_".repeat(700)).repeat(30));
    // One text of 30 KB: at each of its characters, the automaton is in thousands of states.
    let (slow, texts) = ("[ab]*a(?:[ab]{900}){60}[^ab0-9]", "ab".repeat(15_000));
    let queries = [
        // A function for each pair, of which none is kept.
        format!("SELECT count(*) FROM {three} WHERE lower(a.s || b.s || c.s || 'x') = 'x'"),
        // No function: the condition of a join.
        format!("SELECT count(*) FROM {three} WHERE a.n < b.n AND b.n < c.n AND c.n < a.n"),
        // All pairs are kept, and only counted.
        format!("SELECT count(*) FROM {three} CROSS JOIN t d"),
        // Pairs by a key, of which the condition keeps none.
        "SELECT count(*) FROM (SELECT n % 2 AS k, s FROM t) a JOIN (SELECT n % 2 AS k, s FROM t) b \
         ON a.k = b.k JOIN (SELECT n % 2 AS k, s FROM t) c ON b.k = c.k AND a.s || b.s || c.s = 'x'"
            .to_owned(),
        // A literal of 200 KB in a text of each pair.
        format!("SELECT count(*) FROM {three} WHERE lower(a.s || '{long}' || b.s || c.s) = 'x'"),
        format!("SELECT count(*) FROM {three} WHERE regexp_like(a.s || b.s || c.s || '{long}', '(xy)+z')"),
        // A part that is different for each row, and nearly in the text at each of its characters.
        format!(
            "SELECT count(*) FROM {three} WHERE strpos(a.s || b.s || c.s || '{whole}', '{part}' || c.s || a.s) = 1"
        ),
        // A match may begin at every second character, and needs 31 of them at certain distances.
        format!("SELECT count(*) FROM {three} WHERE a.s || b.s || c.s || '{random}' LIKE '%{apart}x%'"),
        format!("SELECT count(*) FROM {three} WHERE a.s || b.s || c.s || '{random}' NOT LIKE '%{apart}x%'"),
        format!("SELECT count(*) FROM t WHERE regexp_like(s || '{texts}', '{slow}')"),
        planned_for_long(),
        // Lambda expressions within each other, of which none finds what it looks for.
        format!("SELECT count(*) FROM t WHERE {}", {
            let list = |mark: char| format!("split(rpad(s, 5000, ',{mark}'), ',')");
            let inner = format!("any_match({}, z -> x || y = z)", list('z'));
            format!("any_match({}, x -> any_match({}, y -> {inner}))", list('x'), list('y'))
        }),
        // Elements of pairs, of which none is kept.
        "SELECT count(*) FROM t a CROSS JOIN t b CROSS JOIN UNNEST(split(rpad(a.s, 5000, ',x'), ',')) AS u (x) \
         WHERE x = 'nobody'"
            .to_owned(),
        // Groups, windows and sorts above a join.
        format!("SELECT a.n % 7, max(b.s), min(c.s) FROM {three} GROUP BY a.n % 7"),
        format!("SELECT a.s FROM {three} ORDER BY lower(a.s || b.s || c.s) LIMIT 1"),
    ];
    for (position, sql) in queries.iter().enumerate() {
        let error = cancelled(&threads, &lake, sql, false);
        let error = error.unwrap_or_else(|| panic!("{sql:.200}: succeeded"));
        assert!(matches!(error, CsvError::Query(EngineError::Cancelled(_))), "{sql:.200}: {error:?}");
        // Cancelled and dropped: nothing of it goes on to take the threads from the next one.
        if position % 3 == 0 {
            cancelled(&threads, &lake, sql, true);
        }
        let text = threads.runtime().block_on(lake.text("SELECT count(*) FROM t", &[])).unwrap();
        assert_eq!(text.lines().nth(1), Some("\"1000\""));
    }
}

/// A query that is cancelled before it begins does not begin.
#[tokio::test]
async fn a_query_that_is_cancelled_already_is_not_planned() {
    let lake = lake().await;
    let prepared = lake.engine.prepare("SELECT nobody FROM t", &[]).unwrap();
    let cancellation = Cancellation::default();
    let run = || lake.engine.run(&prepared, BytesScanned::default(), cancellation.clone());
    assert!(matches!(run().await, Err(EngineError::Failed(_))));
    cancellation.cancel();
    assert!(matches!(run().await, Err(EngineError::Cancelled(_))));
}

/// To drop the rows cancels what computes them.
#[tokio::test]
async fn to_drop_an_execution_cancels_the_query() {
    let lake = lake().await;
    let prepared = lake.engine.prepare("SELECT s FROM t", &[]).unwrap();
    let cancellation = Cancellation::default();
    let run = lake.engine.run(&prepared, BytesScanned::default(), cancellation.clone()).await;
    assert!(!cancellation.is_cancelled());
    drop(run.unwrap());
    assert!(cancellation.is_cancelled());
}

/// Its tasks end with its first error, although somebody still has its rows.
#[tokio::test]
async fn an_execution_that_failed_is_cancelled_before_it_is_dropped() {
    let lake = lake().await;
    let prepared = lake.engine.prepare("SELECT s, 1000 / (n - 500) FROM t", &[]).unwrap();
    let cancellation = Cancellation::default();
    let run = lake.engine.run(&prepared, BytesScanned::default(), cancellation.clone()).await;
    let mut execution = run.unwrap();
    assert!(!cancellation.is_cancelled());
    let error = loop {
        match execution.batches.next().await {
            Some(Ok(_)) => {}
            Some(Err(error)) => break error,
            None => panic!("no row failed"),
        }
    };
    assert!(matches!(&error, EngineError::Failed(failure) if failure.code == "DIVISION_BY_ZERO"), "{error}");
    assert!(cancellation.is_cancelled());
    drop(execution);
}

/// Ends the query at the second piece of its result. The first one is the header.
#[derive(Debug)]
struct Cancels {
    cancellation: Cancellation,
    pieces: Vec<usize>,
}

impl Write for Cancels {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pieces.push(bytes.len());
        if self.pieces.len() == 2 {
            self.cancellation.cancel();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Its only batch is computed, has one row, and is fifty million bytes as text.
#[test]
fn a_query_that_is_cancelled_while_a_row_is_written_ends_within_a_piece() {
    let threads = Threads::new();
    threads.runtime().block_on(async {
        let lake = lake().await;
        let columns: Vec<String> = (0..50).map(|n| format!("w AS c{n}")).collect();
        let one = "SELECT rpad(s, 1000000, 'x') AS w FROM t WHERE n = 1";
        let sql = format!("SELECT {} FROM ({one})", columns.join(", "));
        let prepared = lake.engine.prepare(&sql, &[]).unwrap();
        let mut whole = Cancels { cancellation: Cancellation::default(), pieces: Vec::new() };
        let run = lake.engine.run(&prepared, BytesScanned::default(), Cancellation::default());
        let (_, rows) = engine::csv::write_counted(run.await.unwrap(), &mut whole).await.unwrap();
        let bytes: usize = whole.pieces[1..].iter().sum();
        assert_eq!((rows, bytes), (1, 50 * 1_000_003));
        assert!(whole.pieces.iter().all(|piece| *piece <= 256 << 10), "{:?}", whole.pieces);

        let cancellation = Cancellation::default();
        let mut out = Cancels { cancellation: cancellation.clone(), pieces: Vec::new() };
        let run = lake.engine.run(&prepared, BytesScanned::default(), cancellation);
        let error = engine::csv::write_counted(run.await.unwrap(), &mut out).await.unwrap_err();
        assert!(matches!(error, CsvError::Query(EngineError::Cancelled(_))), "{error}");
        assert_eq!(out.pieces.len(), 2);
    });
}
