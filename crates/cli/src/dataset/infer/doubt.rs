//! What somebody should look at before the definition is applied: types cannot be changed afterwards.

use serde::Serialize;

/// One doubt about one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Doubt {
    /// The column, or the place in it: `address.zip`, `tags[]`. The field, where there is no column.
    pub(super) column: String,
    /// Which, for a machine.
    pub(super) code: &'static str,
    /// What was seen, and what to do.
    pub(super) message: String,
}

impl Doubt {
    /// The events are taken out of an object around them.
    pub(super) fn of_unwrap(array: &str) -> Self {
        let message = "the elements of this array are taken for the events (\"unwrap\"): if each object around it is one event, say \
             --no-unwrap";
        Self { column: format!("{array}[]"), code: "unwrap", message: message.to_owned() }
    }
}

/// The doubts so far, and the place that is looked at.
#[derive(Debug)]
pub(super) struct Doubts<'d> {
    place: String,
    all: &'d mut Vec<Doubt>,
}

impl<'d> Doubts<'d> {
    pub(super) fn new(place: &str, all: &'d mut Vec<Doubt>) -> Self {
        Self { place: place.to_owned(), all }
    }

    pub(super) fn add(&mut self, code: &'static str, message: impl Into<String>) {
        self.all.push(Doubt { column: self.place.clone(), code, message: message.into() });
    }

    /// Of a place within.
    pub(super) fn within(&mut self, step: &str) -> Doubts<'_> {
        Doubts { place: format!("{}{step}", self.place), all: self.all }
    }
}
