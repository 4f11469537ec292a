//! `json_exists`, `json_query` and `json_value`.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, BooleanArray},
        compute::interleave,
        datatypes::DataType as Arrow,
    },
    error::{DataFusionError, Result},
};

use super::{
    evaluate::evaluate,
    item::Item,
    number::Number,
    parse::{self, NoPath},
    passed::{self, Arguments, NoJson, constant},
    path::Path,
    wrong::Wrong,
};
use crate::functions::{
    argument::{Argument, TextArgument},
    bounded::Bounded,
    conversion::{self, JsonColumn},
    json::document,
    lists::Texts,
    own::{Own, failure, unexpected, unsupported_value},
};

/// What a value takes besides the bytes of its text.
pub(super) const VALUE: usize = 16;

/// Whether a path leads to anything.
pub(super) fn json_exists() -> Own {
    Own::values("json_exists", |given| takes(given, 0), |_| Arrow::Boolean, exists)
}

/// What a path leads to, as JSON text.
pub(super) fn json_query() -> Own {
    Own::values("json_query", |given| takes(given, 0), |_| Arrow::Utf8, query)
}

/// The one text, number or boolean that a path leads to, as a value of SQL.
pub(super) fn json_value() -> Own {
    let answers = |given: &[Arrow]| given.get(3).cloned().unwrap_or(Arrow::Utf8);
    Own::values("json_value", |given| takes(given, 3), answers, value)
}

/// A document, a path, what the words say, so many values of one type, and what is passed.
pub(super) fn takes(given: &[Arrow], typed: usize) -> Option<Vec<Arrow>> {
    let (first, rest) = given.split_at_checked(3)?;
    let (values, passed) = rest.split_at_checked(typed)?;
    let [Arrow::Utf8 | Arrow::Null, Arrow::Utf8, Arrow::Utf8] = first else { return None };
    let fits = values.first().is_none_or(conversion::is_scalar_of_json);
    let are_alike = values.windows(2).all(|pair| pair[0] == pair[1]);
    let passed = passed::takes(passed)?;
    (fits && are_alike).then(|| [vec![Arrow::Utf8; 3], values.to_vec(), passed].concat())
}

/// A call, but for its row.
pub(super) struct Call<'a> {
    documents: TextArgument<'a, i32>,
    path: Path,
    says: Vec<&'a str>,
    passed: Arguments<'a>,
}

/// What ON ERROR decides on.
pub(super) struct Failed {
    code: &'static str,
    message: String,
}

impl From<Failed> for DataFusionError {
    fn from(Failed { code, message }: Failed) -> Self {
        failure(code, message)
    }
}

fn input(what: &str) -> Failed {
    let message = format!("conversion to JSON failed: malformed {what} argument");
    Failed { code: "JSON_INPUT_CONVERSION_ERROR", message }
}

fn output(what: &str) -> Failed {
    Failed { code: "JSON_OUTPUT_CONVERSION_ERROR", message: format!("conversion from JSON failed: {what}") }
}

fn no_value(what: &str) -> Failed {
    Failed {
        code: "JSON_VALUE_RESULT_ERROR",
        message: format!("cannot extract SQL scalar from JSON: {what}"),
    }
}

impl<'a> Call<'a> {
    /// `None`: there is no row.
    pub(super) fn of(arguments: &'a [Argument], typed: usize) -> Result<Option<Self>> {
        let [document, path, says, rest @ ..] = arguments else { return Err(unexpected(&Arrow::Null)) };
        let (Some(text), Some(says)) = (constant(path), constant(says)) else { return Ok(None) };
        let path = parse::path(text).map_err(|why| match why {
            NoPath::Malformed => failure("INVALID_PATH", format!("invalid JSON path: '{text}'")),
            NoPath::Unsupported(what) => unsupported_value(what),
        })?;
        Ok(Some(Self {
            documents: document.texts::<i32>(),
            path,
            says: says.split(' ').collect(),
            passed: Arguments::of(rest.get(typed..).unwrap_or_default())?,
        }))
    }

    pub(super) fn says(&self, place: usize) -> &'a str {
        self.says.get(place).copied().unwrap_or_default()
    }

    /// What `answer` makes of the items of a row; `None` where the document is null.
    pub(super) fn row<T>(
        &self,
        row: usize,
        bounded: &Bounded<'_>,
        answer: impl FnOnce(&[Item<'_>]) -> Result<std::result::Result<T, Failed>>,
    ) -> Result<Option<std::result::Result<T, Failed>>> {
        let Some(document) = self.documents.get(row) else { return Ok(None) };
        let Ok(document) = document::kept(document) else { return Ok(Some(Err(input("input")))) };
        let passed = match self.passed.row(row, bounded)? {
            Ok(passed) => passed,
            Err(NoJson) => return Ok(Some(Err(input("path parameter")))),
        };
        let root = Item::of(&document);
        let memory = bounded.memory().memory();
        match evaluate(&self.path, &root, &passed, memory, bounded.cancellation()) {
            Ok(items) => answer(&items).map(Some),
            Err(Wrong::Path(what)) => {
                let message = format!("path evaluation failed: {what}");
                Ok(Some(Err(Failed { code: "PATH_EVALUATION_ERROR", message })))
            }
            Err(Wrong::Unsupported(what)) => Err(unsupported_value(what)),
            Err(Wrong::Failed(error)) => Err(error),
        }
    }
}

fn exists(arguments: &[Argument], bounded: &mut Bounded<'_>) -> Result<ArrayRef> {
    let Some(call) = Call::of(arguments, 0)? else { return Ok(Arc::new(BooleanArray::new_null(0))) };
    let mut found = Vec::with_capacity(bounded.rows());
    for row in 0..bounded.rows() {
        bounded.count(1)?;
        found.push(match call.row(row, bounded, |items| Ok(Ok(!items.is_empty())))? {
            None => None,
            Some(Ok(exists)) => Some(exists),
            Some(Err(failed)) => match call.says(0) {
                "error" => return Err(failed.into()),
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            },
        });
    }
    Ok(Arc::new(BooleanArray::from(found)))
}

fn query(arguments: &[Argument], bounded: &mut Bounded<'_>) -> Result<ArrayRef> {
    let mut texts = Texts::new();
    let Some(call) = Call::of(arguments, 0)? else { return Ok(texts.finish()) };
    for row in 0..bounded.rows() {
        let shown = call.row(row, bounded, |items| shown(items, call.says(0), call.says(1), bounded))?;
        let (behavior, failed) = match shown {
            None => {
                texts.append(None, bounded)?;
                continue;
            }
            Some(Ok(Some(text))) => {
                texts.append(Some(&text), bounded)?;
                continue;
            }
            Some(Ok(None)) => (call.says(2), output("JSON path found no items")),
            Some(Err(failed)) => (call.says(3), failed),
        };
        match behavior {
            "error" => return Err(failed.into()),
            "array" => texts.append(Some("[]"), bounded)?,
            "object" => texts.append(Some("{}"), bounded)?,
            _ => texts.append(None, bounded)?,
        }
    }
    Ok(texts.finish())
}

/// The items as one text; `None` where there are none, which is also where they would be wrapped.
fn shown(
    items: &[Item<'_>],
    wrapper: &str,
    quotes: &str,
    bounded: &Bounded<'_>,
) -> Result<std::result::Result<Option<String>, Failed>> {
    let is_wrapped = match (wrapper, items) {
        ("conditional", [item]) => !item.is_nested(),
        ("conditional", _) => true,
        (wrapper, _) => wrapper == "unconditional",
    };
    bounded.admit(items.iter().fold(0_usize, |sum, item| sum.saturating_add(item.size())))?;
    Ok(match items {
        [] => Ok(None),
        [Item::Text(text)] if quotes == "omit" && !is_wrapped => Ok(Some(text.clone().into_owned())),
        items if is_wrapped || items.len() == 1 => Ok(Some(written(items, is_wrapped))),
        _ => Err(output("JSON path found multiple items")),
    })
}

fn written(items: &[Item<'_>], is_wrapped: bool) -> String {
    let mut out = Vec::new();
    for (place, item) in items.iter().enumerate() {
        if is_wrapped {
            out.push(if place == 0 { b'[' } else { b',' });
        }
        item.write(&mut out);
    }
    if is_wrapped {
        out.push(b']');
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn value(arguments: &[Argument], bounded: &mut Bounded<'_>) -> Result<ArrayRef> {
    let [_, _, _, null, on_empty, on_error, ..] = arguments else { return Err(unexpected(&Arrow::Null)) };
    let mut found = JsonColumn::of(null.array().data_type())?;
    // For each row, which of the three has its value, and where.
    let mut places = Vec::with_capacity(bounded.rows());
    if let Some(call) = Call::of(arguments, 3)? {
        for row in 0..bounded.rows() {
            let read = call.row(row, bounded, |items| read(items, &mut found, bounded))?;
            let (behavior, default, failed) = match read {
                Some(Ok(true)) => {
                    bounded.count(VALUE.saturating_add(found.last_size()))?;
                    places.push((0, row));
                    continue;
                }
                None => ("null", (2, on_error), no_value("null")),
                Some(Ok(false)) => (call.says(0), (1, on_empty), no_value("JSON path found no items")),
                Some(Err(failed)) => (call.says(1), (2, on_error), failed),
            };
            bounded.count(VALUE)?;
            found.append_null();
            match behavior {
                "error" => return Err(failed.into()),
                "default" => places.push((default.0, default.1.place(row))),
                _ => places.push((0, row)),
            }
        }
    }
    let found = found.finish()?;
    let columns: [&dyn Array; 3] = [found.as_ref(), on_empty.array().as_ref(), on_error.array().as_ref()];
    Ok(interleave(&columns, &places)?)
}

/// Appends the value that the items are; `false` if there are none.
pub(super) fn read(
    items: &[Item<'_>],
    found: &mut JsonColumn,
    bounded: &Bounded<'_>,
) -> Result<std::result::Result<bool, Failed>> {
    let item = match items {
        [] => return Ok(Ok(false)),
        [item] if item.is_nested() => {
            return Ok(Err(no_value("JSON path found an item that cannot be converted to an SQL value")));
        }
        [Item::Huge(_)] => return Ok(Err(no_value("JSON path found a number that is beyond SQL's"))),
        [Item::Number(Number::Decimal(_, places))] if *places > 0 && found.is_of_texts() => {
            return Err(unsupported_value("a decimal of a JSON path as varchar"));
        }
        [item] => item,
        _ => return Ok(Err(no_value("JSON path found multiple items"))),
    };
    bounded.admit(item.size())?;
    let mut text = Vec::new();
    item.write(&mut text);
    if found.append(&String::from_utf8_lossy(&text)) {
        return Ok(Ok(true));
    }
    Ok(Err(no_value("the item cannot be converted to the type that is asked for")))
}
