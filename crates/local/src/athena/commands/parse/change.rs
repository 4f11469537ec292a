//! What changes the catalog, or writes files.

use super::{
    Command, Properties,
    cursor::{Cursor, Parsed},
    external::{self, external_table},
};
use crate::athena::commands::words::{Token, What};

pub(super) fn create(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    if cursor.eat(&["database"]) || cursor.eat(&["schema"]) {
        let if_not_exists = cursor.eat(&["if", "not", "exists"]);
        let name = cursor.name()?;
        return match cursor.end() {
            Ok(()) => Ok(Command::CreateDatabase { name, if_not_exists }),
            Err(_) => {
                Ok(Command::Absent("CREATE DATABASE with a location, a comment or properties".to_owned()))
            }
        };
    }
    let or_replace = cursor.eat(&["or", "replace"]);
    if cursor.eat(&["view"]) {
        let view = cursor.table()?;
        if !cursor.eat(&["as"]) {
            let what = "CREATE VIEW with a comment, a security mode or names of columns";
            return Ok(Command::Absent(what.to_owned()));
        }
        return Ok(Command::CreateView { view, or_replace, query: cursor.rest()? });
    }
    if !or_replace && cursor.eat(&["external", "table"]) {
        return external_table(cursor);
    }
    if !cursor.eat(&["table"]) {
        let what = cursor.word().unwrap_or_default().to_uppercase();
        return Ok(Command::Absent(format!("CREATE {what}").trim_end().to_owned()));
    }
    if or_replace {
        return Ok(Command::Absent("CREATE OR REPLACE TABLE".to_owned()));
    }
    let if_not_exists = cursor.eat(&["if", "not", "exists"]);
    let table = cursor.table()?;
    if matches!(cursor.peek(), Some(What::Mark('('))) {
        let what =
            "CREATE TABLE with columns (make it of a query, CREATE TABLE ... AS SELECT, or through Glue)";
        return Ok(Command::Absent(what.to_owned()));
    }
    let properties = if cursor.eat(&["with"]) { cursor.properties()? } else { Properties::new() };
    cursor.expect("as")?;
    let (query, with_data) = without_data(cursor)?;
    Ok(Command::CreateTableAs { table, if_not_exists, properties, query, with_data })
}

/// Only `SET TBLPROPERTIES` and `ADD COLUMNS` are commands. The engine refuses every other ALTER by its name.
pub(super) fn alter(cursor: &mut Cursor<'_>) -> Parsed<Option<Command>> {
    if !cursor.eat(&["table"]) {
        return Ok(None);
    }
    let table = cursor.table()?;
    if cursor.eat(&["add", "columns"]) {
        let columns = external::columns(cursor)?;
        cursor.end()?;
        let unknown = external::unknown(&columns).map(|data_type| {
            Command::Absent(format!("ALTER TABLE ADD COLUMNS with a column of the type {data_type}"))
        });
        return Ok(Some(unknown.unwrap_or(Command::AddColumns { table, columns })));
    }
    if !cursor.eat(&["set", "tblproperties"]) {
        return Ok(None);
    }
    let properties = cursor.texts()?;
    cursor.end()?;
    Ok(Some(Command::SetProperties { table, properties }))
}

/// The query up to `WITH [NO] DATA`, and whether its rows are wanted.
fn without_data(cursor: &mut Cursor<'_>) -> Parsed<(String, bool)> {
    let mut end = cursor.tokens.len();
    while matches!(cursor.tokens[..end].last(), Some(Token { what: What::Mark(';'), .. })) {
        end -= 1;
    }
    let is_at_end = |words: &[&str]| {
        end.checked_sub(words.len()).is_some_and(|start| {
            start > cursor.at
                && Cursor { sql: cursor.sql, tokens: &cursor.tokens[..end], at: start }.eat(words)
        })
    };
    let (length, with_data) = if is_at_end(&["with", "no", "data"]) {
        (3, false)
    } else if is_at_end(&["with", "data"]) {
        (2, true)
    } else {
        (0, true)
    };
    let mut query = Cursor { sql: cursor.sql, tokens: &cursor.tokens[..end - length], at: cursor.at };
    Ok((query.rest()?, with_data))
}

pub(super) fn drop_(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    if cursor.eat(&["database"]) || cursor.eat(&["schema"]) {
        let if_exists = cursor.eat(&["if", "exists"]);
        let name = cursor.name()?;
        let cascade = cursor.eat(&["cascade"]);
        if !cascade {
            cursor.eat(&["restrict"]);
        }
        cursor.end()?;
        return Ok(Command::DropDatabase { name, if_exists, cascade });
    }
    let is_view = cursor.eat(&["view"]);
    if !is_view && !cursor.eat(&["table"]) {
        let what = cursor.word().unwrap_or_default().to_uppercase();
        return Ok(Command::Absent(format!("DROP {what}").trim_end().to_owned()));
    }
    let if_exists = cursor.eat(&["if", "exists"]);
    let table = cursor.table()?;
    cursor.end()?;
    Ok(if is_view {
        Command::DropView { view: table, if_exists }
    } else {
        Command::DropTable { table, if_exists }
    })
}

pub(super) fn insert(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    if cursor.word() == Some("overwrite") {
        return Ok(Command::Absent("INSERT OVERWRITE".to_owned()));
    }
    cursor.expect("into")?;
    let table = cursor.table()?;
    let mut columns = Vec::new();
    let ahead = cursor.after();
    let is_query = matches!(ahead.word(), Some("select" | "with" | "values"))
        || matches!(ahead.peek(), Some(What::Mark('(')));
    if matches!(cursor.peek(), Some(What::Mark('('))) && !is_query {
        cursor.expect_mark('(')?;
        loop {
            columns.push(cursor.name()?);
            if !cursor.eat_mark(',') {
                break;
            }
        }
        cursor.expect_mark(')')?;
    }
    Ok(Command::Insert { table, columns, query: cursor.rest()? })
}

pub(super) fn unload(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    let query = cursor.in_parentheses()?;
    cursor.expect("to")?;
    let to = cursor.text()?;
    let properties = if cursor.eat(&["with"]) { cursor.properties()? } else { Properties::new() };
    cursor.end()?;
    Ok(Command::Unload { query, to, properties })
}
