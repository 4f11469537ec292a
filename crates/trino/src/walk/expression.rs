//! Expressions: those of Athena that read, and no others.

use sqlparser::ast::{
    AccessExpr, Array, BinaryOperator, CaseWhen, CastKind, CeilFloorKind, DateTimeField, Expr, ExtractSyntax,
    Interval, LambdaFunction, LambdaSyntax, Subscript, TypedString, UnaryOperator, Value, ValueWithSpan,
};

use super::{Advice, Checked, Policy, Unsupported, Walk, is_column, is_name, refuse, refuse_if};

/// The parts of a time that EXTRACT has.
pub const EXTRACTED: [&str; 17] = [
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

const INTERVAL: &str = "an INTERVAL other than INTERVAL 'number' unit or INTERVAL 'numbers' unit TO unit";

impl<P: Policy> Walk<'_, P> {
    pub(super) fn expressions(&mut self, all: &[Expr]) -> Checked<P> {
        all.iter().try_for_each(|expr| self.expression(expr))
    }

    pub(super) fn expression(&mut self, expr: &Expr) -> Checked<P> {
        let mut expr = expr;
        // A chain of operators leans to the left: it is gone through without descending.
        while let Expr::BinaryOp { left, op, right } = expr {
            self.policy.expression(expr)?;
            operator(op)?;
            self.deeper(|walk| walk.expression(right))?;
            expr = left;
        }
        self.policy.expression(expr)?;
        self.deeper(|walk| walk.one(expr))
    }

    fn one(&mut self, expr: &Expr) -> Checked<P> {
        match expr {
            Expr::Identifier(name) => Ok(is_column(name)?),
            Expr::CompoundIdentifier(parts) => Ok(parts.iter().try_for_each(is_name)?),
            Expr::CompoundFieldAccess { root, access_chain } => {
                self.expression(root)?;
                access_chain.iter().try_for_each(|access| self.access(access))
            }
            Expr::IsNull(inner)
            | Expr::IsNotNull(inner)
            | Expr::Nested(inner)
            | Expr::UnaryOp {
                op: UnaryOperator::Minus | UnaryOperator::Plus | UnaryOperator::Not,
                expr: inner,
            }
            | Expr::Ceil { expr: inner, field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) }
            | Expr::Floor { expr: inner, field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) } => {
                self.expression(inner)
            }
            Expr::Extract { field, syntax: ExtractSyntax::From, expr: inner } => {
                let part = field.to_string().to_lowercase();
                if !EXTRACTED.contains(&part.as_str()) {
                    let construct = format!("EXTRACT of {field}");
                    return Err(Unsupported::of(construct, Advice::NoPart(part)).into());
                }
                self.expression(inner)
            }
            Expr::IsDistinctFrom(left, right)
            | Expr::IsNotDistinctFrom(left, right)
            | Expr::AtTimeZone { timestamp: left, time_zone: right }
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
                self.query(subquery, false)
            }
            Expr::Between { expr, negated: _, low, high } => {
                self.expression(expr)?;
                self.expression(low)?;
                self.expression(high)
            }
            Expr::Like { negated: _, any: false, expr, pattern, escape_char } => {
                self.expression(expr)?;
                self.expression(pattern)?;
                escape_char.iter().try_for_each(|escape| text(escape, "ESCAPE without a text in quotes"))?;
                Ok(())
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
                Ok(self.data_type(data_type, "CAST to")?)
            }
            Expr::Substring { expr, substring_from, substring_for, special: _, shorthand: _ } => {
                self.expression(expr)?;
                substring_from.iter().chain(substring_for).try_for_each(|part| self.expression(part))
            }
            Expr::Trim { trim_where: _, trim_what, expr, trim_characters } => {
                let characters = trim_characters.as_deref().unwrap_or_default();
                let construct = "TRIM of more than a text and characters";
                refuse_if(characters.len() > 1, construct, "trim takes a text, and characters at most")?;
                trim_what.iter().try_for_each(|what| self.expression(what))?;
                self.expressions(characters)?;
                self.expression(expr)
            }
            Expr::Value(value) => self.value(value),
            Expr::TypedString(TypedString { data_type, value, uses_odbc_syntax: false }) => {
                self.data_type(data_type, "a literal of type")?;
                Ok(text(value, "a literal of a type without a text in quotes")?)
            }
            Expr::Function(call) => self.call(call),
            Expr::Case { case_token: _, end_token: _, operand, conditions, else_result } => {
                operand.iter().chain(else_result).try_for_each(|part| self.expression(part))?;
                conditions.iter().try_for_each(|CaseWhen { condition, result }| {
                    self.expression(condition)?;
                    self.expression(result)
                })
            }
            Expr::Exists { subquery, negated: _ } | Expr::Subquery(subquery) => self.query(subquery, false),
            Expr::GroupingSets(sets) | Expr::Cube(sets) | Expr::Rollup(sets) => {
                sets.iter().try_for_each(|set| self.expressions(set))
            }
            Expr::Tuple(parts) | Expr::Array(Array { elem: parts, named: true }) => self.expressions(parts),
            Expr::Interval(interval) => Ok(of_units(interval, expr)?),
            Expr::Lambda(LambdaFunction { params, body, syntax: LambdaSyntax::Arrow }) => {
                let typed = params.iter().any(|parameter| parameter.data_type.is_some());
                let construct = "this form of a lambda expression";
                refuse_if(typed, construct, "a lambda's parameter has no type")?;
                params.iter().try_for_each(|parameter| is_name(&parameter.name))?;
                self.expression(body)
            }
            other => Ok(unsupported(other)?),
        }
    }

    /// A field of a row, or an element of an array or a map.
    fn access(&mut self, access: &AccessExpr) -> Checked<P> {
        match access {
            AccessExpr::Dot(Expr::Identifier(name)) => Ok(is_name(name)?),
            AccessExpr::Dot(_) => {
                Ok(refuse("a dot before what is no name", "a dot is followed by a field's name")?)
            }
            AccessExpr::Subscript(Subscript::Index { index }) => self.expression(index),
            AccessExpr::Subscript(Subscript::Slice { .. }) => Ok(refuse(
                "a slice, as in a[1:2] (write slice(array, start, length))",
                "a slice is not supported: write slice(array, start, length)",
            )?),
        }
    }

    fn value(&mut self, ValueWithSpan { value, span }: &ValueWithSpan) -> Checked<P> {
        match value {
            Value::Number(_, false) | Value::SingleQuotedString(_) | Value::Boolean(_) | Value::Null => {
                Ok(())
            }
            Value::Placeholder(_) => self.policy.parameter(span.start, self.in_where),
            other => {
                let advice = Advice::Written { what: "literal", text: other.to_string() };
                Err(Unsupported::of(format!("the literal {other}"), advice).into())
            }
        }
    }
}

/// A string that is a part of a literal, where Athena takes no parameter.
fn text(ValueWithSpan { value, span }: &ValueWithSpan, construct: &str) -> Result<(), Unsupported> {
    match value {
        Value::SingleQuotedString(_) => Ok(()),
        _ => {
            let sentence = "here stands a string in quotes, and no parameter";
            Err(Unsupported::at(construct, sentence, span.start))
        }
    }
}

/// An interval: a text, perhaps with a sign before it, and its units.
fn of_units(interval: &Interval, expr: &Expr) -> Result<(), Unsupported> {
    let Interval {
        value,
        leading_field: Some(unit),
        leading_precision: None,
        last_field,
        fractional_seconds_precision: None,
    } = interval
    else {
        return unsupported(expr);
    };
    if !follow_each_other(unit, last_field.as_ref()) {
        return unsupported(expr);
    }
    let literal = match &**value {
        Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr } => &**expr,
        value => value,
    };
    match literal {
        Expr::Value(value) => text(value, INTERVAL),
        _ => refuse(INTERVAL, "an interval is written INTERVAL '1' DAY"),
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

fn operator(op: &BinaryOperator) -> Result<(), Unsupported> {
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
        other => {
            let advice = Advice::Written { what: "operator", text: other.to_string() };
            Err(Unsupported::of(format!("the operator {other}"), advice))
        }
    }
}

/// Names what is no expression here.
fn unsupported(expr: &Expr) -> Result<(), Unsupported> {
    let construct = match expr {
        Expr::IsFalse(_) | Expr::IsNotFalse(_) => return is_value("IS FALSE"),
        Expr::IsTrue(_) | Expr::IsNotTrue(_) => return is_value("IS TRUE"),
        Expr::IsUnknown(_) | Expr::IsNotUnknown(_) => "IS UNKNOWN",
        Expr::ILike { .. } => "ILIKE",
        Expr::Like { .. } => "LIKE ANY",
        Expr::SimilarTo { .. } => "SIMILAR TO",
        Expr::RLike { .. } => "RLIKE",
        Expr::InUnnest { .. } => "IN UNNEST",
        Expr::Cast { .. } => "this form of CAST",
        Expr::Ceil { .. } => "ceil of more than a number",
        Expr::Floor { .. } => "floor of more than a number",
        Expr::Extract { .. } => "this form of EXTRACT",
        Expr::Convert { .. } => "CONVERT",
        Expr::Overlay { .. } => "OVERLAY",
        Expr::Collate { .. } => "COLLATE",
        Expr::Struct { .. } => "a row value",
        Expr::Array(_) => "an array without the word ARRAY",
        Expr::Map(_) | Expr::Dictionary(_) => "MAP",
        Expr::JsonAccess { .. } => "a subscript",
        Expr::Interval(_) => INTERVAL,
        Expr::Lambda(_) => "this form of a lambda expression",
        Expr::UnaryOp { op, .. } => return written(format!("the operator {op}"), expr),
        _ => "this kind of expression",
    };
    written(construct.to_owned(), expr)
}

fn written(construct: String, expr: &Expr) -> Result<(), Unsupported> {
    Err(Unsupported::of(construct, Advice::Written { what: "expression", text: expr.to_string() }))
}

fn is_value(construct: &str) -> Result<(), Unsupported> {
    refuse(construct, "IS TRUE and IS FALSE are not supported: write coalesce(condition, false)")
}
