//! The offsets of windows' frames as the planner reads them. Of RANGE it takes a number, or an interval as a text, which it
//! gives the type of what the rows are ordered by (`typing` sees to it that both fit).

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Interval, Query, UnaryOperator, Value,
    ValueWithSpan, VisitMut, VisitorMut, WindowFrameBound, WindowFrameUnits, WindowType,
};

use crate::{
    error::EngineError,
    functions::{DAY_TO_SECOND_OF, YEAR_TO_MONTH_OF},
    visit,
};

/// How the texts of intervals end.
pub(crate) const MONTHS: &str = " months";
pub(crate) const DAYS: &str = " days";
pub(crate) const MILLISECONDS: &str = " milliseconds";

const DAY: i64 = 86_400_000;

type Result<T> = std::result::Result<T, EngineError>;

/// Rewrites the offsets of a query whose literals have been rewritten, and refuses those that are no literals.
pub(crate) fn rewrite(query: &mut Query) -> Result<()> {
    visit::broken(query.visit(&mut Rewrite))
}

struct Rewrite;

impl VisitorMut for Rewrite {
    type Break = EngineError;

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<EngineError> {
        let Expr::Function(Function { over: Some(WindowType::WindowSpec(window)), .. }) = expr else {
            return ControlFlow::Continue(());
        };
        let Some(frame) = &mut window.window_frame else { return ControlFlow::Continue(()) };
        let is_range = frame.units == WindowFrameUnits::Range;
        for bound in std::iter::once(&mut frame.start_bound).chain(&mut frame.end_bound) {
            let (WindowFrameBound::Preceding(Some(offset)) | WindowFrameBound::Following(Some(offset))) =
                bound
            else {
                continue;
            };
            match rewritten(offset, is_range) {
                Ok(written) => **offset = written,
                Err(error) => return ControlFlow::Break(error),
            }
        }
        ControlFlow::Continue(())
    }
}

fn rewritten(offset: &Expr, is_range: bool) -> Result<Expr> {
    match offset {
        Expr::Value(ValueWithSpan { value: Value::Number(digits, _), .. })
            if is_range || digits.chars().all(|digit| digit.is_ascii_digit()) =>
        {
            Ok(offset.clone())
        }
        // A number with a point.
        Expr::TypedString(literal) if is_range => match &literal.value.value {
            Value::SingleQuotedString(digits) => {
                Ok(Expr::Value(Value::Number(digits.clone(), false).with_empty_span()))
            }
            _ => Err(refused()),
        },
        Expr::Function(call) if is_range => match (call.name.to_string().as_str(), number(call)) {
            (YEAR_TO_MONTH_OF, Some(months)) => interval(months, MONTHS),
            (DAY_TO_SECOND_OF, Some(length)) if length % DAY == 0 => interval(length / DAY, DAYS),
            (DAY_TO_SECOND_OF, Some(length)) => interval(length, MILLISECONDS),
            _ => Err(refused()),
        },
        _ => Err(refused()),
    }
}

fn refused() -> EngineError {
    EngineError::unsupported(
        "a window's frame with an offset that is no literal, or not a whole number of rows or groups",
    )
}

/// The only argument, if it is a whole number.
fn number(call: &Function) -> Option<i64> {
    let FunctionArguments::List(list) = &call.args else { return None };
    let [FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))] = list.args.as_slice() else { return None };
    match argument {
        Expr::Value(ValueWithSpan { value: Value::Number(digits, _), .. }) => digits.parse().ok(),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => match &**expr {
            Expr::Value(ValueWithSpan { value: Value::Number(digits, _), .. }) => {
                digits.parse::<i64>().ok()?.checked_neg()
            }
            _ => None,
        },
        _ => None,
    }
}

fn interval(length: i64, unit: &str) -> Result<Expr> {
    if length < 0 {
        let message = "Window frame offset value must not be negative or null";
        return Err(EngineError::failed("INVALID_WINDOW_FRAME", message));
    }
    let text = Value::SingleQuotedString(format!("{length}{unit}"));
    Ok(Expr::Interval(Interval {
        value: Box::new(Expr::Value(text.with_empty_span())),
        leading_field: None,
        leading_precision: None,
        last_field: None,
        fractional_seconds_precision: None,
    }))
}
