//! What a walk through the parsed query knows: which names mean what, and where it is.

use std::ops::Range;

use domain::DatasetName;
use sqlparser::{
    ast::{Ident, ObjectName},
    tokenizer::Location,
};

use super::{Refused, known, regular::Regular};
use crate::problem::quote;

/// The one catalog of an Athena workgroup that reads Glue.
const CATALOG: &str = "awsdatacatalog";

/// How deep the walk may descend, which it does on the stack. Chains of operators do not count.
const MAX_LEVELS: usize = 100;

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

/// The walk. A `false` of `in_where` is where Athena takes no parameters.
pub(super) struct Walk<'a> {
    readable: &'a Readable<'a>,
    /// The names of the WITH clauses around, innermost last, folded.
    named: Vec<String>,
    pub(super) in_where: bool,
    levels: usize,
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

impl<'a> Walk<'a> {
    pub(super) fn new(readable: &'a Readable<'a>) -> Self {
        Self {
            readable,
            named: Vec::new(),
            in_where: false,
            levels: 0,
            tables: Vec::new(),
            limit: None,
            ordered: false,
            volatile: false,
            patterns: Vec::new(),
            regular: Vec::new(),
        }
    }

    /// Descends one level.
    pub(super) fn deeper(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        if self.levels == MAX_LEVELS {
            return Err(Refused::new(format!(
                "the SQL nests deeper than {MAX_LEVELS} levels: write it flatter"
            )));
        }
        self.levels += 1;
        inner(self)?;
        self.levels -= 1;
        Ok(())
    }

    /// Makes the name of a WITH clause known, to what follows within the same query.
    pub(super) fn define(&mut self, name: &Ident) {
        self.named.push(fold(name));
    }

    /// How many names are known; and back to so many.
    pub(super) fn mark(&self) -> usize {
        self.named.len()
    }

    pub(super) fn forget_from(&mut self, mark: usize) {
        self.named.truncate(mark);
    }

    /// A name in a FROM clause: one of a WITH clause, or a dataset of the database.
    pub(super) fn table(&mut self, name: &ObjectName) -> Result<(), Refused> {
        let parts = parts(name)?;
        let place = parts.first().map_or(Location::empty(), |part| part.span.start);
        let folded: Vec<String> = parts.iter().map(|part| fold(part)).collect();
        let database = self.readable.database;
        let table = match folded.as_slice() {
            [name] if self.named.contains(name) => return Ok(()),
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

    /// Whether the lake's operator wrote the statement, and not a caller.
    pub(super) fn is_named_query(&self) -> bool {
        self.readable.datasets.is_none()
    }

    fn is_readable(&self, dataset: &DatasetName) -> bool {
        self.readable.datasets.is_none_or(|datasets| datasets.contains(&dataset))
    }
}

/// The parts of a dotted name.
pub(super) fn parts(name: &ObjectName) -> Result<Vec<&Ident>, Refused> {
    let parts: Option<Vec<&Ident>> = name.0.iter().map(|part| part.as_ident()).collect();
    parts.ok_or_else(|| Refused::new(format!("{} is no name", quote(&name.to_string()))))
}

/// Athena folds names, also in quotes. ASCII alone: who uses other letters gets no other table by that.
pub(super) fn fold(name: &Ident) -> String {
    name.value.to_ascii_lowercase()
}

fn cut(name: &str) -> String {
    let kept: Range<usize> = 0..name.char_indices().nth(60).map_or(name.len(), |(at, _)| at);
    name[kept].to_owned()
}
