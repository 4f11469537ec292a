//! `IN` and `NOT IN` of a query, with SQL's three values: without an equal value the answer is null if the query gives a
//! null, or if the value itself is null and the query gives a row.
//!
//! DataFusion 55.2 has two of the three: where the condition is not a conjunct of its own (`NOT IN ... OR ...`) it takes
//! null for false, which `NOT` makes true; it forgets the nulls where a constant is looked for; and a query that refers
//! to the one around it cannot be negated, or is negated wrongly. So each `IN` whose null would be seen is taken apart
//! into parts that it has: whether an equal value is there, whether a null is, and whether a row is.

mod value;

use std::sync::Arc;

use datafusion::{
    common::{
        Column, DFSchema, JoinType,
        tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion},
    },
    error::{DataFusionError, Result},
    functions_aggregate::count::count_all,
    logical_expr::{
        BinaryExpr, Expr, ExprSchemable, Join, LogicalPlan, LogicalPlanBuilder, Operator, Subquery, exists,
        expr::{InSubquery, ScalarFunction},
        lit, scalar_subquery,
        utils::{merge_schema, split_conjunction, split_conjunction_owned},
    },
};

use crate::{
    chains,
    error::{EngineError, Failure},
    failure::from_datafusion,
    functions,
};

/// The most nodes that the copies of queries may have together: a query within such a query within another one is copied
/// for each of them.
pub(crate) const MAX_COPIED: usize = 2_000;

/// The column of keys. No name of Athena's begins so: of one that the query has, the optimizer would make two.
const KEY: &str = "?sought";

/// The plan with every `IN` of a query taken apart of which more is asked than whether it is true.
pub(crate) fn taken_apart(plan: LogicalPlan) -> std::result::Result<LogicalPlan, EngineError> {
    let (mut copied, mut valued) = (0, 0);
    plan.apply_with_subqueries(|node| node.apply_expressions(|expr| expr.apply(refuse_unequal)))
        .map_err(from_datafusion)?;
    plan.transform_up_with_subqueries(|node| {
        let node = match node {
            LogicalPlan::Join(join) => return joined(join, &mut copied),
            node @ (LogicalPlan::Projection(_) | LogicalPlan::Aggregate(_)) => {
                return value::columns(node, &mut copied, &mut valued);
            }
            other => other,
        };
        let LogicalPlan::Filter(filter) = &node else { return Ok(Transformed::no(node)) };
        if !holds_in(&filter.predicate)? {
            return Ok(Transformed::no(node));
        }
        let schema = merge_schema(&node.inputs());
        let mut apart = Apart { schema: &schema, copied: &mut copied };
        node.map_expressions(|predicate| apart.rewrite(predicate, true))
    })
    .data()
    .map_err(from_datafusion)
}

/// The same for the condition of a join: where rows of both sides are kept only if it is true, it may as well be asked of
/// the joined rows, which is what DataFusion makes of it in the end.
fn joined(mut join: Join, copied: &mut usize) -> Result<Transformed<LogicalPlan>> {
    let mut is_held = false;
    for expr in join.on.iter().flat_map(|(left, right)| [left, right]).chain(&join.filter) {
        is_held |= holds_in(expr)?;
    }
    if !is_held {
        return Ok(Transformed::no(LogicalPlan::Join(join)));
    }
    let schema = merge_schema(&[join.left.as_ref(), join.right.as_ref()]);
    let mut apart = Apart { schema: &schema, copied };
    // What is compared are values, whose nulls are seen.
    for (left, right) in &mut join.on {
        for side in [left, right] {
            *side = apart.rewrite(std::mem::take(side), false)?.data;
        }
    }
    let Some(filter) = join.filter.take() else { return Ok(Transformed::yes(LogicalPlan::Join(join))) };
    if join.join_type != JoinType::Inner {
        join.filter = Some(apart.rewrite(filter, true)?.data);
        return Ok(Transformed::yes(LogicalPlan::Join(join)));
    }
    let (mut above, mut within) = (Vec::new(), Vec::new());
    for condition in split_conjunction_owned(filter) {
        if holds_in(&condition)? {
            above.push(apart.rewrite(condition, true)?.data);
        } else {
            within.push(condition);
        }
    }
    join.filter = chains::all(within);
    let join = LogicalPlan::Join(join);
    let plan = match chains::all(above) {
        Some(above) => LogicalPlanBuilder::from(join).filter(above)?.build()?,
        None => join,
    };
    Ok(Transformed::yes(plan))
}

fn holds_in(predicate: &Expr) -> Result<bool> {
    predicate.exists(|expr| Ok(matches!(expr, Expr::InSubquery(_))))
}

struct Apart<'a> {
    schema: &'a DFSchema,
    copied: &'a mut usize,
}

impl Apart<'_> {
    /// `is_filter`: nothing tells null and false apart.
    fn rewrite(&mut self, expr: Expr, is_filter: bool) -> Result<Transformed<Expr>> {
        match expr {
            Expr::BinaryExpr(BinaryExpr { left, op: op @ (Operator::And | Operator::Or), right }) => {
                let left = self.rewrite(*left, is_filter)?.data;
                let right = self.rewrite(*right, is_filter)?.data;
                let both = BinaryExpr::new(Box::new(left), op, Box::new(right));
                Ok(Transformed::yes(Expr::BinaryExpr(both)))
            }
            Expr::InSubquery(within) if is_filter && !within.negated => {
                found(*within.expr, within.subquery, self.schema).map(Transformed::yes)
            }
            Expr::InSubquery(within) => self.apart(within).map(Transformed::yes),
            other => other.map_children(|child| self.rewrite(child, false)),
        }
    }

    fn apart(&mut self, within: InSubquery) -> Result<Expr> {
        let InSubquery { expr, subquery, negated } = within;
        let value = self.rewrite(*expr, false)?.data;
        let is_correlated = !subquery.outer_ref_columns.is_empty();
        let unknown = self.unknown(&value, &subquery.subquery, is_correlated)?;
        let member = member(found(value, subquery, self.schema)?, unknown);
        Ok(if negated { Expr::Not(Box::new(member)) } else { member })
    }

    /// Whether the answer is null where no row of the query has the value.
    fn unknown(&mut self, value: &Expr, query: &Arc<LogicalPlan>, is_correlated: bool) -> Result<Expr> {
        self.count(query)?;
        let column = column_of(query)?;
        let mut unknown = Vec::new();
        if query.schema().field(0).is_nullable() {
            let null = LogicalPlanBuilder::new_from_arc(Arc::clone(query))
                .filter(Expr::Column(column).is_null())?
                .build()?;
            unknown.push(has_rows(Arc::new(null), is_correlated)?);
        }
        if value.nullable(self.schema)? {
            unknown.push(value.clone().is_null().and(has_rows(Arc::clone(query), is_correlated)?));
        }
        Ok(unknown.into_iter().reduce(Expr::or).unwrap_or_else(|| lit(false)))
    }

    fn count(&mut self, query: &LogicalPlan) -> Result<()> {
        query.apply_with_subqueries(|_| {
            *self.copied += 2;
            Ok(TreeNodeRecursion::Continue)
        })?;
        if *self.copied > MAX_COPIED {
            let message = "NOT IN of queries that are as large together is not supported by the local engine";
            return Err(DataFusionError::External(Box::new(Failure::new("NOT_SUPPORTED", message))));
        }
        Ok(())
    }
}

/// True where the value is found; else null where the answer is not known, and false where it is.
pub(crate) fn member(found: Expr, unknown: Expr) -> Expr {
    Expr::ScalarFunction(ScalarFunction::new_udf(functions::member(), vec![found, unknown]))
}

/// Whether the query has a row with the value. Where that refers to no column, it is asked within the query: of two conditions
/// `c = 3` and `3 = c` on one column, DataFusion 55.2 makes `false` (`simplify_predicates` compares them as they are written).
///
/// Doubles and reals are looked for by their keys: NaN equals nothing, and -0.0 equals 0.0.
fn found(value: Expr, subquery: Subquery, schema: &DFSchema) -> Result<Expr> {
    let value = keyed(value, schema)?;
    let column = column_of(&subquery.subquery)?;
    if value.any_column_refs() || value.contains_outer() {
        let key = keyed(Expr::Column(column), subquery.subquery.schema())?;
        if matches!(key, Expr::Column(_)) {
            return Ok(Expr::InSubquery(InSubquery::new(Box::new(value), subquery, false)));
        }
        let keys = LogicalPlanBuilder::new_from_arc(subquery.subquery).project([key.alias(KEY)])?.build()?;
        let subquery = Subquery {
            subquery: Arc::new(keys),
            outer_ref_columns: subquery.outer_ref_columns,
            spans: subquery.spans,
        };
        return Ok(Expr::InSubquery(InSubquery::new(Box::new(value), subquery, false)));
    }
    let is_correlated = !subquery.outer_ref_columns.is_empty();
    let key = keyed(Expr::Column(column), subquery.subquery.schema())?;
    let same = LogicalPlanBuilder::new_from_arc(subquery.subquery).filter(key.eq(value))?;
    has_rows(Arc::new(same.build()?), is_correlated)
}

/// The key by which a double or a real is found; another value itself.
pub(crate) fn keyed(value: Expr, schema: &DFSchema) -> Result<Expr> {
    if !value.get_type(schema)?.is_floating() {
        return Ok(value);
    }
    Ok(Expr::ScalarFunction(ScalarFunction::new_udf(functions::equal_key(), vec![value])))
}

/// The only column of a query.
fn column_of(query: &LogicalPlan) -> Result<Column> {
    let missing = || DataFusionError::Internal("a query without a column".to_owned());
    query.schema().columns().into_iter().next().ok_or_else(missing)
}

/// DataFusion groups what an aggregate is of by the columns that equal one of the query around it. Of a query that is
/// compared in another way, it loses a column.
fn refuse_unequal(expr: &Expr) -> Result<TreeNodeRecursion> {
    let Expr::ScalarSubquery(within) = expr else { return Ok(TreeNodeRecursion::Continue) };
    let unequal = within.subquery.exists(|node| match node {
        LogicalPlan::Aggregate(aggregate) => aggregate.input.exists(|node| match node {
            LogicalPlan::Filter(filter) => {
                let mut parts = split_conjunction(&filter.predicate).into_iter();
                Ok(parts.any(|part| part.contains_outer() && !is_lookup(part)))
            }
            _ => Ok(false),
        }),
        _ => Ok(false),
    })?;
    if unequal {
        let what = "an aggregate in a scalar subquery whose rows are compared with the query around it otherwise than by column \
                    = value";
        let message = format!("{what} is not supported by the local engine");
        return Err(DataFusionError::External(Box::new(Failure::new("NOT_SUPPORTED", message))));
    }
    Ok(TreeNodeRecursion::Continue)
}

/// Whether it is `column = ...` without another column.
fn is_lookup(part: &Expr) -> bool {
    let is_column = |expr: &Expr| match expr {
        Expr::Column(_) => true,
        Expr::Cast(cast) => matches!(*cast.expr, Expr::Column(_)),
        _ => false,
    };
    match part {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => {
            (is_column(left) && !right.any_column_refs()) || (is_column(right) && !left.any_column_refs())
        }
        _ => false,
    }
}

/// Whether the query gives a row. One that stands by itself is run once.
fn has_rows(query: Arc<LogicalPlan>, is_correlated: bool) -> Result<Expr> {
    if is_correlated {
        return Ok(exists(query));
    }
    let count =
        LogicalPlanBuilder::new_from_arc(query).aggregate(Vec::<Expr>::new(), vec![count_all()])?.build()?;
    Ok(scalar_subquery(Arc::new(count)).gt(lit(0_i64)))
}
