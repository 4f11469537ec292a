//! What of the engine's words goes to the log: no text of a caller.

use crate::{
    execution::{ExecuteError, mistake::Author, redact},
    plan::literal::Literal,
    service::Job,
};

/// What the engine's words for a failure may quote of a request. None of it is for the log.
pub(in crate::service) struct Quoted {
    /// The literals that are known.
    literals: Vec<Literal>,
    /// Whether there may be others: then the log has the engine's name for the failure alone. Athena answers the words by
    /// the query's id.
    others: bool,
}

impl Quoted {
    /// Of a job: all its texts are known. Those within free SQL are in no literal.
    pub(in crate::service) fn of(job: &Job) -> Self {
        let mut literals = job.statement.parameters.clone();
        let others = job.author() == Author::Caller;
        if others {
            // A call that was refused may quote the statement.
            literals.extend(Literal::texts(&job.statement.sql));
        }
        Self { literals, others }
    }

    /// Of a query whose texts are not known.
    pub(in crate::service) fn unknown() -> Self {
        Self { literals: Vec::new(), others: true }
    }

    /// The words of an error for the log, if it may have them.
    pub(in crate::service) fn words(&self, error: &ExecuteError) -> Option<String> {
        let texts = self.literals.iter().map(Literal::as_str);
        match error {
            ExecuteError::Failed { .. } | ExecuteError::Malformed(_) if self.others => None,
            ExecuteError::Failed { reason, .. } | ExecuteError::Malformed(reason) => {
                Some(redact::redacted(reason, texts))
            }
            error => Some(redact::redacted(&domain::chain(error), texts)),
        }
    }
}
