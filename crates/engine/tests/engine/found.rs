//! What queries at random found, held to another engine (scripts/sql-random): the smallest statement of each kind, and what is
//! near it.

mod answers;
mod casts;
