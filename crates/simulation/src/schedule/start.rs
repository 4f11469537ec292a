//! What is there when a schedule begins, and how a process is started.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    dataset::InvalidDefinition,
    drawn::{Drawn, Random},
    key,
    port::PutMode,
    settings::{CompactSettings, InvalidSetting, Settings},
};

use super::Schedule;
use crate::{
    actors::{self, Actor},
    lake::Lake,
    ledger::Place,
    ports::Ports,
    process::{Process, ProcessId, Role, Script},
    profile::Profile,
};

/// The defaults, but for small files that count as full, since no schedule has events for large ones; and for one
/// thread, since the scheduler alone decides what goes on.
pub(super) fn settings(profile: &Profile) -> Result<Settings, InvalidSetting> {
    let Profile { target_file_size, memory_budget, .. } = *profile;
    let mut settings = Settings::read(|_| None)?;
    let compact = settings.compact;
    settings.compact = CompactSettings { target_file_size, memory_budget, threads: 1, ..compact };
    Ok(settings)
}

/// The simulation itself does not work.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unmade {
    #[error(transparent)]
    Setting(#[from] InvalidSetting),
    #[error(transparent)]
    Definition(#[from] InvalidDefinition),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// A definition, and what becomes of it by and by.
pub(super) fn versions(columns: usize, random: &mut Random) -> Result<Vec<Drawn>, InvalidDefinition> {
    let mut versions = vec![Drawn::of_at_most(columns, "seats", random)?];
    for _ in 0..random.below(3) {
        if let Some(last) = versions.last() {
            versions.push(last.evolved(random)?);
        }
    }
    Ok(versions)
}

/// The partition of the moment at which the schedule begins, and those before it.
pub(super) fn places(versions: &[Drawn], count: usize, begun: DateTime<Utc>) -> Vec<Place> {
    let Some(drawn) = versions.first() else { return Vec::new() };
    let dataset = drawn.dataset();
    let mut at = Some(begun);
    let mut places = Vec::new();
    while places.len() < count {
        let Some(partition) = at.and_then(|at| drawn.partition(at)) else { break };
        at = partition.begin().checked_sub_signed(TimeDelta::milliseconds(1));
        places.push(Place { dataset: dataset.name().clone(), partition });
    }
    places
}

/// Accepts a definition under this number.
pub(super) fn define(lake: &mut Lake, drawn: &Drawn, version: u32) -> Result<(), serde_json::Error> {
    let (name, body) = (drawn.dataset().name(), Bytes::from(serde_json::to_vec(drawn.definition())?));
    for key in [key::definition(name), key::schema(name, version)] {
        let _answered_at_once = lake.put(&key, body.clone(), PutMode::Overwrite);
    }
    Ok(())
}

/// What can be started, in the order of [`crate::profile::Profile::roles`].
const ROLES: [&str; 11] = [
    "sender",
    "compactor",
    "sweep",
    "vacuum",
    "register",
    "reconcile",
    "reader",
    "repair",
    "recover",
    "drop",
    "ask",
];

/// Who comes at the end only, where a fault has doubled something.
pub(super) const REPAIR: usize = 7;

/// Who comes where the scenario says so.
pub(super) const RECOVER: usize = 8;
pub(super) const DROP: usize = 9;
pub(super) const ASK: usize = 10;

impl Schedule {
    /// Starts whatever the seed says.
    pub(super) fn start_any(&mut self) {
        let mut weights = self.profile.roles;
        if self.world.now() - self.begun < self.profile.register_is_down {
            (weights[4], weights[5]) = (0, 0);
        }
        let choice = self.world.state().lake.random.weighted(&weights);
        let place = self.world.state().lake.random.pick(&self.places).cloned();
        let Some(place) = place else { return };
        self.start(choice, place);
    }

    /// Starts a process of the role with this index.
    pub(super) fn start(&mut self, choice: usize, place: Place) {
        self.started += 1;
        let id = ProcessId(self.started);
        let words = ROLES[choice];
        self.world.state().lake.ledger.drops.begin(id);
        self.note(1_000 + choice as u64, || format!("{id} starts: {words} {}", place.partition));
        let (role, script) = self.script(id, choice, place);
        self.processes.push(Process::new(id, role, script));
    }

    fn script(&mut self, process: ProcessId, choice: usize, place: Place) -> (Role, Script) {
        let (seed, limit) = {
            let random = &mut self.world.state().lake.random;
            (random.bits(), random.chance(500).then_some(TimeDelta::minutes(15)))
        };
        let actor = Actor {
            ports: Ports { world: self.world.clone(), process },
            settings: self.settings.clone(),
            row_group: self.profile.row_group,
            parts: self.profile.parts,
            limit: limit.filter(|_| !self.calm),
            places: self.places.clone(),
            desk: self.desk.clone(),
            seed,
        };
        match choice {
            0 => {
                let mails = self.delivery();
                (Role::Sender, Box::pin(actors::send(actor, mails)))
            }
            1 => (Role::Compactor, Box::pin(actors::compact(actor, place))),
            2 => (Role::Compactor, Box::pin(actors::sweep(actor))),
            4 => (Role::Register, Box::pin(actors::project(actor, place))),
            5 => (Role::Register, Box::pin(actors::reconcile(actor))),
            6 => (Role::Reader, Box::pin(actors::read(actor, place))),
            RECOVER => (Role::Person, Box::pin(actors::recover(actor, place))),
            DROP => (Role::Person, Box::pin(actors::drop_dataset(actor, place.dataset, self.story.purges))),
            ASK => {
                let definition = self.story.definition.clone();
                (Role::Person, Box::pin(actors::ask(actor, place.dataset, definition)))
            }
            REPAIR => (Role::Compactor, Box::pin(actors::repair(actor, place))),
            _ => (Role::Vacuum, Box::pin(actors::vacuum(actor, place))),
        }
    }
}
