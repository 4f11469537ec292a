//! Calls that are written otherwise in DataFusion's SQL.

use datafusion::sql::sqlparser::ast::{
    CaseWhen, CastKind, DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident,
    ObjectName, Value, helpers::attached_token::AttachedToken,
};

use crate::functions;

/// Rewrites one call. What has other arguments than it should stays, and is refused as a function unknown.
pub(crate) fn rewrite(expr: &mut Expr) {
    let Expr::Function(function) = expr else { return };
    let name = function.name.to_string();
    match name.as_str() {
        // Its values are those that are not null.
        "arbitrary" => function.name = named("any_value"),
        "count_if" => {
            if let Some(condition) = only_argument(function) {
                let one = Expr::Value(Value::Boolean(true).with_empty_span());
                let condition = std::mem::replace(condition, one.clone());
                if let Some(argument) = only_argument(function) {
                    *argument = Expr::Case {
                        case_token: AttachedToken::empty(),
                        end_token: AttachedToken::empty(),
                        operand: None,
                        conditions: vec![CaseWhen { condition, result: one }],
                        else_result: None,
                    };
                }
                function.name = named("count");
            }
        }
        "date" => {
            if let Some(argument) = only_argument(function) {
                *expr = cast(std::mem::replace(argument, Expr::Tuple(Vec::new())), DataType::Date);
            }
        }
        name if functions::is_widened(name) => {
            let narrow = std::mem::replace(expr, Expr::Tuple(Vec::new()));
            *expr = cast(narrow, DataType::BigInt(None));
        }
        _ => {}
    }
}

fn named(name: &str) -> ObjectName {
    ObjectName::from(vec![Ident::new(name)])
}

fn only_argument(function: &mut Function) -> Option<&mut Expr> {
    match &mut function.args {
        FunctionArguments::List(list) => match list.args.as_mut_slice() {
            [FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))] => Some(argument),
            _ => None,
        },
        _ => None,
    }
}

fn cast(expr: Expr, data_type: DataType) -> Expr {
    Expr::Cast { kind: CastKind::Cast, expr: Box::new(expr), data_type, array: false, format: None }
}
