//! The pieces that operations are put together of.

use serde_json::{Value, json};
use utoipa::openapi::{
    Content, ContentBuilder, HeaderBuilder, ObjectBuilder, Ref, RefOr, Required, ResponseBuilder, Schema,
    path::{OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
    schema::{SchemaType, Type},
};

use super::headers::COST_HEADERS;
use crate::problem::{self, ProblemKind};

/// A schema of one plain type.
pub(super) fn plain(schema_type: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(schema_type))
}

pub(super) fn text() -> ObjectBuilder {
    plain(Type::String)
}

/// A schema of the document by its name.
pub(super) fn named(name: &str) -> RefOr<Schema> {
    Ref::from_schema_name(name).into()
}

pub(super) fn query(name: &str, description: &str, schema: impl Into<RefOr<Schema>>) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .description(Some(description))
        .schema(Some(schema))
}

pub(super) fn header(name: &str, description: &str, example: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .description(Some(description))
        .schema(Some(text()))
        .example(Some(example.into()))
        .build()
}

pub(super) fn path(name: &str, description: &str, example: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(description))
        .schema(Some(text()))
        .example(Some(example.into()))
        .build()
}

/// A body of this schema.
pub(super) fn content(schema: RefOr<Schema>) -> Content {
    ContentBuilder::new().schema(Some(schema)).build()
}

/// The headers that say what an answer cost.
pub(super) fn with_cost(mut response: ResponseBuilder) -> ResponseBuilder {
    for (name, description) in COST_HEADERS {
        response =
            response.header(name, HeaderBuilder::new().schema(text()).description(Some(description)).build());
    }
    response
}

/// The operation with an answer for each status of these kinds, and for those that every request can get.
pub(super) fn with_problems(mut operation: OperationBuilder, kinds: &[ProblemKind]) -> OperationBuilder {
    let every = [
        ProblemKind::UriTooLong,
        ProblemKind::Internal,
        ProblemKind::Unavailable,
        ProblemKind::MethodNotAllowed,
        ProblemKind::Timeout,
    ];
    // Who needs a key may use it too often.
    let keyed = kinds.contains(&ProblemKind::Unauthorized).then_some(&ProblemKind::RateLimited);
    let mut statuses: Vec<(u16, Vec<ProblemKind>)> = Vec::new();
    for kind in every.iter().chain(kinds).chain(keyed) {
        match statuses.iter_mut().find(|(status, _)| *status == kind.status()) {
            Some((_, known)) if known.contains(kind) => {}
            Some((_, known)) => known.push(*kind),
            None => statuses.push((kind.status(), vec![*kind])),
        }
    }
    statuses.sort_unstable_by_key(|(status, _)| *status);
    for (status, kinds) in statuses {
        operation = operation.response(status.to_string(), problems(&kinds));
    }
    operation
}

fn problems(kinds: &[ProblemKind]) -> ResponseBuilder {
    let titles: Vec<String> =
        kinds.iter().map(|kind| format!("{} (`{}`)", kind.title(), kind.slug())).collect();
    let example = kinds.first().map(|kind| example(*kind));
    let content = ContentBuilder::new().schema(Some(named("Problem"))).example(example).build();
    let response =
        ResponseBuilder::new().description(titles.join("; ")).content(problem::CONTENT_TYPE, content);
    if !kinds.iter().any(|kind| kind.passes()) {
        return response;
    }
    let seconds = HeaderBuilder::new()
        .schema(plain(Type::Integer))
        .description(Some("After how many seconds the same request may succeed"))
        .build();
    response.header("Retry-After", seconds)
}

fn example(kind: ProblemKind) -> Value {
    json!({
        "type": format!("urn:tributary:problem:{}", kind.slug()),
        "title": kind.title(),
        "status": kind.status(),
        "detail": "a sentence that says what would work",
    })
}
