//! STS: the one call with which clients ask who they are.

use axum::http::StatusCode;

use crate::protocol::query::QueryError;

pub(crate) const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";
pub(crate) const VERSION: &str = "2011-06-15";

/// Runs one action and answers the XML inside its result.
pub(crate) fn call(action: &str, account: &str) -> Result<String, QueryError> {
    match action {
        "GetCallerIdentity" => Ok(format!(
            "<Arn>arn:aws:iam::{account}:root</Arn><UserId>{account}</UserId><Account>{account}</Account>"
        )),
        other => Err(QueryError {
            status: StatusCode::NOT_IMPLEMENTED,
            code: "NotImplemented",
            message: format!("the local lake does not have STS {other}"),
        }),
    }
}
