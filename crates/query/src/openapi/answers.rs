//! What operations answer with.

use utoipa::openapi::{ContentBuilder, HeaderBuilder, ResponseBuilder, link::Link};

use super::{
    operations::{CANCEL_ID, QUERY_ID, QUERY_ROWS_ID},
    parts::{json_content, named, text},
};
use crate::{answer::EXTENT_HEADERS, format::Format};

const ETAG: &str = "\
A weak tag: what `If-None-Match` takes. There is none if the lake changed meanwhile, or if the same data may give other \
rows the next time.";

pub(super) fn ok(description: &str, schema: &str) -> ResponseBuilder {
    ResponseBuilder::new().description(description).content("application/json", json_content(named(schema)))
}

pub(super) fn rows_answer() -> ResponseBuilder {
    let mut response = ResponseBuilder::new()
        .description("The rows")
        .content("application/json", json_content(named("Rows")))
        .header("ETag", header_of(ETAG));
    for (name, description) in EXTENT_HEADERS {
        response = response.header(name, header_of(description));
    }
    for media_type in Format::media_types().filter(|media_type| *media_type != "application/json") {
        response = response.content(media_type, ContentBuilder::new().build());
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
        .header("Tributary-Complete", header_of("Whether the file has every row that matches"))
        .header("Link", header_of("The rows behind those of the file, `rel=\"next\"`"))
}

pub(super) fn not_modified() -> ResponseBuilder {
    ResponseBuilder::new().description("What the `ETag` stood for still holds")
}

pub(super) fn header_of(description: &str) -> utoipa::openapi::Header {
    HeaderBuilder::new().schema(text()).description(Some(description)).build()
}
