//! What the Lambdas and the lake log, for the thread that keeps it and for the invocations that this one starts.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, Mutex},
    thread,
};

use tracing::{Dispatch, Event, Level, Metadata, Subscriber, field, span, subscriber};

/// Whose lines are kept.
const TARGETS: [&str; 5] = ["compact", "ingest", "local", "query", "register"];

#[derive(Debug)]
struct Line {
    level: Level,
    target: &'static str,
    text: String,
    /// The name of the thread that logged it.
    thread: String,
}

#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Line>>>);

impl Log {
    /// Keeps what is logged while the answer lives.
    ///
    /// Two subscribers are known to `tracing` then. If it knows one alone, and a thread without any is the first to log
    /// something, that is logged nowhere any more: <https://github.com/tokio-rs/tracing/issues/3611>.
    pub(crate) fn keep(&self) -> (subscriber::DefaultGuard, Dispatch) {
        (subscriber::set_default(self.clone()), Dispatch::new(self.clone()))
    }

    /// How many lines say this.
    pub(crate) fn with(&self, text: &str) -> usize {
        self.0.lock().unwrap().iter().filter(|line| line.text.contains(text)).count()
    }

    /// The threads that logged what says this.
    pub(crate) fn threads(&self, text: &str) -> BTreeSet<String> {
        let lines = self.0.lock().unwrap();
        lines.iter().filter(|line| line.text.contains(text)).map(|line| line.thread.clone()).collect()
    }

    /// The lines of `compact` and the lake that somebody would have to look at.
    pub(crate) fn troubles(&self) -> Vec<String> {
        let lines = self.0.lock().unwrap();
        let troubles = lines.iter().filter(|line| {
            line.level <= Level::WARN && ["compact", "local"].iter().any(|name| line.target.starts_with(name))
        });
        troubles.map(|line| line.text.clone()).collect()
    }
}

impl Subscriber for Log {
    fn enabled(&self, of: &Metadata<'_>) -> bool {
        TARGETS.iter().any(|target| of.target().starts_with(target))
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut text = String::new();
        event.record(&mut |field: &field::Field, value: &dyn fmt::Debug| {
            text += &format!("{}={value:?} ", field.name());
        });
        let thread = thread::current().name().unwrap_or_default().to_owned();
        let (level, target) = (*event.metadata().level(), event.metadata().target());
        self.0.lock().unwrap().push(Line { level, target, text, thread });
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}
