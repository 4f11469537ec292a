//! What only shows: `SHOW`, `DESCRIBE` and `EXPLAIN`.

use super::{
    Command, Show,
    cursor::{Cursor, Parsed},
};
use crate::athena::commands::words::What;

pub(super) fn show(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    let show = if cursor.eat(&["create", "table"]) {
        Show::CreateTable(cursor.table()?)
    } else if cursor.eat(&["create", "view"]) {
        Show::CreateView(cursor.table()?)
    } else if cursor.eat(&["databases"]) || cursor.eat(&["schemas"]) {
        Show::Databases { pattern: pattern(cursor)? }
    } else if cursor.eat(&["tables"]) {
        Show::Tables { database: database(cursor)?, pattern: pattern(cursor)? }
    } else if cursor.eat(&["views"]) {
        Show::Views { database: database(cursor)?, pattern: pattern(cursor)? }
    } else if cursor.eat(&["columns"]) {
        if !cursor.eat(&["from"]) {
            cursor.expect("in")?;
        }
        let mut table = cursor.table()?;
        if let Some(database) = database(cursor)? {
            table.database = Some(database);
        }
        Show::Columns(table)
    } else if cursor.eat(&["partitions"]) {
        Show::Partitions(cursor.table()?)
    } else if cursor.eat(&["tblproperties"]) {
        let table = cursor.table()?;
        let mut key = None;
        if cursor.eat_mark('(') {
            key = Some(cursor.text()?);
            cursor.expect_mark(')')?;
        }
        Show::Properties { table, key }
    } else {
        return match cursor.word() {
            Some(word) => Ok(Command::Absent(format!("SHOW {}", word.to_uppercase()))),
            None => Err(cursor.wrong("'COLUMNS', 'CREATE', 'DATABASES', 'PARTITIONS', 'TABLES', 'VIEWS'")),
        };
    };
    cursor.end()?;
    Ok(Command::Show(show))
}

fn database(cursor: &mut Cursor<'_>) -> Parsed<Option<String>> {
    if cursor.eat(&["in"]) || cursor.eat(&["from"]) { cursor.name().map(Some) } else { Ok(None) }
}

fn pattern(cursor: &mut Cursor<'_>) -> Parsed<Option<String>> {
    if cursor.eat(&["like"]) || matches!(cursor.peek(), Some(What::Text(_))) {
        cursor.text().map(Some)
    } else {
        Ok(None)
    }
}

pub(super) fn describe(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    for word in ["input", "output", "extended", "formatted"] {
        let mut ahead = cursor.after();
        // Unless it is the table's own name.
        if cursor.word() == Some(word) && ahead.name().is_ok() {
            return Ok(Command::Absent(format!("DESCRIBE {}", word.to_uppercase())));
        }
    }
    let table = cursor.table()?;
    if matches!(cursor.peek(), Some(What::Word(_) | What::Name(_))) {
        return Ok(Command::Absent("DESCRIBE of a column or a partition".to_owned()));
    }
    cursor.end()?;
    Ok(Command::Show(Show::Describe(table)))
}

pub(super) fn explain(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    if cursor.word() == Some("analyze") {
        return Ok(Command::Absent("EXPLAIN ANALYZE".to_owned()));
    }
    // `EXPLAIN (SELECT 1)` is of a query.
    let mut options = cursor.after();
    if matches!(cursor.peek(), Some(What::Mark('('))) && matches!(options.word(), Some("type" | "format")) {
        let mut command: fn(String) -> Command = Command::Explain;
        loop {
            let option = options.name()?;
            let value = options.name()?;
            match (option.as_str(), value.as_str()) {
                ("format", "text") => {}
                ("type", "logical" | "distributed") => command = Command::Explain,
                ("type", "validate") => command = Command::Validate,
                _ => {
                    let (option, value) = (option.to_uppercase(), value.to_uppercase());
                    return Ok(Command::Absent(format!("EXPLAIN ({option} {value})")));
                }
            }
            if !options.eat_mark(',') {
                break;
            }
        }
        options.expect_mark(')')?;
        return options.rest().map(command);
    }
    cursor.rest().map(Command::Explain)
}
