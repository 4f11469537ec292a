//! Trino's SQL as Athena takes it: what the API's gate and the local engine both have to know of it.
//!
//! The promise: both read a statement by this crate alone, so they read it alike. It knows the grammar ([`Athena`]: what a
//! name is, which words are reserved, what binds how strongly, the calls of JSON; [`Type`]: the types of casts), and it parses
//! within bounds ([`Bounds`], [`query`], [`expression`]): no statement overflows the stack or keeps the parser busy for long.
//! It goes through what was parsed ([`walk()`]), and names what no statement may have. What else may not be run here or there
//! is a [`Policy`] of its callers. And it lists the functions ([`functions()`]): who has each, what it takes and gives, and
//! whether its answer is always the same.
//!
//! It stands on the parser alone. The Lambda `query` links it, so nothing heavier may come in.

mod bounds;
mod dialect;
mod functions;
pub mod made;
mod parse;
mod reserved;
mod rows;
mod tokens;
mod types;
mod walk;

pub use bounds::{API, Bounds, LOCAL, OutOfBounds};
pub use dialect::Athena;
pub use functions::{Function, chapters, function, functions};
pub use parse::{Place, Unparsed, expression, query};
pub use tokens::{keyword, operators, tokenize};
pub use types::{Type, collapse_types};
pub use walk::{Advice, EXTRACTED, Policy, Unsupported, fold, walk};
