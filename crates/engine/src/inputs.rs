//! Which tables a query reads, and what it asks of their columns: what Trino answers to `EXPLAIN (TYPE IO)`.
//!
//! The form is that of Trino's `IoPlanPrinter` since trinodb/trino#12349 (2022, before Athena engine version 3): the columns are
//! in `constraint`, beside `none`. AWS's user guide names the type and shows no example of it.
//!
//! The domain of a column may have more values than the query reads, and never fewer. A partition key has the values of the
//! partitions that are left, as in Trino's Hive connector, also where there is no condition. A table of which a condition
//! leaves no partition is not listed, and neither is what is joined to it: Trino's plan has no scan of them.

mod extract;
mod ranges;
mod shown;

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{DataType as Arrow, Schema},
    catalog::TableProvider,
    common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion},
    datasource::source_as_provider,
    error::{DataFusionError, Result as DfResult},
    execution::SessionState,
    logical_expr::{
        EmptyRelation, Expr, Filter, LogicalPlan, TableScan, expr_rewriter::unnormalize_cols,
        utils::split_conjunction,
    },
    optimizer::{Optimizer, OptimizerRule, propagate_empty_relation::PropagateEmptyRelation},
};
use domain::port::ObjectStore;
use extract::Domains;

use crate::{error::EngineError, failure::from_datafusion, keys::KeyType, table::LakeTable, types};
use shown::{ColumnConstraint, Constraint, shown};
pub use shown::{Estimate, TableId, TableInput};

/// The tables that an optimized plan reads, in the order of the plan. What is read twice with the same constraint is there
/// once, as in Trino, which has a set of them.
pub(crate) fn tables<S: ObjectStore>(
    plan: LogicalPlan,
    session: &SessionState,
    database: &str,
) -> Result<Vec<TableInput>, EngineError> {
    found::<S>(plan, session, database).map_err(from_datafusion)
}

fn found<S: ObjectStore>(
    plan: LogicalPlan,
    session: &SessionState,
    database: &str,
) -> DfResult<Vec<TableInput>> {
    let mut is_any_empty = false;
    let mut or_empty = |node: LogicalPlan, scan: &TableScan| {
        let is_empty = read::<S>(scan, session)? == Domains::NONE;
        is_any_empty |= is_empty;
        let schema = Arc::clone(node.schema());
        Ok::<_, DataFusionError>(if is_empty {
            Transformed::yes(LogicalPlan::EmptyRelation(EmptyRelation { produce_one_row: false, schema }))
        } else {
            Transformed::yes(node)
        })
    };
    let plan = plan
        .transform_up_with_subqueries(|node| match node {
            LogicalPlan::TableScan(scan) if !scan.filters.is_empty() => {
                or_empty(LogicalPlan::TableScan(scan.clone()), &scan)
            }
            LogicalPlan::Filter(filter) => match narrowed(&filter) {
                None => Ok(Transformed::no(LogicalPlan::Filter(filter))),
                Some(scan) => {
                    let mut filter = filter;
                    filter.input = Arc::new(LogicalPlan::TableScan(scan.clone()));
                    or_empty(LogicalPlan::Filter(filter), &scan)
                }
            },
            other => Ok(Transformed::no(other)),
        })
        .data()?;
    let plan = if is_any_empty {
        let rule: Arc<dyn OptimizerRule + Send + Sync> = Arc::new(PropagateEmptyRelation::new());
        Optimizer::with_rules(vec![rule]).optimize(plan, session, |_, _| {})?
    } else {
        plan
    };
    let mut tables = Vec::new();
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            let table = input::<S>(scan, session, database)?;
            if !tables.contains(&table) {
                tables.push(table);
            }
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(tables)
}

/// The scan below the filter with those conditions of the filter that it has not yet, but for those that hold a query.
/// `None`: there is no scan, or no such condition.
fn narrowed(filter: &Filter) -> Option<TableScan> {
    let LogicalPlan::TableScan(scan) = &*filter.input else { return None };
    let conditions = split_conjunction(&filter.predicate).into_iter();
    let is_new = |condition: &&Expr| !scan.filters.contains(condition) && !holds_query(condition);
    let more: Vec<Expr> = conditions.filter(is_new).cloned().collect();
    if more.is_empty() {
        return None;
    }
    let mut scan = scan.clone();
    scan.filters.extend(more);
    Some(scan)
}

fn holds_query(condition: &Expr) -> bool {
    let held = condition.exists(|expr| {
        let is_query = matches!(
            expr,
            Expr::Exists(_) | Expr::InSubquery(_) | Expr::ScalarSubquery(_) | Expr::SetComparison(_)
        );
        Ok(is_query)
    });
    held.unwrap_or(true)
}

/// What is read of the columns.
fn read<S: ObjectStore>(scan: &TableScan, session: &SessionState) -> DfResult<Domains> {
    let filters = unnormalize_cols(scan.filters.clone());
    let schema = scan.source.schema();
    let asked = filters.iter().map(|filter| extract::domains(filter, &schema));
    let asked = asked.fold(Domains::all(), Domains::and);
    let provider = source_as_provider(&scan.source)?;
    let Some(table) = lake_table::<S>(&provider) else { return Ok(asked) };
    let keys = table.keys();
    if keys.fields().is_empty() {
        return Ok(asked);
    }
    let mut left = table.kept(session, &filters)?;
    left.retain(|partition| {
        let mut values = keys.fields().iter().zip(&partition.values);
        values.all(|(key, value)| asked.admits(key.name(), value))
    });
    // The keys' own values say more than the conditions.
    Ok(extract::of_partitions(keys, &left).and(asked))
}

fn input<S: ObjectStore>(scan: &TableScan, session: &SessionState, database: &str) -> DfResult<TableInput> {
    let name = &scan.table_name;
    let table = TableId::new(name.schema().unwrap_or(database), name.table());
    let constraint = match read::<S>(scan, session)?.0 {
        None => Constraint { none: true, column_constraints: Vec::new() },
        Some(mut domains) => {
            let columns = columns::<S>(scan)?.into_iter();
            let constraint = |(column_name, data_type): (String, String)| {
                let domain = shown(domains.remove(&column_name)?)?;
                Some(ColumnConstraint { column_name, data_type, domain })
            };
            Constraint { none: false, column_constraints: columns.filter_map(constraint).collect() }
        }
    };
    Ok(TableInput::new(table, constraint))
}

/// The names and types of the table's columns, those of the keys first.
fn columns<S: ObjectStore>(scan: &TableScan) -> DfResult<Vec<(String, String)>> {
    let provider = source_as_provider(&scan.source)?;
    let mut columns = Vec::new();
    if let Some(table) = lake_table::<S>(&provider) {
        let types = table.key_types().map_err(|error| DataFusionError::External(Box::new(error)))?;
        let keys = table.keys().fields().iter().zip(types);
        columns.extend(keys.map(|(key, of)| (key.name().clone(), name_of_key_type(of))));
    }
    let schema: &Schema = &scan.source.schema();
    for field in schema.fields() {
        if !columns.iter().any(|(name, _)| name == field.name()) {
            columns.push((field.name().clone(), name_of_type(field.data_type())));
        }
    }
    Ok(columns)
}

fn lake_table<S: ObjectStore>(provider: &Arc<dyn TableProvider>) -> Option<&LakeTable<S>> {
    provider.downcast_ref::<LakeTable<S>>()
}

fn name_of_key_type(of: KeyType) -> String {
    match of {
        KeyType::Varchar(Some(most)) => format!("varchar({most})"),
        other => name_of_type(&other.arrow()),
    }
}

fn name_of_type(arrow: &Arrow) -> String {
    match arrow {
        Arrow::Timestamp(_, None) => "timestamp(3)".to_owned(),
        other => types::name(other).unwrap_or_default(),
    }
}
