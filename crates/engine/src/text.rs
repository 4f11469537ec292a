//! How Athena's engine, which is Java, writes values as text.

pub(crate) mod number;
pub(crate) mod time;
