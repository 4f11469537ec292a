//! What is valid in a definition, and will surprise somebody later: when it cannot be changed any more.

use domain::{Column, DataType, Dataset, Granularity};
use serde::Serialize;

/// One surprise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Warning {
    /// Which, for a machine.
    pub(super) code: &'static str,
    /// What will happen, and what to do.
    pub(super) message: String,
}

impl Warning {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The file's name is not the dataset's.
    pub(super) fn file_name(dataset: &Dataset) -> Self {
        let message = format!(
            "`tributary dev` and Terraform take the dataset's name for the file's: call it {}.json",
            dataset.name()
        );
        Self::new("file_name", message)
    }
}

/// Every surprise in a definition, the gravest first.
pub(super) fn warnings(dataset: &Dataset) -> Vec<Warning> {
    let mut found = Vec::new();
    found.extend(no_identity(dataset));
    found.extend(no_event_time(dataset));
    found.extend(weak_identity(dataset));
    found.extend(nothing_required(dataset));
    found.extend(dataset.columns().iter().filter_map(misnamed_type));
    found
}

fn no_identity(dataset: &Dataset) -> Option<Warning> {
    let message = "no identity: but for CloudEvents, whose source and id count, an event that its producer publishes \
                   again is a second row, and with raw message delivery to SQS so may one be that AWS delivers \
                   again. Name the required columns that tell \
                   events apart in \"identity\"; it cannot be added later";
    (dataset.identity().len() == 0).then(|| Warning::new("no_identity", message))
}

fn no_event_time(dataset: &Dataset) -> Option<Warning> {
    let applies = dataset.identity().len() > 0 && dataset.event_time().is_none();
    let (boundary, partition) = match dataset.granularity() {
        Granularity::Day => ("midnight UTC", "the day"),
        Granularity::Hour => ("the full hour", "the hour"),
        Granularity::Month => ("the end of the month UTC", "the month"),
        // One partition: twins are found among all rows.
        Granularity::None => return None,
    };
    let message = format!(
        "identity without event_time: {partition} of the publish decides the partition, and twins are found within \
         a partition only, so an event published again after {boundary} is a second row. Name a required timestamp \
         column as \"event_time\"; it cannot be added later"
    );
    applies.then(|| Warning::new("identity_without_event_time", message))
}

/// An identity in which strangers are easily taken for twins, and dropped.
fn weak_identity(dataset: &Dataset) -> Option<Warning> {
    let weak = |column: &Column| {
        matches!(column.data_type, DataType::Boolean | DataType::Date | DataType::Timestamp)
    };
    let identity: Vec<&Column> = dataset.identity().collect();
    if identity.is_empty() || !identity.iter().all(|column| weak(column)) {
        return None;
    }
    let names: Vec<&str> = identity.iter().map(|column| column.name.as_str()).collect();
    let message = format!(
        "identity is only {}: two different events with the same value there count as one, and the second is \
         dropped. Add a column that tells them apart (timestamps are cut to milliseconds)",
        names.join(", ")
    );
    Some(Warning::new("weak_identity", message))
}

fn nothing_required(dataset: &Dataset) -> Option<Warning> {
    let message = "no column is required: any JSON object is accepted, and what does not match goes to _extra. \
                   Mark at least one column \"required\": true, so that another dataset's events are refused";
    let nothing = dataset.columns().iter().all(|column| !column.required);
    nothing.then(|| Warning::new("nothing_required", message))
}

/// A column whose name promises another type than it has: types cannot be changed once they are live.
fn misnamed_type(column: &Column) -> Option<Warning> {
    let name = column.name.as_str();
    let words: Vec<&str> = name.split('_').collect();
    let last = words.last().copied().unwrap_or_default();
    let is_instant = matches!(last, "timestamp" | "datetime" | "ts") || (last == "at" && words.len() > 1);
    let is_time = is_instant || last == "date" || name == "time";
    let is_money =
        words.iter().any(|word| matches!(*word, "price" | "amount" | "cost" | "fee" | "balance" | "tax"));
    match &column.data_type {
        DataType::String if is_time => Some(Warning::new(
            "time_as_string",
            format!(
                "column {name} has the name of a time and is a string: as timestamp or date its values are checked, \
                 and compare as times. The type cannot be changed once it is live"
            ),
        )),
        DataType::BigInt | DataType::Int if is_instant => Some(Warning::new(
            "time_as_number",
            format!(
                "column {name} has the name of a time and is a number: a timestamp with \"unit\": \"s\" or \"ms\" takes \
                 seconds or milliseconds since 1970. The type cannot be changed once it is live"
            ),
        )),
        DataType::Double | DataType::Float if is_money => Some(Warning::new(
            "money_as_double",
            format!(
                "column {name} has the name of an amount and is a {}, in which sums are not exact: decimal(12,2) \
                 is. The type cannot be changed once it is live",
                column.data_type
            ),
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
