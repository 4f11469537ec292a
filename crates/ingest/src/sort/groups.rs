//! The groups by their places.

use std::collections::HashMap;

use domain::value::MOST_SENT;

use crate::group::{Group, Place};

/// The most places in columns of the events of one object, unless it has one event. A place is what one event has of a
/// column, or of a struct's field, also where it is null: short lines may have many. They take 16 bytes each at the most, and so
/// the rows of an object take less memory than `compact` allows for one, whatever its budget.
const MOST_PLACES: usize = MOST_SENT;

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

    /// This group of a place, if it has room for an event with so many places in columns; else a new group of the same
    /// place, which is the place's from now on.
    pub(super) fn with_room(&mut self, group: usize, places: usize) -> usize {
        let Some(Group { place, places: taken, .. }) = self.list.get_mut(group) else { return group };
        if *taken == 0 || *taken + places <= MOST_PLACES {
            *taken += places;
            return group;
        }
        let place = place.clone();
        let group = self.begin(place);
        self.list[group].places = places;
        group
    }

    /// Begins a group of a place that has none, or whose group is full; answers where in the list it is.
    pub(super) fn begin(&mut self, place: Place<'a>) -> usize {
        self.last = self.list.len();
        self.by_place.insert(place.clone(), self.last);
        self.list.push(Group::new(place));
        self.last
    }
}
