//! Expressions: those of Athena that read, and no others.

use sqlparser::{
    ast::{
        AccessExpr, Array, ArrayElemTypeDef, BinaryOperator, CaseWhen, CastKind, CeilFloorKind, DataType,
        DateTimeField, Expr, ExtractSyntax, Interval, LambdaFunction, LambdaSyntax, ObjectNamePart,
        Subscript, TypedString, UnaryOperator, Value, ValueWithSpan,
    },
    tokenizer::Location,
};

use super::{
    Refused,
    clause::{refuse, refuse_if},
    function,
    scope::{Walk, fold},
};
use crate::problem::{nearest, quote};

/// The parts of a time that EXTRACT has.
const EXTRACTED: [&str; 17] = [
    "year",
    "quarter",
    "month",
    "week",
    "day",
    "day_of_month",
    "day_of_week",
    "dow",
    "day_of_year",
    "doy",
    "year_of_week",
    "yow",
    "hour",
    "minute",
    "second",
    "timezone_hour",
    "timezone_minute",
];

type Checked = Result<(), Refused>;

impl Walk<'_> {
    pub(super) fn expressions(&mut self, all: &[Expr]) -> Checked {
        all.iter().try_for_each(|expr| self.expression(expr))
    }

    pub(super) fn expression(&mut self, expr: &Expr) -> Checked {
        let mut expr = expr;
        // A chain of operators leans to the left: it is gone through without descending.
        while let Expr::BinaryOp { left, op, right } = expr {
            operator(op)?;
            self.deeper(|walk| walk.expression(right))?;
            expr = left;
        }
        self.deeper(|walk| walk.one(expr))
    }

    fn one(&mut self, expr: &Expr) -> Checked {
        match expr {
            Expr::Identifier(name) => {
                // Some are calls without parentheses.
                self.volatile |= name.quote_style.is_none() && function::is_volatile(&fold(name));
                Ok(())
            }
            Expr::CompoundIdentifier(_) => Ok(()),
            Expr::CompoundFieldAccess { root, access_chain } => {
                self.expression(root)?;
                access_chain.iter().try_for_each(|access| match access {
                    AccessExpr::Dot(field) => refuse_if(
                        !matches!(field, Expr::Identifier(_)),
                        "a dot is followed by a field's name",
                    ),
                    AccessExpr::Subscript(Subscript::Index { index }) => self.expression(index),
                    AccessExpr::Subscript(Subscript::Slice { .. }) => {
                        refuse("a slice is not supported: write slice(array, start, length)")
                    }
                })
            }
            Expr::IsFalse(_) | Expr::IsNotFalse(_) | Expr::IsTrue(_) | Expr::IsNotTrue(_) => {
                refuse("IS TRUE and IS FALSE are not supported: write coalesce(condition, false)")
            }
            Expr::IsNull(inner)
            | Expr::IsNotNull(inner)
            | Expr::Nested(inner)
            | Expr::UnaryOp {
                op: UnaryOperator::Minus | UnaryOperator::Plus | UnaryOperator::Not,
                expr: inner,
            }
            | Expr::Ceil { expr: inner, field: CeilFloorKind::DateTimeField(_) }
            | Expr::Floor { expr: inner, field: CeilFloorKind::DateTimeField(_) } => self.expression(inner),
            Expr::Extract { field, syntax: ExtractSyntax::From, expr: inner } => {
                let part = field.to_string().to_lowercase();
                if !EXTRACTED.contains(&part.as_str()) {
                    let meant = nearest(&part, EXTRACTED);
                    let meant = meant.map(|part| format!(": did you mean {part}?")).unwrap_or_default();
                    return Err(Refused::new(format!("EXTRACT has no part {}{meant}", quote(&part))));
                }
                self.expression(inner)
            }
            Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
                self.expression(left)?;
                self.expression(right)
            }
            Expr::AtTimeZone { timestamp: left, time_zone: right }
            | Expr::Position { expr: left, r#in: right } => {
                self.expression(left)?;
                self.expression(right)
            }
            Expr::InList { expr, list, negated: _ } => {
                self.expression(expr)?;
                self.expressions(list)
            }
            Expr::InSubquery { expr, subquery, negated: _ } => {
                self.expression(expr)?;
                self.query(subquery)
            }
            Expr::Between { expr, negated: _, low, high } => {
                self.expression(expr)?;
                self.expression(low)?;
                self.expression(high)
            }
            Expr::Like { negated: _, any: false, expr, pattern, escape_char } => {
                self.expression(expr)?;
                self.expression(pattern)?;
                escape_char.iter().try_for_each(text)
            }
            Expr::AnyOp { left, compare_op, right, is_some: _ } | Expr::AllOp { left, compare_op, right } => {
                operator(compare_op)?;
                self.expression(left)?;
                self.expression(right)
            }
            Expr::Cast {
                kind: CastKind::Cast | CastKind::TryCast,
                expr,
                data_type,
                array: false,
                format: None,
            } => {
                self.expression(expr)?;
                known_type(data_type)
            }
            Expr::Substring { expr, substring_from, substring_for, special: _, shorthand: _ } => {
                self.expression(expr)?;
                substring_from.iter().chain(substring_for).try_for_each(|part| self.expression(part))
            }
            Expr::Trim { trim_where: _, trim_what, expr, trim_characters } => {
                let characters = trim_characters.as_deref().unwrap_or_default();
                refuse_if(characters.len() > 1, "trim takes a text, and characters at most")?;
                trim_what.iter().try_for_each(|what| self.expression(what))?;
                self.expressions(characters)?;
                self.expression(expr)
            }
            Expr::Value(value) => self.value(value),
            Expr::TypedString(TypedString { data_type, value, uses_odbc_syntax: false }) => {
                known_type(data_type)?;
                text(value)
            }
            Expr::Function(call) => self.call(call),
            Expr::Case { case_token: _, end_token: _, operand, conditions, else_result } => {
                operand.iter().chain(else_result).try_for_each(|part| self.expression(part))?;
                conditions.iter().try_for_each(|CaseWhen { condition, result }| {
                    self.expression(condition)?;
                    self.expression(result)
                })
            }
            Expr::Exists { subquery, negated: _ } | Expr::Subquery(subquery) => self.query(subquery),
            Expr::GroupingSets(sets) | Expr::Cube(sets) | Expr::Rollup(sets) => {
                sets.iter().try_for_each(|set| self.expressions(set))
            }
            Expr::Tuple(parts) | Expr::Array(Array { elem: parts, named: true }) => self.expressions(parts),
            Expr::Interval(Interval {
                value,
                leading_field: Some(unit),
                leading_precision: None,
                last_field,
                fractional_seconds_precision: None,
            }) if follow_each_other(unit, last_field.as_ref()) => match &**value {
                Expr::Value(value) => interval(value, unit),
                Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr } => match &**expr {
                    Expr::Value(value) => interval(value, unit),
                    _ => refuse("an interval is written INTERVAL '1' DAY"),
                },
                _ => refuse("an interval is written INTERVAL '1' DAY"),
            },
            Expr::Lambda(LambdaFunction { params, body, syntax: LambdaSyntax::Arrow }) => {
                let typed = params.iter().any(|parameter| parameter.data_type.is_some());
                refuse_if(typed, "a lambda's parameter has no type")?;
                self.expression(body)
            }
            other => {
                Err(Refused::new(format!("the expression {} is not supported", quote(&other.to_string()))))
            }
        }
    }

    fn value(&mut self, ValueWithSpan { value, span }: &ValueWithSpan) -> Checked {
        match value {
            Value::Number(_, false) | Value::SingleQuotedString(_) | Value::Boolean(_) | Value::Null => {
                Ok(())
            }
            Value::Placeholder(_) if self.in_where => Ok(()),
            Value::Placeholder(_) => misplaced(span.start),
            other => Err(Refused::new(format!("the literal {} is not supported", quote(&other.to_string())))),
        }
    }
}

/// A string that is a part of a literal, where Athena takes no parameter.
fn text(ValueWithSpan { value, span }: &ValueWithSpan) -> Checked {
    match value {
        Value::SingleQuotedString(_) => Ok(()),
        _ => Err(Refused::at("here stands a string in quotes, and no parameter", span.start)),
    }
}

/// Whether an interval may have these units: from the one to the other, in months or in what is shorter.
fn follow_each_other(first: &DateTimeField, last: Option<&DateTimeField>) -> bool {
    const UNITS: [DateTimeField; 6] = [
        DateTimeField::Year,
        DateTimeField::Month,
        DateTimeField::Day,
        DateTimeField::Hour,
        DateTimeField::Minute,
        DateTimeField::Second,
    ];
    let place = |field: &DateTimeField| UNITS.iter().position(|unit| unit == field);
    match (place(first), place(last.unwrap_or(first))) {
        (Some(first), Some(last)) => first <= last && (first < 2) == (last < 2),
        _ => false,
    }
}

/// The text of an interval. The local engine counts days and months in 32 bits, and no time that can be answered is so
/// far from another one.
fn interval(literal: &ValueWithSpan, unit: &DateTimeField) -> Checked {
    text(literal)?;
    let Value::SingleQuotedString(digits) = &literal.value else { return Ok(()) };
    let most = match unit {
        DateTimeField::Year => i32::MAX.unsigned_abs() / 12,
        _ => i32::MAX.unsigned_abs(),
    };
    let mut before = None;
    for part in digits.split_inclusive(|c: char| !c.is_ascii_digit()) {
        let number = part.trim_end_matches(|c: char| !c.is_ascii_digit());
        let is_fraction = before == Some('.');
        before = part.chars().last();
        let fits = number.is_empty() || number.parse::<u32>().is_ok_and(|number| number <= most);
        if !is_fraction && !fits {
            let message = format!("an interval has at most {most} of the unit {unit}");
            return Err(Refused::at(message, literal.span.start));
        }
    }
    Ok(())
}

fn misplaced(place: Location) -> Checked {
    Err(Refused::at("Athena takes a parameter in a WHERE clause only", place))
}

fn operator(op: &BinaryOperator) -> Checked {
    match op {
        BinaryOperator::Plus
        | BinaryOperator::Minus
        | BinaryOperator::Multiply
        | BinaryOperator::Divide
        | BinaryOperator::Modulo
        | BinaryOperator::StringConcat
        | BinaryOperator::Gt
        | BinaryOperator::Lt
        | BinaryOperator::GtEq
        | BinaryOperator::LtEq
        | BinaryOperator::Eq
        | BinaryOperator::NotEq
        | BinaryOperator::And
        | BinaryOperator::Or => Ok(()),
        other => Err(Refused::new(format!("the operator {} is not supported", quote(&other.to_string())))),
    }
}

/// The types of Athena. Some of the parser's others hold expressions.
fn known_type(data_type: &DataType) -> Checked {
    let known = match data_type {
        DataType::Boolean
        | DataType::TinyInt(None)
        | DataType::SmallInt(None)
        | DataType::Int(None)
        | DataType::Integer(None)
        | DataType::BigInt(None)
        | DataType::Real
        | DataType::Double(_)
        | DataType::DoublePrecision
        | DataType::Decimal(_)
        | DataType::Char(_)
        | DataType::Varchar(_)
        | DataType::Varbinary(None)
        | DataType::Date
        | DataType::Time(..)
        | DataType::Timestamp(..)
        | DataType::JSON
        | DataType::Uuid => true,
        // `array<varchar>`, which Athena takes beside `array(varchar)`, and the parser does not.
        DataType::Array(ArrayElemTypeDef::AngleBracket(element)) => return known_type(element),
        // What stands for every map and row, and for arrays too: see `types`.
        DataType::Custom(name, _) => {
            matches!(name.0.as_slice(), [ObjectNamePart::Identifier(name)]
                if ["map", "row", "ipaddress"].contains(&fold(name).as_str()))
        }
        _ => false,
    };
    if known {
        return Ok(());
    }
    Err(Refused::new(format!("the type {} is not supported", quote(&data_type.to_string()))))
}
