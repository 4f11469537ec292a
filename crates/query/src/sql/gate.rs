//! The gate for SQL that people wrote: it lets one read-only query of this database's datasets through, and
//! nothing else. Free SQL passes it at every request, a named query when it is loaded.
//!
//! The world is closed: a token that is not listed here as Athena's and harmless is refused by its name, and so is a clause,
//! an expression, a type or a function that [`trino`] does not list. What is sent is never the text that came.
//! It is the tokens that were parsed, written anew in one spelling, without comments, and with every table named in full
//! and in quotes. So nothing can hide where two parsers would read one text in two ways.

mod clause;
mod function;
mod interval;
mod refused;
mod regular;
mod scope;
mod text;
mod token;
mod types;

use std::collections::BTreeSet;

use domain::DatasetName;
use sqlparser::{
    ast::Query,
    keywords::Keyword,
    tokenizer::{Location, Token, TokenWithSpan},
};
use trino::API;

use super::Statement;
use crate::{
    plan::{
        RowLimits, bound,
        literal::Literal,
        pattern::{self, Looked},
        value::Value,
        with_one_more,
    },
    problem::{Problem, ProblemKind, quote},
};
pub(crate) use refused::Refused;
use scope::Found;
pub(crate) use scope::Readable;

/// A query that may be run.
#[derive(Debug, Clone)]
pub(crate) struct Gated {
    tokens: Vec<Token>,
    limit: text::Limit,
    tables: BTreeSet<DatasetName>,
    parameters: Vec<Option<String>>,
    ordered: bool,
    volatile: bool,
    /// The parameters that stand for regular expressions, by their number from 0.
    patterns: BTreeSet<usize>,
}

/// A query ready to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Runnable {
    /// The SQL and its literals.
    pub(crate) statement: Statement,
    /// The datasets that it reads, in order of name; perhaps none.
    pub(crate) datasets: Vec<DatasetName>,
    /// The most rows that it gives.
    pub(crate) rows: u64,
    /// Whether it says in which order its rows come. Whether no two of them tie in it is not known here. Without one, the
    /// same data may give any `rows` of its rows, if it has so many.
    pub(crate) ordered: bool,
    /// Whether it may answer differently from the same data in another way: there is no `ETag` then, and nothing to
    /// share.
    pub(crate) volatile: bool,
    /// The named parameters that stand for regular expressions, in order of name, each once.
    pub(crate) patterns: Vec<String>,
}

impl Gated {
    /// Parses and checks a statement: first whether it may be run at all, which includes the datasets that it reads, and
    /// last its regular expressions, which take the longest. The errors say what would work.
    pub(crate) fn new(sql: &str, readable: &Readable<'_>) -> Result<Self, Refused> {
        API.text(sql)?;
        let (tokens, parameters) = token::admit(sql)?;
        let operators = API.tokens(&tokens)?;
        let query = parse(types::collapsed(&tokens)?)?;
        let mut found = Found::new(readable);
        trino::walk(&query, &mut found)?;
        let limit = found.limit.and_then(|(place, limit)| Some((index(&tokens, place)?, limit)));
        // Without a LIMIT, one is added.
        if limit.is_none() && operators == API.operators {
            return Err(Refused::new(format!(
                "the SQL has {operators} keywords and operators without a LIMIT, and may have as many with one"
            )));
        }
        let tables = found.tables.iter().map(|(_, _, name)| name.clone()).collect();
        let patterns = found.patterns.iter().map(|place| parameters_before(&tokens, *place)).collect();
        let (tokens, limit) = text::qualify(tokens, &found.tables, readable.database, limit)?;
        let Found { ordered, volatile, regular, .. } = found;
        let gated = Self { tokens, limit, tables, parameters, ordered, volatile, patterns };
        gated.reads_back()?;
        regular::check(&regular)?;
        Ok(gated)
    }

    /// Makes it ready to run with these values, one for each parameter in order, and with as many rows as its own LIMIT
    /// and the caller's `limit` both allow. If those are more than one answer may have, it is refused; also if the values
    /// make the SQL longer than every engine takes.
    pub(crate) fn run(
        &self,
        values: &[Value],
        limit: Option<u64>,
        limits: RowLimits,
    ) -> Result<Runnable, Problem> {
        let RowLimits { default_rows, max_rows } = limits;
        let rows = match [limit, self.limit()].into_iter().flatten().min() {
            None => default_rows.min(max_rows),
            Some(rows) if rows <= max_rows => rows,
            Some(rows) => {
                let word = if limit == Some(rows) { "limit" } else { self.limit_clause() };
                let detail =
                    format!("{word} {rows} is more than the {max_rows} rows that one answer may have");
                let problem = Problem::new(ProblemKind::TooMuch, detail);
                return Err(problem.with("parameter", "limit").with("maximum", max_rows));
            }
        };
        let mut looked = Looked::default();
        for (index, value) in values.iter().enumerate().filter(|(index, _)| self.patterns.contains(index)) {
            self.regular_expression(index, value, &mut looked)?;
        }
        let literals: Vec<Vec<Literal>> = values.iter().map(Literal::parts).collect();
        let lengths: Vec<usize> = literals.iter().map(Vec::len).collect();
        let sql = self.sql(with_one_more(rows), &lengths);
        let statement = Statement { sql, parameters: literals.concat() };
        Ok(Runnable {
            statement: statement.bounded()?,
            datasets: self.tables.iter().cloned().collect(),
            rows,
            ordered: self.ordered,
            volatile: self.volatile,
            patterns: self.named_patterns(),
        })
    }

    fn named_patterns(&self) -> Vec<String> {
        let names = self.patterns.iter().filter_map(|index| self.parameters.get(*index)?.clone());
        names.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Checks the value of a parameter that stands for a regular expression.
    fn regular_expression(&self, index: usize, value: &Value, looked: &mut Looked) -> Result<(), Problem> {
        let Value::Text(text) = value else { return Ok(()) };
        pattern::in_sql(text, looked).map_err(|what| {
            let name = match self.parameters.get(index).and_then(Option::as_deref) {
                Some(name) => name.to_owned(),
                None => (index + 1).to_string(),
            };
            let detail =
                format!("parameter {name} expects a regular expression {what}, found {}", quote(text));
            Problem::new(ProblemKind::InvalidValue, detail).with("parameter", name)
        })
    }

    /// The SQL to send, which gives at most `rows` rows, or all of them if that is more than a LIMIT may say ([`bound`]). The
    /// query's own order stands: the outermost LIMIT is lowered or added, not wrapped around, since Athena may drop an
    /// ORDER BY in a subquery.
    ///
    /// A value that makes several literals, as a long text does, is put together where its `?` was.
    fn sql(&self, rows: u64, literals: &[usize]) -> String {
        let number = |rows: u64| Token::Number(rows.to_string(), false);
        let mut tokens = self.tokens.clone();
        match self.limit {
            Some((index, limit)) => tokens[index] = number(limit.min(rows)),
            None => {
                if let Some(rows) = bound(rows) {
                    tokens.extend([text::word("LIMIT"), number(rows)]);
                }
            }
        }
        if literals.iter().any(|count| *count > 1) {
            tokens = text::spread(tokens, literals);
        }
        text::write(&tokens)
    }

    /// The LIMIT that its author wrote.
    pub(crate) fn limit(&self) -> Option<u64> {
        self.limit.map(|(_, limit)| limit)
    }

    /// The clause that its author wrote for it.
    fn limit_clause(&self) -> &'static str {
        let before = self.limit.and_then(|(index, _)| self.tokens.get(..index)).unwrap_or_default();
        let word = before.iter().rev().find_map(|token| match token {
            Token::Word(word) => Some(word.keyword),
            _ => None,
        });
        match word {
            Some(Keyword::FIRST) => "FETCH FIRST",
            Some(Keyword::NEXT) => "FETCH NEXT",
            _ => "LIMIT",
        }
    }

    /// Whether it has parameters that stand for regular expressions.
    pub(crate) fn has_patterns(&self) -> bool {
        !self.patterns.is_empty()
    }

    /// The datasets that it reads; perhaps none.
    pub(crate) fn tables(&self) -> &BTreeSet<DatasetName> {
        &self.tables
    }

    /// Its parameters in the order of the text: the name of a `:name`, nothing for a `?`.
    pub(crate) fn parameters(&self) -> &[Option<String>] {
        &self.parameters
    }

    /// What is written has to be the tokens that were checked, for who reads it.
    fn reads_back(&self) -> Result<(), Refused> {
        let written = text::write(&self.tokens);
        let (tokens, _) = token::admit(&written)?;
        if tokens.iter().map(|token| &token.token).eq(&self.tokens) {
            Ok(())
        } else {
            Err(Refused::new("the SQL cannot be written in another way: write it more plainly"))
        }
    }
}

fn parse(tokens: Vec<TokenWithSpan>) -> Result<Box<Query>, Refused> {
    Ok(trino::query(tokens, &API, |query| query)?)
}

/// How many parameters stand before this place.
fn parameters_before(tokens: &[TokenWithSpan], place: Location) -> usize {
    let before = tokens.iter().take_while(|token| token.span.start < place);
    before.filter(|token| matches!(token.token, Token::Placeholder(_))).count()
}

fn index(tokens: &[TokenWithSpan], place: Location) -> Option<usize> {
    tokens.binary_search_by_key(&place, |token| token.span.start).ok()
}

#[cfg(test)]
mod tests;
