//! Filters by PostgREST's rules of writing them: `gte.100`, `not.in.(a,"b,c")`, `or=(a.eq.1,not.and(b.gt.2,c.is.null))`.
//!
//! A filter of its own (`column=operator.value`) has its value as it stands, quotes and commas included. Within
//! parentheses, a comma and a closing parenthesis end a value, unless it is in double quotes; in those, a backslash
//! takes the next character as it is.

use crate::problem::{Problem, ProblemKind, quote};

use super::{RawPath, operator::Operator};

/// How deep `and` and `or` may nest.
const MAX_DEPTH: usize = 10;

/// One filter, or a tree of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RawCondition {
    /// A filter.
    Comparison(RawComparison),
    /// Several conditions, of which all or any must hold.
    Group {
        /// Whether the opposite is meant.
        negated: bool,
        /// All rather than any.
        all: bool,
        /// At least one.
        conditions: Vec<RawCondition>,
    },
}

/// A column held against something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawComparison {
    /// What is compared.
    pub(crate) path: RawPath,
    /// Whether the opposite is meant.
    pub(crate) negated: bool,
    /// How.
    pub(crate) operator: Operator,
    /// With what.
    pub(crate) value: RawValue,
}

/// What stands behind the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RawValue {
    /// A text.
    One(String),
    /// The elements of a list in parentheses or of an array in braces.
    Many(Vec<String>),
}

impl RawComparison {
    /// The filter `path=text`.
    pub(crate) fn parse(path: RawPath, text: &str) -> Result<Self, Problem> {
        let mut cursor = Reader { rest: text, parameter: path.to_string(), nested: false };
        let comparison = cursor.comparison(path)?;
        if cursor.rest.is_empty() { Ok(comparison) } else { Err(cursor.problem("expected nothing more")) }
    }
}

impl RawCondition {
    /// The tree of the parameter `name`, which is one of those that [`is_tree`](Self::is_tree) knows.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, Problem> {
        let mut cursor = Reader { rest: text, parameter: name.to_owned(), nested: true };
        let group = cursor.group(name.starts_with("not."), name.ends_with("and"), 1)?;
        if cursor.rest.is_empty() { Ok(group) } else { Err(cursor.problem("expected nothing more")) }
    }

    /// Whether a parameter of this name holds a tree. No column can have these names.
    pub(crate) fn is_tree(name: &str) -> bool {
        TREES.iter().any(|(known, ..)| *known == name)
    }

    /// How many filters are in it.
    pub(crate) fn filters(&self) -> usize {
        match self {
            Self::Comparison(_) => 1,
            Self::Group { conditions, .. } => conditions.iter().map(Self::filters).sum(),
        }
    }
}

/// The words before a parenthesis, whether they negate, and whether they mean all.
const TREES: [(&str, bool, bool); 4] =
    [("and", false, true), ("or", false, false), ("not.and", true, true), ("not.or", true, false)];

/// What is not read yet.
struct Reader<'a> {
    rest: &'a str,
    /// Whose value it is: for problems.
    parameter: String,
    /// Whether this is within parentheses.
    nested: bool,
}

impl<'a> Reader<'a> {
    fn group(&mut self, negated: bool, all: bool, depth: usize) -> Result<RawCondition, Problem> {
        if depth > MAX_DEPTH {
            let detail =
                format!("{} nests and and or more than {MAX_DEPTH} levels deep", quote(&self.parameter));
            return Err(Problem::new(ProblemKind::TooMuch, detail).with("maximum", MAX_DEPTH));
        }
        self.expect('(')?;
        let mut conditions = vec![self.condition(depth)?];
        while self.take(',') {
            conditions.push(self.condition(depth)?);
        }
        self.expect(')')?;
        Ok(RawCondition::Group { negated, all, conditions })
    }

    fn condition(&mut self, depth: usize) -> Result<RawCondition, Problem> {
        self.rest = self.rest.trim_start();
        for (word, negated, all) in TREES {
            if let Some(rest) = self.rest.strip_prefix(word).filter(|rest| rest.starts_with('(')) {
                self.rest = rest;
                return self.group(negated, all, depth + 1);
            }
        }
        let path = self.until(&['.', ',', '(', ')']);
        if path.is_empty() || !self.take('.') {
            return Err(self.problem("expected column.operator.value, and(…) or or(…)"));
        }
        self.comparison(RawPath::parse(path)).map(RawCondition::Comparison)
    }

    fn comparison(&mut self, path: RawPath) -> Result<RawComparison, Problem> {
        let column = path.to_string();
        let mut word = self.word();
        let negated = word == "not" && self.take('.');
        if negated {
            word = self.word();
        }
        let operator = Operator::named(&column, word)?;
        if !self.take('.') {
            let detail = format!("the filter on {column:?} has no value: write {column}={word}.value");
            return Err(Problem::new(ProblemKind::InvalidValue, detail).with("column", column));
        }
        let value = match operator {
            Operator::In => RawValue::Many(self.list()?),
            Operator::Contains => RawValue::Many(self.array()?),
            _ => RawValue::One(self.value()?),
        };
        Ok(RawComparison { path, negated, operator, value })
    }

    fn word(&mut self) -> &'a str {
        let ends: &[char] = if self.nested { &['.', ',', ')'] } else { &['.'] };
        self.until(ends)
    }

    fn value(&mut self) -> Result<String, Problem> {
        if !self.nested {
            return Ok(std::mem::take(&mut self.rest).to_owned());
        }
        self.element(&[',', ')'])
    }

    /// `(a,"b,c")`.
    fn list(&mut self) -> Result<Vec<String>, Problem> {
        self.expect('(')?;
        let mut elements = Vec::new();
        if self.take(')') {
            return Ok(elements);
        }
        loop {
            elements.push(self.element(&[',', ')'])?);
            if !self.take(',') {
                self.expect(')')?;
                return Ok(elements);
            }
        }
    }

    /// `{a,"b c"}`, as PostgreSQL writes arrays; within parentheses it may stand in quotes.
    fn array(&mut self) -> Result<Vec<String>, Problem> {
        if self.nested && self.rest.starts_with('"') {
            let inner = self.element(&[',', ')'])?;
            let mut cursor = Reader { rest: &inner, parameter: self.parameter.clone(), nested: false };
            let elements = cursor.array()?;
            return if cursor.rest.is_empty() {
                Ok(elements)
            } else {
                Err(cursor.problem("expected nothing more"))
            };
        }
        self.expect('{')?;
        let mut elements = Vec::new();
        self.rest = self.rest.trim_start();
        if self.take('}') {
            return Ok(elements);
        }
        loop {
            self.rest = self.rest.trim_start();
            if self.rest.starts_with('"') {
                elements.push(self.quoted()?);
                self.rest = self.rest.trim_start();
            } else {
                let element = self.until(&[',', '}']).trim_end();
                if element.is_empty() || element.contains(['{', '"', '\\']) {
                    return Err(self.problem("expected an element, as {a,\"b c\"}"));
                }
                if element.eq_ignore_ascii_case("null") {
                    return Err(self.problem("an array is asked for values, and null is none"));
                }
                elements.push(element.to_owned());
            }
            if !self.take(',') {
                self.expect('}')?;
                return Ok(elements);
            }
        }
    }

    /// What ends at one of `ends`, or a text in quotes before one of them.
    fn element(&mut self, ends: &[char]) -> Result<String, Problem> {
        if !self.rest.starts_with('"') {
            return Ok(self.until(ends).to_owned());
        }
        let text = self.quoted()?;
        if self.rest.starts_with(ends) {
            Ok(text)
        } else {
            Err(self.problem("expected a comma or a parenthesis behind a value in quotes"))
        }
    }

    fn quoted(&mut self) -> Result<String, Problem> {
        let mut text = String::new();
        let mut characters = self.rest.char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(text);
                }
                '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
                other => text.push(other),
            }
        }
        Err(self.problem("expected the closing quote of this value"))
    }

    fn until(&mut self, ends: &[char]) -> &'a str {
        let (found, rest) = self.rest.split_at(self.rest.find(ends).unwrap_or(self.rest.len()));
        self.rest = rest;
        found
    }

    fn take(&mut self, character: char) -> bool {
        let rest = self.rest.strip_prefix(character);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, character: char) -> Result<(), Problem> {
        if self.take(character) { Ok(()) } else { Err(self.problem(&format!("expected {character:?}"))) }
    }

    fn problem(&self, expected: &str) -> Problem {
        let found = if self.rest.is_empty() { "its end".to_owned() } else { quote(self.rest) };
        let detail = format!("the filter {}: {expected}, found {found}", quote(&self.parameter));
        Problem::new(ProblemKind::InvalidValue, detail)
            .with("parameter", self.parameter.chars().take(200).collect::<String>())
    }
}

#[cfg(test)]
mod tests;
