//! What the gate says to what the walk finds: which tables may be read, which functions be called, and where a parameter
//! may stand. The rest is the grammar's ([`trino::walk()`]).

use std::ops::Range;

use domain::DatasetName;
use sqlparser::{
    ast::{
        Expr, Function as Call, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, ObjectName, Query,
        Value, ValueWithSpan,
    },
    tokenizer::Location,
};
use trino::{Function, Policy, fold};

use super::{Refused, clause, function::json_path, interval, refused::known, regular::Regular};
use crate::problem::{nearest, quote};

/// The one catalog of an Athena workgroup that reads Glue.
const CATALOG: &str = "awsdatacatalog";

/// How often a statement may name a dataset.
const MAX_TABLES: usize = 100;

/// Which tables may be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Readable<'a> {
    /// The one database.
    pub(crate) database: &'a str,
    /// Its datasets. `None` for a named query: it may name any, and a later step asks whether they exist.
    pub(crate) datasets: Option<&'a [&'a DatasetName]>,
}

/// What was found in a statement that may be run.
pub(super) struct Found<'a> {
    readable: &'a Readable<'a>,
    /// Where a dataset is named, in how many parts, and which.
    pub(super) tables: Vec<(Location, usize, DatasetName)>,
    /// The outermost LIMIT.
    pub(super) limit: Option<(Location, u64)>,
    /// Whether the outermost query has an ORDER BY.
    pub(super) ordered: bool,
    pub(super) volatile: bool,
    /// Where a parameter stands for a regular expression.
    pub(super) patterns: Vec<Location>,
    /// The regular expressions in the text, which are checked last.
    pub(super) regular: Vec<Regular>,
}

impl<'a> Found<'a> {
    pub(super) fn new(readable: &'a Readable<'a>) -> Self {
        Self {
            readable,
            tables: Vec::new(),
            limit: None,
            ordered: false,
            volatile: false,
            patterns: Vec::new(),
            regular: Vec::new(),
        }
    }

    /// Whether the lake's operator wrote the statement, and not a caller.
    fn is_named_query(&self) -> bool {
        self.readable.datasets.is_none()
    }

    /// Athena's engine for regular expressions backtracks. An expression in the text of free SQL is checked when
    /// all else of the statement is. One in the text of a named query is not: its author is the operator, and a published
    /// query must not vanish with an upgrade. The value of a parameter is checked when it is known. What is computed, or
    /// read from a column, is not known here.
    fn regular_expression(&mut self, name: &Ident, folded: &str, args: &[FunctionArg]) {
        if !folded.starts_with("regexp_") {
            return;
        }
        let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))) = args.get(1) else {
            return;
        };
        let mut expr = expr;
        while let Expr::Nested(inner) = expr {
            expr = inner;
        }
        let Expr::Value(ValueWithSpan { value, span }) = expr else { return };
        match value {
            Value::Placeholder(_) => self.patterns.push(span.start),
            Value::SingleQuotedString(text) if !self.is_named_query() => {
                let (function, text) = (name.value.clone(), text.clone());
                self.regular.push(Regular { function, text, place: span.start });
            }
            _ => {}
        }
    }

    fn is_readable(&self, dataset: &DatasetName) -> bool {
        self.readable.datasets.is_none_or(|datasets| datasets.contains(&dataset))
    }
}

impl Policy for Found<'_> {
    type Refused = Refused;

    const LEVELS: usize = 100;

    fn query(&mut self, query: &Query, is_statement: bool) -> Result<(), Refused> {
        if is_statement {
            clause::statement(query)?;
        }
        let limit = clause::rows(query)?;
        if is_statement {
            self.limit = limit;
            self.ordered = query.order_by.is_some();
            self.volatile |= clause::has_offset(query) && !self.ordered;
        } else {
            // Which rows its LIMIT or its OFFSET leaves out is anybody's guess if it has no ORDER BY.
            let is_cut = query.limit_clause.is_some() || query.fetch.is_some();
            self.volatile |= is_cut && query.order_by.is_none();
        }
        Ok(())
    }

    /// A dataset of the database.
    fn table(&mut self, name: &ObjectName, parts: &[&Ident]) -> Result<(), Refused> {
        let place = parts.first().map_or(Location::empty(), |part| part.span.start);
        let folded: Vec<String> = parts.iter().map(|part| fold(part)).collect();
        let database = self.readable.database;
        let table = match folded.as_slice() {
            [name] => name,
            [schema, name] if schema == database => name,
            [catalog, schema, name] if catalog == CATALOG && schema == database => name,
            _ => {
                let written = quote(&name.to_string());
                let message = format!(
                    "{written} is outside of the database {database:?}, the only one that can be read"
                );
                return Err(Refused::at(message, place));
            }
        };
        let dataset = DatasetName::new(table.as_str()).ok().filter(|dataset| self.is_readable(dataset));
        if self.tables.len() == MAX_TABLES {
            return Err(Refused::at(format!("the SQL names datasets more than {MAX_TABLES} times"), place));
        }
        let unknown = || Refused::UnknownDataset { name: cut(table), place: known(place) };
        self.tables.push((place, parts.len(), dataset.ok_or_else(unknown)?));
        Ok(())
    }

    fn expression(&mut self, expr: &Expr) -> Result<(), Refused> {
        match expr {
            // Some are calls without parentheses.
            Expr::Identifier(name) => {
                let called = trino::function(&fold(name)).filter(|_| name.quote_style.is_none());
                self.volatile |= called.is_some_and(Function::is_varying);
                Ok(())
            }
            Expr::Interval(literal) => interval::bounded(literal),
            _ => Ok(()),
        }
    }

    fn call(&mut self, call: &Call, name: &Ident) -> Result<(), Refused> {
        let folded = fold(name);
        let Some(function) = trino::function(&folded) else {
            let names = trino::functions().map(|function| function.name);
            let meant = nearest(&folded, names).map(|name| format!(": did you mean {name:?}?"));
            let message =
                format!("the function {} is not available{}", quote(&name.value), meant.unwrap_or_default());
            return Err(Refused::at(message, name.span.start));
        };
        self.volatile |= function.is_varying();
        let FunctionArguments::List(list) = &call.args else { return Ok(()) };
        self.regular_expression(name, &folded, &list.args);
        json_path(name, &folded, &list.args)
    }

    fn parameter(&mut self, place: Location, in_where: bool) -> Result<(), Refused> {
        if in_where {
            return Ok(());
        }
        Err(Refused::at("Athena takes a parameter in a WHERE clause only", place))
    }
}

fn cut(name: &str) -> String {
    let kept: Range<usize> = 0..name.char_indices().nth(60).map_or(name.len(), |(at, _)| at);
    name[kept].to_owned()
}
