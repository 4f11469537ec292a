//! Reads the statements that are no queries.

use std::collections::BTreeMap;

use super::words::{self, Token, What};

/// A statement that is no query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::athena) enum Command {
    Show(Show),
    /// `EXPLAIN`, of this query.
    Explain(String),
    CreateDatabase {
        name: String,
        if_not_exists: bool,
    },
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
    /// Athena has it, and this has not.
    Absent(String),
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
            Self::Explain(query)
            | Self::CreateTableAs { query, .. }
            | Self::CreateView { query, .. }
            | Self::Insert { query, .. }
            | Self::Unload { query, .. } => Some(query),
            _ => None,
        }
    }
}

/// Where the reading is.
struct Cursor<'a> {
    sql: &'a str,
    tokens: &'a [Token],
    at: usize,
}

type Parsed<T> = Result<T, String>;

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<&'a What> {
        self.tokens.get(self.at).map(|token| &token.what)
    }

    /// The word here, if it is one outside of quotes.
    fn word(&self) -> Option<&'a str> {
        match self.peek() {
            Some(What::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// The same behind the word that is here.
    fn after(&self) -> Self {
        Self { sql: self.sql, tokens: self.tokens, at: self.at + 1 }
    }

    /// Takes these words, all or none.
    fn eat(&mut self, words: &[&str]) -> bool {
        let here = self.tokens.get(self.at..).unwrap_or_default();
        let is_there = here.len() >= words.len()
            && here.iter().zip(words).all(|(token, word)| matches!(&token.what, What::Word(w) if w == word));
        if is_there {
            self.at += words.len();
        }
        is_there
    }

    fn eat_mark(&mut self, mark: char) -> bool {
        let is_there = matches!(self.peek(), Some(What::Mark(found)) if *found == mark);
        self.at += usize::from(is_there);
        is_there
    }

    fn expect(&mut self, word: &str) -> Parsed<()> {
        if self.eat(&[word]) { Ok(()) } else { Err(self.wrong(&format!("'{}'", word.to_uppercase()))) }
    }

    fn expect_mark(&mut self, mark: char) -> Parsed<()> {
        if self.eat_mark(mark) { Ok(()) } else { Err(self.wrong(&format!("'{mark}'"))) }
    }

    fn name(&mut self) -> Parsed<String> {
        match self.peek() {
            Some(What::Word(name) | What::Name(name)) => {
                self.at += 1;
                Ok(name.to_lowercase())
            }
            _ => Err(self.wrong("<identifier>")),
        }
    }

    /// `table`, `database.table` or `awsdatacatalog.database.table`.
    fn table(&mut self) -> Parsed<TableName> {
        let start = self.at;
        let mut parts = vec![self.name()?];
        while self.eat_mark('.') {
            parts.push(self.name()?);
        }
        // awswrangler writes `database.table` in one pair of backticks.
        if let [both] = &parts[..]
            && let Some((database, table)) = both.split_once('.')
        {
            parts = vec![database.to_owned(), table.to_owned()];
        }
        let table = parts.pop().unwrap_or_default();
        let database = parts.pop();
        match parts.pop() {
            None => Ok(TableName { database, table }),
            Some(catalog) if catalog == "awsdatacatalog" && parts.is_empty() => {
                Ok(TableName { database, table })
            }
            Some(_) => {
                self.at = start;
                Err(self.wrong("a table of the catalog AwsDataCatalog"))
            }
        }
    }

    fn text(&mut self) -> Parsed<String> {
        match self.peek() {
            Some(What::Text(text)) => {
                self.at += 1;
                Ok(text.clone())
            }
            _ => Err(self.wrong("<string>")),
        }
    }

    /// The end of the statement, perhaps behind a semicolon.
    fn end(&mut self) -> Parsed<()> {
        while self.eat_mark(';') {}
        if self.at == self.tokens.len() { Ok(()) } else { Err(self.wrong("<EOF>")) }
    }

    /// What is left of the text, without semicolons at its end. There has to be something.
    fn rest(&mut self) -> Parsed<String> {
        let mut tokens = self.tokens.get(self.at..).unwrap_or_default();
        while let [before @ .., Token { what: What::Mark(';'), .. }] = tokens {
            tokens = before;
        }
        match tokens {
            [] => Err(self.wrong("<query>")),
            [first, .., last] => Ok(self.sql[first.place.start..last.place.end].to_owned()),
            [only] => Ok(self.sql[only.place.clone()].to_owned()),
        }
    }

    /// The text in the parentheses that begin here.
    fn in_parentheses(&mut self) -> Parsed<String> {
        self.expect_mark('(')?;
        let (start, mut depth) = (self.at, 1);
        while let Some(what) = self.peek() {
            match what {
                What::Mark('(') => depth += 1,
                What::Mark(')') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                let text = match &self.tokens[start..self.at] {
                    [] => return Err(self.wrong("<query>")),
                    [first, .., last] => &self.sql[first.place.start..last.place.end],
                    [only] => &self.sql[only.place.clone()],
                };
                self.at += 1;
                return Ok(text.to_owned());
            }
            self.at += 1;
        }
        Err(self.wrong("')'"))
    }

    /// `(a = 'x', b = ARRAY['y'])`
    fn properties(&mut self) -> Parsed<Properties> {
        self.expect_mark('(')?;
        let mut properties = Properties::new();
        loop {
            let name = self.name()?;
            self.expect_mark('=')?;
            properties.insert(name, self.property()?);
            if !self.eat_mark(',') {
                break;
            }
        }
        self.expect_mark(')')?;
        Ok(properties)
    }

    fn property(&mut self) -> Parsed<Property> {
        if self.eat(&["array"]) {
            self.expect_mark('[')?;
            let mut items = Vec::new();
            while !self.eat_mark(']') {
                items.push(self.text()?);
                if !self.eat_mark(',') {
                    self.expect_mark(']')?;
                    break;
                }
            }
            return Ok(Property::List(items));
        }
        match self.peek() {
            Some(What::Word(text) | What::Text(text)) => {
                self.at += 1;
                Ok(Property::Text(text.clone()))
            }
            _ => Err(self.wrong("an expression")),
        }
    }

    /// The parser's complaint about what is here.
    fn wrong(&self, expected: &str) -> String {
        let place = self.tokens.get(self.at).map(|token| token.place.clone());
        let found = place.clone().map_or("<EOF>", |place| &self.sql[place]);
        let before = &self.sql[..place.map_or(self.sql.len(), |place| place.start)];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("line {line}:{column}: mismatched input '{found}'. Expecting: {expected}")
    }
}

fn show(cursor: &mut Cursor<'_>) -> Parsed<Command> {
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

fn describe(cursor: &mut Cursor<'_>) -> Parsed<Command> {
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

fn explain(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    if cursor.word() == Some("analyze") {
        return Ok(Command::Absent("EXPLAIN ANALYZE".to_owned()));
    }
    // `EXPLAIN (SELECT 1)` is of a query.
    let mut options = cursor.after();
    if matches!(cursor.peek(), Some(What::Mark('('))) && matches!(options.word(), Some("type" | "format")) {
        loop {
            let option = options.name()?;
            let value = options.name()?;
            let is_default = matches!(
                (option.as_str(), value.as_str()),
                ("format", "text") | ("type", "logical" | "distributed")
            );
            if !is_default {
                let (option, value) = (option.to_uppercase(), value.to_uppercase());
                return Ok(Command::Absent(format!("EXPLAIN ({option} {value})")));
            }
            if !options.eat_mark(',') {
                break;
            }
        }
        options.expect_mark(')')?;
        return options.rest().map(Command::Explain);
    }
    cursor.rest().map(Command::Explain)
}

fn create(cursor: &mut Cursor<'_>) -> Parsed<Command> {
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

/// Whatever else changes a table is left to the engine, which has none of it.
fn alter(cursor: &mut Cursor<'_>) -> Parsed<Option<Command>> {
    if !cursor.eat(&["table"]) {
        return Ok(None);
    }
    let table = cursor.table()?;
    if !cursor.eat(&["set", "tblproperties"]) {
        return Ok(None);
    }
    let mut properties = BTreeMap::new();
    cursor.expect_mark('(')?;
    loop {
        let name = cursor.text()?;
        cursor.expect_mark('=')?;
        properties.insert(name, cursor.text()?);
        if !cursor.eat_mark(',') {
            break;
        }
    }
    cursor.expect_mark(')')?;
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

fn drop_(cursor: &mut Cursor<'_>) -> Parsed<Command> {
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

fn insert(cursor: &mut Cursor<'_>) -> Parsed<Command> {
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

fn unload(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    let query = cursor.in_parentheses()?;
    cursor.expect("to")?;
    let to = cursor.text()?;
    let properties = if cursor.eat(&["with"]) { cursor.properties()? } else { Properties::new() };
    cursor.end()?;
    Ok(Command::Unload { query, to, properties })
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
