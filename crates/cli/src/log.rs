//! Logs for a person, on standard error.

use tracing_subscriber::EnvFilter;

/// Warnings and errors, unless `TRIBUTARY_LOG` says otherwise: who runs a lake on a terminal wants to see
/// what is wrong, not what is going on.
pub(crate) fn start() {
    let filter = std::env::var("TRIBUTARY_LOG").ok().and_then(|text| EnvFilter::try_new(text).ok());
    tracing_subscriber::fmt()
        // `s3s` logs every 404 and 412 as an error; to the lake they are answers.
        .with_env_filter(filter.unwrap_or_else(|| EnvFilter::new("warn,s3s=off")))
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
}
