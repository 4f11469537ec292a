//! The keys of FULL JOIN: the first side's that is not null. Such a key is named by one word, and takes as much room as it has
//! sides.

use std::cell::Cell;

use datafusion::sql::sqlparser::ast::Expr;

use crate::{calls, error::EngineError};

/// The most sides that are written in the places of all keys of a statement together.
const MAX_SIDES: usize = 10_000;

/// How many sides of FULL JOINs were written in the places of keys.
#[derive(Debug, Default)]
pub(super) struct Sides(Cell<usize>);

impl Sides {
    /// Whether a key was written as more than one column.
    pub(super) fn are_written(&self) -> bool {
        self.0.get() > 0
    }

    /// A copy of what stands for a column or a key.
    pub(super) fn copied(&self, value: &Expr) -> Result<Expr, EngineError> {
        if let Some(sides) = calls::arguments_of("coalesce", value) {
            let written = self.0.get().saturating_add(sides.len());
            if written > MAX_SIDES {
                let what = format!(
                    "a query of more than {MAX_SIDES} columns in the places of the keys of FULL JOIN ... USING (such a key \
                     is a column of each table, each time that it is named)"
                );
                return Err(EngineError::unsupported(what));
            }
            self.0.set(written);
        }
        Ok(value.clone())
    }
}

/// The first that is not null. If one of them is such a choice already, its sides become those of the new one: the planner's
/// work doubles with each call within a call.
pub(super) fn either(one: Expr, other: Expr) -> Expr {
    let mut sides = Vec::new();
    for value in [one, other] {
        let within: Option<Vec<Expr>> =
            calls::arguments_of("coalesce", &value).map(|within| within.into_iter().cloned().collect());
        sides.extend(within.unwrap_or_else(|| vec![value]));
    }
    calls::call("coalesce", sides)
}
