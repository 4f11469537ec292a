//! `INTERSECT ALL` and `EXCEPT ALL`: of a row that the first query has m times and the second one n times, the one gives as many as
//! both have, and the other m - n.
//!
//! DataFusion 55.2 makes a join of each, which keeps or drops all equal rows of the first query at once. So equal rows are numbered
//! in both queries, and the number is one more column to join by.

use std::sync::Arc;

use datafusion::{
    common::{Column, JoinType},
    error::Result,
    functions_window::expr_fn::row_number,
    logical_expr::{Expr, ExprFunctionExt, LogicalPlan, LogicalPlanBuilder},
};

use super::joined;

/// How the columns with the numbers begin. No name of Athena's does.
const NUMBER: &str = "?number";

/// The operation that counts its rows, of two queries whose columns have the same types.
pub(super) fn by_numbers(
    left: Arc<LogicalPlan>,
    right: Arc<LogicalPlan>,
    join_type: JoinType,
    place: usize,
) -> Result<LogicalPlan> {
    let columns: Vec<Expr> = left.schema().columns().into_iter().map(Expr::Column).collect();
    let left = numbered(left, &format!("{NUMBER} left {place}"))?;
    let right = numbered(right, &format!("{NUMBER} right {place}"))?;
    LogicalPlanBuilder::from(joined(left, right, join_type)?).project(columns)?.build()
}

/// The rows with their numbers among those that equal them, in a last column of this name.
fn numbered(rows: Arc<LogicalPlan>, name: &str) -> Result<Arc<LogicalPlan>> {
    let mut columns: Vec<Expr> = rows.schema().columns().into_iter().map(Expr::Column).collect();
    let number = row_number().partition_by(columns.clone()).build()?;
    let found = Column::new_unqualified(number.schema_name().to_string());
    columns.push(Expr::Column(found).alias(name));
    let rows = LogicalPlanBuilder::new_from_arc(rows).window([number])?.project(columns)?;
    Ok(Arc::new(rows.build()?))
}
