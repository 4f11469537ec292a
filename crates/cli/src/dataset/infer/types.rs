//! The type that takes every value of a place, if there is one.

mod number;
mod object;
mod string;

use domain::{DataType, data_type::Decimal, value::Unit};

use super::{
    doubt::Doubts,
    number::Digits,
    profile::{FieldProfile, Node, Numbers, Strings},
};

/// A column's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) data_type: DataType,
    /// What a number means that is a time.
    pub(super) unit: Option<Unit>,
}

impl From<DataType> for Typed {
    fn from(data_type: DataType) -> Self {
        Self { data_type, unit: None }
    }
}

/// A column, the field it is of, and its type.
pub(super) type Column<'p> = (String, &'p FieldProfile, Typed);

/// What the name of a column promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Promise {
    time: bool,
    amount: bool,
    /// Whether it is a column, which may have a unit, and not within one.
    column: bool,
}

impl Promise {
    pub(super) fn of_column(name: &str) -> Self {
        Self { column: true, ..Self::of_part(name) }
    }

    fn of_part(name: &str) -> Self {
        let mut words = name.split('_');
        let time = name.rsplit('_').next().is_some_and(|last| {
            matches!(
                last,
                "at" | "time" | "timestamp" | "ts" | "date" | "datetime" | "created" | "updated" | "when"
            )
        });
        let amount = words.any(|word| {
            matches!(
                word,
                "price" | "amount" | "cost" | "fee" | "balance" | "tax" | "total" | "subtotal" | "fare"
            )
        });
        Self { time, amount, column: false }
    }
}

/// The type, or `None` if no type takes all values, or none can be told; then the doubts say why.
pub(super) fn of(node: &Node, promise: Promise, doubts: &mut Doubts<'_>) -> Option<Typed> {
    let kinds: Vec<(&str, u64)> = [
        ("true or false", node.booleans),
        ("number", node.numbers.count),
        ("string", node.strings.count),
        ("array", node.arrays),
        ("object", node.objects),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .collect();
    match kinds.as_slice() {
        [] => {
            doubts.add("only_nulls", format!("{}: its type is not known", times(node.nulls, "null")));
            None
        }
        [("true or false", _)] => Some(DataType::Boolean.into()),
        [("number", _)] => number::of(&node.numbers, promise, doubts),
        [("string", _)] => Some(string::of(&node.strings, promise, doubts)),
        [("array", _)] => array(node, promise, doubts),
        [("object", _)] => object::of(node, doubts),
        [("number", _), ("string", _)] => {
            number_or_text(&node.numbers, &node.strings, doubts).or_else(|| mixed(&kinds, doubts))
        }
        mixture => mixed(mixture, doubts),
    }
}

fn mixed(kinds: &[(&str, u64)], doubts: &mut Doubts<'_>) -> Option<Typed> {
    let counts: Vec<String> = kinds.iter().map(|(kind, count)| times(*count, kind)).collect();
    doubts
        .add("mixed_types", format!("values of different kinds, which no type takes: {}", counts.join(", ")));
    None
}

fn number_or_text(numbers: &Numbers, strings: &Strings, doubts: &mut Doubts<'_>) -> Option<Typed> {
    let all = strings.numbers == strings.count && numbers.huge == 0;
    let decimal = decimal(numbers.digits.max(strings.digits)).filter(|_| all)?;
    let counts =
        format!("{} and {}", times(numbers.count, "number"), times(strings.count, "number in quotes"));
    doubts.add("numbers_in_quotes", format!("{counts}: a decimal takes both"));
    Some(decimal.into())
}

fn array(node: &Node, promise: Promise, doubts: &mut Doubts<'_>) -> Option<Typed> {
    let Some(element) = &node.element else {
        doubts.add(
            "only_empty",
            format!("{}: the type of its elements is not known", times(node.arrays, "empty array")),
        );
        return None;
    };
    let element = of(element, Promise { column: false, ..promise }, &mut doubts.within("[]"))?;
    Some(DataType::Array(Box::new(element.data_type)).into())
}

/// A decimal with some room for what is not in the sample; `None` if no decimal has so many digits.
fn decimal(digits: Digits) -> Option<DataType> {
    const ROOM: u32 = 4;
    let scale = if digits.scale == 0 { 0 } else { digits.scale.max(2) };
    let precision = (digits.whole + scale + ROOM).clamp(18, 38);
    // The room goes before the digits do.
    let scale = scale.min(precision.checked_sub(digits.whole)?);
    let enough = digits.scale <= scale;
    let decimal = Decimal::new(u8::try_from(precision).ok()?, u8::try_from(scale).ok()?);
    decimal.filter(|_| enough).map(DataType::Decimal)
}

/// `1 null`, `3 nulls`
fn times(count: u64, thing: &str) -> String {
    match thing.split_once(' ') {
        _ if count == 1 => format!("1 {thing}"),
        Some(("number", rest)) => format!("{count} numbers {rest}"),
        Some(("true", _)) => format!("{count} {thing}"),
        _ => format!("{count} {thing}s"),
    }
}

#[cfg(test)]
mod tests;
