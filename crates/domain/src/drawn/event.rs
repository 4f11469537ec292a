//! Events.

use serde_json::Value;

use super::{Drawn, Identity, Random, value};
use crate::{
    data_type::DataType,
    dataset::{Column, Dataset},
    partition::Partition,
};

/// The field that has an event's mark: a column, where the dataset has one of this name, else part of `_extra`.
pub const MARK: &str = "mark";

/// The field that says of an event that it does not fit.
pub const BAD: &str = "bad";

/// The mark of an event, or of the extra fields of one.
pub fn mark(text: &str) -> Option<u64> {
    field(text, MARK)?.as_u64()
}

/// Whether the event was made so that it does not fit.
pub fn is_bad(text: &str) -> bool {
    field(text, BAD).is_some()
}

/// Of the object itself, or of a CloudEvent's data.
fn field(text: &str, name: &str) -> Option<Value> {
    let event: Value = serde_json::from_str(text).ok()?;
    event.get("data").and_then(|data| data.get(name)).or_else(|| event.get(name)).cloned()
}

pub(super) fn draw(
    drawn: &Drawn,
    mark: u64,
    partition: &Partition,
    random: &mut Random,
    bad: bool,
) -> String {
    let dataset = &drawn.dataset;
    let numbers = value::numbers(drawn, mark);
    let columns = dataset.columns();
    // Without its mark nobody could tell whose event it is; and in a column that was added since, versions before see no
    // fault.
    let first = drawn.first_columns;
    let others: Vec<usize> = (0..first).filter(|index| columns[*index].field != MARK).collect();
    let spoilt = random.pick(&others).copied().filter(|_| bad);
    let mut fields = vec![format!("\"{MARK}\":{mark}")];
    for (index, column) in columns.iter().enumerate() {
        let place = dataset.identity().position(|identity| identity.name == column.name);
        let number = place.and_then(|place| numbers.get(place)).copied();
        let text = if spoilt == Some(index) {
            unfit(&column.data_type)
        } else if column.field == MARK {
            continue;
        } else if is_event_time(dataset, column) {
            let number = number.unwrap_or_else(|| random.bits());
            value::event_time(column, number, partition, random)
        } else if let Some(number) = number {
            value::nth(&column.data_type, column.unit, number, random)
        } else if column.required || random.chance(700) {
            value::any(&column.data_type, column.unit, random)
        } else if random.chance(500) {
            "null".to_owned()
        } else {
            continue;
        };
        fields.push(format!("{:?}:{text}", column.field));
    }
    if bad {
        fields.push(format!("\"{BAD}\":true"));
    }
    shuffle(&mut fields, random);
    let object = format!("{{{}}}", fields.join(","));
    match drawn.identity {
        Identity::CloudEvent => format!(
            r#"{{"specversion":"1.0","id":"{mark}","source":"/drawn","type":"drawn","data":{object}}}"#
        ),
        Identity::Columns | Identity::Message => object,
    }
}

fn is_event_time(dataset: &Dataset, column: &Column) -> bool {
    dataset.event_time().is_some_and(|time| time.name == column.name)
}

/// What no column of the type takes.
fn unfit(data_type: &DataType) -> String {
    if data_type.is_scalar() { r#"{"of another":"type"}"#.to_owned() } else { "1".to_owned() }
}

/// Senders write fields in any order.
fn shuffle(fields: &mut [String], random: &mut Random) {
    for index in (1..fields.len()).rev() {
        fields.swap(index, random.below(index + 1));
    }
}
