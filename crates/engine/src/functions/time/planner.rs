//! `+`, `-`, `*` and `/` with times and intervals. DataFusion's own differ: its days are the calendar's, its intervals of
//! both kinds mix, and beyond their range some begin anew at the other end.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::DFSchema,
    error::Result,
    logical_expr::{
        Expr, ExprSchemable, ScalarUDF,
        expr::ScalarFunction,
        planner::{ExprPlanner, PlannerResult, RawBinaryExpr},
    },
    sql::sqlparser::ast::BinaryOperator,
};

use super::arithmetic;
use crate::{
    functions::own::{Own, failed},
    typing,
};

/// Gives operators with times and intervals their meaning in Athena, before DataFusion gives them another one.
#[derive(Debug)]
pub(crate) struct TimePlanner;

impl ExprPlanner for TimePlanner {
    fn plan_binary_op(&self, expr: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        if !is_arithmetic(&expr.op) && !is_comparison(&expr.op) {
            return Ok(PlannerResult::Original(expr));
        }
        // What has no type yet is refused when the whole expression is planned.
        let (Ok(left), Ok(right)) = (expr.left.get_type(schema), expr.right.get_type(schema)) else {
            return Ok(PlannerResult::Original(expr));
        };
        let call = |function: Own, arguments: Vec<Expr>| {
            let function = Arc::new(ScalarUDF::from(function));
            Ok(PlannerResult::Planned(Expr::ScalarFunction(ScalarFunction::new_udf(function, arguments))))
        };
        let RawBinaryExpr { op, left: first, right: second } = expr;
        match (op.clone(), Operand::of(&left), Operand::of(&right)) {
            (BinaryOperator::Plus, Operand::Time, Operand::Interval) => {
                call(arithmetic::later(), vec![first, second])
            }
            (BinaryOperator::Plus, Operand::Interval, Operand::Time) => {
                call(arithmetic::later(), vec![second, first])
            }
            (BinaryOperator::Minus, Operand::Time, Operand::Interval) => {
                call(arithmetic::earlier(), vec![first, second])
            }
            (BinaryOperator::Minus, Operand::Time, Operand::Time) => {
                call(arithmetic::between(), vec![first, second])
            }
            (BinaryOperator::Plus, Operand::Interval, Operand::Interval) if left == right => {
                call(arithmetic::sum(), vec![first, second])
            }
            (BinaryOperator::Minus, Operand::Interval, Operand::Interval) if left == right => {
                call(arithmetic::difference(), vec![first, second])
            }
            (BinaryOperator::Multiply, Operand::Interval, Operand::Number) => {
                call(arithmetic::times(), vec![first, second])
            }
            (BinaryOperator::Multiply, Operand::Number, Operand::Interval) => {
                call(arithmetic::times(), vec![second, first])
            }
            (BinaryOperator::Divide, Operand::Interval, Operand::Number) => {
                call(arithmetic::divided(), vec![first, second])
            }
            (op, Operand::Time, Operand::Time) if is_arithmetic(&op) => {
                Err(failed(typing::no_operator(&first, &left, &op.to_string(), &right)))
            }
            (op, Operand::Interval, Operand::Interval) if is_arithmetic(&op) || left != right => {
                Err(failed(typing::no_operator(&first, &left, &op.to_string(), &right)))
            }
            (op, Operand::Interval, Operand::Time | Operand::Number)
            | (op, Operand::Time | Operand::Number, Operand::Interval) => {
                Err(failed(typing::no_operator(&first, &left, &op.to_string(), &right)))
            }
            _ => Ok(PlannerResult::Original(RawBinaryExpr { op, left: first, right: second })),
        }
    }
}

fn is_arithmetic(op: &BinaryOperator) -> bool {
    matches!(
        op,
        BinaryOperator::Plus
            | BinaryOperator::Minus
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo
    )
}

fn is_comparison(op: &BinaryOperator) -> bool {
    matches!(
        op,
        BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::Lt
            | BinaryOperator::LtEq
            | BinaryOperator::Gt
            | BinaryOperator::GtEq
    )
}

#[derive(Debug, Clone, Copy)]
enum Operand {
    Time,
    Interval,
    Number,
    Other,
}

impl Operand {
    fn of(arrow: &Arrow) -> Self {
        match arrow {
            Arrow::Date32 | Arrow::Timestamp(..) => Self::Time,
            Arrow::Duration(_) | Arrow::Interval(_) => Self::Interval,
            other if other.is_numeric() => Self::Number,
            _ => Self::Other,
        }
    }
}
