//! Chains of AND and OR as trees of little depth, and a bound on what is planned.
//!
//! What goes through a plan descends into its expressions on the stack, and DataFusion 55.2 takes conditions apart and joins them
//! again as `((a AND b) AND c) AND d` (`conjunction`, in both of its kinds of plans). Four hundred conditions are four hundred
//! levels then, however they were written. Its guard against that, `recursive_protection`, sees 128 KiB ahead: what it does not
//! guard takes more (`NormalizeEq` has some 2 KB a level, unoptimized), and the process ends. To compare such expressions with
//! each other, level by level, also takes time by the square of their length.
//!
//! So long chains are balanced before DataFusion's first rule and behind each one. AND and OR are associative, also of nulls,
//! and the parts stay in their order. What then is deep or large is refused: no rewriting of ours and no rule of DataFusion's is
//! trusted to keep what `nesting` has bounded.

mod physical;

use std::sync::Arc;

use datafusion::{
    common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion},
    error::{DataFusionError, Result},
    logical_expr::{BinaryExpr, Expr, LogicalPlan, Operator, expr_rewriter::NamePreserver, lit},
    optimizer::{ApplyOrder, Optimizer, OptimizerConfig, OptimizerRule},
};

use crate::{
    error::{EngineError, Failure},
    failure::from_datafusion,
};
pub(crate) use physical::{filters, predicate};

/// The most levels of one chain: a tree of 65,536 parts has no more.
const MAX_CHAINED: usize = 16;

/// What has no more levels than this is not looked into for chains.
const SHALLOW: usize = MAX_CHAINED;

/// The most levels of an expression that is planned. One of `nesting` becomes up to five: a conversion, a call around it
/// and a guard. The stacks of [`crate::stack`] reckon with this many.
const MAX_LEVELS: usize = 500;

/// The most parts of the expressions of one node of a plan, without literals. `nesting` takes 10,000 for one expression, of
/// which a comparison of doubles in a condition becomes two, and a node may have many. It is a few hundred MB.
const MAX_PARTS: usize = 500_000;

/// DataFusion's rules for logical plans, with one behind each that balances chains and looks at what the rule has made.
pub(crate) fn rules() -> Vec<Arc<dyn OptimizerRule + Send + Sync>> {
    let balance: Arc<dyn OptimizerRule + Send + Sync> = Arc::new(Balance);
    Optimizer::new().rules.into_iter().flat_map(|rule| [rule, Arc::clone(&balance)]).collect()
}

/// The plan with balanced chains. Fails if an expression is too deep or too large nevertheless.
pub(crate) fn balanced(plan: LogicalPlan) -> std::result::Result<LogicalPlan, EngineError> {
    plan.transform_up_with_subqueries(node).data().map_err(from_datafusion)
}

/// The parts joined to a tree of little depth, in their order; `None` if there are none.
pub(crate) fn joined(mut parts: Vec<Expr>, op: Operator) -> Option<Expr> {
    while parts.len() > 1 {
        let mut halved = Vec::with_capacity(parts.len().div_ceil(2));
        let mut rest = parts.into_iter();
        while let Some(left) = rest.next() {
            halved.push(match rest.next() {
                Some(right) => Expr::BinaryExpr(BinaryExpr::new(Box::new(left), op, Box::new(right))),
                None => left,
            });
        }
        parts = halved;
    }
    parts.pop()
}

/// All of the conditions.
pub(crate) fn all(conditions: Vec<Expr>) -> Option<Expr> {
    joined(conditions, Operator::And)
}

#[derive(Debug)]
struct Balance;

impl OptimizerRule for Balance {
    fn name(&self) -> &str {
        "balance_chains"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::TopDown)
    }

    fn rewrite(&self, plan: LogicalPlan, _: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        node(plan)
    }
}

fn node(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    let found = size_of_node(&plan)?;
    if found.levels <= SHALLOW {
        checked(found)?;
        return Ok(Transformed::no(plan));
    }
    let names = NamePreserver::new(&plan);
    let plan = plan.map_expressions(|expr| {
        if size(&expr)?.levels <= SHALLOW {
            return Ok(Transformed::no(expr));
        }
        let name = names.save(&expr);
        Ok(flat(expr)?.update_data(|expr| name.restore(expr)))
    })?;
    checked(size_of_node(&plan.data)?)?;
    Ok(plan)
}

/// The expression with its chains balanced.
fn flat(expr: Expr) -> Result<Transformed<Expr>> {
    expr.transform_down(|part| {
        let Some(op) = chained(&part) else { return Ok(Transformed::no(part)) };
        if levels_of(&part, op) <= MAX_CHAINED {
            return Ok(Transformed::no(part));
        }
        // A chain has parts; of none, AND is true, and OR is false.
        Ok(Transformed::yes(joined(parts_of(part, op), op).unwrap_or_else(|| lit(op == Operator::And))))
    })
}

fn chained(expr: &Expr) -> Option<Operator> {
    match expr {
        Expr::BinaryExpr(BinaryExpr { op: op @ (Operator::And | Operator::Or), .. }) => Some(*op),
        _ => None,
    }
}

/// How many levels of this operator are above each other, without descending on the stack.
fn levels_of(expr: &Expr, op: Operator) -> usize {
    let (mut deepest, mut open) = (0, vec![(expr, 0)]);
    while let Some((part, level)) = open.pop() {
        deepest = deepest.max(level);
        if let Expr::BinaryExpr(binary) = part
            && binary.op == op
        {
            open.push((&*binary.left, level + 1));
            open.push((&*binary.right, level + 1));
        }
    }
    deepest
}

/// The parts of a chain in their order, without descending on the stack.
fn parts_of(expr: Expr, op: Operator) -> Vec<Expr> {
    let (mut parts, mut open) = (Vec::new(), vec![expr]);
    while let Some(next) = open.pop() {
        match next {
            Expr::BinaryExpr(BinaryExpr { left, op: found, right }) if found == op => {
                open.push(*right);
                open.push(*left);
            }
            part => parts.push(part),
        }
    }
    parts
}

/// How large expressions are. Literals do not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Size {
    levels: usize,
    parts: usize,
}

/// Of an expression, without descending on the stack. Queries within it are plans of their own.
fn size(expr: &Expr) -> Result<Size> {
    let (mut found, mut open) = (Size::default(), vec![(expr, 1)]);
    while let Some((part, level)) = open.pop() {
        found.parts += 1;
        found.levels = found.levels.max(level);
        part.apply_children(|below| {
            if !matches!(below, Expr::Literal(..)) {
                open.push((below, level + 1));
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
    }
    Ok(found)
}

/// Of the expressions of one node of a plan: the deepest, and all together.
fn size_of_node(plan: &LogicalPlan) -> Result<Size> {
    let mut all = Size::default();
    plan.apply_expressions(|expr| {
        let found = size(expr)?;
        all = Size { levels: all.levels.max(found.levels), parts: all.parts.saturating_add(found.parts) };
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(all)
}

fn checked(found: Size) -> Result<()> {
    let what = if found.levels > MAX_LEVELS {
        format!("an expression that nests more than {MAX_LEVELS} levels once it is planned")
    } else if found.parts > MAX_PARTS {
        format!("expressions of more than {MAX_PARTS} parts once they are planned")
    } else {
        return Ok(());
    };
    let message = format!("{what} is not supported by the local engine");
    Err(DataFusionError::External(Box::new(Failure::new("NOT_SUPPORTED", message))))
}

#[cfg(test)]
mod tests;
