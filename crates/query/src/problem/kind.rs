//! The kinds of problems, each with its status, the last word of its `type`, and its title.

/// The kinds of problems; each has one status and one `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    /// The query string does not decode.
    MalformedQuery,
    /// A query parameter that is neither a word of the API nor a column.
    UnknownParameter,
    /// A column that the dataset does not have.
    UnknownColumn,
    /// A filter without an operator, or with one that does not exist.
    UnknownOperator,
    /// A filter on a column that is compared with nothing, or an order by one that has none.
    NotComparable,
    /// A value that is not of its column's or parameter's type.
    InvalidValue,
    /// More of something than this API takes.
    TooMuch,
    /// A cursor that does not decode, or is another query's.
    InvalidCursor,
    /// The body of a request is not the JSON that it should be.
    MalformedBody,
    /// The head of a request that is none, or an event of the Lambda service that makes no request.
    #[cfg(feature = "sdk")]
    MalformedRequest,
    /// SQL that does not parse, or is no query that may be run.
    InvalidSql,
    /// What the query computes of its rows has no value.
    NotComputable,
    /// A named query's parameter that has no default is not given.
    MissingParameter,
    /// The request comes without an API key, or with none that holds.
    Unauthorized,
    /// The API key does not allow it.
    Forbidden,
    /// Free SQL is turned off.
    SqlOff,
    /// There is no such dataset.
    UnknownDataset,
    /// There is no such query, or it is somebody else's.
    UnknownQuery,
    /// There is no such named query.
    UnknownNamedQuery,
    /// There is no such path.
    UnknownPath,
    /// The path exists, and not for this method.
    MethodNotAllowed,
    /// None of the formats that the caller accepts.
    NotAcceptable,
    /// The body of the request came too slowly.
    SlowBody,
    /// The query has no rows yet.
    NotFinished,
    /// Somebody cancelled the query.
    QueryCancelled,
    /// The result was there, and is not kept any longer.
    ResultExpired,
    /// The result does not fit into one answer.
    ResultTooLarge,
    /// The query would have scanned more than it may.
    ScanLimit,
    /// The body of the request is too long.
    BodyTooLarge,
    /// The request line is too long.
    UriTooLong,
    /// The body is in a form that this API does not read.
    UnsupportedMediaType,
    /// More requests in a minute than the API key may send.
    RateLimited,
    /// What the API key's daily budget has left is less than a query of it may take.
    BudgetSpent,
    /// Too many queries at once.
    Busy,
    /// A defect of ours.
    Internal,
    /// The body of the request is in a transfer coding that this server does not take off.
    #[cfg(feature = "sdk")]
    UnknownCoding,
    /// The engine did not do what it should.
    EngineFailed,
    /// Something we stand on is out of reach.
    Unavailable,
    /// The dataset is defined, and its table does not exist yet.
    NotRegistered,
    /// The query took longer than the wait.
    Timeout,
}

impl ProblemKind {
    /// The HTTP status.
    pub(crate) fn status(self) -> u16 {
        self.parts().0
    }

    /// The last word of its `type`.
    pub(crate) fn slug(self) -> &'static str {
        self.parts().1
    }

    /// What it is called.
    pub(crate) fn title(self) -> &'static str {
        self.parts().2
    }

    /// Whether the same request may succeed later, which `Retry-After` then says.
    pub(crate) fn passes(self) -> bool {
        matches!(
            self,
            Self::Busy
                | Self::RateLimited
                | Self::BudgetSpent
                | Self::Unavailable
                | Self::NotRegistered
                | Self::NotFinished
                | Self::Timeout
        )
    }

    pub(super) fn parts(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::MalformedQuery => (400, "malformed-query", "The query string does not decode"),
            Self::UnknownParameter => (400, "unknown-parameter", "Unknown query parameter"),
            Self::UnknownColumn => (400, "unknown-column", "Unknown column"),
            Self::UnknownOperator => (400, "unknown-operator", "Unknown operator"),
            Self::NotComparable => (400, "not-comparable", "The column cannot be compared"),
            Self::InvalidValue => (400, "invalid-value", "Invalid value"),
            Self::TooMuch => (400, "too-much", "More than this API takes"),
            Self::InvalidCursor => (400, "invalid-cursor", "The cursor cannot be used"),
            Self::MalformedBody => (400, "malformed-body", "The body cannot be read"),
            #[cfg(feature = "sdk")]
            Self::MalformedRequest => (400, "malformed-request", "The request cannot be read"),
            Self::InvalidSql => (400, "invalid-sql", "The SQL cannot be run"),
            Self::NotComputable => (400, "not-computable", "The query cannot be computed"),
            Self::MissingParameter => (400, "missing-parameter", "A parameter is missing"),
            Self::Unauthorized => (401, "unauthorized", "An API key is needed"),
            Self::Forbidden => (403, "forbidden", "The API key does not allow it"),
            Self::SqlOff => (403, "sql-off", "Free SQL is off"),
            Self::UnknownDataset => (404, "unknown-dataset", "Unknown dataset"),
            Self::UnknownQuery => (404, "unknown-query", "Unknown query"),
            Self::UnknownNamedQuery => (404, "unknown-named-query", "Unknown named query"),
            Self::UnknownPath => (404, "unknown-path", "Unknown path"),
            Self::MethodNotAllowed => (405, "method-not-allowed", "Method not allowed"),
            Self::NotAcceptable => (406, "not-acceptable", "No acceptable format"),
            Self::SlowBody => (408, "slow-body", "The body came too slowly"),
            Self::NotFinished => (409, "not-finished", "The query is not finished"),
            Self::QueryCancelled => (409, "query-cancelled", "The query was cancelled"),
            Self::ResultExpired => (410, "result-expired", "The result is not kept any longer"),
            Self::ResultTooLarge => (413, "result-too-large", "The result is too large"),
            Self::ScanLimit => (413, "scan-limit", "The query would read too much"),
            Self::BodyTooLarge => (413, "body-too-large", "The body is too long"),
            Self::UriTooLong => (414, "uri-too-long", "The URL is too long"),
            Self::UnsupportedMediaType => (415, "unsupported-media-type", "The body is not plain JSON"),
            Self::RateLimited => (429, "rate-limited", "Too many requests"),
            Self::BudgetSpent => (429, "budget-spent", "The API key's daily budget is used up"),
            Self::Busy => (429, "busy", "Too many queries at once"),
            Self::Internal => (500, "internal", "Internal error"),
            #[cfg(feature = "sdk")]
            Self::UnknownCoding => (501, "unknown-transfer-coding", "Unknown transfer coding"),
            Self::EngineFailed => (502, "engine-failed", "The query failed"),
            Self::Unavailable => (503, "unavailable", "Temporarily unavailable"),
            Self::NotRegistered => (503, "not-registered", "The dataset is not registered yet"),
            Self::Timeout => (504, "timeout", "The query took too long"),
        }
    }
}
