//! Conditions as long as a statement may be, of all types and forms and in all places. An overflow of the stack ends the
//! process, so they run in a child process, which says what it runs.
//!
//! `CHAINS_SEED` replays a run, and `CHAINS_CASES` sets how many forms are drawn. A statement takes seconds in a debug build:
//! a few forms are drawn, and with `TRIBUTARY_ALL_SEEDS`, as in `./scripts/test all`, enough for every place.

use std::{env, process::Command};

use engine::EngineError;

use crate::lake::Lake;

const TYPES: [(&str, &str); 12] = [
    ("i", "bigint"),
    ("j", "bigint"),
    ("x", "double"),
    ("y", "double"),
    ("p", "decimal(12,2)"),
    ("q", "decimal(12,2)"),
    ("s", "string"),
    ("r", "string"),
    ("a", "timestamp"),
    ("b", "timestamp"),
    ("f", "boolean"),
    ("g", "boolean"),
];

/// NaN is no JSON: the queries that compare with it make it.
const ROWS: [&str; 4] = [
    r#"{"i":5,"j":2,"x":1.5,"y":-0.0,"p":"3.25","q":"1.00","s":"abc","r":"b","a":"2026-11-23T10:00:00","b":"2026-11-22T00:00:00","f":true,"g":false}"#,
    r#"{"i":1000,"j":-7,"x":0.0,"y":700.25,"p":"900.00","q":"-2.50","s":"x1y","r":"","a":"2027-01-01T00:00:00","b":"2026-01-01T00:00:00","f":true,"g":true}"#,
    r#"{"i":null,"j":3,"x":null,"y":3.0,"p":null,"q":"7.00","s":null,"r":"zz","a":null,"b":"2026-11-24T00:00:00","f":null,"g":false}"#,
    r#"{"i":-1,"j":null,"x":-9.5,"y":null,"p":"-1.00","q":null,"s":"","r":null,"a":"1999-12-31T23:59:59","b":null,"f":false,"g":null}"#,
];

/// Two columns of a type, and a literal of it that is another one for each number.
struct Kind {
    columns: [&'static str; 2],
    literal: fn(usize) -> String,
    /// Whether it is added and multiplied.
    calculates: bool,
}

static KINDS: [Kind; 6] = [
    Kind { columns: ["i", "j"], literal: |n| n.to_string(), calculates: true },
    Kind { columns: ["x", "y"], literal: |n| format!("{n}.5e0"), calculates: true },
    Kind { columns: ["p", "q"], literal: |n| format!("{n}.25"), calculates: true },
    Kind { columns: ["s", "r"], literal: |n| format!("'t{n}'"), calculates: false },
    Kind {
        columns: ["a", "b"],
        literal: |n| format!("timestamp '2026-01-01 00:{:02}:{:02}'", n / 60 % 60, n % 60),
        calculates: false,
    },
    // A column and a number of two types.
    Kind { columns: ["x", "i"], literal: |n| n.to_string(), calculates: true },
];

/// The forms of a condition: with the two columns, the literal, the number, and a comparison.
type Form = fn(&str, &str, &str, usize, &str) -> String;

static FORMS: [Form; 12] = [
    |a, b, _, n, op| format!("{a} + {n} {op} {b}"),
    |a, b, _, n, _| format!("{a} + {n} BETWEEN {b} + {n} AND {b} * {n}"),
    |a, b, _, n, op| format!("NOT {a} {op} {b} * {n}"),
    |a, b, _, n, _| format!("{a} + {n} IN ({b}, {b} + 1, {b} + 2)"),
    |a, b, _, n, op| format!("coalesce({a}, {b} + {n}) {op} {b}"),
    |a, b, _, n, op| format!("abs({a} - {n}) {op} {b}"),
    |a, b, literal, _, op| format!("{a} {op} {literal} OR {b} IS NULL"),
    |a, b, literal, _, _| format!("{a} BETWEEN {literal} AND {b}"),
    |a, b, literal, _, op| format!("nullif({a}, {literal}) {op} {b}"),
    |a, b, literal, _, _| format!("({a}, {b}) <> ({literal}, {a})"),
    |a, b, literal, _, op| format!("CASE WHEN {a} {op} {literal} THEN {b} ELSE {a} END IS NOT NULL"),
    |a, _, literal, _, _| format!("{a} IS DISTINCT FROM {literal}"),
];

/// How many of the forms calculate: they come first.
const CALCULATING: usize = 6;

const PLACES: [&str; 11] = [
    "SELECT count(*) FROM t WHERE COND",
    "SELECT count(*) FROM t WHERE NOT (COND)",
    "SELECT COND FROM t",
    "SELECT count(CASE WHEN COND THEN 1 END) FROM t",
    "SELECT count(*) FILTER (WHERE COND) FROM t",
    "SELECT i FROM t ORDER BY COND, i",
    "SELECT 1 FROM t GROUP BY i, j, x, y, p, q, s, r, a, b, f, g HAVING COND",
    "SELECT count(*) FROM (SELECT 1 AS one) u JOIN t ON COND",
    "SELECT count(*) FROM (SELECT 1 AS one) u LEFT JOIN t ON COND",
    "SELECT count(*) FROM (SELECT *, i + 1 AS k FROM t) v WHERE COND",
    "WITH w AS (SELECT *, COND AS c FROM t) SELECT count(*) FROM w WHERE c",
];

/// Numbers of a seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// A function that writes the condition of each number.
    fn condition(&mut self) -> impl Fn(usize) -> String + use<> {
        let kind = self.of(&KINDS);
        let forms = if kind.calculates { &FORMS[..] } else { &FORMS[CALCULATING..] };
        let (form, op) = (*self.of(forms), *self.of(&["<", "<=", ">", ">=", "=", "<>"]));
        let turn = self.below(2);
        move |n| {
            let [a, b] = [kind.columns[turn], kind.columns[1 - turn]];
            format!("({})", form(a, b, &(kind.literal)(n), n, op))
        }
    }
}

fn drawn(usual: usize, all: usize) -> usize {
    if env::var_os("TRIBUTARY_ALL_SEEDS").is_some() { all } else { usual }
}

fn seed() -> u64 {
    env::var("CHAINS_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_128)
}

fn chain(condition: &impl Fn(usize) -> String, numbers: std::ops::Range<usize>, joiner: &str) -> String {
    numbers.map(condition).collect::<Vec<_>>().join(joiner)
}

async fn lake() -> Lake {
    Lake::of(&TYPES, &ROWS).await
}

/// The longest statement of this form that is within the bound of keywords and operators.
fn longest(lake: &Lake, statement: impl Fn(usize) -> String) -> usize {
    let mut length = 750;
    while let Err(error) = lake.engine.prepare(&statement(length), &[]) {
        let message = error.to_string();
        assert!(message.contains("keywords and operators") || message.contains("parts"), "{message}");
        length -= length.div_ceil(16);
    }
    length
}

/// Runs a test of this file in a process of its own, on whose death it says what was run last.
fn in_a_child(name: &str) {
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", &format!("chains::{name}"), "--ignored", "--nocapture", "--test-threads=1"])
        .env("CHAINS_SEED", seed().to_string())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(said.contains("running 1 test"), "{said}");
    let last: Vec<&str> = said.lines().rev().take(3).collect();
    let error = String::from_utf8_lossy(&child.stderr);
    let error = &error[error.floor_char_boundary(error.len().saturating_sub(2_000))..];
    assert!(child.status.success(), "CHAINS_SEED={}: {}\n{last:?}\n{error}", seed(), child.status);
}

#[test]
fn long_chains_end_as_answers() {
    in_a_child("child_of_long_chains");
}

#[test]
#[ignore = "run by long_chains_end_as_answers in a process of its own"]
fn child_of_long_chains() {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(1).thread_stack_size(engine::STACK).build().unwrap();
    runtime.block_on(async { tokio::spawn(long_chains()).await.unwrap() });
}

async fn long_chains() {
    let lake = lake().await;
    let mut draw = Draw(seed());
    let cases: usize =
        env::var("CHAINS_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(drawn(4, 24));
    // What ended the process, as it was.
    let between = |n: usize| format!("i + {n} BETWEEN x + {n} AND x * {n}");
    let greater = |n: usize| format!("i + {n} >= x + {n}");
    for all in [
        chain(&between, 1..46, " AND "),
        chain(&between, 1..200, " AND "),
        chain(&greater, 1..151, " AND "),
        chain(&greater, 1..371, " AND "),
    ] {
        answered(&lake, &format!("SELECT count(*) FROM t WHERE {all}"), true).await;
    }
    for case in 0..cases {
        let condition = draw.condition();
        let joiner = *draw.of(&[" AND ", " OR "]);
        // Every place comes, and WHERE most often.
        let place = if case.is_multiple_of(2) { PLACES[case / 2 % PLACES.len()] } else { PLACES[0] };
        let statement = |length: usize| place.replace("COND", &chain(&condition, 1..length + 1, joiner));
        let longest = longest(&lake, statement);
        let length = [longest, longest, 40, 17][draw.below(4)].min(longest);
        println!("case {case}: {length} of {longest}: {}", &statement(2));
        answered(&lake, &statement(length), place == PLACES[0]).await;
    }
    // Booleans are the longest chains: each operator is a condition more.
    for (place, joiner) in [(PLACES[0], " AND "), (PLACES[1], " OR "), (PLACES[2], " AND ")] {
        let columns: Vec<&str> = (0..1_480).map(|n| if n % 3 == 0 { "f" } else { "g" }).collect();
        answered(&lake, &place.replace("COND", &columns.join(joiner)), true).await;
    }
    // Names are no operators: a condition of each comes of USING.
    let names: Vec<String> = (0..1_200).map(|n| format!("c{n}")).collect();
    let (names, values) = (names.join(", "), vec!["1"; names.len()].join(", "));
    let rows = |name: &str| format!("(VALUES ({values})) AS {name} ({names})");
    let using = format!("SELECT count(*) FROM {} JOIN {} USING ({names})", rows("u"), rows("v"));
    answered(&lake, &using, false).await;
}

/// Whether it ends, and as an answer where that is asked for; else as an error by name.
async fn answered(lake: &Lake, sql: &str, is_asked: bool) {
    let shown = &sql[..sql.floor_char_boundary(160)];
    println!("{} bytes: {shown}", sql.len());
    match lake.text(sql, &[]).await {
        Ok(_) => {}
        Err(engine::csv::CsvError::Query(error)) => {
            let is_named = matches!(&error, EngineError::Unsupported { .. } | EngineError::Failed(_));
            assert!(is_named && !is_asked, "{shown}: {error}");
        }
        Err(error) => panic!("{shown}: {error}"),
    }
}

/// The rows of a long chain are those of its pieces, which are asked one by one: all of them have it, or one of them.
#[tokio::test]
async fn long_chains_have_the_rows_of_their_pieces() {
    const ROW: &str = "coalesce(i, -999)";
    let lake = lake().await;
    let mut draw = Draw(seed() ^ 0x5eed);
    for case in 0..drawn(3, 8) {
        let condition = draw.condition();
        let joiner = if case.is_multiple_of(2) { " AND " } else { " OR " };
        let length = 24 + draw.below(40);
        let select = |condition: &str| format!("SELECT {ROW} FROM t WHERE {condition} ORDER BY 1");
        let whole = lake.rows(&select(&chain(&condition, 1..length + 1, joiner))).await;
        let mut rows: Option<Vec<String>> = None;
        for first in (1..=length).step_by(6) {
            let piece = chain(&condition, first..(first + 6).min(length + 1), joiner);
            let found: Vec<String> = lake.rows(&select(&piece)).await.lines().map(str::to_owned).collect();
            rows = Some(match rows {
                None => found,
                Some(rows) if joiner == " AND " => {
                    rows.into_iter().filter(|row| found.contains(row)).collect()
                }
                Some(mut rows) => {
                    rows.extend(found);
                    rows
                }
            });
        }
        let mut rows = rows.unwrap();
        rows.sort();
        rows.dedup();
        let mut whole: Vec<String> = whole.lines().map(str::to_owned).collect();
        whole.sort();
        assert_eq!(whole, rows, "CHAINS_SEED={}, case {case}: {}", seed(), chain(&condition, 1..4, joiner));
    }
}
