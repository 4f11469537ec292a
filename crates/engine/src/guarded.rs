//! Conditions that guard others: `n <> 0 AND 10 / n > 1` divides by no zero. DataFusion calculates both sides of AND and OR for
//! all rows of a batch, unless few of them are left.
//!
//! So what may fail is calculated within a CASE, for the rows for which the other parts leave the answer open, whatever
//! their order. What cannot fail stays as it is beside it: it tells which row groups of a file need not be read. This comes
//! after the optimizer, which makes AND and OR of such a CASE.

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::{
        DFSchema,
        tree_node::{Transformed, TransformedResult, TreeNode},
    },
    error::Result,
    logical_expr::{
        BinaryExpr, Case, Expr, ExprSchemable, LogicalPlan, Operator, lit,
        utils::{merge_schema, split_conjunction_owned},
    },
};

use crate::{chains, floating::is_short, functions::FIELD, parts};

/// Functions that answer whatever they are called with.
const SAFE: [&str; 20] = [
    "coalesce",
    "equal_key",
    FIELD,
    "get_field",
    "is_finite",
    "is_infinite",
    "is_nan",
    "length",
    "like",
    "lower",
    "ltrim",
    "member",
    "nullif",
    "one_nan",
    "one_zero",
    "reverse",
    "rtrim",
    "starts_with",
    "trim",
    "unseen",
];

/// How many parts that may fail are within each other, and how many times AND and OR alternate, for the depth of a statement
/// is bounded. Beyond, they stay as they are.
const MAX_NESTED: usize = 5;

/// The plan, which is optimized, with guarded conditions.
pub(crate) fn conditions(plan: LogicalPlan) -> Result<LogicalPlan> {
    plan.transform_up_with_subqueries(|node| {
        let schema = merge_schema(&node.inputs());
        let guard = Guard { schema: &schema };
        match node {
            LogicalPlan::Filter(mut filter) if guard.may_fail(&filter.predicate) => {
                filter.predicate = guard.condition(filter.predicate, 0);
                Ok(Transformed::yes(LogicalPlan::Filter(filter)))
            }
            LogicalPlan::Join(mut join) if join.filter.as_ref().is_some_and(|on| guard.may_fail(on)) => {
                join.filter = join.filter.map(|on| guard.condition(on, 0));
                Ok(Transformed::yes(LogicalPlan::Join(join)))
            }
            node @ LogicalPlan::Projection(_) => parts::rewritten(node, |expr| Ok(guard.value(expr))),
            other => Ok(Transformed::no(other)),
        }
    })
    .data()
}

struct Guard<'a> {
    schema: &'a DFSchema,
}

impl Guard<'_> {
    /// A condition of which nothing tells null and false apart.
    fn condition(&self, expr: Expr, depth: usize) -> Expr {
        let parts = split_conjunction_owned(expr).into_iter().map(|part| self.alternatives(part, depth));
        let (fallible, safe): (Vec<Expr>, Vec<Expr>) = parts.partition(|part| self.may_fail(part));
        let fallible = nested(fallible, Operator::And, |first, then| case(first, then, lit(false)));
        match (chains::joined(safe, Operator::And), fallible) {
            (Some(safe), Some(fallible)) => safe.clone().and(case(safe, fallible, lit(false))),
            (Some(part), None) | (None, Some(part)) => part,
            (None, None) => lit(true),
        }
    }

    fn alternatives(&self, expr: Expr, depth: usize) -> Expr {
        let is_choice = matches!(&expr, Expr::BinaryExpr(binary) if binary.op == Operator::Or);
        if !is_choice || depth >= MAX_NESTED || !self.may_fail(&expr) {
            return expr;
        }
        let mut parts = Vec::new();
        split_alternatives(expr, &mut parts);
        let parts = parts.into_iter().map(|part| self.condition(part, depth + 1));
        let (fallible, safe): (Vec<Expr>, Vec<Expr>) = parts.partition(|part| self.may_fail(part));
        let fallible = nested(fallible, Operator::Or, |first, otherwise| case(first, lit(true), otherwise));
        match (chains::joined(safe, Operator::Or), fallible) {
            (Some(safe), Some(fallible)) => case(safe, lit(true), fallible),
            (Some(part), None) | (None, Some(part)) => part,
            (None, None) => lit(false),
        }
    }

    /// A condition whose value is asked for: the left side guards the right one, as they are written.
    fn value(&self, expr: Expr) -> Transformed<Expr> {
        match expr {
            Expr::BinaryExpr(BinaryExpr { left, op: op @ (Operator::And | Operator::Or), right })
                if self.may_fail(&right) && is_short(&left) && is_short(&right) =>
            {
                let decided = op == Operator::Or;
                let left_decides = if decided {
                    Expr::IsTrue(Box::new((*left).clone()))
                } else {
                    Expr::IsFalse(Box::new((*left).clone()))
                };
                let both = Expr::BinaryExpr(BinaryExpr::new(left, op, right));
                Transformed::yes(case(left_decides, lit(decided), both))
            }
            other => Transformed::no(other),
        }
    }

    /// Whether there are values for which it has no answer. More is taken for that than is.
    fn may_fail(&self, expr: &Expr) -> bool {
        let found = expr.exists(|part| {
            Ok(match part {
                Expr::BinaryExpr(binary) => matches!(
                    binary.op,
                    Operator::Plus
                        | Operator::Minus
                        | Operator::Multiply
                        | Operator::Divide
                        | Operator::Modulo
                ),
                Expr::Negative(_) => true,
                Expr::Cast(cast) => self.may_fail_to_cast(&cast.expr, cast.field.data_type()),
                Expr::ScalarFunction(call) => {
                    let name = call.func.name();
                    !SAFE.contains(&name) && !name.starts_with("ieee_")
                }
                _ => false,
            })
        });
        found.unwrap_or(true)
    }

    fn may_fail_to_cast(&self, expr: &Expr, to: &Arrow) -> bool {
        let is_wide =
            matches!(to, Arrow::Int64 | Arrow::Float32 | Arrow::Float64 | Arrow::Utf8 | Arrow::Timestamp(..));
        let from = expr.get_type(self.schema);
        !is_wide || !from.is_ok_and(|from| from.is_numeric() || from.is_temporal() || from == Arrow::Boolean)
    }
}

fn case(when: Expr, then: Expr, otherwise: Expr) -> Expr {
    let cases = vec![(Box::new(when), Box::new(then))];
    Expr::Case(Case::new(None, cases, Some(Box::new(otherwise))))
}

/// Each part with those after it within; or all of them side by side where they are many.
fn nested(parts: Vec<Expr>, op: Operator, within: fn(Expr, Expr) -> Expr) -> Option<Expr> {
    if parts.len() > MAX_NESTED {
        return chains::joined(parts, op);
    }
    parts.into_iter().rev().reduce(|after, first| within(first, after))
}

fn split_alternatives(expr: Expr, parts: &mut Vec<Expr>) {
    match expr {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
            split_alternatives(*left, parts);
            split_alternatives(*right, parts);
        }
        other => parts.push(other),
    }
}

#[cfg(test)]
mod tests {
    use datafusion::{
        arrow::datatypes::{Field, Schema},
        logical_expr::col,
    };

    use super::*;

    #[test]
    fn what_may_fail_is_within_a_case_and_the_rest_beside_it() {
        let fields = ["a", "b", "n"].map(|name| Field::new(name, Arrow::Int64, true));
        let schema = DFSchema::try_from(Schema::new(fields.to_vec())).unwrap();
        let guard = Guard { schema: &schema };
        let divides = || (lit(10_i64) / col("n")).gt(lit(1_i64));
        let (a, b) = (col("a").gt(lit(1_i64)), col("b").eq(lit(2_i64)));
        for (condition, expected) in [
            (a.clone().and(b.clone()), a.clone().and(b.clone())),
            (divides(), divides()),
            (a.clone().and(divides()), a.clone().and(case(a.clone(), divides(), lit(false)))),
            (divides().and(a.clone()), a.clone().and(case(a.clone(), divides(), lit(false)))),
            (divides().and(divides()), case(divides(), divides(), lit(false))),
            (a.clone().or(divides()), case(a.clone(), lit(true), divides())),
            (
                a.clone().or(b.clone().and(divides())),
                case(a.clone(), lit(true), b.clone().and(case(b.clone(), divides(), lit(false)))),
            ),
        ] {
            assert_eq!(guard.condition(condition.clone(), 0), expected, "{condition}");
        }
    }
}
