//! Forms of Athena's grammar that DataFusion's planner does not know, or reads otherwise, written as calls and operators.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, CastKind, CeilFloorKind, CharacterLength, DataType, DateTimeField, ExactNumberInfo, Expr,
    Function, FunctionArg, FunctionArgExpr, FunctionArguments, Query, Value, VisitMut, VisitorMut,
};

use crate::{
    calls::call,
    functions::{CAST_TO_VARCHAR, TRY_CAST_TO_VARCHAR},
};

/// Rewrites `CEIL` and `FLOOR`, which are expressions of their own to the parser, `mod`, casts to `varchar(n)`, and casts to
/// `decimal` without digits.
pub(crate) fn rewrite(query: &mut Query) {
    // It never breaks.
    let _ = query.visit(&mut Rewrite);
}

struct Rewrite;

impl VisitorMut for Rewrite {
    type Break = ();

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        let rewritten = match expr {
            Expr::Ceil { expr: number, field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) } => {
                Some(call("ceil", vec![take(number)]))
            }
            Expr::Floor { expr: number, field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) } => {
                Some(call("floor", vec![take(number)]))
            }
            Expr::Function(function) => modulo(function),
            Expr::Cast {
                kind,
                expr: value,
                data_type: DataType::Varchar(Some(CharacterLength::IntegerLength { length, unit: None })),
                ..
            } => {
                let name = if *kind == CastKind::TryCast { TRY_CAST_TO_VARCHAR } else { CAST_TO_VARCHAR };
                let length = Expr::Value(Value::Number(length.to_string(), false).with_empty_span());
                Some(call(name, vec![take(value), length]))
            }
            Expr::Cast { data_type: DataType::Decimal(digits @ ExactNumberInfo::None), .. } => {
                *digits = ExactNumberInfo::PrecisionAndScale(38, 0);
                None
            }
            _ => None,
        };
        if let Some(rewritten) = rewritten {
            *expr = rewritten;
        }
        ControlFlow::Continue(())
    }
}

/// `mod(a, b)` as `(a % b)`. What is called otherwise stays, and is refused as a function unknown.
fn modulo(function: &mut Function) -> Option<Expr> {
    if function.name.to_string().replace('"', "") != "mod"
        || function.over.is_some()
        || function.filter.is_some()
    {
        return None;
    }
    let FunctionArguments::List(list) = &mut function.args else { return None };
    let [
        FunctionArg::Unnamed(FunctionArgExpr::Expr(left)),
        FunctionArg::Unnamed(FunctionArgExpr::Expr(right)),
    ] = list.args.as_mut_slice()
    else {
        return None;
    };
    if list.duplicate_treatment.is_some() {
        return None;
    }
    // Each in parentheses of its own: they may be sums.
    let side = |side: &mut Expr| Box::new(Expr::Nested(Box::new(take(side))));
    let remainder = Expr::BinaryOp { left: side(left), op: BinaryOperator::Modulo, right: side(right) };
    Some(Expr::Nested(Box::new(remainder)))
}

/// What was there, while something else takes its place.
fn take(expr: &mut Expr) -> Expr {
    std::mem::replace(expr, Expr::Tuple(Vec::new()))
}
