//! The operations on queries: their state, their rows, and SQL of the caller's own.

use serde_json::json;
use utoipa::openapi::{
    ContentBuilder, HttpMethod, PathItem, Required,
    path::{OperationBuilder, Parameter},
    request_body::RequestBodyBuilder,
};

use super::{
    super::{
        Facts,
        answers::{elsewhere, ok, rows_answer},
        operation_ids::{CANCEL_ID, QUERY_ID, QUERY_ROWS_ID},
        parts::{named, path, query, text, with_cost, with_problems},
    },
    csv, format, kept, numbers, of_rows, page_limit,
};
use crate::problem::ProblemKind;

pub(super) fn query_rows(facts: &Facts<'_>) -> OperationBuilder {
    let operation = OperationBuilder::new()
        .tag("queries")
        .operation_id(Some(QUERY_ROWS_ID))
        .summary(Some("The rows of a query that is over, page by page"))
        .parameter(query_id())
        .parameter(query("cursor", "Where the page begins, from the `Link` of the page before", text()))
        .parameter(page_limit(facts))
        .parameter(format())
        .parameter(numbers())
        .parameter(csv())
        .response("200", with_cost(rows_answer()))
        .response("303", elsewhere());
    let kinds = [
        ProblemKind::MalformedQuery,
        ProblemKind::UnknownParameter,
        ProblemKind::InvalidValue,
        ProblemKind::InvalidCursor,
        ProblemKind::TooMuch,
        ProblemKind::InvalidSql,
        ProblemKind::NotComputable,
        ProblemKind::Unauthorized,
        ProblemKind::Forbidden,
        ProblemKind::UnknownQuery,
        ProblemKind::NotAcceptable,
        ProblemKind::NotFinished,
        ProblemKind::QueryCancelled,
        ProblemKind::ResultExpired,
        ProblemKind::ResultTooLarge,
        ProblemKind::ScanLimit,
        ProblemKind::Busy,
        ProblemKind::EngineFailed,
    ];
    with_problems(kept(operation), &kinds)
}

pub(super) fn query_item() -> PathItem {
    let kinds = [
        ProblemKind::UnknownParameter,
        ProblemKind::MalformedQuery,
        ProblemKind::Unauthorized,
        ProblemKind::UnknownQuery,
        ProblemKind::ResultExpired,
        ProblemKind::Busy,
        ProblemKind::EngineFailed,
    ];
    let state = OperationBuilder::new()
        .tag("queries")
        .operation_id(Some(QUERY_ID))
        .summary(Some("The state of a query, and what it cost"))
        .parameter(query_id())
        .response("200", ok("The query", "QueryView"));
    let cancel = OperationBuilder::new()
        .tag("queries")
        .operation_id(Some(CANCEL_ID))
        .summary(Some("Cancels a query; of one that is over, nothing changes"))
        .parameter(query_id())
        .response("200", ok("The query, as it is now", "QueryView"));
    let mut item = PathItem::new(HttpMethod::Get, with_problems(state, &kinds));
    item.delete = Some(with_problems(cancel, &kinds).build());
    item
}

fn query_id() -> Parameter {
    path(
        "id",
        "The query's id, from the `Location` of a 202 or the `Link` of a page",
        "01234567-89ab-cdef-0123-456789abcdef",
    )
}

pub(super) fn free_sql() -> OperationBuilder {
    let content = ContentBuilder::new()
        .schema(Some(named("FreeSql")))
        .example(Some(json!({"sql": "SELECT 1 AS one", "parameters": []})))
        .build();
    let body = RequestBodyBuilder::new()
        .description(Some("One SELECT, with `?` where a parameter goes"))
        .required(Some(Required::True))
        .content("application/json", content)
        .build();
    of_rows(
        OperationBuilder::new(),
        &[
            ProblemKind::InvalidSql,
            ProblemKind::SqlOff,
            ProblemKind::MalformedBody,
            ProblemKind::SlowBody,
            ProblemKind::UnsupportedMediaType,
            ProblemKind::BodyTooLarge,
        ],
    )
    .tag("queries")
    .operation_id(Some("free_sql"))
    .summary(Some("Runs one read-only statement"))
    .request_body(Some(body))
}
