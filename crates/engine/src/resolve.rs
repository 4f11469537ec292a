//! Which tables a query names: found in the catalog, with all their partitions, once for each query.

use std::{ops::ControlFlow, sync::Arc};

use datafusion::{
    catalog::TableProvider,
    common::TableReference,
    sql::{
        parser::Statement as DfStatement,
        resolve::resolve_table_references,
        sqlparser::ast::{ObjectName, ObjectNamePart, Spanned, Statement, visit_relations},
    },
};
use domain::{
    DatasetName,
    port::{Catalog, CatalogError, ObjectStore},
};

use crate::{
    error::{EngineError, Failure},
    failure::from_datafusion,
    files::{self, Snapshot},
    lake::CATALOG,
    memory::MemoryLimits,
    open_csv,
    schema::TableSchemas,
    store::LakeStore,
    system::{self, INFORMATION_SCHEMA, PARTITIONS},
    table::LakeTable,
};

/// A table that a statement names.
pub(crate) struct Found {
    /// The lake's database, or `information_schema`.
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) provider: Arc<dyn TableProvider>,
}

/// The tables that the statement names, ready to be scanned within these limits. With a `bucket`, they have the column `$path`.
pub(crate) async fn tables<C: Catalog, S: ObjectStore>(
    statement: &DfStatement,
    database: &str,
    bucket: Option<&str>,
    catalog: &C,
    store: &Arc<LakeStore<S>>,
    limits: &MemoryLimits,
) -> Result<Vec<Found>, EngineError> {
    let (references, _) = resolve_table_references(statement, true).map_err(from_datafusion)?;
    let mut found: Vec<Found> = Vec::with_capacity(references.len());
    for reference in references {
        let place = place(statement, &reference);
        let (schema, name) = name(&reference, database, &place)?;
        if found.iter().any(|known| known.schema == schema && known.name == name) {
            continue;
        }
        if found.iter().any(|known| known.name == name) {
            return Err(EngineError::unsupported(format!(
                "two tables of the name {name} in a statement, one of them of {INFORMATION_SCHEMA},"
            )));
        }
        let provider: Arc<dyn TableProvider> = if schema == INFORMATION_SCHEMA {
            let tables = catalog.tables().await?;
            let missing = || table_not_found(&place, INFORMATION_SCHEMA, &name);
            system::information(&name, database, &tables)?.ok_or_else(missing)?
        } else {
            let missing = || table_not_found(&place, database, &name);
            let of = name.strip_suffix(PARTITIONS);
            let dataset = DatasetName::new(of.unwrap_or(&name)).map_err(|_| missing())?;
            let table = catalog.table(&dataset).await?.ok_or_else(missing)?;
            let partitions = match catalog.partitions(&dataset).await {
                Err(CatalogError::NotFound { .. }) => return Err(missing().into()),
                other => files::checked(&table, other?)?,
            };
            match of {
                Some(_) => system::partitions(&table, &partitions)?.ok_or_else(missing)?,
                None => {
                    let mut schemas = TableSchemas::of(&table)?;
                    if bucket.is_some() {
                        schemas = schemas.with_path();
                    }
                    let bucket = bucket.map(str::to_owned);
                    let snapshot = Snapshot { table, partitions, store: Arc::clone(store), bucket };
                    if open_csv::is_format_of(&snapshot.table)? {
                        open_csv::table(&schemas, snapshot).await?
                    } else {
                        Arc::new(LakeTable::new(schemas, snapshot, *limits))
                    }
                }
            }
        };
        found.push(Found { schema: schema.to_owned(), name, provider });
    }
    Ok(found)
}

/// The table's schema and its name within it.
fn name<'n>(
    reference: &TableReference,
    database: &'n str,
    place: &str,
) -> Result<(&'n str, String), EngineError> {
    if let Some(catalog) = reference.catalog().filter(|catalog| *catalog != CATALOG) {
        return Err(EngineError::failed(
            "CATALOG_NOT_FOUND",
            format!("{place}Catalog '{catalog}' does not exist"),
        ));
    }
    let table = reference.table();
    if reference.schema() == Some(INFORMATION_SCHEMA) {
        return Ok((INFORMATION_SCHEMA, table.to_owned()));
    }
    if let Some(schema) = reference.schema().filter(|schema| *schema != database) {
        return Err(EngineError::failed(
            "SCHEMA_NOT_FOUND",
            format!("{place}Schema '{schema}' does not exist"),
        ));
    }
    if table.strip_suffix(PARTITIONS).unwrap_or(table).contains('$') {
        return Err(EngineError::unsupported(format!("the metadata table \"{table}\"")));
    }
    Ok((database, table.to_owned()))
}

fn table_not_found(place: &str, database: &str, table: &str) -> Failure {
    Failure::new("TABLE_NOT_FOUND", format!("{place}Table '{CATALOG}.{database}.{table}' does not exist"))
}

/// `line 1:15: `, where the table is first named.
fn place(statement: &DfStatement, reference: &TableReference) -> String {
    let DfStatement::Statement(statement) = statement else { return String::new() };
    let statement: &Statement = statement;
    let is_it = |name: &ObjectName| {
        let parts = name.0.iter().filter_map(ObjectNamePart::as_ident).map(|part| part.value.clone());
        parts.eq(reference.to_vec())
    };
    let found = visit_relations(statement, |name| {
        if is_it(name) { ControlFlow::Break(name.span().start) } else { ControlFlow::Continue(()) }
    });
    match found {
        ControlFlow::Break(start) => format!("line {}:{}: ", start.line, start.column),
        ControlFlow::Continue(()) => String::new(),
    }
}
