//! Reading a statement, word by word.

use std::collections::BTreeMap;

use super::{Properties, Property, TableName};
use crate::athena::commands::words::{Token, What};

/// Where the reading is.
pub(super) struct Cursor<'a> {
    pub(super) sql: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) at: usize,
}

/// What is read, or the complaint of Athena's parser.
pub(super) type Parsed<T> = Result<T, String>;

impl<'a> Cursor<'a> {
    pub(super) fn peek(&self) -> Option<&'a What> {
        self.tokens.get(self.at).map(|token| &token.what)
    }

    /// The word here, if it is one outside of quotes.
    pub(super) fn word(&self) -> Option<&'a str> {
        match self.peek() {
            Some(What::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// The same behind the word that is here.
    pub(super) fn after(&self) -> Self {
        Self { sql: self.sql, tokens: self.tokens, at: self.at + 1 }
    }

    /// Takes these words, all or none.
    pub(super) fn eat(&mut self, words: &[&str]) -> bool {
        let here = self.tokens.get(self.at..).unwrap_or_default();
        let is_there = here.len() >= words.len()
            && here.iter().zip(words).all(|(token, word)| matches!(&token.what, What::Word(w) if w == word));
        if is_there {
            self.at += words.len();
        }
        is_there
    }

    pub(super) fn eat_mark(&mut self, mark: char) -> bool {
        let is_there = matches!(self.peek(), Some(What::Mark(found)) if *found == mark);
        self.at += usize::from(is_there);
        is_there
    }

    pub(super) fn expect(&mut self, word: &str) -> Parsed<()> {
        if self.eat(&[word]) { Ok(()) } else { Err(self.wrong(&format!("'{}'", word.to_uppercase()))) }
    }

    pub(super) fn expect_mark(&mut self, mark: char) -> Parsed<()> {
        if self.eat_mark(mark) { Ok(()) } else { Err(self.wrong(&format!("'{mark}'"))) }
    }

    pub(super) fn name(&mut self) -> Parsed<String> {
        match self.peek() {
            Some(What::Word(name) | What::Name(name)) => {
                self.at += 1;
                Ok(name.to_lowercase())
            }
            _ => Err(self.wrong("<identifier>")),
        }
    }

    /// `table`, `database.table` or `awsdatacatalog.database.table`.
    pub(super) fn table(&mut self) -> Parsed<TableName> {
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

    pub(super) fn text(&mut self) -> Parsed<String> {
        match self.peek() {
            Some(What::Text(text)) => {
                self.at += 1;
                Ok(text.clone())
            }
            _ => Err(self.wrong("<string>")),
        }
    }

    /// The end of the statement, perhaps behind a semicolon.
    pub(super) fn end(&mut self) -> Parsed<()> {
        while self.eat_mark(';') {}
        if self.at == self.tokens.len() { Ok(()) } else { Err(self.wrong("<EOF>")) }
    }

    /// What is left of the text, without semicolons at its end. There has to be something.
    pub(super) fn rest(&mut self) -> Parsed<String> {
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
    pub(super) fn in_parentheses(&mut self) -> Parsed<String> {
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

    /// `('a' = 'x', 'b' = 'y')`
    pub(super) fn texts(&mut self) -> Parsed<BTreeMap<String, String>> {
        let mut texts = BTreeMap::new();
        self.expect_mark('(')?;
        loop {
            let name = self.text()?;
            self.expect_mark('=')?;
            texts.insert(name, self.text()?);
            if !self.eat_mark(',') {
                break;
            }
        }
        self.expect_mark(')')?;
        Ok(texts)
    }

    /// `(a = 'x', b = ARRAY['y'])`
    pub(super) fn properties(&mut self) -> Parsed<Properties> {
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
    pub(super) fn wrong(&self, expected: &str) -> String {
        let place = self.tokens.get(self.at).map(|token| token.place.clone());
        let found = place.clone().map_or("<EOF>", |place| &self.sql[place]);
        let before = &self.sql[..place.map_or(self.sql.len(), |place| place.start)];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("line {line}:{column}: mismatched input '{found}'. Expecting: {expected}")
    }
}
