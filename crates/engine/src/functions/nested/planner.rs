//! `||` and the comparisons of arrays and rows. DataFusion's own take nulls within them for values, and floats bit by bit.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::DFSchema,
    error::Result,
    logical_expr::{
        Expr, ExprSchemable, Operator, ScalarUDF,
        expr::ScalarFunction,
        planner::{ExprPlanner, PlannerResult, RawBinaryExpr},
    },
    sql::sqlparser::ast::BinaryOperator,
};

use super::{compared, concat_of_any, types::is_nested};

/// Gives operators with arrays and rows their meaning in Athena, before DataFusion gives them another one.
#[derive(Debug)]
pub(crate) struct NestedPlanner;

impl ExprPlanner for NestedPlanner {
    fn plan_binary_op(&self, expr: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        if !is_known(&expr.op) {
            return Ok(PlannerResult::Original(expr));
        }
        // What has no type yet is refused when the whole expression is planned.
        let (Ok(left), Ok(right)) = (expr.left.get_type(schema), expr.right.get_type(schema)) else {
            return Ok(PlannerResult::Original(expr));
        };
        let Some(function) = function(&expr.op, &left, &right) else {
            return Ok(PlannerResult::Original(expr));
        };
        let call = ScalarFunction::new_udf(Arc::new(function), vec![expr.left, expr.right]);
        Ok(PlannerResult::Planned(Expr::ScalarFunction(call)))
    }
}

fn is_known(op: &BinaryOperator) -> bool {
    operator(op).is_some() || *op == BinaryOperator::StringConcat
}

fn operator(op: &BinaryOperator) -> Option<Operator> {
    Some(match op {
        BinaryOperator::Eq => Operator::Eq,
        BinaryOperator::NotEq => Operator::NotEq,
        BinaryOperator::Lt => Operator::Lt,
        BinaryOperator::LtEq => Operator::LtEq,
        BinaryOperator::Gt => Operator::Gt,
        BinaryOperator::GtEq => Operator::GtEq,
        _ => return None,
    })
}

fn function(op: &BinaryOperator, left: &Arrow, right: &Arrow) -> Option<ScalarUDF> {
    if !is_nested(left) && !is_nested(right) {
        return None;
    }
    if *op == BinaryOperator::StringConcat {
        return Some(concat_of_any());
    }
    compared(operator(op)?, left, right)
}
