//! A statement that would write rows, of which only the plan is asked for. What it refuses before it writes, it refuses here.

use super::{Format, check_columns, exists, inserted, target};
use crate::athena::{
    RunError, RunForm,
    commands::{Command, Run, absent, catalog::Catalog, parse::TableName},
    service::Inner,
};

/// The table to which a query's rows would be written.
pub(in crate::athena::commands) struct Planned {
    pub(in crate::athena::commands) table: TableName,
    pub(in crate::athena::commands) query: String,
}

impl Inner {
    /// What the statement would write. `None`: nothing, since its table is there.
    pub(in crate::athena::commands) async fn would_write(
        &self,
        run: &Run,
        catalog: &Catalog<'_>,
        write: Command,
    ) -> Result<Option<Planned>, RunError> {
        match write {
            Command::CreateTableAs { table, if_not_exists, properties, query, .. } => {
                if catalog.find(&table).await?.is_some() {
                    return if if_not_exists { Ok(None) } else { Err(exists(catalog, &table)) };
                }
                let format = Format::of(&properties)?;
                let columns = self.rows(run, query.clone(), RunForm::Columns).await?.columns;
                check_columns(&columns, &query, &format)?;
                Ok(Some(Planned { table, query }))
            }
            Command::Insert { table, columns, query } => {
                let into = target(catalog, &table).await?;
                let given = self.rows(run, query.clone(), RunForm::Columns).await?.columns;
                inserted(&into, &columns, &given, &query)?;
                Ok(Some(Planned { table, query }))
            }
            _ => Err(absent("EXPLAIN of this statement")),
        }
    }
}
