use domain::{port::StoreError, run::Expired, schemas::SchemasError};

/// Why messages are not stored. They stay with whoever delivered them, and come again.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The definitions cannot be read, so nothing can be judged.
    #[error("no message was handled: the accepted definitions cannot be read")]
    Definitions(#[from] SchemasError),
    /// Nothing at all could be written.
    #[error("no message was stored: none of {objects} objects could be written")]
    Store {
        /// How many were tried.
        objects: usize,
        /// What the first one got.
        #[source]
        source: StoreError,
    },
    /// SNS delivers one message at a time and has no way to name a part: all of it comes again.
    #[error("{0} messages are not stored")]
    Incomplete(usize),
    /// The store did not answer in time. What is stored already is found there by the next delivery.
    #[error("no message is acknowledged")]
    Expired(#[from] Expired),
    /// The Lambda event is not one that this function handles.
    #[error("unknown event: expected records of SNS or SQS; {0}")]
    UnknownEvent(String),
}

#[cfg(feature = "lambda")]
impl From<IngestError> for lambda_runtime::Diagnostic {
    fn from(error: IngestError) -> Self {
        let error_type = match error {
            IngestError::Definitions(_) => "Definitions",
            IngestError::Store { .. } => "Store",
            IngestError::Incomplete(_) => "Incomplete",
            IngestError::Expired(_) => "Expired",
            IngestError::UnknownEvent(_) => "UnknownEvent",
        };
        Self { error_type: error_type.to_owned(), error_message: domain::chain(&error) }
    }
}
