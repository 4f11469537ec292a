//! The regular expressions in a statement's text. To check them takes longer than all the rest of the gate, so it comes
//! last: a statement that is refused for anything else costs little.

use sqlparser::tokenizer::Location;

use super::Refused;
use crate::{
    plan::pattern::{self, Looked},
    problem::quote,
};

/// One of them.
#[derive(Debug)]
pub(super) struct Regular {
    /// The function that takes it, as it was written.
    pub(super) function: String,
    /// The expression.
    pub(super) text: String,
    /// Where it is.
    pub(super) place: Location,
}

/// Checks them, in the order of the walk and within one bound.
pub(super) fn check(expressions: &[Regular]) -> Result<(), Refused> {
    let mut looked = Looked::default();
    expressions.iter().try_for_each(|Regular { function, text, place }| {
        pattern::in_sql(text, &mut looked).map_err(|what| {
            let message = format!("{function} takes a regular expression {what}; found {}", quote(text));
            Refused::at(message, *place)
        })
    })
}
