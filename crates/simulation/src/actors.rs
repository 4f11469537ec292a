//! Who is at work on the lake. Each does one invocation, with the real service over the ports of its process.

mod compactor;
mod person;
mod reader;
mod register;
mod sender;
mod vacuum;

use std::{cell::RefCell, rc::Rc, sync::Arc};

use chrono::TimeDelta;
use domain::{invariant::Violation, port::Clock, run::Run, settings::Settings, target::Target};

use crate::{
    ledger::Place,
    ports::{Ports, Second},
};

pub(crate) use compactor::{compact, repair, sweep};
pub(crate) use person::{ask, drop_dataset, recover};
pub(crate) use reader::read;
pub(crate) use register::{Desk, project, reconcile};
pub(crate) use sender::{Mail, send};
pub(crate) use vacuum::vacuum;

/// What every actor has.
#[derive(Debug, Clone)]
pub(crate) struct Actor {
    pub(crate) ports: Ports,
    pub(crate) settings: Rc<Settings>,
    /// The most rows of a row group.
    pub(crate) row_group: u64,
    /// Bytes of the inputs that are read at once.
    pub(crate) parts: u64,
    /// How long its invocation may take, if anybody minds.
    pub(crate) limit: Option<TimeDelta>,
    pub(crate) places: Rc<Vec<Place>>,
    pub(crate) desk: Rc<RefCell<Desk>>,
    /// For what it makes up itself.
    pub(crate) seed: u64,
}

impl Actor {
    fn run(&self) -> Run {
        let now = self.ports.now();
        Run::new(now, self.limit.map(|limit| now + limit))
    }

    /// The second target, if there is one.
    fn second(&self) -> Option<Arc<dyn Target>> {
        let has_second = self.ports.world.state().lake.ledger.has_second;
        has_second.then(|| Arc::new(Second(self.ports.clone())) as Arc<dyn Target>)
    }

    /// Whether the dataset has been live all the time since this one began.
    fn is_settled(&self) -> bool {
        self.ports.world.state().lake.ledger.drops.is_settled(self.ports.process)
    }

    fn check(&self, result: Result<(), Violation>) {
        self.ports.world.state().lake.check(result);
    }

    /// Something went wrong that no fault explains.
    fn unexpected(&self, error: &dyn std::error::Error) {
        self.check(Err(Violation { invariant: "service", what: domain::chain(error) }));
    }

    fn note(&self, words: impl FnOnce() -> String) {
        let (now, process) = (self.ports.now(), self.ports.process);
        let mut state = self.ports.world.state();
        state.trace.step(now, u64::from(process.0), || format!("{process} {}", words()));
    }
}
