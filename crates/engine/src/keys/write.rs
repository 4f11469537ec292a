//! The values of a result as the texts of new partitions. They are Trino's (`HiveWriteUtils.toPartitionValue`).

use std::ops::RangeInclusive;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray, StringBuilder};

use crate::{
    error::EngineError,
    text::{
        number,
        time::{self, MILLIS_PER_DAY, civil},
    },
    values::{Part, Values},
};

/// The years that have four digits and no sign. Java writes others in a way that Hive does not read.
const YEARS: RangeInclusive<i64> = 1..=9_999;

/// The text of each value. A column of a type that no key can have is `Internal`.
pub(crate) fn texts(column: &ArrayRef) -> Result<StringArray, EngineError> {
    let no_key = || EngineError::Internal(format!("{} is no type of a key", column.data_type()).into());
    if let Some(texts) = column.as_string_opt::<i32>() {
        return Ok(texts.clone());
    }
    let values = Values::of(column.as_ref()).map_err(|_| no_key())?;
    let mut texts = StringBuilder::new();
    let mut buffer = Vec::new();
    for row in 0..column.len() {
        let Some(part) = values.get(row) else {
            texts.append_null();
            continue;
        };
        buffer.clear();
        match part {
            Part::Boolean(_) | Part::Integer(_) | Part::BigInt(_) | Part::Real(_) | Part::Double(_) => {
                part.write_scalar(&mut buffer, row);
            }
            Part::Decimal(array, scale) => {
                number::decimal(&mut buffer, array.value(row), *scale);
                if *scale > 0 {
                    shorten(&mut buffer);
                }
            }
            Part::Date(array) => {
                let day = i64::from(array.value(row));
                check_year(day)?;
                time::date(&mut buffer, day);
            }
            Part::Timestamp(array) => {
                let millis = array.value(row);
                check_year(millis.div_euclid(MILLIS_PER_DAY))?;
                time::timestamp(&mut buffer, millis);
                shorten(&mut buffer);
            }
            _ => return Err(no_key()),
        }
        texts.append_value(String::from_utf8_lossy(&buffer));
    }
    Ok(texts.finish())
}

/// Takes away the zeros behind the point, and the point if nothing else is behind it.
fn shorten(buffer: &mut Vec<u8>) {
    while buffer.pop_if(|byte| *byte == b'0').is_some() {}
    buffer.pop_if(|byte| *byte == b'.');
}

fn check_year(day: i64) -> Result<(), EngineError> {
    let (year, ..) = civil(day);
    if YEARS.contains(&year) {
        return Ok(());
    }
    Err(EngineError::unsupported(format!("a partition of the year {year}")))
}
