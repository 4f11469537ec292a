//! A process: one invocation, which is a future that is polled when the scheduler says so.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use chrono::{DateTime, Utc};

/// Counted from 1 within a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ProcessId(pub(crate) u32);

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Sender,
    Compactor,
    Vacuum,
    Register,
    Reader,
    Person,
}

/// The body of a process.
pub(crate) type Script = Pin<Box<dyn Future<Output = ()>>>;

/// One invocation.
pub(crate) struct Process {
    pub(crate) id: ProcessId,
    pub(crate) role: Role,
    /// Until then it is not polled.
    pub(crate) frozen_until: DateTime<Utc>,
    script: Script,
    woken: Arc<Woken>,
    waker: Waker,
}

#[derive(Debug)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Process {
    pub(crate) fn new(id: ProcessId, role: Role, script: Script) -> Self {
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        let waker = woken.clone().into();
        Self { id, role, frozen_until: DateTime::UNIX_EPOCH, script, woken, waker }
    }

    /// Goes on until it waits for a call. Answers whether it is over.
    pub(crate) fn poll(&mut self) -> bool {
        let mut context = Context::from_waker(&self.waker);
        while self.woken.0.swap(false, Ordering::Relaxed) {
            if let Poll::Ready(()) = self.script.as_mut().poll(&mut context) {
                return true;
            }
        }
        false
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.role, self.id.0)
    }
}

impl fmt::Display for ProcessId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}
