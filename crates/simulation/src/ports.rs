//! The ports of one process: every call goes through the scheduler.

mod catalog;
mod second;
mod store;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use domain::port::Clock;

use crate::{
    call::{Failure, Perform, Request},
    process::ProcessId,
    world::World,
};

pub(crate) use second::Second;

/// Store, catalog and clock, as one process sees them.
#[derive(Debug, Clone)]
pub(crate) struct Ports {
    pub(crate) world: Arc<World>,
    pub(crate) process: ProcessId,
}

impl Ports {
    async fn read<T: Send + 'static>(
        &self,
        name: &'static str,
        key: &str,
        failed: fn(&str, Failure) -> T,
        perform: Perform<T>,
    ) -> T {
        let key = key.to_owned();
        let request = Request { name, key, changes: false, conflicts: false, perform, failed };
        self.world.call(self.process, None, request).await
    }

    async fn change<T: Send + 'static>(
        &self,
        name: &'static str,
        key: &str,
        failed: fn(&str, Failure) -> T,
        perform: Perform<T>,
    ) -> T {
        let key = key.to_owned();
        let request = Request { name, key, changes: true, conflicts: false, perform, failed };
        self.world.call(self.process, None, request).await
    }
}

impl Clock for Ports {
    fn now(&self) -> DateTime<Utc> {
        self.world.now()
    }

    async fn sleep(&self, duration: Duration) {
        let length = TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX);
        let due = self.now().checked_add_signed(length).unwrap_or(DateTime::<Utc>::MAX_UTC);
        let request = Request {
            name: "sleep",
            key: String::new(),
            changes: false,
            conflicts: false,
            perform: Box::new(|_| Some(())),
            failed: |_, _| (),
        };
        self.world.call(self.process, Some(due), request).await;
    }
}
