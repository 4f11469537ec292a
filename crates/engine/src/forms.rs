//! Forms of Athena's grammar that DataFusion's planner does not know, or reads otherwise, written as calls and operators.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    AccessExpr, BinaryOperator, CastKind, CeilFloorKind, CharacterLength, DataType, DateTimeField,
    ExactNumberInfo, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Query, Select,
    SelectItem, Subscript, Value, VisitMut, VisitorMut,
};
use trino::made;

use crate::{
    calls::call,
    functions::{ARRAY, CAST_TO_VARCHAR, FIELD, NESTED_CAST, SUBSCRIPT, TRY, TRY_CAST_TO_VARCHAR},
    type_text,
};

/// Rewrites `CEIL` and `FLOOR`, which are expressions of their own to the parser, `mod`, casts to `varchar(n)` and
/// `varbinary`, casts to `decimal` without digits, and what makes arrays and rows or takes them apart.
pub(crate) fn rewrite(query: &mut Query) {
    // It never breaks.
    let _ = query.visit(&mut Rewrite);
}

struct Rewrite;

impl VisitorMut for Rewrite {
    type Break = ();

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        // A column that is a field has the field's name.
        for item in &mut select.projection {
            if let SelectItem::UnnamedExpr(expr @ Expr::CompoundFieldAccess { .. }) = item
                && let Expr::CompoundFieldAccess { access_chain, .. } = &*expr
                && let Some(AccessExpr::Dot(Expr::Identifier(name))) = access_chain.last()
            {
                let alias = name.clone();
                *item = SelectItem::ExprWithAlias { expr: take(expr), alias };
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        let rewritten = match expr {
            Expr::Array(array) => Some(call(ARRAY, std::mem::take(&mut array.elem))),
            Expr::CompoundFieldAccess { root, access_chain } => {
                Some(accessed(take(root), std::mem::take(access_chain)))
            }
            Expr::Cast { kind, expr: value, data_type, .. } if type_text::text_of(data_type).is_some() => {
                type_text::text_of(data_type).map(|text| {
                    let arguments = vec![take(value), made::text(text)];
                    let converted = call(NESTED_CAST, arguments);
                    if *kind == CastKind::TryCast { call(TRY, vec![converted]) } else { converted }
                })
            }
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
            // Never fails, so that TRY_CAST is the same.
            Expr::Cast { expr: value, data_type: DataType::Varbinary(None), .. } => {
                Some(call("to_utf8", vec![take(value)]))
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

/// `a.b[1].c`: the parts before the first subscript are the name of a column, or of a field that the planner finds.
fn accessed(root: Expr, chain: Vec<AccessExpr>) -> Expr {
    let mut chain = chain.into_iter().peekable();
    let mut names = match root {
        Expr::Identifier(name) => vec![name],
        Expr::CompoundIdentifier(names) => names,
        other => return chain.fold(other, access),
    };
    while let Some(AccessExpr::Dot(Expr::Identifier(name))) =
        chain.next_if(|access| matches!(access, AccessExpr::Dot(Expr::Identifier(_))))
    {
        names.push(name);
    }
    let root = match names.pop() {
        Some(only) if names.is_empty() => Expr::Identifier(only),
        last => {
            names.extend(last);
            Expr::CompoundIdentifier(names)
        }
    };
    chain.fold(root, access)
}

fn access(of: Expr, access: AccessExpr) -> Expr {
    match access {
        AccessExpr::Dot(Expr::Identifier(name)) => call(FIELD, vec![of, made::text(&name.value)]),
        AccessExpr::Subscript(Subscript::Index { index }) => call(SUBSCRIPT, vec![of, index]),
        // They are refused before.
        AccessExpr::Dot(_) | AccessExpr::Subscript(Subscript::Slice { .. }) => of,
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
