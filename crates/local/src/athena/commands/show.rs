//! `SHOW` and `DESCRIBE`: the catalog as text, in the form in which Hive writes it, which answers these in Athena.

use serde_json::{Value, json};

use super::{
    Lines,
    catalog::{Catalog, items, name},
    failed,
    parse::{Show, TableName},
    views,
};
use crate::athena::runner::RunError;

/// How wide Hive makes the fields of a line.
const WIDTH: usize = 20;

/// Reads the catalog and writes what is asked for.
pub(super) async fn answer(catalog: &Catalog<'_>, show: Show) -> Result<Lines, RunError> {
    match show {
        Show::Databases { pattern } => {
            let databases = catalog.all("GetDatabases", json!({}), "DatabaseList").await?;
            Ok(Lines::of(&["database_name"], matching(&databases, pattern.as_deref())?))
        }
        Show::Tables { database, pattern } => {
            let tables = catalog.tables(database.as_deref()).await?;
            Ok(Lines::of(&["tab_name"], matching(&tables, pattern.as_deref())?))
        }
        Show::Views { database, pattern } => {
            let mut tables = catalog.tables(database.as_deref()).await?;
            tables.retain(views::is_view);
            Ok(Lines::of(&["views"], matching(&tables, pattern.as_deref())?))
        }
        Show::Columns(wanted) => {
            let table = catalog.table(&wanted).await?;
            let names = columns(&table).chain(keys(&table)).map(|column| padded(name(column)));
            Ok(Lines::of(&["field"], names.collect()))
        }
        Show::Partitions(wanted) => partitions(catalog, &wanted).await,
        Show::CreateTable(wanted) => {
            let table = catalog.table(&wanted).await?;
            if views::is_view(&table) {
                return Err(failed(
                    "FAILED: SemanticException [Error 10091]: it is a view: use SHOW CREATE VIEW",
                ));
            }
            Ok(Lines::of(&["createtab_stmt"], statement(catalog.database(&wanted), &table)))
        }
        Show::CreateView(wanted) => {
            let table = catalog.table(&wanted).await?;
            let query = views::query(&table).ok_or_else(|| {
                failed(format!("SYNTAX_ERROR: '{}' is no view: use SHOW CREATE TABLE", wanted.table))
            })?;
            let head = format!("CREATE VIEW {}.{} AS", catalog.database(&wanted), wanted.table);
            let lines = std::iter::once(head).chain(query.lines().map(str::to_owned));
            Ok(Lines::of(&["Create View"], lines.collect()))
        }
        Show::Properties { table: wanted, key } => {
            let table = catalog.table(&wanted).await?;
            let parameters = table["Parameters"].as_object().into_iter().flatten();
            let wanted = |name: &String| key.as_ref().is_none_or(|key| key == name);
            let lines = parameters
                .filter(|(name, _)| wanted(name))
                .map(|(name, value)| format!("{name}\t{}", value.as_str().unwrap_or_default()));
            Ok(Lines::of(&["prpt_name", "prpt_value"], lines.collect()))
        }
        Show::Describe(wanted) => {
            let table = catalog.table(&wanted).await?;
            Ok(Lines::of(&["col_name", "data_type", "comment"], description(&table)))
        }
    }
}

/// The names that a pattern leaves, in their order. In it `*` is any text, and `|` stands between two patterns.
fn matching(items: &[Value], pattern: Option<&str>) -> Result<Vec<String>, RunError> {
    let pattern = pattern.map(|pattern| {
        // Trino's `%` means the same to who writes it.
        let parts = pattern.split('|').map(|part| {
            let pieces = part.split(['*', '%']).map(regex::escape);
            pieces.collect::<Vec<_>>().join(".*")
        });
        regex::RegexBuilder::new(&format!("^(?:{})$", parts.collect::<Vec<_>>().join("|")))
            .case_insensitive(true)
            .build()
    });
    let pattern = pattern.transpose().map_err(|error| failed(format!("FAILED: ParseException {error}")))?;
    let names =
        items.iter().map(name).filter(|name| pattern.as_ref().is_none_or(|found| found.is_match(name)));
    Ok(names.map(str::to_owned).collect())
}

async fn partitions(catalog: &Catalog<'_>, wanted: &TableName) -> Result<Lines, RunError> {
    let table = catalog.table(wanted).await?;
    let keys: Vec<&str> = keys(&table).map(name).collect();
    if keys.is_empty() {
        return Err(failed(format!(
            "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. Table {} is not a \
             partitioned table",
            wanted.table
        )));
    }
    let request = json!({"DatabaseName": catalog.database(wanted), "TableName": wanted.table});
    let partitions = catalog.all("GetPartitions", request, "Partitions").await?;
    let line = |partition: &Value| {
        let values = items(&partition["Values"]).map(|value| value.as_str().unwrap_or_default());
        let pairs = keys.iter().zip(values).map(|(key, value)| format!("{key}={value}"));
        pairs.collect::<Vec<_>>().join("/")
    };
    Ok(Lines::of(&["partition"], partitions.iter().map(line).collect()))
}

/// The lines of DESCRIBE: the columns with the keys among them, and the keys once more.
fn description(table: &Value) -> Vec<String> {
    let line = |column: &Value| {
        let fields = [name(column), column["Type"].as_str().unwrap_or_default(), comment(column)];
        fields.map(padded).join("\t")
    };
    let mut lines: Vec<String> = columns(table).chain(keys(table)).map(line).collect();
    if keys(table).next().is_some() {
        let nothing = "\t \t ";
        lines.extend([nothing.to_owned(), "# Partition Information\t \t ".to_owned()]);
        lines.push(["# col_name", "data_type", "comment"].map(padded).join("\t"));
        lines.push(nothing.to_owned());
        lines.extend(keys(table).map(line));
    }
    lines
}

/// The lines of the CREATE EXTERNAL TABLE that makes the table.
fn statement(database: &str, table: &Value) -> Vec<String> {
    let descriptor = &table["StorageDescriptor"];
    let mut lines = vec![format!("CREATE EXTERNAL TABLE `{database}.{}`(", name(table))];
    lines.extend(definitions(columns(table)));
    if keys(table).next().is_some() {
        lines.push("PARTITIONED BY ( ".to_owned());
        lines.extend(definitions(keys(table)));
    }
    let text = |value: &Value| format!("  {} ", literal(value.as_str().unwrap_or_default()));
    let serde = &descriptor["SerdeInfo"];
    lines.extend(["ROW FORMAT SERDE ".to_owned(), text(&serde["SerializationLibrary"])]);
    lines.extend(["STORED AS INPUTFORMAT ".to_owned(), text(&descriptor["InputFormat"])]);
    lines.extend(["OUTPUTFORMAT ".to_owned(), text(&descriptor["OutputFormat"]).trim_end().to_owned()]);
    lines.extend(["LOCATION".to_owned(), text(&descriptor["Location"]).trim_end().to_owned()]);
    let parameters = table["Parameters"].as_object().into_iter().flatten();
    let parameters: Vec<String> = parameters
        .filter(|(name, _)| *name != "EXTERNAL")
        .map(|(name, value)| format!("  {}={}", literal(name), literal(value.as_str().unwrap_or_default())))
        .collect();
    lines.push("TBLPROPERTIES (".to_owned());
    lines.extend(listed(parameters));
    lines
}

fn definitions<'a>(columns: impl Iterator<Item = &'a Value>) -> Vec<String> {
    let definition = |column: &Value| {
        let comment = match comment(column) {
            "" => String::new(),
            comment => format!(" COMMENT {}", literal(comment)),
        };
        format!("  `{}` {}{comment}", name(column), column["Type"].as_str().unwrap_or_default())
    };
    listed(columns.map(definition).collect())
}

/// Hive ends the lines of a list with a comma and a blank, and the last one with the parenthesis.
fn listed(mut lines: Vec<String>) -> Vec<String> {
    let last = lines.len().saturating_sub(1);
    for (index, line) in lines.iter_mut().enumerate() {
        line.push_str(if index == last { ")" } else { ", " });
    }
    if lines.is_empty() {
        lines.push(")".to_owned());
    }
    lines
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n"))
}

/// A field of a line: a line break in it would end the line, and a tab the field.
fn padded(text: &str) -> String {
    let text = text.replace(['\n', '\r', '\t'], " ");
    format!("{text:WIDTH$}")
}

fn comment(column: &Value) -> &str {
    column["Comment"].as_str().unwrap_or_default()
}

pub(super) fn columns(table: &Value) -> impl Iterator<Item = &Value> {
    items(&table["StorageDescriptor"]["Columns"])
}

pub(super) fn keys(table: &Value) -> impl Iterator<Item = &Value> {
    items(&table["PartitionKeys"])
}
