//! The operations on the service itself: its health, and its description.

use utoipa::openapi::{ContentBuilder, ResponseBuilder, path::OperationBuilder};

use super::super::{
    answers::ok,
    parts::{text, with_problems},
};
use crate::problem::ProblemKind;

const HEALTH: &str = "Whether this process answers, its version, and the commit that it was built from";

pub(super) fn health() -> OperationBuilder {
    service("health", HEALTH, "Health")
}

pub(super) fn description() -> OperationBuilder {
    service("openapi", "This description", "OpenApi")
}

fn service(id: &str, summary: &str, schema: &str) -> OperationBuilder {
    let operation = OperationBuilder::new()
        .tag("service")
        .operation_id(Some(id))
        .summary(Some(summary))
        .response("200", ok(summary, schema));
    with_problems(operation, &[ProblemKind::UnknownParameter])
}

pub(super) fn ready() -> OperationBuilder {
    service("ready", "Whether the store and the catalog answer, and who may ask", "Ready")
}

pub(super) fn docs() -> OperationBuilder {
    let content = ContentBuilder::new().schema(Some(text())).build();
    let page = ResponseBuilder::new().description("A page").content("text/html", content);
    let operation = OperationBuilder::new()
        .tag("service")
        .operation_id(Some("docs"))
        .summary(Some("This description, to be read"))
        .response("200", page);
    with_problems(operation, &[ProblemKind::UnknownParameter])
}
