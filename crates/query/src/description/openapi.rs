//! The API's description in OpenAPI 3.1, built from what the code runs by: its words, operators, formats, problems and
//! answers, and the named queries of this lake.

mod answers;
mod headers;
mod introduction;
mod operation_ids;
mod operations;
mod parts;
mod schemas;

use utoipa::openapi::{
    InfoBuilder, OpenApi, OpenApiBuilder, Server,
    path::Parameter,
    security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    tag::TagBuilder,
};

use crate::{settings::ApiSettings, sql::named::NamedQuery};

/// What the description depends on beside the code.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// Its bounds and switches.
    pub(crate) settings: &'a ApiSettings,
    /// The datasets to make examples of.
    pub(crate) datasets: &'a [&'a domain::Dataset],
    /// The named queries there are.
    pub(crate) named: &'a [NamedOperation],
    /// Whether callers need a key.
    pub(crate) keys: bool,
}

/// A named query as the description has it.
#[derive(Clone, PartialEq)]
pub(crate) struct NamedOperation {
    /// Its name.
    pub(crate) name: String,
    /// What it answers.
    pub(crate) description: String,
    /// Its parameters.
    pub(crate) parameters: Vec<Parameter>,
}

impl NamedOperation {
    /// As the query's definition says.
    pub(crate) fn of(query: &NamedQuery) -> Self {
        let read = |parameter| match serde_json::from_value(parameter) {
            Ok(parameter) => Some(parameter),
            Err(error) => {
                let (name, error) = (query.name(), domain::chain(&error));
                tracing::error!(named_query = %name, error, "a parameter is missing in the description");
                None
            }
        };
        Self {
            name: query.name().to_string(),
            description: query.description().unwrap_or("Rows of a named query").to_owned(),
            parameters: query.openapi_parameters().into_iter().filter_map(read).collect(),
        }
    }
}

/// The name of the scheme by which callers show who they are.
const KEY: &str = "key";

/// Describes the API.
pub(crate) fn document(facts: &Facts<'_>) -> OpenApi {
    let info = InfoBuilder::new()
        .title("Tributary")
        .version(domain::version::VERSION)
        .description(Some(introduction::introduction(facts)))
        .build();
    let tags = [
        ("datasets", "What there is, and its rows by filters in the manner of PostgREST"),
        ("named queries", "SQL that was reviewed, with typed parameters"),
        ("queries", "What was started: its state, its rows page by page, and its end"),
        ("service", "The state of this API, and its description"),
    ];
    let tags = tags.map(|(name, text)| TagBuilder::new().name(name).description(Some(text)).build());
    let mut components = schemas::components();
    if facts.keys {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A key, as `tributary key create` prints it once."))
            .build();
        components.add_security_scheme(KEY, SecurityScheme::Http(scheme));
    }
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([Server::new("/")]))
        .tags(Some(tags))
        .paths(operations::paths(facts))
        .components(Some(components))
        .security(facts.keys.then(|| [SecurityRequirement::new(KEY, [] as [&str; 0])]))
        .build()
}

/// The description as JSON, its members in the order in which they were put there: some clients take the first.
pub(crate) fn to_json(document: &OpenApi) -> Vec<u8> {
    // Strings and maps of strings: there is nothing in it that JSON cannot say.
    let mut text = serde_json::to_string(document).unwrap_or_default();
    // utoipa 5.5 writes a link's `operationId` in snake case, which no reader of OpenAPI knows.
    for operation in [operation_ids::QUERY_ID, operation_ids::CANCEL_ID, operation_ids::QUERY_ROWS_ID] {
        let member = |name: &str| format!(r#""{name}":"{operation}""#);
        text = text.replace(&member("operation_id"), &member("operationId"));
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests;
