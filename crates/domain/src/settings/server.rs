//! The settings that only the standing server of the API reads.

use std::{net::SocketAddr, time::Duration};

use super::{InvalidSetting, Setting, raw::Raw};

pub(super) const LISTEN: Setting = Setting {
    name: "TRIBUTARY_LISTEN",
    default: "0.0.0.0:8080",
    meaning: "The address and port at which `server` listens; port 0 picks a free one, which its log names.",
};
pub(super) const MAX_CONNECTIONS: Setting = Setting {
    name: "TRIBUTARY_MAX_CONNECTIONS",
    default: "1024",
    meaning: "How many connections `server` has open at once. Beyond that, one that waits for its next request, \
              has sent none for a second, or has taken nothing of its answers for a second, is closed for a new one; while \
              all have a request or an answer under way, health checks are answered on 32 reserved connections, and other \
              requests are answered 503. It is lowered to what fits into the process's open files (`ulimit -n`).",
};
pub(super) const DRAIN: Setting = Setting {
    name: "TRIBUTARY_DRAIN",
    default: "5s",
    meaning: "How long `server`, once it is asked to stop, says that it is not ready and takes requests all the same: until \
              load balancers have noticed. At most `5m`.",
};
pub(super) const STOP: Setting = Setting {
    name: "TRIBUTARY_STOP",
    default: "25s",
    meaning: "How long `server` then waits for requests that are under way, before it ends them. At most `1h`.",
};

/// How the standing server serves, and how it stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSettings {
    /// Where it listens.
    pub listen: SocketAddr,
    /// How many connections it has open at once, but for those that are reserved for health checks.
    pub max_connections: usize,
    /// How long it is not ready before it takes no further request.
    pub drain: Duration,
    /// How long it then waits for requests under way.
    pub stop: Duration,
}

impl ServerSettings {
    pub(super) fn read(raw: &impl Fn(Setting) -> Raw) -> Result<Self, InvalidSetting> {
        let listen = raw(LISTEN);
        let connections = raw(MAX_CONNECTIONS).number(1)?;
        let drain = within(&raw(DRAIN), Duration::from_secs(5 * 60), "5m")?;
        let stop = within(&raw(STOP), Duration::from_secs(3_600), "1h")?;
        Ok(Self {
            listen: listen.value.parse().map_err(|_| {
                listen.invalid("expected an address and a port, for example 0.0.0.0:8080 or [::]:8080")
            })?,
            // More than the system allows, it does not open.
            max_connections: usize::try_from(connections).unwrap_or(usize::MAX).min(65_536),
            drain,
            stop,
        })
    }
}

fn within(raw: &Raw, most: Duration, words: &str) -> Result<Duration, InvalidSetting> {
    let duration = raw.duration()?;
    if duration <= most { Ok(duration) } else { Err(raw.invalid(format_args!("it must be at most {words}"))) }
}
