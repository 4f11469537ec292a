//! What only shows: `SHOW`, `DESCRIBE` and `EXPLAIN`.

use super::{
    Command, Explained, Show,
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
    if !matches!(cursor.peek(), Some(What::Mark('('))) || !matches!(options.word(), Some("type" | "format")) {
        return explained(cursor, "EXPLAIN", Command::Explain);
    }
    let (mut kind, mut is_json) = (Kind::Plan, false);
    loop {
        let option = options.name()?;
        let value = options.name()?;
        match (option.as_str(), value.as_str()) {
            ("format", "text") => is_json = false,
            ("format", "json") => is_json = true,
            ("type", "logical" | "distributed") => kind = Kind::Plan,
            ("type", "validate") => kind = Kind::Validate,
            ("type", "io") => kind = Kind::Io,
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
    match kind {
        // The answer is JSON, whatever was asked for.
        Kind::Io => explained(&mut options, "EXPLAIN (TYPE IO)", Command::Io),
        _ if is_json => Ok(Command::Absent("EXPLAIN (FORMAT JSON)".to_owned())),
        Kind::Plan => explained(&mut options, "EXPLAIN", Command::Explain),
        Kind::Validate => explained(&mut options, "EXPLAIN (TYPE VALIDATE)", Command::Validate),
    }
}

/// The types of EXPLAIN.
enum Kind {
    Plan,
    Validate,
    Io,
}

/// The statement after `EXPLAIN` and its options, which are `explain`.
fn explained(
    cursor: &mut Cursor<'_>,
    explain: &str,
    command: impl FnOnce(Explained) -> Command,
) -> Parsed<Command> {
    let first = cursor.word();
    let sql = cursor.rest()?;
    // An EXPLAIN of an EXPLAIN is not read: it could go on so.
    let of = if first == Some("explain") { None } else { Some(Command::of(&sql)?) };
    Ok(match of {
        Some(None) => command(Explained::Query(sql)),
        Some(Some(write @ (Command::CreateTableAs { .. } | Command::Insert { .. }))) => {
            command(Explained::Write(Box::new(write)))
        }
        Some(Some(Command::Absent(construct))) => Command::Absent(construct),
        _ => {
            let what = "of what is neither a query nor CREATE TABLE AS nor INSERT INTO";
            Command::Absent(format!("{explain} {what}"))
        }
    })
}
