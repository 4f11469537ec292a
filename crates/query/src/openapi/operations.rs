//! The operations.

use serde_json::json;
use utoipa::openapi::{
    ContentBuilder, HttpMethod, ObjectBuilder, PathItem, Paths, PathsBuilder, Required, ResponseBuilder,
    path::{OperationBuilder, Parameter, ParameterBuilder, ParameterStyle},
    request_body::RequestBodyBuilder,
    schema::{AdditionalProperties, Type},
    security::SecurityRequirement,
};

use super::{
    Facts,
    answers::{accepted, elsewhere, not_modified, ok, rows_answer},
    parts::{header, named, path, plain, query, text, with_cost, with_problems},
};
use crate::{format::Format, problem::Kind, routes as route};

/// The operations that the answer of a query that goes on leads to.
pub(super) const QUERY_ID: &str = "query";
pub(super) const CANCEL_ID: &str = "cancel";
pub(super) const QUERY_ROWS_ID: &str = "query_rows";

/// Kinds of the problems of a request for rows of any sort.
const OF_ROWS: [Kind; 16] = [
    Kind::MalformedQuery,
    Kind::UnknownParameter,
    Kind::InvalidValue,
    Kind::TooMuch,
    Kind::NotComputable,
    Kind::Unauthorized,
    Kind::Forbidden,
    Kind::NotAcceptable,
    Kind::ResultTooLarge,
    Kind::ScanLimit,
    Kind::BudgetSpent,
    Kind::Busy,
    Kind::EngineFailed,
    Kind::NotRegistered,
    Kind::QueryCancelled,
    Kind::ResultExpired,
];

pub(super) fn paths(facts: &Facts<'_>) -> Paths {
    let name = facts.datasets.first().map_or("bookings", |dataset| dataset.name().as_str());
    let dataset = || path("dataset", "The dataset's name", name);
    let get = |operation| PathItem::new(HttpMethod::Get, operation);
    let mut paths = PathsBuilder::new()
        .path(route::DATASETS, get(datasets()))
        .path(route::DATASET, get(one_dataset().parameter(dataset())))
        .path(route::ROWS, get(rows(facts).parameter(dataset())))
        .path(route::NAMED, get(named_queries()))
        .path(route::QUERY, query_item())
        .path(route::QUERY_ROWS, get(query_rows(facts)))
        .path(route::HEALTHZ, get(open(service("health", HEALTH, "Health"))))
        .path(route::READYZ, get(open(ready())))
        .path(route::OPENAPI, get(open(service("openapi", "This description", "OpenApi"))))
        .path(route::DOCS, get(open(docs())));
    for query in facts.named {
        let kinds = [Kind::UnknownNamedQuery, Kind::MissingParameter];
        let operation = kept(of_rows(OperationBuilder::new(), &kinds))
            .parameter(default_limit(facts))
            .tag("named queries")
            .operation_id(Some(format!("named_{}", query.name)))
            .summary(Some(query.description.as_str()))
            .parameters(Some(query.parameters.clone()));
        paths = paths.path(format!("{}/{}/rows", route::NAMED, query.name), get(operation));
    }
    if facts.settings.access.free_sql {
        paths = paths.path(route::QUERIES, PathItem::new(HttpMethod::Post, free_sql()));
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
    with_problems(operation, &[Kind::UnknownParameter, Kind::Unauthorized])
}

fn one_dataset() -> OperationBuilder {
    let operation = OperationBuilder::new()
        .tag("datasets")
        .operation_id(Some("dataset"))
        .summary(Some("One dataset, with its newest partitions"))
        .response("200", ok("The dataset", "Detail"));
    let kinds = [Kind::UnknownParameter, Kind::MalformedQuery, Kind::Unauthorized, Kind::UnknownDataset];
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
        Kind::UnknownColumn,
        Kind::UnknownOperator,
        Kind::NotComparable,
        Kind::InvalidCursor,
        Kind::UnknownDataset,
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
fn of_rows(operation: OperationBuilder, kinds: &[Kind]) -> OperationBuilder {
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

fn query_rows(facts: &Facts<'_>) -> OperationBuilder {
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
        Kind::MalformedQuery,
        Kind::UnknownParameter,
        Kind::InvalidValue,
        Kind::InvalidCursor,
        Kind::TooMuch,
        Kind::InvalidSql,
        Kind::NotComputable,
        Kind::Unauthorized,
        Kind::Forbidden,
        Kind::UnknownQuery,
        Kind::NotAcceptable,
        Kind::NotFinished,
        Kind::QueryCancelled,
        Kind::ResultExpired,
        Kind::ResultTooLarge,
        Kind::ScanLimit,
        Kind::Busy,
        Kind::EngineFailed,
    ];
    with_problems(kept(operation), &kinds)
}

fn query_item() -> PathItem {
    let kinds = [
        Kind::UnknownParameter,
        Kind::MalformedQuery,
        Kind::Unauthorized,
        Kind::UnknownQuery,
        Kind::ResultExpired,
        Kind::Busy,
        Kind::EngineFailed,
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

fn named_queries() -> OperationBuilder {
    let operation = OperationBuilder::new()
        .tag("named queries")
        .operation_id(Some("named_queries"))
        .summary(Some("Every named query, with its parameters"))
        .response("200", ok("The named queries, in order of name", "QueryListing"));
    with_problems(operation, &[Kind::UnknownParameter, Kind::Unauthorized])
}

fn free_sql() -> OperationBuilder {
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
            Kind::InvalidSql,
            Kind::SqlOff,
            Kind::MalformedBody,
            Kind::SlowBody,
            Kind::UnsupportedMediaType,
            Kind::BodyTooLarge,
        ],
    )
    .tag("queries")
    .operation_id(Some("free_sql"))
    .summary(Some("Runs one read-only statement"))
    .request_body(Some(body))
}

fn service(id: &str, summary: &str, schema: &str) -> OperationBuilder {
    let operation = OperationBuilder::new()
        .tag("service")
        .operation_id(Some(id))
        .summary(Some(summary))
        .response("200", ok(summary, schema));
    with_problems(operation, &[Kind::UnknownParameter])
}

fn ready() -> OperationBuilder {
    service("ready", "Whether the store and the catalog answer, and who may ask", "Ready")
}

fn docs() -> OperationBuilder {
    let content = ContentBuilder::new().schema(Some(text())).build();
    let page = ResponseBuilder::new().description("A page").content("text/html", content);
    let operation = OperationBuilder::new()
        .tag("service")
        .operation_id(Some("docs"))
        .summary(Some("This description, to be read"))
        .response("200", page);
    with_problems(operation, &[Kind::UnknownParameter])
}

const HEALTH: &str = "Whether this process answers, its version, and the commit that it was built from";

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
