//! The frames of windows, and the arguments of functions that only windows have.

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::ScalarValue,
    logical_expr::{Expr, SortExpr, WindowFrame, WindowFrameBound, WindowFrameUnits},
};

use super::{
    Checked, Checker,
    kind::{Kind, word},
    start,
};
use crate::{
    error::Failure,
    frames::{DAYS, MILLISECONDS, MONTHS},
    functions,
};

impl Checker<'_> {
    /// Refuses a RANGE frame, which is also the frame of a window with ORDER BY that names none, where it cannot be computed:
    /// an offset is for numbers and times, as on Athena, and DataFusion has no RANGE over bytes and intervals at all.
    pub(super) fn frame(&self, frame: &WindowFrame, order_by: &[SortExpr]) -> Checked {
        let Some(first) = order_by.first().filter(|_| frame.units == WindowFrameUnits::Range) else {
            return Ok(());
        };
        let Some(found) = self.kind_of(&first.expr) else { return Ok(()) };
        let name = || self.type_of(&first.expr).as_ref().map(word).unwrap_or_default();
        let has_offset = is_offset(&frame.start_bound) || is_offset(&frame.end_bound);
        if has_offset && !matches!(found, Kind::Number | Kind::Time | Kind::Interval) {
            let message = format!(
                "{}Window frame of type RANGE PRECEDING or FOLLOWING requires that sort item type be numeric, datetime or \
                 interval (actual: {})",
                start(&first.expr),
                name()
            );
            return Err(Failure::new("TYPE_MISMATCH", message));
        }
        for offset in [&frame.start_bound, &frame.end_bound].into_iter().filter_map(text_of) {
            self.offset(&first.expr, found, offset)?;
        }
        match found {
            Kind::Bytes | Kind::Interval => {
                let what = "a RANGE frame, which is a window's unless it says ROWS, over";
                Err(self.unsupported(&first.expr, &format!("{what} {}", name())))
            }
            _ => Ok(()),
        }
    }

    /// Refuses an offset that does not fit what the rows are ordered by.
    fn offset(&self, order: &Expr, found: Kind, offset: &str) -> Checked {
        let is_interval = [MONTHS, DAYS, MILLISECONDS].iter().any(|unit| offset.ends_with(unit));
        let data_type = self.type_of(order);
        let name = data_type.as_ref().map(word).unwrap_or_default();
        if is_interval != (found == Kind::Time) {
            let kind = match (is_interval, offset.ends_with(MONTHS)) {
                (false, _) => "integer",
                (true, true) => "interval year to month",
                (true, false) => "interval day to second",
            };
            let message = format!(
                "{}Window frame RANGE value type ({kind}) not compatible with sort item type ({name})",
                start(order)
            );
            return Err(Failure::new("TYPE_MISMATCH", message));
        }
        match data_type {
            Some(Arrow::Date32) if offset.ends_with(MILLISECONDS) => Err(Failure::new(
                "INVALID_FUNCTION_ARGUMENT",
                "Cannot subtract hour, minutes or seconds from a date",
            )),
            Some(Arrow::Timestamp(_, Some(_))) => {
                Err(self.unsupported(order, "a RANGE frame with an offset over times with a zone"))
            }
            Some(whole) if whole.is_integer() && !offset.chars().all(|digit| digit.is_ascii_digit()) => {
                Err(self
                    .unsupported(order, &format!("a RANGE frame with an offset of another type over {name}")))
            }
            _ => Ok(()),
        }
    }

    /// Refuses offsets, numbers of rows and defaults that DataFusion takes otherwise than Trino does, or not at all.
    pub(super) fn arguments_of_window(&self, name: &str, arguments: &[Expr]) -> Checked {
        let (number, least, message) = match (name, arguments) {
            ("lag" | "lead", [_, offset, ..]) => (offset, 0, "Offset must be at least 0"),
            ("nth_value", [_, offset]) => (offset, 1, "Offset must be at least 1"),
            ("ntile", [buckets]) => (buckets, 1, "Buckets must be greater than 0"),
            _ => return Ok(()),
        };
        match whole(number) {
            Some(found) if found < least => return Err(Failure::new("INVALID_FUNCTION_ARGUMENT", message)),
            Some(_) => {}
            None => {
                let what = format!("function {name} with a number of rows that is not written as one");
                return Err(self.unsupported(number, &what));
            }
        }
        match arguments {
            [value, _, default] => self.default(name, value, default),
            _ => Ok(()),
        }
    }

    /// Trino's answer has the type that both have in common, and DataFusion's that of the value.
    fn default(&self, name: &str, value: &Expr, default: &Expr) -> Checked {
        let (Some(found), Some(given)) = (self.type_of(value), self.type_of(default)) else { return Ok(()) };
        let is_small = whole(default).is_some_and(|number| i32::try_from(number).is_ok());
        let fits = match (&found, &given) {
            (_, Arrow::Null) => true,
            (found, given) if found == given => true,
            // The planner reads every whole number as a bigint.
            (Arrow::Int32, Arrow::Int64) => is_small,
            (Arrow::Int64, given) => given.is_integer(),
            (Arrow::Float64, given) => given.is_numeric(),
            (Arrow::Float32, given) => given.is_integer() || matches!(given, Arrow::Decimal128(..)),
            // As decimals, integers have ten digits, and bigints nineteen.
            (Arrow::Decimal128(precision, scale), given) if given.is_integer() => {
                let digits = i16::from(*precision) - i16::from(*scale);
                digits >= if is_small || *given == Arrow::Int32 { 10 } else { 19 }
            }
            _ => false,
        };
        if fits {
            return Ok(());
        }
        if self.kind_of(value) != self.kind_of(default) {
            let (place, value, default) = (start(value), self.describe(value), self.describe(default));
            let message = format!("{place}Unexpected parameters ({value}, {default}) for function {name}");
            return Err(Failure::new("FUNCTION_NOT_FOUND", message));
        }
        let what = format!("function {name} of {} with a default of {}", word(&found), word(&given));
        Err(self.unsupported(value, &what))
    }
}

/// The number, if one is written.
fn whole(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Literal(ScalarValue::Int64(number), _) => *number,
        Expr::Literal(ScalarValue::Int32(number), _) => number.map(i64::from),
        Expr::Negative(inner) => whole(inner)?.checked_neg(),
        // A sign, which the planner took for that of an interval.
        Expr::ScalarFunction(call) if call.func.name() == functions::NEGATED => {
            whole(call.args.first()?)?.checked_neg()
        }
        _ => None,
    }
}

/// The offset as it was planned.
fn text_of(bound: &WindowFrameBound) -> Option<&str> {
    match bound {
        WindowFrameBound::Preceding(ScalarValue::Utf8(Some(text)))
        | WindowFrameBound::Following(ScalarValue::Utf8(Some(text))) => Some(text),
        _ => None,
    }
}

fn is_offset(bound: &WindowFrameBound) -> bool {
    match bound {
        WindowFrameBound::CurrentRow => false,
        // Without a number it is UNBOUNDED.
        WindowFrameBound::Preceding(offset) | WindowFrameBound::Following(offset) => !offset.is_null(),
    }
}
