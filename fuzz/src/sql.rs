//! What must hold for any text that is sent as SQL: the front end takes it or says why not, within the bounds of its stack
//! and in little time; and what the API would send to Athena is one query over the caller's datasets. A fuzz target calls
//! it, and a test of `query`.

use std::time::{Duration, Instant};

use domain::DatasetName;
use sqlparser::{
    ast::{Ident, ObjectName},
    tokenizer::Token,
};
use trino::{API, Bounds, LOCAL, Policy, Unparsed, Unsupported};

const DATABASE: &str = "tributary";

/// The datasets that the caller may read.
const DATASETS: [&str; 2] = ["bookings", "passengers"];

/// The longest that a text may take, of so few bytes as the fuzzer makes, also unoptimized and with sanitizers.
const LONGEST: Duration = Duration::from_secs(20);

/// Any text as a statement: as the API reads it, and as the local Athena does. Answers whether the API would run it.
pub fn sql(text: &str) -> bool {
    let began = Instant::now();
    let is_run = gate(text);
    for bounds in [API, LOCAL] {
        let _ = tables(text, &bounds);
    }
    let took = began.elapsed();
    assert!(took < LONGEST, "{took:?}");
    is_run
}

/// The gate: it refuses with a sentence, or what it writes anew is a query of the grammar, over these datasets alone.
fn gate(text: &str) -> bool {
    let datasets = DATASETS.map(|name| DatasetName::new(name).expect("a name"));
    match query::check_free_sql(text, DATABASE, &datasets.each_ref()) {
        Ok(written) => {
            let Some(named) = tables(&written, &LOCAL) else {
                // The gate reads these types by itself, and the parser does not know them.
                let nested = ["array", "map", "row"];
                let folded = written.to_lowercase();
                assert!(nested.iter().any(|name| folded.contains(name)), "is no query: {written}");
                return true;
            };
            for table in named {
                let known = DATASETS.iter().any(|dataset| table == format!("\"{DATABASE}\".\"{dataset}\""));
                assert!(known, "{table} in {written}");
            }
            true
        }
        Err(sentence) => {
            assert!(!sentence.is_empty() && sentence.len() < 4_096, "{} bytes of problem", sentence.len());
            false
        }
    }
}

/// The tables that the text names, if it is one query of the grammar.
fn tables(text: &str, bounds: &Bounds) -> Option<Vec<String>> {
    bounds.text(text).ok()?;
    let mut tokens = trino::tokenize(text).ok()?;
    bounds.tokens(&tokens).ok()?;
    tokens.retain(|token| token.token != Token::EOF);
    let walked = trino::query(tokens, bounds, |query| {
        let mut tables = Tables(Vec::new());
        trino::walk(&query, &mut tables).map(|()| tables.0)
    });
    match walked {
        Ok(walked) => walked.ok(),
        Err(error) => {
            assert!(!matches!(error, Unparsed::Panicked), "{text}");
            None
        }
    }
}

/// Takes all of the grammar.
struct Tables(Vec<String>);

impl Policy for Tables {
    type Refused = Unsupported;

    const LEVELS: usize = 200;

    fn table(&mut self, name: &ObjectName, _: &[&Ident]) -> Result<(), Unsupported> {
        self.0.push(name.to_string());
        Ok(())
    }
}
