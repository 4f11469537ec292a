//! What the definition does not name.

use super::{Event, envelope::DATA};
use crate::{
    dataset::{Column, Dataset},
    json::{Fields, Raw},
    value,
};

/// The sender's object less what columns took of it, as JSON text; `None` if nothing is left.
///
/// A column of a nested type takes what its type names: where there is more in the value, all of it is kept. Of a
/// CloudEvent what is left of its data stays under `data`.
pub fn extra(dataset: &Dataset, event: &Event<'_>) -> Option<String> {
    extra_beside(dataset, event, |_| true)
}

/// The same where only some columns take what they are named for: those whose index `takes`.
pub fn extra_beside(dataset: &Dataset, event: &Event<'_>, takes: impl Fn(usize) -> bool) -> Option<String> {
    let column = |field: &str, expected| {
        let found = column(dataset, field, expected).filter(|(index, _)| takes(*index));
        found.map(|(_, column)| column)
    };
    let mut out = Object::default();
    for (index, (name, raw)) in event.fields.iter().enumerate() {
        match &event.data {
            Some(data) if name == DATA => {
                // Read as a whole by a column of that name, unless there is such a field within.
                let whole = data.get(DATA).is_none().then(|| column(DATA, index)).flatten();
                if whole.is_none_or(|column| keeps(Some(column), raw)) {
                    let rest = rest(data, column);
                    out.push(name, rest.as_deref());
                }
            }
            // What the data has under this name was taken, and not this.
            Some(data) if data.get(name).is_some() => out.push(name, Some(raw.text())),
            _ => out.push(name, keeps(column(name, index), raw).then_some(raw.text())),
        }
    }
    out.end()
}

fn rest<'d>(fields: &Fields<'_>, column: impl Fn(&str, usize) -> Option<&'d Column>) -> Option<String> {
    let mut out = Object::default();
    for (index, (name, raw)) in fields.iter().enumerate() {
        out.push(name, keeps(column(name, index), raw).then_some(raw.text()));
    }
    out.end()
}

/// The column that reads the field, and which it is. Most senders write their fields in the order of the columns.
fn column<'d>(dataset: &'d Dataset, field: &str, expected: usize) -> Option<(usize, &'d Column)> {
    let columns = dataset.columns();
    let reads = |index: usize| columns.get(index).is_some_and(|column| column.field == field);
    let index = Some(expected)
        .filter(|index| reads(*index))
        .or_else(|| (0..columns.len()).find(|index| reads(*index)));
    index.and_then(|index| Some((index, columns.get(index)?)))
}

/// Whether something of the value would be lost with the column alone.
fn keeps(column: Option<&Column>, raw: Raw<'_>) -> bool {
    column.is_none_or(|column| value::has_unnamed(&column.sent, raw))
}

/// A JSON object on its way.
#[derive(Default)]
struct Object(String);

impl Object {
    fn push(&mut self, name: &str, value: Option<&str>) {
        let Some(value) = value else { return };
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0.push_str(&serde_json::Value::from(name).to_string());
        self.0.push(':');
        self.0.push_str(value);
    }

    fn end(mut self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        self.0.push('}');
        Some(self.0)
    }
}
