//! Calls that are written otherwise in DataFusion's SQL.

mod aggregates;

use datafusion::sql::sqlparser::ast::{
    CaseWhen, DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, ObjectName,
    ObjectNamePart, TrimWhereField, Value, helpers::attached_token::AttachedToken,
};
use trino::made;

use crate::functions;

/// Rewrites one call. What has other arguments than it should stays, and is refused as a function unknown.
pub(crate) fn rewrite(expr: &mut Expr) {
    match expr {
        Expr::Function(function) => {
            if let Some(rewritten) = function_rewritten(function) {
                *expr = rewritten;
            }
        }
        Expr::Substring { expr: text, substring_from, substring_for, .. } => {
            let bounds = [substring_from.take(), substring_for.take()].into_iter().flatten();
            let arguments = std::iter::once(take(text)).chain(bounds.map(|bound| *bound));
            *expr = call("substr", arguments.collect());
        }
        Expr::AtTimeZone { timestamp, time_zone } => {
            *expr = call("at_timezone", vec![take(timestamp), take(time_zone)]);
        }
        Expr::Trim { expr: text, trim_where, trim_what, trim_characters } => {
            let name = match trim_where {
                Some(TrimWhereField::Leading) => "ltrim",
                Some(TrimWhereField::Trailing) => "rtrim",
                Some(TrimWhereField::Both) | None => "trim",
            };
            let what = trim_what.take().map(|what| *what);
            let characters = trim_characters.take().into_iter().flatten();
            let arguments = std::iter::once(take(text)).chain(what).chain(characters);
            *expr = call(name, arguments.collect());
        }
        Expr::Position { expr: part, r#in: text } => {
            let arguments = vec![take(text), take(part)];
            *expr = call("strpos", arguments);
        }
        Expr::Extract { field, expr: of, .. } => {
            if let Some(part) = functions::part_of(field) {
                *expr = call(&part, vec![take(of)]);
            }
        }
        _ => {}
    }
}

/// Whether a CASE takes its place, or that of its argument: here, or in DataFusion's optimizer.
pub(crate) fn becomes_case(function: &Function) -> bool {
    matches!(bare_name(function), Some("if" | "count_if")) || repeats_arguments(function)
}

/// Whether DataFusion's optimizer makes a CASE of it that has its arguments twice, in WHEN and in THEN. Of the functions
/// that [`functions::is_known`] takes, DataFusion 55.2 does so with this one only.
pub(crate) fn repeats_arguments(function: &Function) -> bool {
    bare_name(function) == Some("coalesce")
}

/// The name without its quotes: the planner finds a function by both.
fn bare_name(function: &Function) -> Option<&str> {
    function.name.0.last().and_then(ObjectNamePart::as_ident).map(|name| name.value.as_str())
}

/// `None` if it is called as it is, or by another name.
fn function_rewritten(function: &mut Function) -> Option<Expr> {
    let name = function.name.to_string();
    aggregates::without_constant_order(function);
    match name.as_str() {
        // DataFusion would look for a column of the name.
        bare if functions::is_bare(bare) => Some(call(bare, Vec::new())),
        // Its values are those that are not null.
        "arbitrary" => {
            function.name = named("any_value");
            None
        }
        "every" => {
            function.name = named("bool_and");
            None
        }
        "approx_distinct" | "listagg" | "max" | "max_by" | "min" | "min_by" => {
            aggregates::rewrite(&name, function);
            None
        }
        "variance" => {
            function.name = named("var_samp");
            None
        }
        // DataFusion's planner has a form of its own of it.
        "map" | "\"map\"" => {
            function.name = named(functions::MAP);
            None
        }
        "count_if" => {
            let [condition] = arguments(function)?.try_into().ok()?;
            let condition_of =
                case(take(condition), Expr::Value(Value::Boolean(true).with_empty_span()), None);
            *condition = condition_of;
            function.name = named("count");
            None
        }
        "date" if is_plain(function) => {
            let [argument] = arguments(function)?.try_into().ok()?;
            Some(made::cast(take(argument), DataType::Date))
        }
        "if" if is_plain(function) => match arguments(function)?.as_mut_slice() {
            [condition, then] => Some(case(take(condition), take(then), None)),
            [condition, then, otherwise] => {
                Some(case(take(condition), take(then), Some(Box::new(take(otherwise)))))
            }
            _ => None,
        },
        // The form is a word of the language.
        "normalize" => {
            if let [_, form] = arguments(function)?.as_mut_slice()
                && let Expr::Identifier(word) = &**form
                && word.quote_style.is_none()
            {
                **form = made::text(&word.value.to_uppercase());
            }
            None
        }
        _ => None,
    }
}

/// A call of a function.
pub(crate) fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    made::call(Ident::new(name), arguments)
}

/// The arguments of a call of the function that [`call`] has made.
pub(crate) fn arguments_of<'e>(name: &str, expr: &'e Expr) -> Option<Vec<&'e Expr>> {
    let Expr::Function(function) = expr else { return None };
    let FunctionArguments::List(list) = &function.args else { return None };
    let plain = |argument: &'e FunctionArg| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)) => Some(argument),
        _ => None,
    };
    if bare_name(function) == Some(name) { list.args.iter().map(plain).collect() } else { None }
}

fn named(name: &str) -> ObjectName {
    ObjectName::from(vec![Ident::new(name)])
}

/// Whether nothing is said but its arguments, as of what is no aggregate.
fn is_plain(function: &Function) -> bool {
    let as_written = match &function.args {
        FunctionArguments::List(list) => list.duplicate_treatment.is_none(),
        _ => false,
    };
    as_written && function.filter.is_none() && function.null_treatment.is_none() && function.over.is_none()
}

/// All of them, if they are plain expressions.
fn arguments(function: &mut Function) -> Option<Vec<&mut Expr>> {
    let FunctionArguments::List(list) = &mut function.args else { return None };
    let plain = |argument| match argument {
        &mut FunctionArg::Unnamed(FunctionArgExpr::Expr(ref mut argument)) => Some(argument),
        _ => None,
    };
    list.args.iter_mut().map(plain).collect()
}

/// What was there, while something else takes its place.
fn take(expr: &mut Expr) -> Expr {
    std::mem::replace(expr, Expr::Tuple(Vec::new()))
}

pub(crate) fn case(condition: Expr, result: Expr, otherwise: Option<Box<Expr>>) -> Expr {
    Expr::Case {
        case_token: AttachedToken::empty(),
        end_token: AttachedToken::empty(),
        operand: None,
        conditions: vec![CaseWhen { condition, result }],
        else_result: otherwise,
    }
}
