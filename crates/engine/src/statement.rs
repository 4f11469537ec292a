//! A statement on its way to the planner.

use datafusion::sql::sqlparser::ast::Query;

use crate::{
    error::EngineError,
    names::{self, OutputNames},
    nesting, padded,
    reading::{Read, read, refuse_characters},
    views, with_names,
};

/// A query that was parsed and checked, with its parameters in their places. It has not seen any table yet.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub(crate) query: Box<Query>,
    pub(crate) names: OutputNames,
    pub(crate) characters: padded::Columns,
    database: String,
}

impl Prepared {
    pub(crate) fn new(sql: &str, parameters: &[String], database: &str) -> Result<Self, EngineError> {
        let Read { mut query, originals, characters } = read(sql, parameters, database)?;
        let names = OutputNames::take(&mut query, &originals);
        if names::order_by_tables(&mut query) {
            nesting::bound(&mut query.clone())?;
            nesting::bound_inlined(&query)?;
        }
        Ok(Self { query, names, characters, database: database.to_owned() })
    }

    /// The query with those of its views in the places of their names. `views` gives the SQL of a view of the database.
    pub fn with_views(self, views: &dyn Fn(&str) -> Option<String>) -> Result<Self, EngineError> {
        self.expanded(None, views)
    }

    /// The same for the query of a view that is to have this name in the database: neither it nor a view within may be of the
    /// name.
    pub fn of_view(self, name: &str, views: &dyn Fn(&str) -> Option<String>) -> Result<Self, EngineError> {
        self.expanded(Some(name), views)
    }

    fn expanded(
        mut self,
        made: Option<&str>,
        views: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, EngineError> {
        if made.is_some() {
            refuse_characters(&self.characters)?;
        }
        if views::expand(&mut self.query, &self.database, made, views)? {
            nesting::bound(&mut self.query.clone())?;
            with_names::rename(&mut self.query)?;
            nesting::bound_inlined(&self.query)?;
        }
        Ok(self)
    }
}
