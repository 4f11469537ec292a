//! Any type, any JSON of a type, and what an Arrow array holds in the parser's terms.

use arrow::{
    array::{Array, ArrayRef, AsArray},
    datatypes::{
        Date32Type, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type, TimestampMillisecondType,
    },
};
use domain::{DataType, value::Value};
use proptest::prelude::*;

pub(super) fn any_type() -> impl Strategy<Value = DataType> {
    let scalar = prop_oneof![
        prop::sample::select(vec![
            "boolean",
            "int",
            "bigint",
            "float",
            "double",
            "string",
            "date",
            "timestamp"
        ])
        .prop_map(str::to_owned),
        (1_u8..=38)
            .prop_flat_map(|precision| (Just(precision), 0..=precision))
            .prop_map(|(precision, scale)| format!("decimal({precision},{scale})")),
    ];
    let nested = scalar.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|element| format!("array<{element}>")),
            inner.clone().prop_map(|value| format!("map<string,{value}>")),
            prop::collection::vec(inner, 1..4).prop_map(|types| {
                let fields: Vec<String> =
                    types.iter().enumerate().map(|(index, part)| format!("f{index}:{part}")).collect();
                format!("struct<{}>", fields.join(","))
            }),
        ]
    });
    prop_oneof![8 => nested, 1 => Just("binary".to_owned())].prop_map(|text| text.parse().unwrap())
}

/// JSON that is of the type, nulls included.
pub(super) fn any_json(data_type: &DataType) -> BoxedStrategy<String> {
    let string = |text: String| serde_json::Value::from(text).to_string();
    let value = match data_type {
        DataType::Boolean => any::<bool>().prop_map(|value| value.to_string()).boxed(),
        DataType::Int => any::<i32>().prop_map(|value| value.to_string()).boxed(),
        DataType::BigInt => any::<i64>().prop_map(|value| value.to_string()).boxed(),
        DataType::Float => any::<f32>()
            .prop_filter("finite", |value| value.is_finite())
            .prop_map(|value| format!("{value:e}"))
            .boxed(),
        DataType::Double => any::<f64>()
            .prop_filter("finite", |value| value.is_finite())
            .prop_map(|value| format!("{value:e}"))
            .boxed(),
        DataType::Decimal(decimal) => {
            let scale = decimal.scale();
            let power = 10_i128.pow(decimal.precision().into());
            (1 - power..power).prop_map(move |units| format!("\"{units}e-{scale}\"")).boxed()
        }
        DataType::String => any::<String>().prop_map(string).boxed(),
        DataType::Date => "[0-9]{4}-0[1-9]-[01][1-9]".prop_map(string).boxed(),
        DataType::Timestamp => {
            "[0-9]{4}-0[1-9]-[01][1-9]T[01][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,5})?(Z|[+-]0[0-9]:30)"
                .prop_map(string)
                .boxed()
        }
        DataType::Binary => "([A-Za-z0-9+/]{4}){0,6}([A-P]A==)?".prop_map(string).boxed(),
        DataType::Array(element) => {
            let elements = prop::collection::vec(any_json(element), 0..4);
            elements.prop_map(|elements| format!("[{}]", elements.join(","))).boxed()
        }
        DataType::Struct(fields) => {
            let fields: Vec<_> = fields
                .iter()
                .map(|field| {
                    (Just(field.name.clone()), prop::option::weighted(0.8, any_json(&field.data_type)))
                })
                .collect();
            fields
                .prop_map(|fields| object(fields.into_iter().filter_map(|(name, text)| Some((name, text?)))))
                .boxed()
        }
        DataType::Map(value) => {
            // Out of order: a sender's order is any.
            let entries = prop::collection::btree_map(any::<String>(), any_json(value), 0..4);
            entries.prop_map(|entries| object(entries.into_iter().rev())).boxed()
        }
    };
    prop_oneof![1 => Just("null".to_owned()), 6 => value].boxed()
}

fn object(fields: impl IntoIterator<Item = (String, String)>) -> String {
    let field = |(name, text)| format!("{}:{text}", serde_json::Value::from(name));
    let fields: Vec<String> = fields.into_iter().map(field).collect();
    format!("{{{}}}", fields.join(","))
}

/// The value with its maps as they are stored: in order of their keys.
pub(super) fn in_order(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Array(values) => Value::Array(values.into_iter().map(in_order).collect()),
        Value::Struct(values) => {
            Value::Struct(values.into_iter().map(|(place, value)| (place, in_order(value))).collect())
        }
        Value::Map(entries) => {
            let mut entries: Vec<_> =
                entries.into_iter().map(|(key, value)| (key, in_order(value))).collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Map(entries)
        }
        scalar => scalar,
    }
}

/// The value in this row of an array.
pub(super) fn read_back(array: &ArrayRef, row: usize, data_type: &DataType) -> Value<'static> {
    if array.is_null(row) {
        return Value::Null;
    }
    match data_type {
        DataType::Boolean => Value::Boolean(array.as_boolean().value(row)),
        DataType::Int => Value::Int(array.as_primitive::<Int32Type>().value(row)),
        DataType::BigInt => Value::BigInt(array.as_primitive::<Int64Type>().value(row)),
        DataType::Float => Value::Float(array.as_primitive::<Float32Type>().value(row)),
        DataType::Double => Value::Double(array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal(_) => Value::Decimal(array.as_primitive::<Decimal128Type>().value(row)),
        DataType::String => Value::String(array.as_string::<i32>().value(row).to_owned().into()),
        DataType::Date => Value::Date(array.as_primitive::<Date32Type>().value(row)),
        DataType::Timestamp => Value::Timestamp(array.as_primitive::<TimestampMillisecondType>().value(row)),
        DataType::Binary => Value::Binary(array.as_binary::<i32>().value(row).to_vec()),
        DataType::Array(element) => {
            let elements = array.as_list::<i32>().value(row);
            Value::Array((0..elements.len()).map(|index| read_back(&elements, index, element)).collect())
        }
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns().iter().zip(fields);
            let values = columns.map(|(column, field)| read_back(column, row, &field.data_type));
            Value::Struct(values.enumerate().filter(|(_, value)| *value != Value::Null).collect())
        }
        DataType::Map(value) => {
            let entries = array.as_map().value(row);
            let keys = entries.column(0).as_string::<i32>();
            let entry = |index: usize| {
                (keys.value(index).to_owned().into(), read_back(entries.column(1), index, value))
            };
            Value::Map((0..entries.len()).map(entry).collect())
        }
    }
}
