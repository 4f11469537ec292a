//! What is there when a schedule begins, and how a process is started.

use chrono::TimeDelta;
use domain::{
    DatasetName, Partition, key,
    port::PutMode,
    settings::{InvalidSetting, Settings},
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

/// The defaults, but for small files that count as full: no schedule has events for large ones.
pub(super) fn settings(profile: &Profile) -> Result<Settings, InvalidSetting> {
    let Profile { target_file_size, memory_budget, .. } = *profile;
    Ok(Settings { target_file_size, memory_budget, ..Settings::read(|_| None)? })
}

pub(super) fn places(count: usize) -> Vec<Place> {
    let dataset = DatasetName::new("seats");
    let partition = |day: usize| format!("dt=2026-11-{:02}", 23 - day).parse::<Partition>();
    let place = |day| Some(Place { dataset: dataset.clone().ok()?, partition: partition(day).ok()? });
    (0..count).filter_map(place).collect()
}

pub(super) fn define(lake: &mut Lake, definition: &'static str) {
    if let Ok(name) = DatasetName::new("seats") {
        for key in [key::definition(&name), key::schema(&name, 1)] {
            let _answered_at_once = lake.put(&key, definition.into(), PutMode::Create);
        }
    }
}

/// What can be started, in the order of [`crate::profile::Profile::roles`].
const ROLES: [&str; 7] = ["sender", "compactor", "sweep", "vacuum", "register", "reconcile", "reader"];

impl Schedule {
    /// Starts whatever the seed says.
    pub(super) fn start_any(&mut self) {
        let mut weights = self.profile.roles;
        let began = self.mails.first().map_or(self.world.now(), |mail| mail.sent_at());
        if self.world.now() - began < self.profile.register_is_down {
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
        self.note(1_000 + choice as u64, || format!("{id} starts: {words} {}", place.partition));
        let (role, script) = self.script(id, choice, place);
        self.processes.push(Process::new(id, role, script));
    }

    fn script(&mut self, process: ProcessId, choice: usize, place: Place) -> (Role, Script) {
        let (seed, limit) = {
            let random = &mut self.world.state().lake.random;
            (random.next(), random.chance(500).then_some(TimeDelta::minutes(15)))
        };
        let actor = Actor {
            ports: Ports { world: self.world.clone(), process },
            settings: self.settings.clone(),
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
            _ => (Role::Vacuum, Box::pin(actors::vacuum(actor, place))),
        }
    }
}
