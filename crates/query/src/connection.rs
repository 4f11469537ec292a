//! What a server that holds the router does itself, on a connection and before any route is found: it refuses a head that
//! cannot be read, keeps reserved connections for health checks, and turns clients away.

pub(crate) mod bad_request;
pub(crate) mod refusals;
pub(crate) mod reserved;
pub(crate) mod transfer_coding;
