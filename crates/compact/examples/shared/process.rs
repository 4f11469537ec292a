//! What this process has taken so far, as Linux tells it.

use std::{fs, io};

/// The kernel counts processor time in hundredths of a second for user space, on every architecture.
const TICKS_A_SECOND: f64 = 100.0;

/// Seconds of processor time of all threads, those that ended included.
pub(crate) fn cpu_seconds() -> io::Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The program's name is the second field and may hold spaces: count from behind its parenthesis.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = |index| fields.split_whitespace().nth(index).and_then(|field| field.parse::<u64>().ok());
    match (ticks(11), ticks(12)) {
        (Some(user), Some(system)) => Ok((user + system) as f64 / TICKS_A_SECOND),
        _ => Err(io::Error::other("/proc/self/stat has no processor time")),
    }
}

/// The most memory that was resident at a time, in KiB.
pub(crate) fn peak_kib() -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok());
    peak.ok_or_else(|| io::Error::other("/proc/self/status has no VmHWM"))
}
