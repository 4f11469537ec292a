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
            value::any(&column.sent, column.unit, random)
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

/// The events as bodies of messages, or as lines of one body, in their order. Where the definition has `unwrap`, neighbours
/// are now and then together in an object around them; and some of those have an array of that name themselves, which is
/// no event's.
pub(super) fn bodies(drawn: &Drawn, events: &[String], random: &mut Random) -> Vec<String> {
    let Some(name) = drawn.dataset.unwraps() else { return events.to_vec() };
    let name = Value::from(name).to_string();
    let (mut bodies, mut rest) = (Vec::new(), events);
    while let Some(first) = rest.first() {
        if random.chance(400) {
            bodies.push(first.clone());
            rest = &rest[1..];
            continue;
        }
        let (within, behind) = rest.split_at((1 + random.below(4)).min(rest.len()));
        let mut elements = Vec::new();
        for event in within {
            // An array is no attribute of a CloudEvent.
            let is_nested = drawn.identity != Identity::CloudEvent && random.chance(200);
            elements.push(match event.strip_prefix('{') {
                Some(fields) if is_nested => format!(r#"{{{name}:[{{"inner":true}}],{fields}"#),
                _ => event.clone(),
            });
        }
        let others = ["", r#""others":[{"n":[]}],"#][random.below(2)];
        bodies.push(format!("{{{others}{name}:[{}]}}", elements.join(",")));
        rest = behind;
    }
    bodies
}

/// The drawn events in a JSON object: itself, or those in an array of it.
pub fn within(object: &str) -> Vec<String> {
    let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(object) else { return Vec::new() };
    if mark(object).is_some() {
        return vec![object.to_owned()];
    }
    let arrays = fields.values().filter_map(Value::as_array).flatten();
    arrays.map(Value::to_string).filter(|element| mark(element).is_some()).collect()
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
