//! Progress on standard error, and only where it is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

const TICK: Duration = Duration::from_millis(100);

/// A spinner that says what is being waited for.
pub(crate) fn spinner(message: impl Into<String>) -> ProgressBar {
    let spinner = ProgressBar::new_spinner();
    style(&spinner, "{spinner} {msg}");
    spinner.set_message(message.into());
    spinner.enable_steady_tick(TICK);
    spinner
}

/// A bar over so many things.
pub(crate) fn bar(things: usize, message: impl Into<String>) -> ProgressBar {
    let bar = ProgressBar::new(things as u64);
    into_bar(&bar, things, message);
    bar
}

/// Makes a spinner a bar, once it is known how much there is to do.
pub(crate) fn into_bar(bar: &ProgressBar, things: usize, message: impl Into<String>) {
    bar.set_length(things as u64);
    style(bar, "{msg} [{bar:30}] {human_pos}/{human_len}, {eta} left");
    bar.set_message(message.into());
}

fn style(bar: &ProgressBar, template: &str) {
    // Without its style a bar is plainer, and still right.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}
