//! Reads the statements that are no queries.

mod change;
mod cursor;
mod external;
mod show;

use std::collections::BTreeMap;

use super::words::{self, What};
use change::{alter, create, drop_, insert, unload};
use cursor::{Cursor, Parsed};
pub(in crate::athena) use external::{Column, ExternalTable, Files};
use show::{describe, explain, show};

/// A statement that is no query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::athena) enum Command {
    Show(Show),
    /// `EXPLAIN`.
    Explain(Explained),
    /// `EXPLAIN (TYPE VALIDATE)`.
    Validate(Explained),
    /// `EXPLAIN (TYPE IO)`.
    Io(Explained),
    CreateDatabase {
        name: String,
        if_not_exists: bool,
    },
    DropDatabase {
        name: String,
        if_exists: bool,
        /// With the tables that are in it.
        cascade: bool,
    },
    CreateExternalTable(ExternalTable),
    CreateTableAs {
        table: TableName,
        if_not_exists: bool,
        properties: Properties,
        query: String,
        with_data: bool,
    },
    CreateView {
        view: TableName,
        or_replace: bool,
        query: String,
    },
    DropTable {
        table: TableName,
        if_exists: bool,
    },
    DropView {
        view: TableName,
        if_exists: bool,
    },
    Insert {
        table: TableName,
        columns: Vec<String>,
        query: String,
    },
    Unload {
        query: String,
        to: String,
        properties: Properties,
    },
    Prepare {
        name: String,
        sql: String,
    },
    /// With the texts of the literals after USING.
    Execute {
        name: String,
        parameters: Vec<String>,
    },
    Deallocate {
        name: String,
    },
    /// `ALTER TABLE ... SET TBLPROPERTIES`.
    SetProperties {
        table: TableName,
        properties: BTreeMap<String, String>,
    },
    /// `ALTER TABLE ... ADD COLUMNS`.
    AddColumns {
        table: TableName,
        columns: Vec<Column>,
    },
    /// A statement of Athena's that the local Athena refuses, in the words of the refusal.
    Absent(String),
}

/// What an `EXPLAIN` is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::athena) enum Explained {
    Query(String),
    /// `CREATE TABLE AS` or `INSERT INTO`.
    Write(Box<Command>),
}

/// What only shows the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::athena) enum Show {
    Databases { pattern: Option<String> },
    Tables { database: Option<String>, pattern: Option<String> },
    Views { database: Option<String>, pattern: Option<String> },
    Columns(TableName),
    Partitions(TableName),
    CreateTable(TableName),
    CreateView(TableName),
    Properties { table: TableName, key: Option<String> },
    Describe(TableName),
}

/// The name of a table, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::athena) struct TableName {
    pub(super) database: Option<String>,
    pub(super) table: String,
}

/// What is in `WITH (...)`.
pub(in crate::athena) type Properties = BTreeMap<String, Property>;

/// The value of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::athena) enum Property {
    /// A text, a number or a word, without its quotes.
    Text(String),
    /// `ARRAY[...]` of texts.
    List(Vec<String>),
}

impl Command {
    /// The command that a statement is; `None` of a query, and of what no parser here knows. Fails with the complaint of
    /// Athena's parser.
    pub(in crate::athena) fn of(sql: &str) -> Result<Option<Self>, String> {
        let Ok(tokens) = words::tokens(sql) else { return Ok(None) };
        let cursor = Cursor { sql, tokens: &tokens, at: 0 };
        let Some(first) = cursor.word() else { return Ok(None) };
        let command = match first {
            "show" => show(&mut cursor.after()),
            "describe" | "desc" => describe(&mut cursor.after()),
            "explain" => explain(&mut cursor.after()),
            "alter" => return alter(&mut cursor.after()),
            "create" => create(&mut cursor.after()),
            "drop" => drop_(&mut cursor.after()),
            "insert" => insert(&mut cursor.after()),
            "unload" => unload(&mut cursor.after()),
            "prepare" => prepare(&mut cursor.after()),
            "execute" => execute(&mut cursor.after()),
            "deallocate" => deallocate(&mut cursor.after()),
            _ => return Ok(None),
        };
        command.map(Some)
    }

    /// The query within, which Athena parses before it takes the statement.
    pub(in crate::athena) fn query(&self) -> Option<&str> {
        match self {
            Self::Explain(of) | Self::Validate(of) | Self::Io(of) => match of {
                Explained::Query(query) => Some(query),
                Explained::Write(write) => write.query(),
            },
            Self::CreateTableAs { query, .. }
            | Self::CreateView { query, .. }
            | Self::Insert { query, .. }
            | Self::Unload { query, .. } => Some(query),
            _ => None,
        }
    }
}

fn prepare(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    let name = cursor.name()?;
    cursor.expect("from")?;
    Ok(Command::Prepare { name, sql: cursor.rest()? })
}

fn execute(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    let name = cursor.name()?;
    let mut parameters = Vec::new();
    if cursor.eat(&["using"]) {
        let end = cursor.tokens.len();
        let (mut start, mut depth) = (cursor.at, 0usize);
        loop {
            let mark = match cursor.peek() {
                Some(What::Mark(mark)) => Some(*mark),
                Some(_) => None,
                None => Some(';'),
            };
            match mark {
                Some('(' | '[') => depth += 1,
                Some(')' | ']') => depth = depth.saturating_sub(1),
                Some(',' | ';') if depth == 0 || cursor.at == end => {
                    parameters.push(match &cursor.tokens[start..cursor.at] {
                        [] => return Err(cursor.wrong("an expression")),
                        [first, .., last] => cursor.sql[first.place.start..last.place.end].to_owned(),
                        [only] => cursor.sql[only.place.clone()].to_owned(),
                    });
                    start = cursor.at + 1;
                    if mark == Some(';') {
                        break;
                    }
                }
                _ => {}
            }
            cursor.at += 1;
        }
    }
    cursor.end()?;
    Ok(Command::Execute { name, parameters })
}

fn deallocate(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    cursor.expect("prepare")?;
    let name = cursor.name()?;
    cursor.end()?;
    Ok(Command::Deallocate { name })
}

#[cfg(test)]
mod tests;
