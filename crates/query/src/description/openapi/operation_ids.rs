//! The ids of the operations to which the answer of a query that goes on leads.

pub(super) const QUERY_ID: &str = "query";
pub(super) const CANCEL_ID: &str = "cancel";
pub(super) const QUERY_ROWS_ID: &str = "query_rows";
