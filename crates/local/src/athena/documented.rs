//! `docs/sql.md`: which SQL there is, and where. Its tables are made of `docs/sql/statements.tsv` and
//! `docs/sql/functions.tsv`, of the table of functions ([`trino::functions()`]), and of what the API's gate and the local
//! Athena answer to the example of each row.
//! `UPDATE_GOLDEN=1 cargo test -p local documented` writes them anew.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    sync::Arc,
};

use domain::{
    DatasetName, QueryName,
    memory::{MemoryCatalog, MemoryStore, NoClock},
    port::{Catalog, PartitionKey, Table, TableColumn},
};
use engine::{Engine, EngineError};
use futures::TryStreamExt;
use query::NamedQuery;
use serde_json::json;

use super::commands::Command;

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");

const DATABASE: &str = "tributary";

/// The rows that the examples of functions are computed of.
const ROWS: &str = "(VALUES (1, 2.5e0, 'a', true, DATE '2026-11-23', TIMESTAMP '2026-11-23 10:05:00'), \
                    (2, 5e-1, 'b', false, DATE '2026-11-24', TIMESTAMP '2026-11-24 00:00:00')) \
                    AS r (x, y, s, b, d, t)";

/// The types whose names are the same in a result and in the table of functions.
const PLAIN: [&str; 10] =
    ["array", "bigint", "boolean", "date", "double", "integer", "json", "map", "varbinary", "varchar"];

/// A row of a table.
struct Row<'a> {
    chapter: &'a str,
    name: &'a str,
    example: &'a str,
    /// Empty if nothing does.
    differs: &'a str,
}

/// What each place says to a statement; `Err` is why not.
struct Answers {
    free_sql: Result<(), String>,
    named_query: Result<(), String>,
    local: Result<(), String>,
}

/// A lake with the dataset `passengers`, which has no rows.
struct Lake {
    engine: Engine<MemoryCatalog, MemoryStore>,
    dataset: DatasetName,
    query: QueryName,
}

impl Lake {
    async fn new() -> Self {
        let dataset = DatasetName::new("passengers").unwrap();
        let column = |(name, data_type): (&str, &str)| TableColumn {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            comment: None,
        };
        let columns = [("passenger_id", "bigint"), ("flight_id", "bigint"), ("name", "string")];
        let table = Table {
            name: dataset.clone(),
            description: None,
            columns: columns.map(column).to_vec(),
            partition_keys: vec![PartitionKey::string("dt")],
            location: "tables/passengers/".to_owned(),
            schema_version: None,
            parameters: BTreeMap::new(),
            version: None,
        };
        let catalog = MemoryCatalog::default();
        catalog.create_table(&table).await.unwrap();
        let engine = Engine::new(DATABASE, Arc::new(catalog), Arc::new(MemoryStore::default()), NoClock);
        let query = QueryName::new("example").unwrap();
        Self { engine: engine.in_bucket(DATABASE), dataset, query }
    }

    async fn answers(&self, sql: &str) -> Answers {
        let definition = json!({"name": self.query.as_str(), "sql": sql}).to_string();
        let named_query = NamedQuery::from_json(&self.query, definition.as_bytes(), DATABASE);
        Answers {
            free_sql: query::check_free_sql(sql, DATABASE, &[&self.dataset]).map(drop),
            named_query: named_query.map(drop).map_err(|error| error.to_string()),
            local: self.local(sql).await,
        }
    }

    /// A query is computed. Of another statement it is asked whether there is such a one, and of the query in it whether
    /// it can be prepared: what it changes is not there.
    async fn local(&self, sql: &str) -> Result<(), String> {
        let answer = match Command::of(sql)? {
            None => self.computed(sql).await,
            Some(Command::Absent(construct)) => return Err(construct),
            Some(command) => match command.query() {
                None => Ok(()),
                Some(query) => self.engine.prepare(query, &[]).map(drop),
            },
        };
        answer.map_err(|error| match error {
            EngineError::Rejected { .. } | EngineError::Unsupported { .. } => error.to_string(),
            EngineError::Failed(failure) if failure.code == "NOT_SUPPORTED" => failure.to_string(),
            // The example is wrong, or the engine is.
            error => panic!("{sql}: {error}"),
        })
    }

    async fn computed(&self, sql: &str) -> Result<(), EngineError> {
        self.type_of(sql).await.map(drop)
    }

    /// Computes the query. Answers with the type of its first column.
    async fn type_of(&self, sql: &str) -> Result<String, EngineError> {
        let execution = self.engine.execute(sql, &[]).await?;
        let data_type = execution.columns[0].data_type.clone();
        let _rows: Vec<_> = execution.batches.try_collect().await?;
        Ok(data_type)
    }
}

fn read(name: &str) -> String {
    let path = format!("{DOCS}/{name}");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The rows below the line with the columns' names.
fn rows(text: &str) -> Vec<Row<'_>> {
    text.lines().skip(1).map(row).collect()
}

fn row(line: &str) -> Row<'_> {
    let fields: Vec<&str> = line.split('\t').collect();
    match fields[..] {
        [chapter, name, example, differs] => {
            Row { chapter, name, example, differs: if differs == "-" { "" } else { differs } }
        }
        _ => panic!(
            "a row has four fields with tabs between them; the last is - where nothing differs: {line}"
        ),
    }
}

/// A table for each chapter.
fn tables(head: &str, answered: &[(Row<'_>, Answers)]) -> String {
    let mut written = String::new();
    let mut chapters = BTreeSet::new();
    for rows in answered.chunk_by(|(row, _), (next, _)| row.chapter == next.chapter) {
        let chapter = rows[0].0.chapter;
        assert!(chapters.insert(chapter), "the rows of {chapter} do not stand together");
        let places = "free SQL | named query | local Athena";
        write!(
            written,
            "### {chapter}\n\n| {head} | example | {places} | what differs from Athena |\n|{}---|---|---|---|---|\n",
            "---|".repeat(head.split('|').count())
        )
        .unwrap();
        for (row, answers) in rows {
            // Functions have one more column.
            let signature = head.contains('|').then(|| function(row.name).signature());
            line(&mut written, row, signature, answers);
        }
        written.push('\n');
    }
    written
}

fn line(written: &mut String, row: &Row<'_>, signature: Option<String>, answers: &Answers) {
    let cell = |text: &str| text.replace('|', "\\|");
    let place = |answer: &Result<(), String>| if answer.is_ok() { "yes" } else { "no" };
    let (name, example, differs) = (cell(row.name), cell(row.example), cell(row.differs));
    let places = [&answers.free_sql, &answers.named_query, &answers.local].map(place).join(" | ");
    let signature = signature.map(|signature| format!(" `{signature}` |")).unwrap_or_default();
    writeln!(written, "| {name} |{signature} `{example}` | {places} | {differs} |").unwrap();
}

/// Holds the part of the page between two comments to what was made.
fn held(page: &str, part: &str, made: &str) -> String {
    let (begin, end) = (format!("<!-- {part}: begin -->\n"), format!("<!-- {part}: end -->\n"));
    let (before, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("the page has no {begin}"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("the page has no {end}"));
    format!("{before}{begin}\n{made}{end}{after}")
}

/// Writes a part of the page anew if that is asked for, and fails if it is another one.
fn golden(part: &str, made: &str) {
    let page = read("sql.md");
    let wanted = held(&page, part, made);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(format!("{DOCS}/sql.md"), wanted).unwrap();
        return;
    }
    assert_eq!(
        page, wanted,
        "docs/sql.md is out of date: write it anew with UPDATE_GOLDEN=1, and look at it"
    );
}

/// In one test: they write one file.
#[tokio::test]
async fn the_page_says_what_the_code_does() {
    let lake = Lake::new().await;
    let text = read("sql/statements.tsv");
    let mut answered = Vec::new();
    for row in rows(&text) {
        let answers = lake.answers(row.example).await;
        answered.push((row, answers));
    }
    golden("statements", &tables("statement", &answered));

    let text = read("sql/functions.tsv");
    let mut answered = Vec::new();
    for row in rows(&text) {
        let answers = lake.answers(&statement(&row)).await;
        holds(&row, &answers);
        answered.push((row, answers));
    }
    golden("functions", &tables("function | takes and gives", &answered));
}

fn function(name: &str) -> &'static trino::Function {
    trino::function(name).unwrap_or_else(|| panic!("there is no function {name}"))
}

/// The statement with a function's example.
fn statement(row: &Row<'_>) -> String {
    let grouped = if row.name == "grouping" { " GROUP BY x" } else { "" };
    format!("SELECT {} FROM {ROWS}{grouped}", row.example)
}

/// A function is where the lists say that it is.
fn holds(Row { name, example, .. }: &Row<'_>, answers: &Answers) {
    let Answers { free_sql, named_query, local } = answers;
    assert!(example.to_lowercase().contains(name), "{name}: another function is in {example}");
    let is_known = query::sql_functions().contains(name);
    assert_eq!(free_sql.is_ok(), is_known, "{name} in free SQL: {free_sql:?}");
    assert_eq!(named_query.is_ok(), is_known, "{name} in a named query: {named_query:?}");
    let is_local = function(name).is_local();
    assert_eq!(local.is_ok(), is_local, "{name} in the local Athena: {local:?}");
}

#[test]
fn every_function_has_a_row_and_every_row_a_function() {
    let text = read("sql/functions.tsv");
    let rows = rows(&text);
    let names: BTreeSet<&str> = rows.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), rows.len(), "a function has two rows in docs/sql/functions.tsv");
    let functions: BTreeSet<&str> =
        query::sql_functions().union(&engine::function_names()).copied().collect();
    let without_row: Vec<_> = functions.difference(&names).collect();
    assert!(without_row.is_empty(), "without a row in docs/sql/functions.tsv: {without_row:?}");
    let without_function: Vec<_> = names.difference(&functions).collect();
    assert!(
        without_function.is_empty(),
        "rows in docs/sql/functions.tsv of no function: {without_function:?}"
    );
}

/// What the local engine gives is what the table says, where that is one type.
#[tokio::test]
async fn results_are_of_the_types_of_the_table() {
    let lake = Lake::new().await;
    let text = read("sql/functions.tsv");
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for row in rows(&text) {
        let gives = function(row.name).gives.split('(').next().unwrap_or_default();
        if !function(row.name).is_local() || !PLAIN.contains(&gives) {
            continue;
        }
        let found = lake.type_of(&statement(&row)).await.unwrap();
        compared += 1;
        if found.split(['(', '<']).next() != Some(gives) {
            wrong.push(format!("{}: {found}, and not {gives}", row.name));
        }
    }
    assert!(wrong.is_empty() && compared > 150, "{compared} compared: {wrong:#?}");
}
