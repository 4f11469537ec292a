//! How many connections the open files of this process allow. Beyond them nothing can be accepted, health checks included.

use rustix::process::{Resource, getrlimit};

use crate::places::RESERVED;

/// Files that are not connections of clients: connections to AWS, the listener, the runtime.
const OTHERS: usize = 128;

/// With fewer, it is no server. Some of them may fail then.
const FEWEST: usize = 8;

/// So many connections as are wanted, or as fit, beside the reserved places, into the files that this process may have open.
pub(crate) fn places(wanted: usize) -> usize {
    let files = getrlimit(Resource::Nofile).current;
    let places = fitting(wanted, files);
    if places < wanted {
        tracing::warn!(
            wanted,
            places,
            open_files = files,
            "fewer connections than TRIBUTARY_MAX_CONNECTIONS: this process may open no more files (ulimit -n)"
        );
    }
    places
}

/// `None` is any number of files.
fn fitting(wanted: usize, files: Option<u64>) -> usize {
    let files = files.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX);
    wanted.min(files.saturating_sub(OTHERS + RESERVED).max(FEWEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_fit_into_the_files_with_the_reserved_places() {
        for (wanted, files, expected) in [
            (1_024, None, 1_024),
            (1_024, Some(u64::MAX), 1_024),
            (1_024, Some(1_048_576), 1_024),
            (1_024, Some(1_184), 1_024),
            (1_024, Some(1_024), 864),
            (1_024, Some(256), 96),
            (24, Some(1_024), 24),
            (1, Some(0), 1),
            (1_024, Some(0), FEWEST),
        ] {
            assert_eq!(fitting(wanted, files), expected, "{wanted} with {files:?}");
        }
        for files in 200..5_000_u64 {
            let used = fitting(65_536, Some(files)) + RESERVED + OTHERS;
            assert!(used as u64 <= files, "{files}");
        }
    }
}
