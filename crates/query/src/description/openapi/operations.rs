//! The operations.

mod queries;
mod service;

use serde_json::json;
use utoipa::openapi::{
    HttpMethod, ObjectBuilder, PathItem, Paths, PathsBuilder,
    path::{OperationBuilder, Parameter, ParameterBuilder, ParameterStyle},
    schema::{AdditionalProperties, Type},
    security::SecurityRequirement,
};

use super::{
    Facts,
    answers::{accepted, elsewhere, not_modified, ok, rows_answer},
    parts::{header, path, plain, query, text, with_cost, with_problems},
};
use crate::{description::paths as at, problem::ProblemKind, request::format::Format};

/// Kinds of the problems of a request for rows of any sort.
const OF_ROWS: [ProblemKind; 16] = [
    ProblemKind::MalformedQuery,
    ProblemKind::UnknownParameter,
    ProblemKind::InvalidValue,
    ProblemKind::TooMuch,
    ProblemKind::NotComputable,
    ProblemKind::Unauthorized,
    ProblemKind::Forbidden,
    ProblemKind::NotAcceptable,
    ProblemKind::ResultTooLarge,
    ProblemKind::ScanLimit,
    ProblemKind::BudgetSpent,
    ProblemKind::Busy,
    ProblemKind::EngineFailed,
    ProblemKind::NotRegistered,
    ProblemKind::QueryCancelled,
    ProblemKind::ResultExpired,
];

pub(super) fn paths(facts: &Facts<'_>) -> Paths {
    let name = facts.datasets.first().map_or("bookings", |dataset| dataset.name().as_str());
    let dataset = || path("dataset", "The dataset's name", name);
    let get = |operation| PathItem::new(HttpMethod::Get, operation);
    let mut paths = PathsBuilder::new()
        .path(at::DATASETS, get(datasets()))
        .path(at::DATASET, get(one_dataset().parameter(dataset())))
        .path(at::ROWS, get(rows(facts).parameter(dataset())))
        .path(at::NAMED, get(named_queries()))
        .path(at::QUERY, queries::query_item())
        .path(at::QUERY_ROWS, get(queries::query_rows(facts)))
        .path(at::HEALTHZ, get(open(service::health())))
        .path(at::READYZ, get(open(service::ready())))
        .path(at::OPENAPI, get(open(service::description())))
        .path(at::DOCS, get(open(service::docs())));
    for query in facts.named {
        let kinds = [ProblemKind::UnknownNamedQuery, ProblemKind::MissingParameter];
        let operation = kept(of_rows(OperationBuilder::new(), &kinds))
            .parameter(default_limit(facts))
            .tag("named queries")
            .operation_id(Some(format!("named_{}", query.name)))
            .summary(Some(query.description.as_str()))
            .parameters(Some(query.parameters.clone()));
        paths = paths.path(format!("{}/{}/rows", at::NAMED, query.name), get(operation));
    }
    if facts.settings.access.free_sql {
        paths = paths.path(at::QUERIES, PathItem::new(HttpMethod::Post, queries::free_sql()));
    }
    paths.build()
}

/// An operation that needs no key.
fn open(operation: OperationBuilder) -> OperationBuilder {
    // An empty list, which says that there is no scheme; a requirement without one says the same to some readers only.
    operation.securities(Some(std::iter::empty::<SecurityRequirement>()))
}

fn datasets() -> OperationBuilder {
    let operation = OperationBuilder::new()
        .tag("datasets")
        .operation_id(Some("datasets"))
        .summary(Some("Every dataset, with its columns, partitions, rows, bytes and freshness"))
        .response("200", ok("The datasets, in order of name", "Listing"));
    with_problems(operation, &[ProblemKind::UnknownParameter, ProblemKind::Unauthorized])
}

fn one_dataset() -> OperationBuilder {
    let operation = OperationBuilder::new()
        .tag("datasets")
        .operation_id(Some("dataset"))
        .summary(Some("One dataset, with its newest partitions"))
        .response("200", ok("The dataset", "Detail"));
    let kinds = [
        ProblemKind::UnknownParameter,
        ProblemKind::MalformedQuery,
        ProblemKind::Unauthorized,
        ProblemKind::UnknownDataset,
    ];
    with_problems(operation, &kinds)
}

fn rows(facts: &Facts<'_>) -> OperationBuilder {
    let columns: Vec<&str> =
        facts.datasets.first().map(|dataset| dataset.sort_order()).unwrap_or_else(|| vec!["booked_at"]);
    let first = columns.first().copied().unwrap_or("_ingested_at");
    let select = query("select", SELECT, text()).example(Some(first.into()));
    let order = query("order", ORDER, text()).example(Some(format!("{first}.desc").into()));
    let tree = |name: &str| query(name, "A tree of filters: `(a.eq.1,not.and(b.gt.2,c.is.null))`", text());
    let filters = query(
        "filters",
        "Filters: the name of each parameter is a column (or a field, as `address->city`), its value an operator and \
         what it is held against.",
        plain(Type::Object).additional_properties(Some(AdditionalProperties::RefOr(text().into()))),
    )
    .style(Some(ParameterStyle::Form))
    .explode(Some(true))
    .example(Some(json!({first: "not.is.null"})));
    let kinds = [
        ProblemKind::UnknownColumn,
        ProblemKind::UnknownOperator,
        ProblemKind::NotComparable,
        ProblemKind::InvalidCursor,
        ProblemKind::UnknownDataset,
    ];
    kept(of_rows(OperationBuilder::new(), &kinds))
        .parameter(default_limit(facts))
        .tag("datasets")
        .operation_id(Some("rows"))
        .summary(Some("Rows of a dataset"))
        .parameter(query("cursor", CURSOR, text()))
        .parameter(select)
        .parameter(order)
        .parameter(tree("and"))
        .parameter(tree("or"))
        .parameter(filters)
}

/// What every operation has that answers rows.
fn of_rows(operation: OperationBuilder, kinds: &[ProblemKind]) -> OperationBuilder {
    let operation = operation
        .parameter(format())
        .parameter(numbers())
        .parameter(csv())
        .parameter(header("Prefer", PREFER, "respond-async"))
        .response("200", with_cost(rows_answer()))
        .response("202", accepted())
        .response("303", elsewhere());
    with_problems(operation, &[OF_ROWS.as_slice(), kinds].concat())
}

/// An operation whose answer a caller may have already.
fn kept(operation: OperationBuilder) -> OperationBuilder {
    operation.parameter(if_none_match()).response("304", not_modified())
}

fn default_limit(facts: &Facts<'_>) -> Parameter {
    let default = facts.settings.default_rows.min(facts.settings.max_rows);
    limit("The most rows", bounded(facts, 0.0).default(Some(default.into())))
}

/// Of a page. It has no default in the schema: a generated client would send that beside a cursor, which stands alone.
fn page_limit(facts: &Facts<'_>) -> Parameter {
    limit("The most rows; as many as one answer takes unless given", bounded(facts, 1.0))
}

fn bounded(facts: &Facts<'_>, minimum: f64) -> ObjectBuilder {
    plain(Type::Integer).minimum(Some(minimum)).maximum(Some(facts.settings.max_rows as f64))
}

fn limit(description: &str, schema: ObjectBuilder) -> Parameter {
    query("limit", description, schema).example(Some(20.into())).build()
}

fn format() -> Parameter {
    let names = text().enum_values(Some(Format::names()));
    query("format", FORMAT, names).example(Some("json".into())).build()
}

fn numbers() -> ParameterBuilder {
    let words = text().enum_values(Some(["exact", "string"]));
    query("_numbers", "`string` writes bigints and decimals as JSON strings", words)
}

fn csv() -> ParameterBuilder {
    let words = text().enum_values(Some(["exact", "spreadsheet"]));
    query("_csv", CSV, words)
}

fn if_none_match() -> Parameter {
    header("If-None-Match", "The `ETag` of an earlier answer: 304 if that still holds", "W/\"none\"")
}

fn named_queries() -> OperationBuilder {
    let operation = OperationBuilder::new()
        .tag("named queries")
        .operation_id(Some("named_queries"))
        .summary(Some("Every named query, with its parameters"))
        .response("200", ok("The named queries, in order of name", "QueryListing"));
    with_problems(operation, &[ProblemKind::UnknownParameter, ProblemKind::Unauthorized])
}

const PREFER: &str = "\
`wait=5` seconds at most, or `respond-async` for none. `count=exact`, for the rows of a dataset and not for groups: how many \
match, in `Tributary-Range` and `Content-Range`; if the answer has not all of them, a second query counts them, in what is left of the wait. \
`Preference-Applied` says what was done. A query of an API key whose bound on bytes is below every scan tier is waited for in \
any case, and cancelled when the wait is over: 403.";

const CURSOR: &str = "\
Where the rows begin, from the `Link` of an answer that had not all of them. The other parameters stay as they were, but \
`limit` and the format. There is no end to pages, and no row that is there all the time is missed or comes twice, whatever \
is published meanwhile.";

const SELECT: &str = "\
Columns in the order of the answer, `name:column` under another name, `address->city` for a field of a struct, \
`column.sum()` (also `avg`, `min`, `max`, `count`, `count(distinct)`, `approx_count_distinct`), `count()` for rows, \
`booked_at.date_trunc(hour)` for units of time. With an aggregate, rows are grouped by all the others. Without \
`select`: the definition's columns.";

const ORDER: &str = "\
`column`, `column.desc`, each with `.nullsfirst` or `.nullslast`; nulls count as the largest. Groups are ordered by \
names of the answer. Without `order`: the dataset's sort order. Every order ends with the identity columns (or `_id`) and \
the partition, that of groups with all their keys, so that no two rows tie.";

const CSV: &str = "\
`spreadsheet` makes `csv` safe to open in a spreadsheet: every text and every name of a column is in quotes, and what begins \
as a formula does (`=`, `+`, `-`, `@`, a tab or a line end) gets an apostrophe before it, also after `;`, `|`, a tab or \
a line break within a text. Numbers stay numbers.";

const FORMAT: &str = "\
The form of the answer, before what `Accept` says: `json` records, `columns` (what pandas reads as `orient=\"columns\"`), \
`csv`, `ndjson`, `parquet` or `arrow` (an IPC stream).";
