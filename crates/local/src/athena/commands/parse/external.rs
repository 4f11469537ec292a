//! `CREATE EXTERNAL TABLE`: a table of files that are there already, in Hive's grammar.

use std::collections::BTreeMap;

use domain::DataType;
use engine::{OPEN_CSV, OPEN_CSV_MARKS};

use super::{
    Command, TableName,
    cursor::{Cursor, Parsed},
};
use crate::{athena::commands::words::What, glue::PARQUET_SERDE};

/// A table of files that are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::athena) struct ExternalTable {
    pub(in crate::athena::commands) name: TableName,
    pub(in crate::athena::commands) if_not_exists: bool,
    pub(in crate::athena::commands) columns: Vec<Column>,
    pub(in crate::athena::commands) keys: Vec<Column>,
    pub(in crate::athena::commands) comment: Option<String>,
    pub(in crate::athena::commands) files: Files,
    pub(in crate::athena::commands) location: String,
    pub(in crate::athena::commands) properties: BTreeMap<String, String>,
}

/// A column, or a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::athena) struct Column {
    pub(in crate::athena::commands) name: String,
    /// As the catalog writes it.
    pub(in crate::athena::commands) data_type: String,
    pub(in crate::athena::commands) comment: Option<String>,
}

/// What the files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::athena) enum Files {
    Parquet,
    /// With the properties of `OpenCSVSerde`.
    Csv(BTreeMap<String, String>),
}

/// What the statement says of the files.
#[derive(Default)]
struct Said {
    serde: Option<String>,
    serde_properties: BTreeMap<String, String>,
    /// In capitals.
    stored_as: Option<String>,
    /// What there is in Athena, and not here.
    absent: Option<String>,
}

/// What comes behind `CREATE EXTERNAL TABLE`.
pub(super) fn external_table(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    let if_not_exists = cursor.eat(&["if", "not", "exists"]);
    let name = cursor.table()?;
    let columns = columns(cursor)?;
    let (mut keys, mut comment, mut location) = (Vec::new(), None, None);
    let (mut said, mut properties) = (Said::default(), BTreeMap::new());
    loop {
        if cursor.eat(&["comment"]) {
            comment = Some(cursor.text()?);
        } else if cursor.eat(&["partitioned", "by"]) {
            keys = self::columns(cursor)?;
        } else if cursor.eat(&["location"]) {
            location = Some(cursor.text()?);
        } else if cursor.eat(&["tblproperties"]) {
            properties = cursor.texts()?;
        } else if cursor.eat(&["with", "serdeproperties"]) {
            said.serde_properties = cursor.texts()?;
        } else if cursor.eat(&["row", "format"]) {
            row_format(cursor, &mut said)?;
        } else if cursor.eat(&["stored", "as"]) {
            stored_as(cursor, &mut said)?;
        } else if cursor.eat(&["clustered"]) {
            return Ok(absent("CLUSTERED BY"));
        } else {
            break;
        }
        // What follows is not in a grammar of ours.
        if let Some(what) = said.absent.take() {
            return Ok(absent(&what));
        }
    }
    cursor.end()?;
    let Some(location) = location else { return Err(cursor.wrong("'LOCATION'")) };
    let files = match said.files() {
        Ok(files) => files,
        Err(what) => return Ok(absent(&what)),
    };
    let table = ExternalTable { name, if_not_exists, columns, keys, comment, files, location, properties };
    Ok(table.refusal().map_or_else(|| Command::CreateExternalTable(table), |what| absent(&what)))
}

fn absent(what: &str) -> Command {
    Command::Absent(format!("CREATE EXTERNAL TABLE with {what}"))
}

fn row_format(cursor: &mut Cursor<'_>, said: &mut Said) -> Parsed<()> {
    if cursor.eat(&["delimited"]) {
        said.absent = Some(format!("ROW FORMAT DELIMITED (for CSV, use ROW FORMAT SERDE '{OPEN_CSV}')"));
        return Ok(());
    }
    cursor.expect("serde")?;
    said.serde = Some(cursor.text()?);
    Ok(())
}

fn stored_as(cursor: &mut Cursor<'_>, said: &mut Said) -> Parsed<()> {
    if cursor.eat(&["inputformat"]) {
        // The class that reads the rows says the same.
        cursor.text()?;
        cursor.expect("outputformat")?;
        cursor.text()?;
    } else {
        said.stored_as = Some(cursor.name()?.to_uppercase());
    }
    Ok(())
}

impl Said {
    /// The format, or what is not here.
    fn files(self) -> Result<Files, String> {
        let stored_as = self.stored_as.as_deref();
        match (self.serde.as_deref(), stored_as) {
            (Some(PARQUET_SERDE), None | Some("PARQUET")) | (None, Some("PARQUET")) => Ok(Files::Parquet),
            (Some(OPEN_CSV), None | Some("TEXTFILE")) => {
                let properties = self.serde_properties.into_iter();
                Ok(Files::Csv(properties.map(|(name, text)| (name, unescaped(&text))).collect()))
            }
            (Some(other), _) => {
                Err(format!("ROW FORMAT SERDE '{other}' (use STORED AS PARQUET, or '{OPEN_CSV}')"))
            }
            (None, stored_as) => Err(format!(
                "files of the format {} (use STORED AS PARQUET, or ROW FORMAT SERDE '{OPEN_CSV}')",
                stored_as.unwrap_or("TEXTFILE")
            )),
        }
    }
}

impl ExternalTable {
    /// What of the table the engine could not read.
    fn refusal(&self) -> Option<String> {
        if let Some(key) = self.keys.iter().find(|key| !engine::is_key_type(&key.data_type)) {
            return Some(format!("a partition key of the type {}", key.data_type));
        }
        match &self.files {
            Files::Parquet => {
                unknown(&self.columns).map(|data_type| format!("a column of the type {data_type}"))
            }
            Files::Csv(_) if !self.keys.is_empty() => Some("partitions of CSV".to_owned()),
            Files::Csv(properties) => {
                if let Some(other) = self.columns.iter().find(|column| column.data_type != "string") {
                    return Some(format!("a column of the type {} in CSV (use string)", other.data_type));
                }
                let odd = properties.iter().find(|(name, text)| {
                    !OPEN_CSV_MARKS.contains(&name.as_str()) || text.chars().count() != 1
                });
                odd.map(|(name, text)| format!("the property '{name}' = '{text}'"))
            }
        }
    }
}

/// The first type that the engine does not have.
pub(super) fn unknown(columns: &[Column]) -> Option<&str> {
    let mut types = columns.iter().map(|column| column.data_type.as_str());
    types.find(|data_type| data_type.parse::<DataType>().is_err())
}

/// `(a string COMMENT 'x', b int)`
pub(super) fn columns(cursor: &mut Cursor<'_>) -> Parsed<Vec<Column>> {
    cursor.expect_mark('(')?;
    let mut columns = Vec::new();
    loop {
        let name = cursor.name()?;
        let data_type = data_type(cursor)?;
        let comment = if cursor.eat(&["comment"]) { Some(cursor.text()?) } else { None };
        columns.push(Column { name, data_type, comment });
        if !cursor.eat_mark(',') {
            break;
        }
    }
    cursor.expect_mark(')')?;
    Ok(columns)
}

/// A type up to what follows it, without blanks: `struct<a:int,b:array<string>>`.
fn data_type(cursor: &mut Cursor<'_>) -> Parsed<String> {
    let (mut text, mut depth) = (String::new(), 0usize);
    loop {
        match cursor.peek() {
            // One word, unless it is within others.
            Some(What::Word(word)) if depth > 0 || text.is_empty() => text.push_str(word),
            Some(What::Name(name)) if depth > 0 => text.push_str(&name.to_lowercase()),
            Some(What::Mark(mark @ ('<' | '('))) if !text.is_empty() => {
                depth += 1;
                text.push(*mark);
            }
            Some(What::Mark(mark @ ('>' | ')'))) if depth > 0 => {
                depth -= 1;
                text.push(*mark);
            }
            Some(What::Mark(mark @ (',' | ':'))) if depth > 0 => text.push(*mark),
            _ if depth > 0 || text.is_empty() => return Err(cursor.wrong("a type")),
            _ => return Ok(if text == "integer" { "int".to_owned() } else { text }),
        }
        cursor.at += 1;
    }
}

/// Hive's texts have escapes.
fn unescaped(text: &str) -> String {
    match text {
        "\\t" => "\t".to_owned(),
        "\\\\" => "\\".to_owned(),
        "\\\"" => "\"".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests;
