//! One schedule: everything that one seed decides, from an empty lake to a lake at rest.

mod person;
mod rest;
mod start;
mod steps;
mod story;

use std::{cell::RefCell, collections::VecDeque, rc::Rc, sync::Arc};

use chrono::{DateTime, Utc};

use domain::{
    drawn::{Drawn, Random},
    invariant::Violation,
    settings::Settings,
};

use crate::{
    actors::{Desk, Mail},
    lake::Lake,
    ledger::Place,
    process::{Process, ProcessId},
    profile::Profile,
    time::Time,
    trace::Trace,
    world::World,
};

pub use story::Scenario;
use story::Story;

/// How a schedule ended.
#[derive(Debug)]
pub struct Outcome {
    /// The scenario and the seed that make it again.
    pub scenario: Scenario,
    /// See `scenario`.
    pub seed: u64,
    /// What does not hold, if anything.
    pub violation: Option<Violation>,
    /// What happened, a line a step; empty unless asked for.
    pub trace: Vec<String>,
    /// Steps, and a hash of them: the same for the same seed.
    pub steps: u64,
    /// See `steps`.
    pub hash: u64,
}

/// Runs the schedule of a seed in a scenario. With `keep_trace` the outcome says what happened, which takes longer.
pub fn run(scenario: Scenario, seed: u64, keep_trace: bool) -> Outcome {
    let mut schedule = match Schedule::new(scenario, seed, keep_trace) {
        Ok(schedule) => schedule,
        Err(error) => return Outcome::unmade(scenario, seed, domain::chain(&error)),
    };
    schedule.play();
    schedule.rest();
    let Schedule { world, processes, .. } = schedule;
    // They hold the world too.
    drop(processes);
    match Arc::try_unwrap(world) {
        Ok(world) => {
            let state = world.into_state();
            let (trace, hash, steps) = state.trace.into_parts();
            Outcome { scenario, seed, violation: state.lake.violation, trace, steps, hash }
        }
        Err(_) => Outcome::unmade(scenario, seed, "a process outlived its schedule".to_owned()),
    }
}

impl Outcome {
    /// The simulation itself does not work.
    fn unmade(scenario: Scenario, seed: u64, what: String) -> Self {
        let violation = Some(Violation { invariant: "simulation", what });
        Self { scenario, seed, violation, trace: Vec::new(), steps: 0, hash: 0 }
    }
}

/// A schedule under way.
#[derive(Debug)]
struct Schedule {
    world: Arc<World>,
    profile: Profile,
    story: Story,
    settings: Rc<Settings>,
    places: Rc<Vec<Place>>,
    begun: DateTime<Utc>,
    /// Versions of the definition that are still to come, and their numbers.
    versions: VecDeque<(u32, Drawn)>,
    mails: Vec<Rc<Mail>>,
    desk: Rc<RefCell<Desk>>,
    processes: Vec<Process>,
    last: Option<ProcessId>,
    started: u32,
    /// No faults, no crashes, no pauses.
    calm: bool,
}

impl Schedule {
    fn new(scenario: Scenario, seed: u64, keep_trace: bool) -> Result<Self, start::Unmade> {
        let mut random = Random::new(seed);
        let chances = random.fork();
        let profile = Story::mixed(scenario, Profile::new(seed, &mut random));
        let settings = start::settings(&profile)?;
        let versions = start::versions(profile.columns, &mut random)?;
        let time = Arc::new(Time::default());
        let begun = domain::port::Clock::now(&*time);
        let places = start::places(&versions, profile.places, begun);
        let mut mails = Vec::new();
        for number in 0..profile.mails {
            if let Some(of) = versions.get(random.below(versions.len())) {
                mails.push(Rc::new(Mail::new(number as u64, &places, begun, of, &mut random)));
            }
        }
        let mut lake = Lake::new(time.clone(), random, settings.compact.retention);
        lake.page = profile.page;
        lake.item_faults = profile.item_faults;
        if scenario == Scenario::TwoTargets {
            lake.ledger.has_second = true;
            lake.second.faults = story::SECOND_FAULTS;
        }
        let mut trace = Trace::new(keep_trace);
        trace.step(begun, seed, || format!("seed {seed}: {profile:?}"));
        let definition = versions.first().map(|first| serde_json::to_vec(first.definition())).transpose()?;
        let mut versions = versions.into_iter();
        if let Some(first) = versions.next() {
            start::define(&mut lake, &first, 1)?;
            trace.step(begun, seed, || format!("{:?}", first.definition()));
        }
        Ok(Self {
            world: Arc::new(World::new(time, lake, trace)),
            profile,
            story: Story::new(scenario, chances, definition.unwrap_or_default().into()),
            settings: Rc::new(settings),
            places: Rc::new(places),
            begun,
            versions: (2..).zip(versions.collect::<Vec<_>>()).collect(),
            mails,
            desk: Rc::default(),
            processes: Vec::new(),
            last: None,
            started: 0,
            calm: false,
        })
    }

    fn is_broken(&self) -> bool {
        self.world.state().lake.violation.is_some()
    }

    /// A line in the trace.
    fn note(&self, what: u64, words: impl FnOnce() -> String) {
        self.world.state().trace.step(self.world.now(), what, words);
    }
}
