//! Aggregates that are other functions by the number of their arguments, or by their clauses.

use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArgumentList,
    FunctionArguments, ListAggOnOverflow, Value,
};
use trino::made::text;

use super::named;
use crate::functions::{ERROR, FILLER, MAX_BY_N, MAX_N, MIN_BY_N, MIN_N, WITH_COUNT, WITHOUT_COUNT};

/// The least standard error of DataFusion's `approx_distinct`, which has 2^14 registers: 1.04 divided by their root.
const LEAST_ERROR: f64 = 0.008_125;

/// The greatest that Trino takes.
const GREATEST_ERROR: f64 = 0.26;

/// Rewrites one call. What has other arguments than it should stays, and is refused.
pub(super) fn rewrite(name: &str, function: &mut Function) {
    let FunctionArguments::List(list) = &mut function.args else { return };
    let other = match (name, list.args.len()) {
        ("max", 2) => MAX_N,
        ("min", 2) => MIN_N,
        ("max_by", 3) => MAX_BY_N,
        ("min_by", 3) => MIN_BY_N,
        ("approx_distinct", 2) => {
            if list.args.last().is_some_and(is_error_that_is_kept) {
                list.args.truncate(1);
            }
            return;
        }
        ("listagg", 1 | 2) => {
            let terms = std::mem::take(&mut function.within_group);
            listagg(list);
            if !terms.is_empty() {
                list.clauses.push(FunctionArgumentClause::OrderBy(terms));
            }
            return;
        }
        _ => return,
    };
    function.name = named(other);
}

/// `listagg(text, separator, word, filler)`: see [`functions::ERROR`](crate::functions::ERROR).
fn listagg(list: &mut FunctionArgumentList) {
    let (mut word, mut filler) = (ERROR, text(FILLER));
    for clause in std::mem::take(&mut list.clauses) {
        if let FunctionArgumentClause::OnOverflow(ListAggOnOverflow::Truncate { filler: given, with_count }) =
            clause
        {
            word = if with_count { WITH_COUNT } else { WITHOUT_COUNT };
            if let Some(given) = given {
                filler = *given;
            }
        }
    }
    let argument = |expr: Expr| FunctionArg::Unnamed(FunctionArgExpr::Expr(expr));
    if list.args.len() == 1 {
        list.args.push(argument(text("")));
    }
    list.args.extend([text(word), filler].map(argument));
}

/// Leaves out what is the same in every row: DataFusion takes a number there for the place of a column.
pub(super) fn without_constant_order(function: &mut Function) {
    let FunctionArguments::List(list) = &mut function.args else { return };
    for clause in &mut list.clauses {
        if let FunctionArgumentClause::OrderBy(terms) = clause {
            terms.retain(|term| !matches!(term.expr, Expr::Value(_)));
        }
    }
    let is_left = |clause: &FunctionArgumentClause| !matches!(clause, FunctionArgumentClause::OrderBy(terms) if terms.is_empty());
    list.clauses.retain(is_left);
    function.within_group.retain(|term| !matches!(term.expr, Expr::Value(_)));
}

/// Whether the second argument of `approx_distinct` asks for no more than what it is anyway. A decimal was rewritten by now.
fn is_error_that_is_kept(argument: &FunctionArg) -> bool {
    let FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) = argument else { return false };
    let value = match expr {
        Expr::Value(value) => value,
        Expr::TypedString(literal) => &literal.value,
        _ => return false,
    };
    let (Value::Number(digits, _) | Value::SingleQuotedString(digits)) = &value.value else { return false };
    digits.parse().is_ok_and(|error: f64| (LEAST_ERROR..=GREATEST_ERROR).contains(&error))
}
