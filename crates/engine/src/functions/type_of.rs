//! `typeof`: the name of a value's type.

use std::sync::Arc;

use datafusion::arrow::{
    array::StringArray,
    datatypes::{DataType as Arrow, Field, TimeUnit},
};

use super::own::{Own, unexpected};
use crate::types;

/// The name of the function.
pub(super) const TYPEOF: &str = "typeof";

/// The name as Trino shows it, but for the length of a varchar, which is not known here.
pub(super) fn type_of() -> Own {
    Own::new(
        TYPEOF,
        |given| (given.len() == 1).then(|| given.to_vec()),
        |_| Arrow::Utf8,
        |columns| {
            let found = columns[0].data_type();
            let name = name(found).ok_or_else(|| unexpected(found))?;
            Ok(Arc::new(StringArray::from_iter_values(vec![name; columns[0].len()])))
        },
    )
}

fn name(found: &Arrow) -> Option<String> {
    Some(match found {
        Arrow::Timestamp(unit, zone) => {
            let digits = match unit {
                TimeUnit::Second => 0,
                TimeUnit::Millisecond => 3,
                TimeUnit::Microsecond => 6,
                TimeUnit::Nanosecond => 9,
            };
            let zone = if zone.is_some() { " with time zone" } else { "" };
            format!("timestamp({digits}){zone}")
        }
        Arrow::List(element) => format!("array({})", name(element.data_type())?),
        Arrow::Map(entries, _) => match entries.data_type() {
            Arrow::Struct(pair) if pair.len() == 2 => {
                format!("map({}, {})", name(pair[0].data_type())?, name(pair[1].data_type())?)
            }
            _ => return None,
        },
        Arrow::Struct(fields) => {
            let field = |field: &Arc<Field>| {
                let word = name(field.data_type())?;
                Some(if field.name().is_empty() { word } else { format!("{} {word}", field.name()) })
            };
            format!("row({})", fields.iter().map(field).collect::<Option<Vec<_>>>()?.join(", "))
        }
        other => types::name(other)?,
    })
}
