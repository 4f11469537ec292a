//! Faults on demand, for tests: the next calls are throttled before anything is done.

use std::sync::{Arc, Mutex, PoisonError};

/// A service of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Answers 503 `SlowDown`.
    S3,
    /// Answers `Throttled`.
    Sns,
    /// Answers `ThrottlingException`.
    Glue,
    /// Glue as the statements of the local Athena call it: the statement fails.
    GlueOfAthena,
    /// Answers `TooManyRequestsException`.
    Athena,
}

/// Makes calls fail as AWS does under load. Copies share their state.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    planned: Arc<Mutex<Vec<Planned>>>,
}

#[derive(Debug)]
struct Planned {
    service: Service,
    operation: Option<String>,
    calls: u32,
}

impl Faults {
    /// Throttles the next `calls` calls of the service. With an operation (`PutObject`,
    /// `BatchCreatePartition`), only that one's. They do nothing but answer the service's own error.
    pub fn throttle(&self, service: Service, operation: Option<&str>, calls: u32) {
        let operation = operation.map(str::to_owned);
        self.lock().push(Planned { service, operation, calls });
    }

    /// Forgets what is planned.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Whether this call is to be throttled. Counts it.
    pub(crate) fn strikes(&self, service: Service, operation: &str) -> bool {
        let mut planned = self.lock();
        let hit = planned.iter_mut().find(|plan| {
            plan.calls > 0
                && plan.service == service
                && plan.operation.as_deref().is_none_or(|wanted| wanted == operation)
        });
        let Some(plan) = hit else { return false };
        plan.calls -= 1;
        planned.retain(|plan| plan.calls > 0);
        true
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Planned>> {
        self.planned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Faults, Service};

    #[test]
    fn strikes_as_often_as_planned_and_only_there() {
        let faults = Faults::default();
        faults.throttle(Service::Glue, Some("GetTable"), 2);
        assert!(!faults.strikes(Service::Glue, "GetTables"));
        assert!(!faults.strikes(Service::S3, "GetTable"));
        assert!(faults.strikes(Service::Glue, "GetTable"));
        assert!(faults.strikes(Service::Glue, "GetTable"));
        assert!(!faults.strikes(Service::Glue, "GetTable"));
    }
}
