use datafusion::sql::sqlparser::ast::{
    Array, CharacterLength, DataType, ExactNumberInfo, Expr, Function, FunctionArguments, LimitClause, Query,
    TimezoneInfo, Value, ValueWithSpan, WindowType,
};

use super::{Flow, aggregate, holds_query, refuse, refuse_if};
use crate::{functions, literal, padded, type_text};

/// One expression; what is below it comes by itself.
pub(super) fn check(expr: &Expr) -> Flow {
    match expr {
        Expr::Identifier(_)
        | Expr::CompoundIdentifier(_)
        | Expr::CompoundFieldAccess { .. }
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsDistinctFrom(..)
        | Expr::IsNotDistinctFrom(..)
        | Expr::InList { .. }
        | Expr::InSubquery { .. }
        | Expr::Between { .. }
        | Expr::BinaryOp { .. }
        | Expr::UnaryOp { .. }
        | Expr::Like { any: false, .. }
        | Expr::Nested(_)
        | Expr::Value(_)
        | Expr::TypedString(_)
        | Expr::Case { .. }
        | Expr::Exists { .. }
        // Where it may stand is looked at when its parameters are named.
        | Expr::Lambda(_)
        | Expr::Position { .. }
        | Expr::Ceil { .. }
        | Expr::Floor { .. }
        | Expr::Extract { .. }
        | Expr::GroupingSets(_)
        | Expr::Cube(_)
        | Expr::Rollup(_)
        | Expr::Array(Array { named: true, .. }) => Flow::Continue(()),
        Expr::Cast { data_type, .. } => target(data_type),
        Expr::Function(call) => function(call),
        Expr::Subquery(query) => scalar_subquery(query),
        Expr::Substring { substring_from, .. } => {
            refuse_if(substring_from.is_none(), "this form of SUBSTRING")
        }
        Expr::Trim { trim_where, trim_what, .. } => {
            refuse_if(trim_where.is_some() && trim_what.is_none(), "this form of TRIM")
        }
        Expr::AtTimeZone { time_zone, .. } => {
            // A parameter is a literal when it has been put there.
            let is_literal = match &**time_zone {
                Expr::Value(value) => {
                    matches!(value.value, Value::SingleQuotedString(_) | Value::Placeholder(_))
                }
                _ => false,
            };
            refuse_if(!is_literal, "AT TIME ZONE with a zone that is not a literal")
        }
        Expr::Interval(interval) => refuse_if(
            !literal::is_interval(interval),
            "an INTERVAL other than INTERVAL 'number' unit or INTERVAL 'numbers' unit TO unit",
        ),
        Expr::AnyOp { .. } => refuse("ANY"),
        Expr::AllOp { .. } => refuse("ALL"),
        Expr::Tuple(_) => refuse("a row value"),
        _ => refuse("this kind of expression"),
    }
}

fn target(data_type: &DataType) -> Flow {
    match data_type {
        DataType::Boolean
        | DataType::TinyInt(None)
        | DataType::SmallInt(None)
        | DataType::Int(None)
        | DataType::Integer(None)
        | DataType::BigInt(None)
        | DataType::DoublePrecision
        | DataType::Double(ExactNumberInfo::None)
        | DataType::Real
        | DataType::Varchar(None | Some(CharacterLength::IntegerLength { unit: None, .. }))
        | DataType::Decimal(ExactNumberInfo::None)
        | DataType::JSON
        | DataType::Date
        | DataType::Varbinary(None)
        | DataType::Timestamp(None | Some(3), TimezoneInfo::None) => Flow::Continue(()),
        // Where it may stand is looked at when it is padded.
        characters if padded::length_of(characters).is_some() => Flow::Continue(()),
        DataType::Decimal(digits) if literal::digits_of(*digits).is_some() => Flow::Continue(()),
        nested if type_text::text_of(nested).is_some() => Flow::Continue(()),
        other => refuse(format!("CAST to {other}")),
    }
}

/// The planner takes a column that is never null, such as a count, for a value that is never null. Without a row the
/// value is NULL.
fn scalar_subquery(query: &Query) -> Flow {
    let Some(LimitClause::LimitOffset { limit, offset, .. }) = &query.limit_clause else {
        return Flow::Continue(());
    };
    refuse_if(offset.is_some(), "OFFSET in a scalar subquery")?;
    let none = match limit {
        Some(Expr::Value(ValueWithSpan { value: Value::Number(digits, _), .. })) => {
            digits.chars().all(|digit| digit == '0')
        }
        _ => false,
    };
    refuse_if(none, "LIMIT 0 in a scalar subquery")
}

fn function(call: &Function) -> Flow {
    // The names were folded; a qualified one is in no list.
    let name = call.name.to_string().replace('"', "");
    if !functions::is_known(&name) {
        return refuse(format!("function {name}"));
    }
    refuse_if(
        functions::needs_window(&name) && call.over.is_none(),
        &format!("function {name} without OVER"),
    )?;
    if let Some(WindowType::WindowSpec(window)) = &call.over {
        let by_query = holds_query(&window.partition_by) || holds_query(&window.order_by);
        refuse_if(by_query, "a subquery in PARTITION BY or ORDER BY of a window")?;
    }
    let odd = call.uses_odbc_syntax || call.parameters != FunctionArguments::None;
    refuse_if(odd, &format!("this form of function {name}"))?;
    aggregate::check(&name, call)?;
    if functions::is_bare(&name) {
        // As in Athena's grammar; a precision would be another type.
        return refuse_if(call.args != FunctionArguments::None, &format!("{name} with parentheses"));
    }
    Flow::Continue(())
}
