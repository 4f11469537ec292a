//! Which partitions a query's filters leave. A filter on nothing but partition keys is decided here, exactly.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{BooleanArray, RecordBatch, RecordBatchOptions},
        compute::and,
        datatypes::SchemaRef,
    },
    catalog::Session,
    common::{
        DFSchema,
        cast::as_boolean_array,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    datasource::listing::helpers::expr_applicable_for_cols,
    error::Result,
    logical_expr::Expr,
};

use crate::keys::{self, Partition};

/// How many partitions a filter decides on at once: it may copy its literals for each of them.
const PARTITIONS: usize = 256;

/// Whether the filter speaks of partition keys only, and can be decided without a row.
pub(crate) fn decides(keys: &SchemaRef, filter: &Expr) -> bool {
    let names: Vec<&str> = keys.fields().iter().map(|key| key.name().as_str()).collect();
    expr_applicable_for_cols(&names, filter) && !reaches_out(filter)
}

/// Whether the expression needs another query's rows.
fn reaches_out(filter: &Expr) -> bool {
    let mut found = false;
    let walked = filter.apply(|expr| {
        found |= matches!(
            expr,
            Expr::Exists(_)
                | Expr::InSubquery(_)
                | Expr::ScalarSubquery(_)
                | Expr::SetComparison(_)
                | Expr::OuterReferenceColumn(..)
        );
        Ok(if found { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    found || walked.is_err()
}

/// The partitions for which all filters that decide are true, in their order.
pub(crate) fn keep(
    session: &dyn Session,
    keys: &SchemaRef,
    partitions: &[Partition],
    filters: &[Expr],
) -> Result<Vec<Partition>> {
    let deciding: Vec<&Expr> = filters.iter().filter(|filter| decides(keys, filter)).collect();
    if deciding.is_empty() || partitions.is_empty() {
        return Ok(partitions.to_vec());
    }
    let schema = DFSchema::try_from(Arc::clone(keys))?;
    let filters = deciding.into_iter().map(|filter| session.create_physical_expr(filter.clone(), &schema));
    let filters = filters.collect::<Result<Vec<_>>>()?;
    let mut kept = Vec::with_capacity(partitions.len());
    for some in partitions.chunks(PARTITIONS) {
        let rows = one_row_each(keys, some)?;
        let mut decided = BooleanArray::from(vec![true; some.len()]);
        for filter in &filters {
            let passes = filter.evaluate(&rows)?.into_array(some.len())?;
            decided = and(&decided, as_boolean_array(&passes)?)?;
        }
        // A null is no: as in WHERE.
        let passing = some.iter().zip(&decided).filter(|(_, passes)| *passes == Some(true));
        kept.extend(passing.map(|(one, _)| one.clone()));
    }
    Ok(kept)
}

fn one_row_each(keys: &SchemaRef, partitions: &[Partition]) -> Result<RecordBatch> {
    // A table without keys has rows of no columns, and filters such as NULL speak of none.
    let options = RecordBatchOptions::new().with_row_count(Some(partitions.len()));
    let columns = keys::columns(keys, partitions)?;
    Ok(RecordBatch::try_new_with_options(Arc::clone(keys), columns, &options)?)
}
