use std::{collections::BTreeMap, sync::Arc};

use domain::memory::SeededIds;
use register::{Published, Register, RegisterError};

use super::Actor;
use crate::{
    ledger::{Place, TargetId},
    ports::Ports,
};

/// Who is at work on the targets, by place.
#[derive(Debug, Default)]
pub(crate) struct Desk(BTreeMap<At, Work>);

/// One partition in one target.
type At = (Place, TargetId);

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
    fn begin(&mut self, at: &At, nothing_adrift: bool) -> Start {
        let work = self.0.entry(at.clone()).or_default();
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

    /// Answers whether the target must be right now.
    fn end(&mut self, at: &At, start: Start, well: bool) -> bool {
        let work = self.0.entry(at.clone()).or_default();
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
    places: Vec<(At, Start)>,
}

impl Stay {
    fn begin(actor: &Actor, places: &[Place]) -> Self {
        let mut state = actor.ports.world.state();
        let nothing_adrift = state.adrift.is_empty();
        let mut all: Vec<At> = Vec::new();
        for place in places {
            let targets = state.lake.ledger.place(place).targets();
            all.extend(targets.iter().map(|target| (place.clone(), *target)));
        }
        drop(state);
        let mut desk = actor.desk.borrow_mut();
        let begin = |at: At| {
            let start = desk.begin(&at, nothing_adrift);
            (at, start)
        };
        let places = all.into_iter().map(begin).collect();
        drop(desk);
        Self { actor: actor.clone(), places }
    }

    /// One answer for each target, in their order, or one for all of them. What came of one says nothing of another: a target
    /// that is down holds up no other.
    fn end(mut self, answers: &[Result<String, RegisterError>]) {
        for answer in answers {
            self.actor.note(|| match answer {
                Ok(words) => words.clone(),
                Err(error) => format!("fails: {}", domain::chain(error)),
            });
        }
        let nothing_adrift = self.actor.ports.world.state().adrift.is_empty();
        for ((place, target), start) in std::mem::take(&mut self.places) {
            let own = match target {
                TargetId::Catalog => answers.first(),
                TargetId::Second => answers.last(),
            };
            let well = own.is_some_and(Result::is_ok);
            let at = (place, target);
            if self.actor.desk.borrow_mut().end(&at, start, well) && nothing_adrift {
                let mut state = self.actor.ports.world.state();
                let checked = state.lake.ledger.place(&at.0).registered(target);
                state.lake.check(checked);
            }
        }
        for answer in answers {
            if let Err(error @ (RegisterError::Commit(_) | RegisterError::UnknownDataset(_))) = answer {
                self.actor.unexpected(error);
            }
        }
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        for (at, start) in &self.places {
            self.actor.desk.borrow_mut().end(at, *start, false);
        }
    }
}

pub(super) fn register(actor: &Actor) -> Register<Ports, Ports, Ports, SeededIds> {
    let ports = Arc::new(actor.ports.clone());
    let register = Register::new(ports.clone(), ports.clone(), ports, Arc::new(SeededIds::new(actor.seed)));
    match actor.second() {
        Some(second) => register.with_target(second),
        None => register,
    }
}

/// A notification: one partition.
pub(crate) async fn project(actor: Actor, place: Place) {
    let stay = Stay::begin(&actor, std::slice::from_ref(&place));
    let each = register(&actor).project_each(&place.dataset, &place.partition, &actor.run()).await;
    let answer = |published: Published| published.answer.map(|changed| format!("is done: changed {changed}"));
    let answers: Vec<_> = each.into_iter().map(answer).collect();
    stay.end(&answers);
}

/// The schedule: all targets as a whole.
pub(crate) async fn reconcile(actor: Actor) {
    let stay = Stay::begin(&actor, &actor.places);
    let answer = register(&actor).reconcile(&actor.run()).await;
    stay.end(&[answer.map(|done| format!("is done: {done:?}"))]);
}
