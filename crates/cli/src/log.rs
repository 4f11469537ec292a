//! Logs for a person, on standard error.

use std::ffi::OsStr;

use domain::settings::LOG;

use crate::{failure::Failure, output};

/// Warnings and errors, unless `TRIBUTARY_LOG` says otherwise: who runs a lake on a terminal wants to see
/// what is wrong, not what is going on. What the SDK tried in vain to find a region is in the command's own error.
/// Colours go to a terminal only, and not where `NO_COLOR` is set.
pub(crate) fn start() -> Result<(), Failure> {
    let filter = aws::variable(LOG.name).unwrap_or_else(|| "warn,aws_config=off".to_owned());
    tracing_subscriber::fmt()
        // It would tell of a line that cannot be written on standard error, and panic where that is what cannot be written.
        .log_internal_errors(false)
        .with_env_filter(aws::log_filter(&filter)?)
        .with_writer(output::LogLines::new)
        .with_ansi(coloured(output::errors_go_to_a_terminal(), std::env::var_os("NO_COLOR").as_deref()))
        .with_target(false)
        .init();
    Ok(())
}

/// Whether lines may have escape sequences: on a terminal, unless `NO_COLOR` has a value (no-color.org).
fn coloured(is_terminal: bool, no_color: Option<&OsStr>) -> bool {
    is_terminal && no_color.is_none_or(OsStr::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_terminal_gets_colours_and_only_without_no_color() {
        for (is_terminal, no_color, expected) in [
            (true, None, true),
            (true, Some(""), true),
            (true, Some("1"), false),
            (false, None, false),
            (false, Some("1"), false),
        ] {
            assert_eq!(
                coloured(is_terminal, no_color.map(OsStr::new)),
                expected,
                "{is_terminal} {no_color:?}"
            );
        }
    }
}
