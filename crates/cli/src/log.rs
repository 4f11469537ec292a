//! Logs for a person, on standard error.

use domain::settings::LOG;

use crate::failure::Failure;

/// Warnings and errors, unless `TRIBUTARY_LOG` says otherwise: who runs a lake on a terminal wants to see
/// what is wrong, not what is going on. What the SDK tried in vain to find a region is in the command's own error.
pub(crate) fn start() -> Result<(), Failure> {
    let filter = aws::variable(LOG.name).unwrap_or_else(|| "warn,aws_config=off".to_owned());
    tracing_subscriber::fmt()
        .with_env_filter(aws::log_filter(&filter)?)
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
    Ok(())
}
