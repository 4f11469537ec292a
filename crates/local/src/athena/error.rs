//! Athena's errors: one code for nearly all that is wrong with a request, and a second one that says what.

use crate::protocol::json::JsonError;

pub(super) const INVALID_INPUT: &str = "INVALID_INPUT";

/// `InvalidRequestException` with its `AthenaErrorCode`, which Athena repeats as `ErrorCode`.
pub(super) fn refused(athena_code: &'static str, message: impl Into<String>) -> JsonError {
    JsonError::new("InvalidRequestException", message)
        .with("AthenaErrorCode", athena_code)
        .with("ErrorCode", athena_code)
}

pub(super) fn invalid(message: impl Into<String>) -> JsonError {
    refused(INVALID_INPUT, message)
}

pub(super) fn unknown(id: &str) -> JsonError {
    refused("QUERY_EXECUTION_NOT_FOUND", format!("QueryExecution {id} was not found"))
}

/// What of a request is against the service model. Athena names all of it at once.
#[derive(Debug, Default)]
pub(super) struct Violations(Vec<String>);

impl Violations {
    /// A required member that is not there.
    pub(super) fn null(&mut self, member: &str) {
        self.0
            .push(format!("Value null at '{member}' failed to satisfy constraint: Member must not be null"));
    }

    /// A text with too few or too many characters.
    pub(super) fn length(&mut self, member: &str, text: &str, least: usize, most: usize) {
        let characters = text.chars().count();
        if characters < least {
            self.add(member, format!("have length greater than or equal to {least}"));
        } else if characters > most {
            self.add(member, format!("have length less than or equal to {most}"));
        }
    }

    /// A number that is too small or too large.
    pub(super) fn range(&mut self, member: &str, number: i64, least: i64, most: i64) {
        if number < least {
            self.add(member, format!("have value greater than or equal to {least}"));
        } else if number > most {
            self.add(member, format!("have value less than or equal to {most}"));
        }
    }

    /// A list with too few or too many items.
    pub(super) fn items(&mut self, member: &str, items: usize, least: usize, most: usize) {
        if items < least {
            self.add(member, format!("have length greater than or equal to {least}"));
        } else if items > most {
            self.add(member, format!("have length less than or equal to {most}"));
        }
    }

    /// A text that does not match its pattern.
    pub(super) fn pattern(&mut self, member: &str, pattern: &str) {
        self.add(member, format!("satisfy regular expression pattern: {pattern}"));
    }

    fn add(&mut self, member: &str, must: String) {
        self.0.push(format!("Value at '{member}' failed to satisfy constraint: Member must {must}"));
    }

    pub(super) fn check(&self) -> Result<(), JsonError> {
        if self.0.is_empty() { Ok(()) } else { Err(self.error()) }
    }

    pub(super) fn error(&self) -> JsonError {
        let s = if self.0.len() == 1 { "" } else { "s" };
        invalid(format!("{} validation error{s} detected: {}", self.0.len(), self.0.join("; ")))
    }
}
