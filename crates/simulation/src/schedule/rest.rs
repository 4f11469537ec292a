//! The end of a schedule: everything comes to rest, and then nothing may be missing.

use chrono::TimeDelta;
use domain::invariant::Violation;

use super::{Schedule, start::REPAIR};
use crate::{
    ledger::{Event, Place, TargetId, is_hidden, rows},
    profile::Profile,
};

/// How often compactor, register and time have their turn before the lake must be at rest.
const ROUNDS: usize = 2;

impl Schedule {
    pub(super) fn rest(&mut self) {
        self.calm = true;
        self.calm_down();
        self.end_story();
        if self.has_second() {
            self.rest_while_second_is_down();
        }
        for _ in 0..ROUNDS {
            // Longer than anything that waits for company, and than the grace.
            self.world.time.advance(TimeDelta::minutes(20));
            for place in self.doubled() {
                self.start(REPAIR, place);
                self.finish();
            }
            for role in [2, 5] {
                let Some(place) = self.places.first().cloned() else { return };
                self.start(role, place);
                self.finish();
            }
        }
        if self.is_broken() {
            return;
        }
        for place in self.places.iter() {
            let result = self.check(place);
            self.world.state().lake.check(result);
        }
    }

    /// A target that is down holds up no other: the catalog names every head all the same.
    fn rest_while_second_is_down(&mut self) {
        self.second_is_down(true);
        for role in [2, 5] {
            let Some(place) = self.places.first().cloned() else { return };
            self.start(role, place);
            self.finish();
        }
        for place in self.places.iter() {
            let mut state = self.world.state();
            let checked = state.lake.ledger.place(place).check_named(TargetId::Catalog, true);
            state.lake.check(checked);
        }
        self.second_is_down(false);
    }

    /// The places that a fault has let twins into.
    fn doubled(&self) -> Vec<Place> {
        let mut state = self.world.state();
        let is_doubled = |place: &&Place| !state.lake.ledger.place(place).by_fault.is_empty();
        self.places.iter().filter(is_doubled).cloned().collect()
    }

    fn calm_down(&mut self) {
        self.profile =
            Profile { faults: 0, item_faults: 0, crashes: 0, freezes: 0, jumps: 0, ..self.profile };
        self.world.state().lake.item_faults = 0;
        self.processes.clear();
        self.settle_adrift();
    }

    /// Lets the one process there is go on until it is over.
    pub(super) fn finish(&mut self) {
        if self.is_broken() {
            return;
        }
        let Some(process) = self.processes.first().map(|process| process.id) else { return };
        self.poll(0);
        while !self.processes.is_empty() && !self.is_broken() {
            let due = self.world.state().calls.iter().filter_map(|call| call.due).min();
            if let Some(due) = due
                && self.world.state().calls.iter().all(|call| call.due.is_some())
            {
                self.world.time.advance((due - self.world.now()).max(TimeDelta::zero()));
            }
            self.move_on(process);
        }
    }

    fn check(&self, place: &Place) -> Result<(), Violation> {
        let targets = self.world.state().lake.ledger.place(place).targets();
        targets.iter().try_for_each(|target| self.check_target(place, *target))
    }

    /// Every acknowledged event is visible exactly once, through this target (I6 at rest).
    fn check_target(&self, place: &Place, target: TargetId) -> Result<(), Violation> {
        let mut state = self.world.state();
        let lake = &mut state.lake;
        lake.ledger.place(place).check_named(target, true)?;
        let known = lake.ledger.place(place);
        let (location, acknowledged) =
            (known.any_location(target).map(str::to_owned), known.acknowledged().clone());
        let mut visible: Vec<Event> = Vec::new();
        if let Some(location) = location {
            let keys = lake.store.keys();
            let files = keys.iter().filter(|key| key.starts_with(&location) && !is_hidden(key));
            for file in files {
                visible.extend(lake.get(file).and_then(|body| rows(&body)).unwrap_or_default());
            }
        }
        let wrong = |what: String| Violation { invariant: "rest", what };
        for event in acknowledged {
            match visible.iter().filter(|found| **found == event).count() {
                1 => {}
                count => return Err(wrong(format!("{event:?} is visible {count} times"))),
            }
        }
        visible.sort_unstable();
        match visible.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(twins) => Err(wrong(format!("{:?} is visible twice", twins[0]))),
            None => Ok(()),
        }
    }
}
