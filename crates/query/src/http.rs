//! HTTP: the router, what happens around every request, and the headers and bodies of responses.

pub(crate) mod compression;
mod cors;
pub(crate) mod response;
pub(crate) mod routes;
