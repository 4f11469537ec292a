//! The limits of a process, of all processes together, and of an API key: on queries, on what is rendered or checked at once,
//! and on bytes.

mod accounts;
pub(super) mod bodies;
mod bounds;
pub(super) mod checks;
mod key_shares;
pub(super) mod render_places;
mod running;
mod settlement;
