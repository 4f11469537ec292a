mod bounds;
mod generated;
mod limits;
mod regular_expressions;
mod together;

use super::*;
use crate::problem::listing;

fn readable() -> Vec<DatasetName> {
    ["bookings", "passengers"].map(|name| DatasetName::new(name).unwrap()).to_vec()
}

fn gate(sql: &str) -> Result<Gated, Refused> {
    let datasets = readable();
    let datasets: Vec<&DatasetName> = datasets.iter().collect();
    Gated::new(sql, &Readable { database: "tributary", datasets: Some(&datasets) })
}

/// A line of the golden files as a statement.
fn unescape(line: &str) -> String {
    let mut text = String::new();
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let meant = match (character, characters.peek()) {
            ('\\', Some('n')) => '\n',
            ('\\', Some('r')) => '\r',
            ('\\', Some('t')) => '\t',
            ('\\', Some('\\')) => '\\',
            (other, _) => {
                text.push(other);
                continue;
            }
        };
        text.push(meant);
        characters.next();
    }
    text
}

/// Goes through a golden file; `answer` fails for a statement that does not belong there.
fn golden(name: &str, answer: impl Fn(&str) -> Vec<String>) {
    let path = format!("{}/tests/{name}", env!("CARGO_MANIFEST_DIR"));
    let golden = std::fs::read_to_string(&path).unwrap();
    let mut written = String::new();
    for line in golden.lines().filter(|line| !line.starts_with("  ")) {
        written.push_str(line);
        written.push('\n');
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        for line in answer(&unescape(line)) {
            written.push_str(&format!("  {line}\n"));
        }
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &written).unwrap();
        return;
    }
    assert_eq!(written, golden, "{name} changed: look at it, then write it anew with UPDATE_GOLDEN=1");
}

#[test]
fn every_attack_is_refused_with_its_reason() {
    golden("free_sql.refused", |sql| match gate(sql) {
        Err(refused) => vec![refused.to_string().escape_debug().to_string()],
        Ok(gated) => panic!("accepted: {sql}\nas {}", gated.sql(100, &[])),
    });
}

#[test]
fn every_honest_query_is_accepted() {
    golden("free_sql.accepted", |sql| {
        let gated = gate(sql).unwrap_or_else(|refused| panic!("refused: {sql}\n{refused}"));
        let tables = listing(gated.tables().iter().map(DatasetName::as_str));
        let ordered = if gated.ordered { "; ordered" } else { "" };
        let volatile = if gated.volatile { "; volatile" } else { "" };
        let parameters = gated.parameters().len();
        vec![gated.sql(100, &[]), format!("-> {tables}; {parameters} parameters{ordered}{volatile}")]
    });
}

/// The functions whose second argument is a regular expression.
const REGULAR: [&str; 7] = [
    "regexp_count",
    "regexp_extract",
    "regexp_extract_all",
    "regexp_like",
    "regexp_position",
    "regexp_replace",
    "regexp_split",
];
