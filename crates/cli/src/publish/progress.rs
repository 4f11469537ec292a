//! The progress on a terminal: events a second, and the time that is left where the size is known.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::{inputs::Input, output::count};

const BAR: &str = "{bar:30} {percent:>3}%  {msg}  {eta} left";
const SPINNER: &str = "{spinner} {msg}";

/// Shown on standard error if that is a terminal.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    read: Arc<AtomicU64>,
    began: Instant,
}

impl Progress {
    /// `read` counts the bytes of the inputs that are behind, as they are on the disk.
    pub(super) fn new(inputs: &[Input], read: Arc<AtomicU64>, is_hidden: bool) -> Self {
        let total: Option<u64> = inputs.iter().map(Input::bytes).sum();
        let (bar, template) = match total {
            _ if is_hidden => (ProgressBar::hidden(), SPINNER),
            Some(bytes) => (ProgressBar::new(bytes), BAR),
            None => (ProgressBar::new_spinner(), SPINNER),
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_position(read.load(Ordering::Relaxed));
        bar.reset_eta();
        if !is_hidden {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Self { bar, read, began: Instant::now() }
    }

    /// So many events are published by now.
    pub(super) fn show(&self, events: u64, refused: u64) {
        if self.bar.is_hidden() {
            return;
        }
        self.bar.set_position(self.read.load(Ordering::Relaxed));
        let refused = if refused > 0 { format!(", {} refused", count(refused)) } else { String::new() };
        let rate = rate(events, self.began.elapsed());
        self.bar.set_message(format!("{} events, {rate:.0}/s{refused}", count(events)));
    }

    /// What is happening instead of publishing.
    pub(super) fn say(&self, words: &'static str) {
        self.bar.set_message(words);
    }

    /// Leaves the terminal as it was; answers how long it took.
    pub(super) fn finish(&self) -> Duration {
        self.bar.finish_and_clear();
        self.began.elapsed()
    }
}

/// Events a second.
pub(super) fn rate(events: u64, took: Duration) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "it is for a person to read")]
    let events = events as f64;
    events / took.as_secs_f64().max(0.001)
}
