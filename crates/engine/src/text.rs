//! How Athena's engine, which is Java, writes values as text, and reads numbers.

pub(crate) mod number;
pub(crate) mod read;
pub(crate) mod time;
