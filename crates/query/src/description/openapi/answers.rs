//! What operations answer with.

use utoipa::openapi::{
    HeaderBuilder, ResponseBuilder,
    link::Link,
    schema::{KnownFormat, SchemaFormat},
};

use super::{
    headers::EXTENT_HEADERS,
    operation_ids::{CANCEL_ID, QUERY_ID, QUERY_ROWS_ID},
    parts::{content, named, text},
};
use crate::request::format::Format;

const ETAG: &str = "\
A weak tag: what `If-None-Match` takes. There is none if the lake changed meanwhile, or if the same data may give other \
rows the next time.";

pub(super) fn ok(description: &str, schema: &str) -> ResponseBuilder {
    ResponseBuilder::new().description(description).content("application/json", content(named(schema)))
}

pub(super) fn rows_answer() -> ResponseBuilder {
    let mut response = ResponseBuilder::new().description("The rows").header("ETag", header_of(ETAG));
    for (name, description) in EXTENT_HEADERS {
        response = response.header(name, header_of(description));
    }
    let mut media_types: Vec<&str> = Format::media_types().collect();
    // A generated client that knows one form of each answer, as those of openapi-python-client do, takes the first that it
    // can read. As text it takes any of them; as JSON it would fail at all others.
    media_types.sort_by_key(|media_type| !media_type.starts_with("text/"));
    for media_type in media_types {
        let schema = match media_type {
            "application/json" => named("Rows"),
            "text/csv" | "application/x-ndjson" => text().into(),
            _ => text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary))).into(),
        };
        response = response.content(media_type, content(schema));
    }
    response
}

pub(super) fn accepted() -> ResponseBuilder {
    let response = ok("The query goes on: its state is at `Location`", "QueryView")
        .header("Location", header_of("The query's address"))
        .header("Retry-After", header_of("After how many seconds to look"));
    [QUERY_ID, CANCEL_ID, QUERY_ROWS_ID].into_iter().fold(response, |response, operation| {
        let link = Link::builder().operation_id(operation).parameter("id", "$response.body#/id");
        response.link(operation, link.build())
    })
}

pub(super) fn elsewhere() -> ResponseBuilder {
    ResponseBuilder::new()
        .description("The rows are a file, at `Location` for some minutes")
        .header("Location", header_of("The file's address, with the right to read it"))
        .header("Tributary-Range", header_of("How many rows match, as `*/8832`, if a count was asked for"))
        .header("Content-Range", header_of("The same"))
        .header("Tributary-Complete", header_of("Whether the file has every row that matches"))
        .header("Link", header_of("The rows behind those of the file, `rel=\"next\"`"))
}

pub(super) fn not_modified() -> ResponseBuilder {
    ResponseBuilder::new().description("What the `ETag` stood for still holds")
}

pub(super) fn header_of(description: &str) -> utoipa::openapi::Header {
    HeaderBuilder::new().schema(text()).description(Some(description)).build()
}
