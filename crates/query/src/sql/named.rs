//! Named queries: reviewed SQL with typed parameters, from `queries/<name>.json` to what is run.
//!
//! ```json
//! {"name": "passengers-of-flight", "description": "Who is on a flight, by seat",
//!  "parameters": [{"name": "flight", "type": "bigint", "min": 1, "description": "The flight's number"}],
//!  "sql": "SELECT name, seat_number FROM passengers WHERE flight_id = :flight ORDER BY seat_number"}
//! ```
//!
//! The repository keeps the two apart, `infra/queries/<name>.json` without `"sql"` and `<name>.sql` beside it;
//! [`NamedQuery::assemble`] puts them together, as Terraform does. The SQL is what free SQL may be (`gate`), with
//! `:name` for `?`. What it reads is told from it, so no definition says so a second time.
//!
//! Its own LIMIT is the most rows that it gives; a request's `limit` lowers it.

mod definition;
mod invalid;
mod parameter;
mod request;
mod store;
mod view;

use domain::{DatasetName, QueryName};

use super::gate::Gated;

pub use invalid::InvalidQuery;
use parameter::Parameter;
pub(crate) use store::NamedQueries;
pub(crate) use store::NamedSnapshot;
pub(crate) use view::QueryListing;

/// A query that was read and checked.
#[derive(Debug, Clone)]
pub struct NamedQuery {
    name: QueryName,
    description: Option<String>,
    parameters: Vec<Parameter>,
    gated: Gated,
}

impl NamedQuery {
    /// Its name.
    pub fn name(&self) -> &QueryName {
        &self.name
    }

    /// What it is for.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// Its parameters' names, in their order, and whether each has to be given.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, bool)> {
        self.parameters.iter().map(|parameter| (parameter.name.as_str(), parameter.default.is_none()))
    }

    /// Whether it has parameters that stand for regular expressions: to check their values may take a while.
    pub(crate) fn has_patterns(&self) -> bool {
        self.gated.has_patterns()
    }

    /// The datasets that it reads, in order of name. Whether they exist is not known here.
    pub fn datasets(&self) -> impl Iterator<Item = &DatasetName> {
        self.gated.tables().iter()
    }
}

#[cfg(test)]
mod tests;
