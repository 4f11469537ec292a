//! What `serde_json` reads of a line that was taken, held against the line's row: the oracle beside this file reads JSON as
//! the lake does, and this one reads it as somebody else does.

use arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::{Float64Type, Int32Type, Int64Type},
};
use domain::{DataType, Dataset};
use serde_json::{Map, Value, value::RawValue};

/// The attributes of a CloudEvent, whose columns are of its data.
const ATTRIBUTES: [&str; 4] = ["specversion", "id", "source", "type"];

/// Fails where a column has another value in this row than `serde_json` finds in the line. Answers how many values it compared.
/// Of numbers that no double can hold, and of forms that only the lake reads, it says nothing.
pub fn same(dataset: &Dataset, line: &[u8], rows: &RecordBatch, row: usize) -> usize {
    let words = String::from_utf8_lossy(line);
    if let Err(error) = serde_json::from_slice::<&RawValue>(line) {
        panic!("taken, and no JSON: {error}: {words:?}");
    }
    let Ok(Value::Object(line)) = serde_json::from_slice(line) else { return 0 };
    let Some(Value::Object(event)) = line.get("data") else { panic!("taken, and no event: {words:?}") };
    if ATTRIBUTES.iter().all(|name| event.get(*name).is_some_and(Value::is_string)) {
        return 0;
    }
    let columns = dataset.columns().iter().zip(rows.columns());
    columns.map(|(column, array)| field(&column.sent, event, &column.field, array, row, &words)).sum()
}

/// The field of this name.
fn field(
    data_type: &DataType,
    object: &Map<String, Value>,
    name: &str,
    array: &dyn Array,
    row: usize,
    words: &str,
) -> usize {
    value(data_type, object.get(name).unwrap_or(&Value::Null), array, row, words)
}

fn value(data_type: &DataType, wanted: &Value, array: &dyn Array, row: usize, words: &str) -> usize {
    assert_eq!(array.is_null(row), wanted.is_null(), "{wanted} in {words:?}");
    match (data_type, wanted) {
        (_, Value::Null) => {}
        (DataType::Boolean, Value::Bool(wanted)) => {
            assert_eq!(array.as_boolean().value(row), *wanted, "{words:?}");
        }
        (DataType::String, Value::String(wanted)) => {
            assert_eq!(array.as_string::<i32>().value(row), wanted, "{words:?}");
        }
        (DataType::Int, Value::Number(wanted)) if wanted.is_i64() => {
            let found = i64::from(array.as_primitive::<Int32Type>().value(row));
            assert_eq!(Some(found), wanted.as_i64(), "{words:?}");
        }
        (DataType::BigInt, Value::Number(wanted)) if wanted.is_i64() => {
            assert_eq!(Some(array.as_primitive::<Int64Type>().value(row)), wanted.as_i64(), "{words:?}");
        }
        (DataType::Double, Value::Number(wanted)) => {
            let (found, wanted) = (array.as_primitive::<Float64Type>().value(row), wanted.as_f64());
            // It does not promise the nearest double.
            let is_near = |wanted: f64| (found - wanted).abs() <= wanted.abs() * 1e-14 + f64::MIN_POSITIVE;
            assert!(wanted.is_some_and(is_near), "{found} and {wanted:?} in {words:?}");
        }
        (DataType::Array(element), Value::Array(wanted)) => {
            let found = array.as_list::<i32>().value(row);
            assert_eq!(found.len(), wanted.len(), "{words:?}");
            let elements = wanted.iter().enumerate();
            return elements.map(|(at, wanted)| value(element, wanted, &found, at, words)).sum();
        }
        (DataType::Struct(fields), Value::Object(wanted)) => {
            let columns = fields.iter().zip(array.as_struct().columns());
            return columns
                .map(|(part, column)| field(&part.data_type, wanted, part.sender(), column, row, words))
                .sum();
        }
        (DataType::Map(of), Value::Object(wanted)) => {
            let found = array.as_map().value(row);
            let (names, values) = (found.column(0).as_string::<i32>(), found.column(1));
            assert_eq!(found.len(), wanted.len(), "{words:?}");
            let same = |at: usize| match wanted.get(names.value(at)) {
                Some(wanted) => value(of, wanted, values, at, words),
                None => panic!("{:?} is not in {words:?}", names.value(at)),
            };
            return (0..found.len()).map(same).sum();
        }
        _ => return 0,
    }
    1
}
