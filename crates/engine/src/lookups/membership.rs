//! `IN` of a query that refers to the one around it, as a value with SQL's three values: true where one of the query's rows of the
//! row around has the value; else null where one of these rows is null, or where the value is null and there is such a row; else
//! false. Each of the three is a number of rows.

use std::sync::Arc;

use datafusion::{
    common::{
        Column, DFSchema,
        tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion},
    },
    error::Result,
    functions_aggregate::count::count_all,
    logical_expr::{Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, Subquery, expr::InSubquery, lit},
};

use super::plain;
use crate::{
    chains,
    in_query::{MAX_COPIED, keyed, member},
};

/// The column of the query's values, where these are no column.
const KEY: &str = "?looked for";

/// The `IN` as such numbers. One that asks otherwise than by conditions of rows stays, and so does one that is too large to be
/// copied; it is refused later. `around` are the columns of the query around.
pub(super) fn asked(within: InSubquery, around: &DFSchema, copied: &mut usize) -> Result<Transformed<Expr>> {
    let Some((item, rows)) = single(&within) else { return Ok(Transformed::no(Expr::InSubquery(within))) };
    within.subquery.subquery.apply_with_subqueries(|_| {
        *copied += 3;
        Ok(TreeNodeRecursion::Continue)
    })?;
    if *copied > MAX_COPIED {
        return Ok(Transformed::no(Expr::InSubquery(within)));
    }
    let item = item.clone().unalias();
    let query = Asked { rows, outer: &within.subquery };
    let value = &*within.expr;
    let found = query.found(&item, value, around)?;
    let mut unknown = Vec::new();
    if item.nullable(rows.schema())? {
        unknown.push(query.has_rows(rows_where(rows, item.clone().is_null())?, &[])?);
    }
    if value.nullable(around)? {
        unknown.push(value.clone().is_null().and(query.has_rows(rows.as_ref().clone(), &[])?));
    }
    let unknown = unknown.into_iter().reduce(Expr::or).unwrap_or_else(|| lit(false));
    let answer = member(found, unknown);
    Ok(Transformed::yes(if within.negated { Expr::Not(Box::new(answer)) } else { answer }))
}

/// What the query gives, and its rows, if both it and the value that is looked for are simple enough.
fn single(within: &InSubquery) -> Option<(&Expr, &Arc<LogicalPlan>)> {
    let ([item], rows) = plain(&within.subquery)? else { return None };
    let holds_query = within
        .expr
        .exists(|part| Ok(matches!(part, Expr::ScalarSubquery(_) | Expr::InSubquery(_) | Expr::Exists(_))));
    let is_moved =
        !holds_query.unwrap_or(true) && !within.expr.contains_outer() && !within.expr.is_volatile();
    let is_own = !item.contains_outer() && !item.is_volatile();
    (is_moved && is_own).then_some((item, rows))
}

/// A query of which numbers of rows are asked.
struct Asked<'q> {
    rows: &'q Arc<LogicalPlan>,
    outer: &'q Subquery,
}

impl Asked<'_> {
    /// Whether a row has the value: a column equals it, which DataFusion joins by. Of anything else that the query gives, and of
    /// doubles, a column is made below the conditions.
    fn found(&self, item: &Expr, value: &Expr, around: &DFSchema) -> Result<Expr> {
        let mut names = Vec::new();
        let value = outside(keyed(value.clone(), around)?, around, &mut names)?;
        let key = keyed(item.clone(), self.rows.schema())?;
        let rows = match key {
            Expr::Column(column) => rows_where(self.rows, Expr::Column(column).eq(value))?,
            key => {
                let (conditions, below) = conditions(self.rows);
                let mut columns: Vec<Expr> = below.schema().columns().into_iter().map(Expr::Column).collect();
                columns.push(key.alias(KEY));
                let below = LogicalPlanBuilder::new_from_arc(Arc::clone(below)).project(columns)?.build()?;
                chosen(Arc::new(below), conditions, Expr::Column(Column::from_name(KEY)).eq(value))?
            }
        };
        self.has_rows(rows, &names)
    }

    /// Whether there are rows. `names` are columns of the query around that the conditions name beside those of the query itself.
    fn has_rows(&self, rows: LogicalPlan, names: &[Expr]) -> Result<Expr> {
        let counted =
            LogicalPlanBuilder::from(rows).aggregate(Vec::<Expr>::new(), vec![count_all()])?.build()?;
        let mut outer_ref_columns = self.outer.outer_ref_columns.clone();
        for name in names {
            if !outer_ref_columns.contains(name) {
                outer_ref_columns.push(name.clone());
            }
        }
        let subquery =
            Subquery { subquery: Arc::new(counted), outer_ref_columns, spans: self.outer.spans.clone() };
        Ok(Expr::ScalarSubquery(subquery).gt(lit(0_i64)))
    }
}

/// The rows with one condition more. All are in one filter: of two, DataFusion 55.2 forgets what the lower one compares.
fn rows_where(rows: &Arc<LogicalPlan>, condition: Expr) -> Result<LogicalPlan> {
    let (conditions, below) = conditions(rows);
    chosen(Arc::clone(below), conditions, condition)
}

fn chosen(below: Arc<LogicalPlan>, mut conditions: Vec<Expr>, condition: Expr) -> Result<LogicalPlan> {
    conditions.push(condition);
    let all = chains::all(conditions).unwrap_or_else(|| lit(true));
    LogicalPlanBuilder::new_from_arc(below).filter(all)?.build()
}

/// The conditions at the top of a plan, and what is below them.
fn conditions(rows: &Arc<LogicalPlan>) -> (Vec<Expr>, &Arc<LogicalPlan>) {
    let (mut found, mut below) = (Vec::new(), rows);
    while let LogicalPlan::Filter(filter) = below.as_ref() {
        found.push(filter.predicate.clone());
        below = &filter.input;
    }
    (found, below)
}

/// The value as a query within names it. Its columns are added to `names`.
fn outside(value: Expr, around: &DFSchema, names: &mut Vec<Expr>) -> Result<Expr> {
    value
        .transform_up(|part| match part {
            Expr::Column(column) => {
                let (_, field) = around.qualified_field_from_column(&column)?;
                let name = Expr::OuterReferenceColumn(Arc::clone(field), column);
                names.push(name.clone());
                Ok(Transformed::yes(name))
            }
            other => Ok(Transformed::no(other)),
        })
        .data()
}
