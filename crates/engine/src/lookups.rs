//! Queries that refer to the one around them, as values: a lookup, as in `SELECT (SELECT a.name FROM a WHERE a.k = t.k)`, and
//! `SELECT EXISTS (SELECT ... WHERE a.k = t.k)` and `SELECT t.v IN (SELECT a.v ... WHERE a.k = t.k)`.
//!
//! DataFusion 55.2 makes joins of such queries if they aggregate, and refuses others. Athena takes them, and fails where a row
//! finds several. So a lookup aggregates here: it keeps up to two values of each key, and what stands in its place gives the
//! one. Those of keys that no row around asks for may be several. An `EXISTS` asks whether the number of rows is above zero, and an
//! `IN` asks that up to three times (`membership`). What an aggregate is of becomes a column first (`below`).
//!
//! That is done where the query ends with conditions of rows, and nothing below these refers to the query around.

mod below;
mod membership;

use std::sync::Arc;

use datafusion::{
    common::{
        DFSchema,
        tree_node::{Transformed, TransformedResult, TreeNode},
    },
    error::Result,
    functions_aggregate::count::count_all,
    logical_expr::{
        Expr, LogicalPlan, LogicalPlanBuilder, Subquery,
        expr::{AggregateFunction, Exists, ScalarFunction},
        expr_rewriter::NamePreserver,
        lit,
    },
};

use crate::{error::EngineError, failure::from_datafusion, functions};

/// The plan in which they aggregate. The names of its columns stay.
pub(crate) fn aggregated(plan: LogicalPlan) -> std::result::Result<LogicalPlan, EngineError> {
    let mut counts = Counts::default();
    plan.transform_up_with_subqueries(|node| {
        // Elsewhere DataFusion has EXISTS and IN itself.
        let around = match &node {
            LogicalPlan::Aggregate(_) => return below::columns(node, &mut counts),
            LogicalPlan::Projection(projection) => Some(Arc::clone(projection.input.schema())),
            _ => None,
        };
        let names = NamePreserver::new(&node);
        let node = node.map_expressions(|expr| {
            let name = names.save(&expr);
            let rewritten = values(expr, around.as_deref(), &mut counts)?;
            Ok(if rewritten.transformed { Transformed::yes(name.restore(rewritten.data)) } else { rewritten })
        })?;
        if node.transformed { node.map_data(LogicalPlan::recompute_schema) } else { Ok(node) }
    })
    .data()
    .map_err(from_datafusion)
}

/// How much was made so far.
#[derive(Debug, Default)]
struct Counts {
    /// Nodes of the copies of queries.
    copied: usize,
    /// Columns below aggregates.
    columns: usize,
}

/// The expression with its queries as aggregates. `around` are the columns of a projection that it is in.
fn values(expr: Expr, around: Option<&DFSchema>, counts: &mut Counts) -> Result<Transformed<Expr>> {
    expr.transform_up(|part| match (part, around) {
        (Expr::ScalarSubquery(query), _) => looked_up(query),
        (Expr::Exists(within), Some(_)) => counted(within),
        (Expr::InSubquery(within), Some(around)) => membership::asked(within, around, &mut counts.copied),
        (other, _) => Ok(Transformed::no(other)),
    })
}

fn looked_up(query: Subquery) -> Result<Transformed<Expr>> {
    let Some(([value], rows)) = plain(&query).filter(|(values, _)| !values.iter().any(Expr::contains_outer))
    else {
        return Ok(Transformed::no(Expr::ScalarSubquery(query)));
    };
    let kept = AggregateFunction::new_udf(
        functions::kept_values(),
        vec![value.clone().unalias()],
        false,
        None,
        Vec::new(),
        None,
    );
    let kept = Expr::ScalarSubquery(aggregate(&query, rows, Expr::AggregateFunction(kept))?);
    let value = ScalarFunction::new_udf(functions::sole_value(), vec![kept]);
    Ok(Transformed::yes(Expr::ScalarFunction(value)))
}

fn counted(within: Exists) -> Result<Transformed<Expr>> {
    let Some((_, rows)) = plain(&within.subquery) else {
        return Ok(Transformed::no(Expr::Exists(within)));
    };
    let count = Expr::ScalarSubquery(aggregate(&within.subquery, rows, count_all())?);
    let answer = if within.negated { count.eq(lit(0_i64)) } else { count.gt(lit(0_i64)) };
    Ok(Transformed::yes(answer))
}

/// The same query, but for what it gives.
fn aggregate(query: &Subquery, rows: &Arc<LogicalPlan>, call: Expr) -> Result<Subquery> {
    let plan =
        LogicalPlanBuilder::new_from_arc(Arc::clone(rows)).aggregate(Vec::<Expr>::new(), vec![call])?;
    Ok(Subquery {
        subquery: Arc::new(plan.build()?),
        outer_ref_columns: query.outer_ref_columns.clone(),
        spans: query.spans.clone(),
    })
}

/// Of a query that refers to the one around it in conditions of its rows alone, its columns and its rows.
fn plain(query: &Subquery) -> Option<(&[Expr], &Arc<LogicalPlan>)> {
    let LogicalPlan::Projection(projection) = query.subquery.as_ref() else { return None };
    let mut below = &projection.input;
    let mut refers = false;
    while let LogicalPlan::Filter(filter) = below.as_ref() {
        refers |= filter.predicate.contains_outer();
        below = &filter.input;
    }
    // An aggregate without GROUP BY gives its row whatever is asked, and DataFusion knows that of its own.
    let is_else = matches!(below.as_ref(), LogicalPlan::Aggregate(_) | LogicalPlan::Limit(_));
    let refers_below = below.exists(|node| Ok(node.contains_outer_reference())).unwrap_or(true);
    (refers && !is_else && !refers_below).then_some((projection.expr.as_slice(), &projection.input))
}
