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
    schema::TableSchemas,
    session::CATALOG,
    store::LakeStore,
    table::LakeTable,
};

/// The tables that the statement names, ready to be scanned.
pub(crate) async fn tables<C: Catalog, S: ObjectStore>(
    statement: &DfStatement,
    database: &str,
    catalog: &C,
    store: &Arc<LakeStore<S>>,
) -> Result<Vec<(String, Arc<dyn TableProvider>)>, EngineError> {
    let (references, _) = resolve_table_references(statement, true).map_err(from_datafusion)?;
    let mut found: Vec<(String, Arc<dyn TableProvider>)> = Vec::with_capacity(references.len());
    for reference in references {
        let place = place(statement, &reference);
        let name = name(&reference, database, &place)?;
        if found.iter().any(|(known, _)| known == name.as_str()) {
            continue;
        }
        let missing = || table_not_found(&place, database, name.as_str());
        let table = catalog.table(&name).await?.ok_or_else(missing)?;
        let schemas = TableSchemas::of(&table)?;
        let partitions = match catalog.partitions(&name).await {
            Err(CatalogError::NotFound { .. }) => return Err(missing().into()),
            other => files::checked(&table, other?)?,
        };
        let snapshot = Snapshot { table, partitions, store: Arc::clone(store) };
        found.push((name.as_str().to_owned(), Arc::new(LakeTable::new(schemas, snapshot))));
    }
    Ok(found)
}

/// The table's name within the database, if it is in the database.
fn name(reference: &TableReference, database: &str, place: &str) -> Result<DatasetName, EngineError> {
    if let Some(catalog) = reference.catalog().filter(|catalog| *catalog != CATALOG) {
        return Err(EngineError::failed(
            "CATALOG_NOT_FOUND",
            format!("{place}Catalog '{catalog}' does not exist"),
        ));
    }
    if let Some(schema) = reference.schema().filter(|schema| *schema != database) {
        return Err(EngineError::failed(
            "SCHEMA_NOT_FOUND",
            format!("{place}Schema '{schema}' does not exist"),
        ));
    }
    let table = reference.table();
    if table.contains('$') {
        return Err(EngineError::unsupported(format!("the metadata table \"{table}\"")));
    }
    DatasetName::new(table).map_err(|_| table_not_found(place, database, table).into())
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
