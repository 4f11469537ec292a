//! Why a statement may not be run, in words for who wrote it.

use sqlparser::tokenizer::{Location, Token};
use trino::{Advice, EXTRACTED, OutOfBounds, Unparsed, Unsupported};

use crate::problem::{nearest, quote};

/// Why a statement may not be run, for who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// It is no query, not one query, or has what a query here may not have.
    #[error("{}{message}", at(*.place))]
    Construct {
        /// What, and what would work.
        message: String,
        /// Line and column, where known.
        place: Option<(u64, u64)>,
    },
    /// It reads a table of this database that is no dataset, or none of the caller's: nobody learns which.
    #[error("{}unknown dataset {}", at(*.place), quote(.name))]
    UnknownDataset {
        /// As it was written.
        name: String,
        /// Line and column, where known.
        place: Option<(u64, u64)>,
    },
}

impl Refused {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self::Construct { message: domain::bounded(message), place: None }
    }

    pub(super) fn at(message: impl Into<String>, place: Location) -> Self {
        Self::Construct { message: domain::bounded(message), place: known(place) }
    }

    /// Line and column, counted from 1, where known.
    pub(crate) fn place(&self) -> Option<(u64, u64)> {
        let (Self::Construct { place, .. } | Self::UnknownDataset { place, .. }) = self;
        *place
    }
}

impl From<OutOfBounds> for Refused {
    fn from(error: OutOfBounds) -> Self {
        Self::new(match error {
            OutOfBounds::Bytes { found, most } => format!("the SQL has {found} bytes, and may have {most}"),
            OutOfBounds::Operators { found, most } => format!(
                "the SQL has {found} keywords and operators, and may have {most}; commas and the \
                 values of an IN list do not count"
            ),
            OutOfBounds::ArrayTypes { most } => {
                format!("the type array<> is written more than {most} times")
            }
        })
    }
}

impl From<Unsupported> for Refused {
    fn from(error: Unsupported) -> Self {
        let (advice, place) = match error {
            Unsupported::Construct { construct: _, advice, place } => (advice, place),
            Unsupported::Mistake { code: _, message } => return Self::new(message),
            Unsupported::Reserved { word, place } => {
                let message = format!(
                    "it does not parse: the word {} is reserved, and is no name without quotes",
                    quote(&word)
                );
                return Self::Construct { message: domain::bounded(message), place };
            }
            Unsupported::TooDeep { levels } => {
                return Self::new(format!("the SQL nests deeper than {levels} levels: write it flatter"));
            }
        };
        let message = match advice {
            Advice::Sentence(sentence) => sentence,
            Advice::Written { what, text } => format!("the {what} {} is not supported", quote(&text)),
            Advice::NoPart(part) => {
                let meant = nearest(&part, EXTRACTED);
                let meant = meant.map(|part| format!(": did you mean {part}?")).unwrap_or_default();
                format!("EXTRACT has no part {}{meant}", quote(&part))
            }
            Advice::NoName(text) => format!("{} is no name", quote(&text)),
            Advice::Qualified(name) => format!("{} is no function of Athena's own", quote(&name)),
        };
        Self::Construct { message: domain::bounded(message), place }
    }
}

impl From<Unparsed> for Refused {
    fn from(error: Unparsed) -> Self {
        let spared = |what: &str| Self::new(format!("it cannot be parsed just now ({what}): try again"));
        match error {
            Unparsed::Syntax { message, place } => {
                let message: String = message.chars().take(200).collect();
                Self::Construct { message: domain::bounded(format!("it does not parse: {message}")), place }
            }
            Unparsed::Rest { found, place, is_ended: _ } => {
                let message =
                    format!("it does not parse: expected the end of the query, found {}", quote(&found));
                Self::Construct { message: domain::bounded(message), place }
            }
            Unparsed::TooDeep { levels } => {
                Self::new(format!("the SQL nests deeper than {levels} levels: write it flatter"))
            }
            Unparsed::TooLong => Self::new("the SQL takes too long to parse: write it flatter"),
            Unparsed::NoThread(error) => spared(&error.kind().to_string()),
            Unparsed::Panicked => spared("a defect of ours"),
        }
    }
}

/// A place of zeros is none.
pub(super) fn known(place: Location) -> Option<(u64, u64)> {
    (place.line > 0).then_some((place.line, place.column))
}

fn at(place: Option<(u64, u64)>) -> String {
    place.map(|(line, column)| format!("line {line}:{column}: ")).unwrap_or_default()
}

/// Why a token is refused that is Athena's nowhere.
pub(super) fn not_supported(token: &Token) -> String {
    format!("{} is not supported", quote(&token.to_string()))
}
