//! The API's description: as OpenAPI (`/openapi.json`) and as a page to read (`/docs`).

pub(crate) mod docs;
pub(crate) mod openapi;
