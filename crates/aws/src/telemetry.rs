//! Logs: one JSON object a line on standard error, as CloudWatch Logs Insights reads them.

use domain::settings::Settings;
use tracing_subscriber::EnvFilter;

/// Starts logging. To be called once, before anything else is done; a second call changes nothing.
pub fn init(settings: &Settings) {
    let filter = EnvFilter::try_new(&settings.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let started = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
    if started.is_err() {
        tracing::debug!("logging was started already");
    }
}
