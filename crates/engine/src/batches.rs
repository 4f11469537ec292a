//! How many rows a batch has. An operator that repeats a value copies it for every row of a batch, before anybody
//! can count the copies: so where values are repeated, batches are small.

use datafusion::{
    arrow::array::Array,
    common::{
        ScalarValue,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    error::Result,
    execution::SessionState,
    logical_expr::{Expr, LogicalPlan},
};

use crate::{
    error::EngineError,
    failure::from_datafusion,
    functions,
    memory::{EXCEEDED, MemoryLimits, QueryMemory},
};

/// The rows of a batch at most. More would save little time, and delay the end of a query that is cancelled.
const ROWS: usize = 2_048;

/// The rows of a batch where a join, a window function or a subquery may repeat wide ones.
const REPEATED_ROWS: usize = 256;

/// How many expressions may copy a value without batches becoming smaller.
const COPYING: usize = 4;

/// What in a plan says how large its batches become.
#[derive(Debug, Default, PartialEq, Eq)]
struct Traits {
    /// The bytes of all literals, but for those of IN lists, which are never copied.
    literals: usize,
    longest: usize,
    /// How often a column is named.
    references: usize,
    /// How many expressions copy values without counting them.
    copying: usize,
    /// Whether a row's values may come to be in many rows.
    repeats: bool,
}

impl Traits {
    fn of(plan: &LogicalPlan) -> Result<Self> {
        let mut traits = Self::default();
        let mut listed = 0_usize;
        plan.apply_with_subqueries(|node| {
            // An extension is an UNNEST.
            traits.repeats |=
                matches!(node, LogicalPlan::Join(_) | LogicalPlan::Window(_) | LogicalPlan::Extension(_));
            node.apply_expressions(|expr| {
                expr.apply(|expr| {
                    if let Expr::InList(list) = expr {
                        listed = list.list.iter().fold(listed, |sum, item| sum.saturating_add(bytes(item)));
                    }
                    traits.note(expr);
                    traits.note_attempted(expr)?;
                    Ok(TreeNodeRecursion::Continue)
                })
            })
        })?;
        traits.literals = traits.literals.saturating_sub(listed);
        Ok(traits)
    }

    fn note(&mut self, expr: &Expr) {
        match expr {
            Expr::Literal(..) => {
                self.literals = self.literals.saturating_add(bytes(expr));
                self.longest = self.longest.max(bytes(expr));
            }
            Expr::Column(_) | Expr::OuterReferenceColumn(..) => self.references += 1,
            Expr::Case(_) => self.copying += 1,
            Expr::ScalarFunction(call) if matches!(call.func.name(), "coalesce" | "nullif") => {
                self.copying += 1;
            }
            Expr::ScalarSubquery(_) => {
                self.copying += 1;
                self.repeats = true;
            }
            _ => {}
        }
    }

    /// What is within a `try` or a lambda expression, which is no part of the plan for itself.
    fn note_attempted(&mut self, expr: &Expr) -> Result<()> {
        for within in functions::attempted(expr).into_iter().chain(functions::bodies(expr)) {
            within.apply(|expr| {
                self.note(expr);
                self.note_attempted(expr)?;
                Ok(TreeNodeRecursion::Continue)
            })?;
        }
        Ok(())
    }

    fn rows(&self, limits: &MemoryLimits) -> usize {
        let rows = if self.repeats { REPEATED_ROWS } else { ROWS };
        let of_copies = rows / (1 + self.copying / COPYING);
        let of_literals = limits.copies() / self.literals.max(1);
        of_copies.min(of_literals).max(1)
    }
}

/// The bytes of a literal that is a text, or what a function has made of literals.
fn bytes(expr: &Expr) -> usize {
    match expr {
        Expr::Literal(
            ScalarValue::Utf8(Some(text))
            | ScalarValue::LargeUtf8(Some(text))
            | ScalarValue::Utf8View(Some(text)),
            _,
        ) => text.len(),
        Expr::Literal(ScalarValue::Binary(Some(bytes)), _) => bytes.len(),
        Expr::Literal(ScalarValue::List(list), _) => list.get_array_memory_size(),
        Expr::Literal(ScalarValue::Map(map), _) => map.get_array_memory_size(),
        Expr::Literal(ScalarValue::Struct(row), _) => row.get_array_memory_size(),
        _ => 0,
    }
}

/// Bounds the constants of a plan that is not optimized yet: the optimizer may put one in the place of every column
/// that stands for it. Fails where a literal is too long for that itself.
pub(crate) fn expect_copies(
    plan: &LogicalPlan,
    memory: &QueryMemory,
) -> std::result::Result<(), EngineError> {
    let traits = Traits::of(plan).map_err(from_datafusion)?;
    let copies = traits.longest.saturating_mul(traits.references);
    // Where it stands by itself, it is in the text, whose length is bounded.
    if copies > memory.limits().call {
        let (bytes, columns) = (traits.longest, traits.references);
        let message = format!("a literal of {bytes} bytes in a query that names columns {columns} times");
        return Err(EngineError::failed(
            EXCEEDED,
            format!("{message}: the local engine may not copy it so often"),
        ));
    }
    memory.expect_copies(traits.references);
    Ok(())
}

/// The session with batches of a size for this plan, which is optimized.
pub(crate) fn sized(
    mut session: SessionState,
    plan: &LogicalPlan,
    limits: &MemoryLimits,
) -> Result<SessionState> {
    let rows = Traits::of(plan)?.rows(limits);
    let config = session.config().clone().with_batch_size(rows);
    *session.config_mut() = config;
    Ok(session)
}

#[cfg(test)]
mod tests {
    use datafusion::logical_expr::{LogicalPlanBuilder, col, in_list, lit, when};

    use super::*;

    fn plan(exprs: Vec<Expr>) -> LogicalPlan {
        let rows = LogicalPlanBuilder::values(vec![vec![lit(1_i64)]]).unwrap();
        rows.project(exprs).unwrap().build().unwrap()
    }

    #[test]
    fn batches_are_as_small_as_literals_are_long_and_copies_are_many() {
        let limits = MemoryLimits::default();
        let rows = |exprs| Traits::of(&plan(exprs)).unwrap().rows(&limits);
        assert_eq!(rows(vec![col("column1")]), ROWS);
        assert_eq!(rows(vec![lit("short")]), ROWS);
        assert_eq!(rows(vec![lit("x".repeat(256 << 10))]), 256);
        let long = |n: usize| lit("x".repeat(256 << 10)).alias(format!("c{n}"));
        assert_eq!(rows((0..4).map(long).collect()), 64);
        assert_eq!(rows((0..300).map(long).collect()), 1);
        let copy = |n: usize| {
            let case = when(col("column1").gt(lit(0_i64)), col("column1")).end().unwrap();
            case.alias(format!("c{n}"))
        };
        assert_eq!(rows((0..3).map(copy).collect()), ROWS);
        assert_eq!(rows((0..4).map(copy).collect()), ROWS / 2);
        assert_eq!(rows((0..4_000).map(copy).collect()), 2);
    }

    #[test]
    fn lists_are_not_copied() {
        let items = (0..5_000).map(|n| lit(format!("{n:0>100}"))).collect();
        let found = Traits::of(&plan(vec![in_list(lit("x"), items, false)])).unwrap();
        assert_eq!((found.literals, found.longest), (1, 100));
    }

    #[test]
    fn what_repeats_rows_has_small_batches() {
        let left = LogicalPlanBuilder::values(vec![vec![lit(1_i64)]]).unwrap().alias("a").unwrap();
        let right = LogicalPlanBuilder::values(vec![vec![lit(2_i64)]]).unwrap().alias("b").unwrap();
        let join = left.cross_join(right.build().unwrap()).unwrap().build().unwrap();
        assert_eq!(Traits::of(&join).unwrap().rows(&MemoryLimits::default()), REPEATED_ROWS);
    }
}
