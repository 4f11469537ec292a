//! The API's description: as OpenAPI (`/openapi.json`) and as a page to read (`/docs`).

pub(crate) mod docs;
mod of_lake;
pub(crate) mod openapi;
pub(crate) mod paths;
