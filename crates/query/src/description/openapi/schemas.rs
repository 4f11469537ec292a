//! The answers' schemas: those of the code's own types, and of what has no type.

use serde_json::json;
use utoipa::{
    ToSchema,
    openapi::{
        ArrayBuilder, Components, ComponentsBuilder, OneOfBuilder, RefOr, Schema,
        schema::{AdditionalProperties, ObjectBuilder, SchemaType, Type},
    },
};

use super::parts::{plain, text};
use crate::{
    lake::datasets::{Detail, Listing},
    service::{Health, QueryView, Ready},
    sql::named::QueryListing,
};

pub(super) fn components() -> Components {
    let builder = with::<Listing<'static>>(ComponentsBuilder::new());
    let builder = with::<Detail<'static>>(builder);
    let builder = with::<QueryView>(builder);
    let builder = with::<QueryListing<'static>>(builder);
    let builder = with::<Health>(builder);
    with::<Ready>(builder)
        .schema("Problem", problem())
        .schema("Rows", rows())
        .schema("FreeSql", free_sql())
        .schema("OpenApi", plain(Type::Object).description(Some("A document of OpenAPI 3.1")))
        .build()
}

/// Adds a type's schema, and those of the types that it is made of.
fn with<T: ToSchema>(builder: ComponentsBuilder) -> ComponentsBuilder {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    parts.into_iter().fold(builder.schema_from::<T>(), |builder, (name, schema)| builder.schema(name, schema))
}

fn problem() -> RefOr<Schema> {
    plain(Type::Object)
        .description(Some(
            "RFC 9457, with members of its own beside: what was wrong, and what would be right",
        ))
        .property("type", text().description(Some("`urn:tributary:problem:` and the kind")))
        .required("type")
        .property("title", text())
        .required("title")
        .property("status", plain(Type::Integer))
        .required("status")
        .property("detail", text().description(Some("A sentence that says what would work")))
        .required("detail")
        .into()
}

/// Rows as JSON: records, or an object of columns.
fn rows() -> RefOr<Schema> {
    let any = || AdditionalProperties::FreeForm(true);
    let record = plain(Type::Object).additional_properties(Some(any()));
    let records = ArrayBuilder::new().items(record).description(Some("`format=json`: records"));
    let columns = plain(Type::Object)
        .additional_properties(Some(any()))
        .description(Some("`format=columns`: of each column, its values by row number"));
    OneOfBuilder::new().item(records).item(columns).into()
}

fn free_sql() -> RefOr<Schema> {
    let parameters = ArrayBuilder::new()
        .items(any_of([Type::String, Type::Number, Type::Boolean, Type::Object]))
        .description(Some(
            "One for each `?`: a string, a number, true, false, or `{\"type\": \"date\", \"value\": \"2026-11-23\"}`",
        ))
        .examples([json!([1001])]);
    plain(Type::Object)
        .property("sql", text().description(Some("One SELECT, or WITH and one")))
        .required("sql")
        .property("parameters", parameters)
        .property(
            "limit",
            any_of([Type::Integer, Type::Null]).minimum(Some(0.0)).description(Some("The most rows")),
        )
        .into()
}

/// A value of one of these types.
fn any_of<const N: usize>(types: [Type; N]) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Array(types.into()))
}
