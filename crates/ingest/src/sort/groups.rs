//! The groups by their places.

use std::collections::HashMap;

use crate::group::{Group, Place};

/// Groups, in the order in which they were begun.
#[derive(Debug, Default)]
pub(super) struct Groups<'a> {
    pub(super) list: Vec<Group<'a>>,
    by_place: HashMap<Place<'a>, usize>,
    /// The group of the last event: the next one's, most of the time.
    last: usize,
}

impl<'a> Groups<'a> {
    /// The group of a place; there is one from now on.
    pub(super) fn of(&mut self, place: Place<'a>) -> &mut Group<'a> {
        let group = self.find(&place).unwrap_or_else(|| self.begin(place));
        &mut self.list[group]
    }

    /// Where in the list the group of a place is, if there is one.
    pub(super) fn find(&mut self, place: &Place<'a>) -> Option<usize> {
        if self.list.get(self.last).is_none_or(|group| group.place != *place) {
            self.last = *self.by_place.get(place)?;
        }
        Some(self.last)
    }

    /// Begins the group of a place that has none; answers where in the list it is.
    pub(super) fn begin(&mut self, place: Place<'a>) -> usize {
        self.last = self.list.len();
        self.by_place.insert(place.clone(), self.last);
        self.list.push(Group::new(place));
        self.last
    }
}
