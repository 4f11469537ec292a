use sqlparser::{ast::Ident, tokenizer::Location};

use crate::Place;

/// What may be in no statement, wherever it is to be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// A construct that Athena does not have, or that neither the API nor the local engine supports.
    #[error("{construct} is not supported")]
    Construct {
        /// What SQL calls it: `LATERAL`.
        construct: String,
        /// What to tell its author.
        advice: Advice,
        /// Where it is, if that is known.
        place: Option<Place>,
    },
    /// Athena refuses it, too.
    #[error("{code}: {message}")]
    Mistake {
        /// Athena's name for the mistake.
        code: &'static str,
        /// Athena's words.
        message: &'static str,
    },
    /// A word that is reserved stands where a name has to. To Athena it is no SQL.
    #[error("{word} is a reserved word")]
    Reserved {
        /// The word.
        word: String,
        /// Where it is, if that is known.
        place: Option<Place>,
    },
    /// It nests too deep for the walk.
    #[error("it nests deeper than {levels} levels")]
    TooDeep {
        /// How deep it may.
        levels: usize,
    },
}

/// What to tell the author of a construct that is not supported. It may quote what was written, which is as long as it
/// likes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advice {
    /// A sentence, which says what would work.
    Sentence(String),
    /// It is of this kind, and was written so.
    Written {
        /// The kind: `expression`.
        what: &'static str,
        /// The text.
        text: String,
    },
    /// EXTRACT has no such part.
    NoPart(String),
    /// It stands where a name has to.
    NoName(String),
    /// A function's name has parts.
    Qualified(String),
}

impl Unsupported {
    pub(super) fn of(construct: impl Into<String>, advice: Advice) -> Self {
        Self::Construct { construct: construct.into(), advice, place: None }
    }

    pub(super) fn at(construct: impl Into<String>, sentence: &str, place: Location) -> Self {
        let place = known(place);
        Self::Construct { construct: construct.into(), advice: Advice::Sentence(sentence.to_owned()), place }
    }

    pub(super) fn reserved(name: &Ident) -> Self {
        Self::Reserved { word: name.value.clone(), place: known(name.span.start) }
    }
}

/// A place of zeros is none.
fn known(place: Location) -> Option<Place> {
    (place.line > 0).then_some((place.line, place.column))
}
