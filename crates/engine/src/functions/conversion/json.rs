//! JSON as values of other types (Trino's `JsonOperators`, `DecimalCasts`, `JsonToArrayCast`, `JsonToMapCast`,
//! `JsonToRowCast`, and `JsonUtil` below them).

mod column;
mod scalar;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray},
        datatypes::DataType as Arrow,
    },
    error::{DataFusionError, Result},
};

use super::source::invalid;
use crate::{
    error::Failure,
    functions::{
        json::token::{Malformed, Tokens},
        own::{failed, failure},
    },
    memory::EXCEEDED,
    types::{self, JSON, is_nested},
};
use column::Column;

/// The most bytes that one call makes of a batch. A row of many fields may be written as `{}`.
const MOST_BYTES: usize = 128 << 20;

/// Whether Athena casts JSON to the type. Of maps, those with texts as keys are here.
pub(super) fn reads(to: &Arrow) -> bool {
    match to {
        Arrow::Boolean
        | Arrow::Int8
        | Arrow::Int16
        | Arrow::Int32
        | Arrow::Int64
        | Arrow::Float32
        | Arrow::Float64
        | Arrow::Decimal128(..)
        | Arrow::Utf8 => true,
        Arrow::List(element) => is_part(element.data_type()),
        Arrow::Struct(fields) => fields.iter().all(|field| is_part(field.data_type())),
        Arrow::Map(entries, _) => match entries.data_type() {
            Arrow::Struct(pair) if pair.len() == 2 => {
                *pair[0].data_type() == Arrow::Utf8 && is_part(pair[1].data_type())
            }
            _ => false,
        },
        _ => false,
    }
}

fn is_part(to: &Arrow) -> bool {
    *to == JSON || reads(to)
}

/// Why a value is none of the type.
#[derive(Debug)]
enum Wrong {
    /// It is none of the type's values.
    Value(Failure),
    /// It is another kind of value, in the words of Trino.
    Kind(String),
    /// It is beyond what the type has, or the text is no JSON.
    Other,
    /// There would be too much of it.
    TooMuch,
}

impl From<Malformed> for Wrong {
    fn from(_: Malformed) -> Self {
        Self::Other
    }
}

/// How many bytes may be made still.
struct Budget(usize);

impl Budget {
    fn take(&mut self, bytes: usize) -> std::result::Result<(), Wrong> {
        self.0 = self.0.checked_sub(bytes).ok_or(Wrong::TooMuch)?;
        Ok(())
    }
}

/// The documents in the other type. What is none of it is a failure, or null.
pub(super) fn convert(documents: &ArrayRef, to: &Arrow, is_try: bool) -> Result<ArrayRef> {
    let texts = documents.as_string::<i64>();
    let mut column = Column::of(to)?;
    let mut budget = Budget(MOST_BYTES);
    for row in 0..texts.len() {
        if texts.is_null(row) {
            column.append_null(&mut budget).map_err(|wrong| described(wrong, "", to))?;
            continue;
        }
        let document = texts.value(row);
        // A value that fails half-way would leave its first half behind.
        if is_try && read(document, &mut Column::of(to)?, &mut budget).is_err_and(|wrong| !wrong.is_fatal()) {
            column.append_null(&mut budget).map_err(|wrong| described(wrong, document, to))?;
            continue;
        }
        read(document, &mut column, &mut budget).map_err(|wrong| described(wrong, document, to))?;
    }
    column.finish()
}

fn read(document: &str, column: &mut Column, budget: &mut Budget) -> std::result::Result<(), Wrong> {
    let mut tokens = Tokens::new(document);
    let first = tokens.expect()?;
    column.append(&mut tokens, first, budget)?;
    match tokens.next()? {
        None => Ok(()),
        Some(_) => Err(Wrong::Other),
    }
}

impl Wrong {
    fn is_fatal(&self) -> bool {
        matches!(self, Self::TooMuch)
    }
}

/// Values of a type that is not nested, each read from the text of one JSON value.
pub(in crate::functions) struct JsonColumn {
    column: Column,
    last_size: usize,
    is_of_texts: bool,
}

impl JsonColumn {
    pub(in crate::functions) fn of(to: &Arrow) -> Result<Self> {
        Ok(Self { column: Column::of(to)?, last_size: 0, is_of_texts: *to == Arrow::Utf8 })
    }

    /// Whether the text was a value of the type. If not, nothing was appended.
    pub(in crate::functions) fn append(&mut self, document: &str) -> bool {
        self.last_size = document.len();
        // No value is larger than what is counted by whoever calls this.
        read(document, &mut self.column, &mut Budget(usize::MAX)).is_ok()
    }

    pub(in crate::functions) fn append_null(&mut self) {
        // The budget is enough.
        let _ = self.column.append_null(&mut Budget(usize::MAX));
    }

    /// How many bytes the last value had as JSON.
    pub(in crate::functions) fn last_size(&self) -> usize {
        self.last_size
    }

    pub(in crate::functions) fn is_of_texts(&self) -> bool {
        self.is_of_texts
    }

    pub(in crate::functions) fn finish(self) -> Result<ArrayRef> {
        self.column.finish()
    }
}

/// In the words of Trino.
fn described(wrong: Wrong, document: &str, to: &Arrow) -> DataFusionError {
    let name = match to {
        Arrow::Decimal128(precision, scale) => format!("DECIMAL({precision},{scale})"),
        other => types::name(other).unwrap_or_default(),
    };
    let message = match (wrong, is_nested(to)) {
        (Wrong::TooMuch, _) => {
            return failure(
                EXCEEDED,
                format!(
                    "a cast of JSON makes more than {MOST_BYTES} bytes at once, the most of the local engine"
                ),
            );
        }
        (Wrong::Value(failure), false) if failure.code == "INVALID_CAST_ARGUMENT" => return failed(failure),
        (_, false) => format!("Cannot cast '{document}' to {name}"),
        (Wrong::Value(Failure { message, .. }) | Wrong::Kind(message), true) => {
            format!("Cannot cast to {name}. {message}\n{document}")
        }
        (Wrong::Other, true) => format!("Cannot cast to {name}.\n{document}"),
    };
    failed(invalid(message))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::{array::LargeStringArray, util::display::array_value_to_string};
    use domain::DataType;

    use super::*;

    fn converted(documents: &[&str], to: &str, is_try: bool) -> Result<ArrayRef> {
        let documents: ArrayRef = Arc::new(LargeStringArray::from(documents.to_vec()));
        let to = to.parse::<DataType>().unwrap().arrow();
        let values = convert(&documents, &to, is_try)?;
        assert_eq!(values.data_type(), &to);
        Ok(values)
    }

    /// By Trino's `TestArrayOperators.testJsonToArray`, `TestMapOperators.testJsonToMap` and
    /// `TestRowOperators.testJsonToRow`.
    #[test]
    fn arrays_maps_and_rows_are_read() {
        for (json, to, expected) in [
            (r#"[1, "2", null, true, 2.5]"#, "array<bigint>", "[1, 2, , 1, 3]"),
            ("[]", "array<bigint>", "[]"),
            ("[[1], null, []]", "array<array<int>>", "[[1], , []]"),
            (r#"["a", 1, 1.5, "é"]"#, "array<string>", "[a, 1, 1.5E0, é]"),
            (r#"{"b": "x", "A": 1, "c": [{}]}"#, "struct<a:int,b:string>", "{a: 1, b: x}"),
            (r#"[1, "x"]"#, "struct<a:int,b:string>", "{a: 1, b: x}"),
            (r#"{}"#, "struct<a:int,b:string>", "{a: , b: }"),
            (r#"{"k": [1.5], "l": null}"#, "map<string,array<double>>", "{k: [1.5], l: }"),
        ] {
            let values = converted(&[json], to, false).unwrap();
            assert_eq!(array_value_to_string(&values, 0).unwrap(), expected, "{json} as {to}");
        }
        for to in ["array<bigint>", "struct<a:int,b:string>", "map<string,int>"] {
            assert!(converted(&["null"], to, false).unwrap().is_null(0), "{to}");
        }
    }

    #[test]
    fn what_is_none_is_refused_in_trinos_words() {
        for (json, to, expected) in [
            ("{}", "array<bigint>", "Cannot cast to array(bigint). Expected a json array, but got {\n{}"),
            ("[\"x\"]", "array<bigint>", "Cannot cast to array(bigint). Cannot cast 'x' to BIGINT\n[\"x\"]"),
            ("[[1]]", "array<int>", "Unexpected token when cast to integer: [\n[[1]]"),
            ("[1]", "struct<a:int,b:string>", "Unexpected token when cast to varchar: ]\n[1]"),
            ("[1,2,3]", "struct<a:int,b:string>", "Expected json array ending, but got 3"),
            ("1", "struct<a:int,b:string>", "Expected a json array or object, but got 1"),
            (r#"{"a":1,"A":2}"#, "struct<a:int,b:string>", "Duplicate field: a"),
            (r#"{"a":1,"a":2}"#, "map<string,int>", "Duplicate keys are not allowed"),
            ("[1]", "map<string,int>", "Expected a json object, but got ["),
            ("[2147483648]", "array<int>", "Cannot cast to array(integer).\n[2147483648]"),
        ] {
            let error = converted(&[json], to, false).unwrap_err().to_string();
            assert!(error.contains("INVALID_CAST_ARGUMENT") && error.contains(expected), "{error}");
        }
    }

    #[test]
    fn a_value_that_fails_half_way_leaves_nothing_behind() {
        let values = converted(&[r#"[1, "x"]"#, "[2]", r#"[3, 4"#], "array<bigint>", true).unwrap();
        let shown: Vec<String> = (0..3).map(|row| array_value_to_string(&values, row).unwrap()).collect();
        assert_eq!((shown, values.null_count()), (vec![String::new(), "[2]".to_owned(), String::new()], 2));
    }

    #[test]
    fn little_text_does_not_become_much() {
        let fields: Vec<String> = (0..100).map(|place| format!("c{place}:bigint")).collect();
        let to = format!("array<struct<{}>>", fields.join(","));
        let text = format!("[{}]", vec!["{}"; 100_000].join(","));
        let error = converted(&[text.as_str()], &to, true).unwrap_err().to_string();
        assert!(error.contains(EXCEEDED), "{error}");
    }
}
