use std::{collections::BTreeMap, sync::Arc};

use domain::memory::SeededIds;
use register::{Register, RegisterError};

use super::Actor;
use crate::{ledger::Place, ports::Ports};

/// Who is at work on the catalog, by place.
#[derive(Debug, Default)]
pub(crate) struct Desk(BTreeMap<Place, Work>);

#[derive(Debug, Default)]
struct Work {
    at_work: u32,
    /// A run ended without its second look, or a write of one may still come.
    unsettled: bool,
    /// How many runs have begun.
    begun: u64,
    /// How many writes have come that nobody waited for any more.
    drifted: u64,
}

/// What a run found when it began.
#[derive(Debug, Clone, Copy)]
struct Start {
    begun: u64,
    drifted: u64,
    was_alone: bool,
}

impl Desk {
    fn begin(&mut self, place: &Place, nothing_adrift: bool) -> Start {
        let work = self.0.entry(place.clone()).or_default();
        work.at_work += 1;
        work.begun += 1;
        let was_alone = work.at_work == 1 && nothing_adrift;
        Start { begun: work.begun, drifted: work.drifted, was_alone }
    }

    /// A write that nobody waited for any more has come. A run that is at work cannot answer for it: it may have taken
    /// its last look at the head already, and the head may have moved since. (Seeds 539541 and 954026.)
    pub(crate) fn unsettle(&mut self) {
        for work in self.0.values_mut() {
            work.unsettled = true;
            work.drifted += 1;
        }
    }

    /// Answers whether the catalog must be right now.
    fn end(&mut self, place: &Place, start: Start, well: bool) -> bool {
        let work = self.0.entry(place.clone()).or_default();
        work.at_work -= 1;
        if !well {
            work.unsettled = true;
        } else if start.was_alone && work.begun == start.begun && work.drifted == start.drifted {
            work.unsettled = false;
        }
        work.at_work == 0 && !work.unsettled
    }
}

/// The stay of one run at the desk; it counts as failed where the run is dropped.
struct Stay {
    actor: Actor,
    places: Vec<(Place, Start)>,
}

impl Stay {
    fn begin(actor: &Actor, places: &[Place]) -> Self {
        let nothing_adrift = actor.ports.world.state().adrift.is_empty();
        let mut desk = actor.desk.borrow_mut();
        let begin = |place: &Place| (place.clone(), desk.begin(place, nothing_adrift));
        let places = places.iter().map(begin).collect();
        drop(desk);
        Self { actor: actor.clone(), places }
    }

    fn end(mut self, answer: &Result<String, RegisterError>) {
        self.actor.note(|| match answer {
            Ok(words) => words.clone(),
            Err(error) => format!("fails: {}", domain::chain(error)),
        });
        let nothing_adrift = self.actor.ports.world.state().adrift.is_empty();
        for (place, start) in std::mem::take(&mut self.places) {
            if self.actor.desk.borrow_mut().end(&place, start, answer.is_ok()) && nothing_adrift {
                let mut state = self.actor.ports.world.state();
                let checked = state.lake.ledger.place(&place).registered();
                state.lake.check(checked);
            }
        }
        if let Err(error @ (RegisterError::Commit(_) | RegisterError::UnknownDataset(_))) = answer {
            self.actor.unexpected(error);
        }
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        for (place, start) in &self.places {
            self.actor.desk.borrow_mut().end(place, *start, false);
        }
    }
}

pub(super) fn register(actor: &Actor) -> Register<Ports, Ports, Ports, SeededIds> {
    let ports = Arc::new(actor.ports.clone());
    Register::new(ports.clone(), ports.clone(), ports, Arc::new(SeededIds::new(actor.seed)))
}

/// A notification: one partition.
pub(crate) async fn project(actor: Actor, place: Place) {
    let stay = Stay::begin(&actor, std::slice::from_ref(&place));
    let answer = register(&actor).project(&place.dataset, &place.partition, &actor.run()).await;
    stay.end(&answer.map(|changed| format!("is done: changed {changed}")));
}

/// The schedule: the catalog as a whole.
pub(crate) async fn reconcile(actor: Actor) {
    let stay = Stay::begin(&actor, &actor.places);
    let answer = register(&actor).reconcile(&actor.run()).await;
    stay.end(&answer.map(|done| format!("is done: {done:?}")));
}
