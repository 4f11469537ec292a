use std::io;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Enough for the connections of both ports, and as many as macOS allows to ask for.
const WANTED: u64 = 10_240;

/// Raises the soft limit on the open files of this process to 10,240, or to the hard limit if that is lower. A limit
/// that is higher already stays. macOS starts processes with a soft limit of 256, which leaves few connections.
///
/// Must be called before [`ConnectionLimits::default`](super::ConnectionLimits), which counts with the limit. Fails if
/// the system refuses; the limit is unchanged then.
pub fn raise_open_files() -> io::Result<()> {
    match raised(getrlimit(Resource::Nofile)) {
        Some(limit) => setrlimit(Resource::Nofile, limit).map_err(io::Error::from),
        None => Ok(()),
    }
}

/// What to set instead, if anything. A limit that is `None` is none.
fn raised(limit: Rlimit) -> Option<Rlimit> {
    let wanted = limit.maximum.map_or(WANTED, |most| most.min(WANTED));
    let is_lower = limit.current.is_some_and(|current| current < wanted);
    is_lower.then_some(Rlimit { current: Some(wanted), maximum: limit.maximum })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_is_raised_towards_the_hard_one_and_never_lowered() {
        let cases = [
            ((Some(256), None), Some(10_240)),
            ((Some(1_024), Some(1_048_576)), Some(10_240)),
            ((Some(1_024), Some(4_096)), Some(4_096)),
            ((Some(1_024), Some(1_024)), None),
            ((Some(20_000), Some(1_048_576)), None),
            ((None, None), None),
        ];
        for ((current, maximum), expected) in cases {
            let found = raised(Rlimit { current, maximum });
            assert_eq!(found.as_ref().and_then(|limit| limit.current), expected, "{current:?} {maximum:?}");
            assert!(found.is_none_or(|limit| limit.maximum == maximum));
        }
    }
}
