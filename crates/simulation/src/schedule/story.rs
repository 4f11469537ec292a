//! What a person does on purpose: goes on without a lost file; drops a dataset, and asks for it again. And a second target,
//! which is down, fails and loses its state on its own.
//!
//! A scenario draws from a sequence of its own, so that the schedules without one stay as they are.

use std::fmt;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use clap::ValueEnum;
use domain::{drawn::Random, invariant::Violation};

use super::{
    Schedule,
    start::{ASK, DROP, RECOVER},
};
use crate::{
    ledger::Place,
    process::Role,
    profile::{self, Profile},
};

/// What there is in a schedule besides the services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// Nothing, but hands in the catalog and definitions that evolve
    Services,
    /// Data files are lost, and their partitions recovered
    LostFiles,
    /// The dataset is dropped, with its data or without, and asked for again
    Drops,
    /// Commits are published to a second target, which is down, fails and loses its state on its own
    TwoTargets,
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Services => "services",
            Self::LostFiles => "lost-files",
            Self::Drops => "drops",
            Self::TwoTargets => "two-targets",
        })
    }
}

/// How often a step is tried at the end, when nothing goes wrong any more.
const TRIES: usize = 3;

/// Longer than anybody can be at work who had begun before.
const AFTERWARDS: TimeDelta = TimeDelta::minutes(80);

/// Of a thousand calls of the second target, how many it does not do, though it is not down.
pub(super) const SECOND_FAULTS: usize = 30;

/// How far a dataset's drop has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nobody has thought of it.
    Before,
    /// A drop is under way, or has to be taken up again.
    Dropping,
    /// It is done.
    Dropped,
    /// Somebody asks for the dataset again, as often as it takes.
    Asking,
}

/// The scenario of a schedule, and how far it is.
#[derive(Debug)]
pub(super) struct Story {
    scenario: Scenario,
    random: Random,
    phase: Phase,
    /// How many files are still to be lost.
    losses: usize,
    /// Whether the drop takes the data with it.
    pub(super) purges: bool,
    /// Whether the drop is made once more, when nobody of before can be at work.
    afterwards: bool,
    /// The definition that is asked for.
    pub(super) definition: Bytes,
}

impl Story {
    pub(super) fn new(scenario: Scenario, mut random: Random, definition: Bytes) -> Self {
        let (losses, purges) = (1 + random.below(3), random.chance(700));
        let afterwards = random.chance(300);
        Self { scenario, random, phase: Phase::Before, losses, purges, afterwards, definition }
    }

    /// The mixture, less what would hide what the scenario is about, and with company for it.
    pub(super) fn mixed(scenario: Scenario, profile: Profile) -> Profile {
        match scenario {
            Scenario::Services => return profile,
            Scenario::TwoTargets => return Self::with_two_targets(profile),
            Scenario::LostFiles | Scenario::Drops => {}
        }
        let (invocations, at_once) = (profile.invocations.max(26), profile.at_once.max(3));
        let calm = Profile { damage: 0, evolutions: 0, faults_of_old: 0, invocations, at_once, ..profile };
        Profile { register_is_down: TimeDelta::zero(), ..calm }
    }

    /// Much for `register` and the vacuum to do, and days for a target to be behind by.
    fn with_two_targets(profile: Profile) -> Profile {
        let [sender, compactor, sweep, vacuum, register, _, _] = profile.roles;
        let roles = [sender, compactor, sweep, vacuum.max(4), register.max(4), 2, 2];
        let (invocations, at_once) = (profile.invocations.max(36), profile.at_once.max(2));
        let register_is_down = TimeDelta::zero();
        Profile { roles, invocations, at_once, jumps: profile.jumps.max(10), register_is_down, ..profile }
    }
}

impl Schedule {
    /// Goes on with the scenario, if it is its turn. Answers whether anything was done.
    pub(super) fn act(&mut self) -> bool {
        match self.story.scenario {
            Scenario::Services => false,
            Scenario::TwoTargets => self.trouble_second(),
            _ if self.is_person_at_work() => false,
            Scenario::LostFiles => self.lose_or_recover(),
            Scenario::Drops => self.drop_or_ask(),
        }
    }

    /// The second target goes down for a while, or loses all that it was told.
    fn trouble_second(&mut self) -> bool {
        let now = self.world.now();
        let chance = self.story.random.below(1_000);
        let is_up = self.world.state().lake.second.down_until <= now;
        match chance {
            0..5 if is_up => {
                let length = profile::pause(self.profile.pauses, &mut self.story.random);
                self.world.state().lake.second.down_until = now + length;
                self.note(2_005, || format!("the second target is down for {} s", length.num_seconds()));
                true
            }
            5..7 => {
                self.world.state().lake.lose_second();
                self.note(2_006, || "the second target loses its state".to_owned());
                true
            }
            _ => false,
        }
    }

    /// Whether there is a second target.
    pub(super) fn has_second(&self) -> bool {
        self.story.scenario == Scenario::TwoTargets
    }

    /// From now on it is down, until it is up again.
    pub(super) fn second_is_down(&self, is_down: bool) {
        let second = &mut self.world.state().lake.second;
        second.faults = 0;
        second.down_until = if is_down { DateTime::<Utc>::MAX_UTC } else { DateTime::UNIX_EPOCH };
    }

    fn is_person_at_work(&self) -> bool {
        self.processes.iter().any(|process| process.role == Role::Person)
    }

    fn lose_or_recover(&mut self) -> bool {
        let Some(place) = self.story.random.pick(&self.places).cloned() else { return false };
        let (files, is_missing) = self.world.state().lake.ledger.place(&place).head_files();
        if is_missing {
            let now = self.story.random.chance(20);
            if now {
                self.send(RECOVER, place);
            }
            return now;
        }
        if self.story.losses == 0 || !self.story.random.chance(10) {
            return false;
        }
        let Some(file) = self.story.random.pick(&files).cloned() else { return false };
        self.story.losses -= 1;
        self.world.state().lake.lose(&place, &file);
        self.note(2_004, || format!("somebody deletes {file}"));
        true
    }

    fn drop_or_ask(&mut self) -> bool {
        let Some(place) = self.places.first().cloned() else { return false };
        let phase = self.story.phase;
        match phase {
            Phase::Before => self.drop_by_chance(10, place),
            Phase::Dropping if self.is_dropped() => {
                self.story.phase = Phase::Dropped;
                false
            }
            Phase::Dropping => self.drop_by_chance(50, place),
            Phase::Dropped if !self.story.random.chance(15) => false,
            Phase::Dropped if self.story.afterwards => {
                self.story.afterwards = false;
                self.world.time.advance(AFTERWARDS);
                self.drop_by_chance(1_000, place)
            }
            Phase::Dropped => {
                self.story.phase = Phase::Asking;
                self.send(ASK, place);
                true
            }
            Phase::Asking => {
                let again = !self.is_live() && self.story.random.chance(50);
                if again {
                    self.send(ASK, place);
                }
                again
            }
        }
    }

    fn drop_by_chance(&mut self, permille: usize, place: Place) -> bool {
        let now = self.story.random.chance(permille);
        if now {
            self.story.phase = Phase::Dropping;
            self.world.state().lake.ledger.drops.is_done = false;
            self.send(DROP, place);
        }
        now
    }

    fn is_dropped(&self) -> bool {
        self.world.state().lake.ledger.drops.is_done
    }

    fn is_live(&self) -> bool {
        self.world.state().lake.ledger.drops.is_live()
    }

    fn send(&mut self, role: usize, place: Place) {
        self.start(role, place);
        self.poll(self.processes.len() - 1);
    }

    /// Ends what was begun: files that are lost are given up, the drop is done, and the dataset is there again.
    pub(super) fn end_story(&mut self) {
        let places = self.places.clone();
        for place in places.iter() {
            let (_, is_missing) = self.world.state().lake.ledger.place(place).head_files();
            if is_missing {
                self.start(RECOVER, place.clone());
                self.finish();
            }
        }
        let Some(place) = places.first() else { return };
        for _ in 0..TRIES {
            if self.story.phase == Phase::Dropping && !self.is_dropped() {
                self.start(DROP, place.clone());
                self.finish();
            }
        }
        for _ in 0..TRIES {
            if !self.is_live() {
                self.start(ASK, place.clone());
                self.finish();
            }
        }
        if !self.is_live() {
            let what = "the dataset was asked for again, and is not live".to_owned();
            self.world.state().lake.check(Err(Violation { invariant: "rest", what }));
        }
    }
}
