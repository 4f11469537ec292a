//! Athena's types for Arrow's: their names, and the one Arrow type that stands for each.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType as Arrow, Field, IntervalUnit, TimeUnit};

/// What Athena's `json` is here: text in an Arrow type that no column and no function else has.
pub(crate) const JSON: Arrow = Arrow::LargeUtf8;

/// The zone of the session, and of times with a zone that name no other.
pub(crate) const UTC: &str = "UTC";

/// What `interval day to second` is here: milliseconds.
pub(crate) const DAY_TO_SECOND: Arrow = Arrow::Duration(TimeUnit::Millisecond);

/// What `interval year to month` is here: months.
pub(crate) const YEAR_TO_MONTH: Arrow = Arrow::Interval(IntervalUnit::YearMonth);

/// The name as SQL has it: `varchar`, `decimal(12,2)`, `row(city varchar)`. `None` for what Athena has not.
pub(crate) fn name(arrow: &Arrow) -> Option<String> {
    Some(match arrow {
        Arrow::Null => "unknown".to_owned(),
        Arrow::Boolean => "boolean".to_owned(),
        Arrow::Int8 => "tinyint".to_owned(),
        Arrow::Int16 => "smallint".to_owned(),
        Arrow::Int32 => "integer".to_owned(),
        // DataFusion counts and ranks without a sign.
        Arrow::Int64 | Arrow::UInt64 => "bigint".to_owned(),
        Arrow::Float32 => "real".to_owned(),
        Arrow::Float64 => "double".to_owned(),
        Arrow::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        Arrow::Utf8 | Arrow::Utf8View => "varchar".to_owned(),
        Arrow::LargeUtf8 => "json".to_owned(),
        Arrow::Binary => "varbinary".to_owned(),
        Arrow::Date32 => "date".to_owned(),
        Arrow::Timestamp(_, None) => "timestamp".to_owned(),
        Arrow::Timestamp(_, Some(_)) => "timestamp with time zone".to_owned(),
        Arrow::Duration(_) => "interval day to second".to_owned(),
        Arrow::Interval(IntervalUnit::YearMonth) => "interval year to month".to_owned(),
        Arrow::List(element) => format!("array({})", name(element.data_type())?),
        Arrow::Struct(fields) => {
            let field = |field: &Arc<Field>| {
                let word = name(field.data_type())?;
                Some(if field.name().is_empty() { word } else { format!("{} {word}", field.name()) })
            };
            format!("row({})", fields.iter().map(field).collect::<Option<Vec<_>>>()?.join(", "))
        }
        Arrow::Map(entries, _) => match entries.data_type() {
            Arrow::Struct(pair) if pair.len() == 2 => {
                format!("map({}, {})", name(pair[0].data_type())?, name(pair[1].data_type())?)
            }
            _ => return None,
        },
        _ => return None,
    })
}

/// The name as results give it, and the Arrow type of their values.
pub(crate) fn of_result(arrow: &Arrow) -> Option<(String, Arrow)> {
    let normal = normal(arrow);
    // Hive's name for a real, which results have and SQL has not.
    let name = if normal == Arrow::Float32 { "float".to_owned() } else { name(arrow)? };
    Some((name, normal))
}

/// The Arrow type of a result's values, and of the parts of nested ones.
fn normal(arrow: &Arrow) -> Arrow {
    let part = |part: &Arc<Field>| Arc::new(part.as_ref().clone().with_data_type(normal(part.data_type())));
    match arrow {
        // No table has them: only casts do.
        Arrow::Int8 | Arrow::Int16 => Arrow::Int32,
        Arrow::Int64 | Arrow::UInt64 => Arrow::Int64,
        Arrow::Utf8 | Arrow::Utf8View => Arrow::Utf8,
        Arrow::Timestamp(_, zone) => Arrow::Timestamp(TimeUnit::Millisecond, zone.clone()),
        Arrow::Duration(_) => DAY_TO_SECOND,
        Arrow::List(element) => Arrow::List(part(element)),
        Arrow::Struct(fields) => Arrow::Struct(fields.iter().map(part).collect()),
        Arrow::Map(entries, is_sorted) => Arrow::Map(part(entries), *is_sorted),
        other => other.clone(),
    }
}

/// Whether it is made of other types.
pub(crate) fn is_nested(arrow: &Arrow) -> bool {
    matches!(arrow, Arrow::List(_) | Arrow::Struct(_) | Arrow::Map(..))
}

#[cfg(test)]
mod tests {
    use domain::DataType;

    use super::*;

    #[test]
    fn types_have_the_names_that_athena_gives_them() {
        for (column, expected) in [
            ("int", "integer"),
            ("float", "float"),
            ("string", "varchar"),
            ("binary", "varbinary"),
            ("decimal(12,2)", "decimal(12,2)"),
            ("array<float>", "array(real)"),
            ("struct<a:int,b:map<string,date>>", "row(a integer, b map(varchar, date))"),
        ] {
            let arrow = column.parse::<DataType>().unwrap().arrow();
            assert_eq!(of_result(&arrow), Some((expected.to_owned(), arrow)));
        }
    }
}
