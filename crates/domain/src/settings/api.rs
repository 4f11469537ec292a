//! The settings that only the HTTP API reads.

use std::time::Duration;

use super::{
    CATALOG_CACHE, InvalidSetting, Setting, access::AccessSettings, raw::Raw, scan_tiers::ScanTiers,
};
use crate::access::Dollars;

pub(super) const WAIT: Setting =
    Setting { name: "TRIBUTARY_WAIT", default: "20s", meaning: "How long a request waits for its query." };
pub(super) const MAX_ROWS: Setting =
    Setting { name: "TRIBUTARY_MAX_ROWS", default: "10000", meaning: "The highest `limit` of a request." };
pub(super) const MAX_RENDERED: Setting = Setting {
    name: "TRIBUTARY_MAX_RENDERED",
    default: "64MiB",
    meaning: "The largest file that a result too long for one answer is written to; beyond it, a caller pages.",
};
pub(super) const MAX_QUERIES: Setting = Setting {
    name: "TRIBUTARY_MAX_QUERIES",
    default: "100",
    meaning: "How many queries one process of the API waits for at once; one more is answered 429. Half of them \
              may be one API key's; callers without a key may have all. Those that go on after a 202 do not count.",
};
pub(super) const MAX_RUNNING: Setting = Setting {
    name: "TRIBUTARY_MAX_RUNNING",
    default: "0",
    meaning: "How many queries of the API may run at once, in all its processes together, those that go on after a 202 \
              included; one more is answered 429. Half of them may be one API key's; callers without a key may have \
              all. `0`: only Athena bounds them. At most 1000.",
};
pub(super) const RESULT_REUSE: Setting = Setting {
    name: "TRIBUTARY_RESULT_REUSE",
    default: "0s",
    meaning: "How old a result may be that Athena answers again instead of running the query; `0s`: it runs.",
};
pub(super) const PRICE_PER_TB: Setting = Setting {
    name: "TRIBUTARY_PRICE_PER_TB",
    default: "5",
    meaning: "What Athena charges per TB scanned, in US dollars, for the estimates in answers and in the log, and for \
              daily budgets in dollars.",
};
pub(super) const SCAN_TIERS: Setting = Setting {
    name: "TRIBUTARY_SCAN_TIERS",
    default: "",
    meaning: "Workgroups and the bytes at which each stops a query, as `name=bytes` with commas between them. A query \
              of an API key with `--max-bytes-scanned` runs in the one with the most bytes that the key allows.",
};
pub(super) const CORS_ORIGINS: Setting = Setting {
    name: "TRIBUTARY_CORS_ORIGINS",
    default: "",
    meaning: "The origins whose pages may call the API from a browser, with commas between them, or `*` for all.",
};

/// The most that the bound on running queries may be: its counts are looked at one by one where all are taken.
const MOST_RUNNING: u32 = 1_000;

/// The longest that Athena keeps a result for reuse.
const MAX_REUSE: Duration = Duration::from_secs(7 * 24 * 3_600);

/// The settings of the API, wherever it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuerySettings {
    /// How long a request waits for its query.
    pub wait: Duration,
    /// The highest limit of a request.
    pub max_rows: u64,
    /// What else bounds and describes the answers.
    pub limits: ApiLimits,
    /// How old the catalog snapshot may be.
    pub catalog_cache: Duration,
    /// Who may use the API, and for what.
    pub access: AccessSettings,
}

impl QuerySettings {
    pub(super) fn read(raw: &impl Fn(Setting) -> Raw) -> Result<Self, InvalidSetting> {
        Ok(Self {
            wait: raw(WAIT).duration()?,
            max_rows: raw(MAX_ROWS).number(1)?,
            limits: ApiLimits::read(raw)?,
            catalog_cache: raw(CATALOG_CACHE).duration()?,
            access: AccessSettings::read(raw)?,
        })
    }
}

/// What bounds and describes the API's answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiLimits {
    /// The largest file that a result is written to, in bytes.
    pub max_rendered: u64,
    /// How many queries one process waits for at once.
    pub max_queries: usize,
    /// How many queries may run at once in all processes together; `None` leaves it to the engine.
    pub max_running: Option<u32>,
    /// How old a reused result may be, in whole minutes; `None` runs every query.
    pub result_reuse: Option<Duration>,
    /// The price per TB scanned, in millionths of a dollar.
    pub price_per_tb: u64,
    /// The workgroups that stop a query at a bound.
    pub scan_tiers: ScanTiers,
    /// The origins that a browser may call from; `*` stands alone.
    pub cors_origins: Vec<String>,
}

impl ApiLimits {
    fn read(raw: &impl Fn(Setting) -> Raw) -> Result<Self, InvalidSetting> {
        let max_rendered = raw(MAX_RENDERED).bytes()?;
        if !(1 << 20..=512 << 20).contains(&max_rendered) {
            // It is put together in memory.
            return Err(raw(MAX_RENDERED).invalid("it must be from 1MiB to 512MiB"));
        }
        let max_queries = raw(MAX_QUERIES).number(1)?;
        let running = raw(MAX_RUNNING);
        let max_running = running.value.parse::<u32>().ok().filter(|most| *most <= MOST_RUNNING);
        let max_running = max_running
            .ok_or_else(|| running.invalid("expected a whole number from 0 to 1000, for example 50"))?;
        let reuse = raw(RESULT_REUSE).duration()?;
        if !reuse.as_millis().is_multiple_of(60_000) || reuse > MAX_REUSE {
            return Err(raw(RESULT_REUSE).invalid("it must be whole minutes up to 168h, for example 10m"));
        }
        let price = raw(PRICE_PER_TB);
        Ok(Self {
            max_rendered,
            max_queries: usize::try_from(max_queries).unwrap_or(usize::MAX),
            max_running: Some(max_running).filter(|most| *most > 0),
            result_reuse: Some(reuse).filter(|reuse| !reuse.is_zero()),
            price_per_tb: price.value.parse::<Dollars>().map_err(|error| price.invalid(error))?.micros(),
            scan_tiers: ScanTiers::read(&raw(SCAN_TIERS))?,
            cors_origins: origins(&raw(CORS_ORIGINS))?,
        })
    }
}

fn origins(raw: &Raw) -> Result<Vec<String>, InvalidSetting> {
    let items: Vec<String> =
        raw.value.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect();
    if items.iter().any(|item| item == "*") {
        let alone = items.len() == 1;
        return if alone { Ok(items) } else { Err(raw.invalid("* stands alone: it allows every origin")) };
    }
    // What a browser sends: a scheme, a host and perhaps a port, and no slash at the end.
    let is_origin = |item: &String| {
        let host = item.strip_prefix("https://").or_else(|| item.strip_prefix("http://"));
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b':');
        host.is_some_and(|host| !host.is_empty() && host.bytes().all(allowed))
    };
    if items.iter().all(is_origin) {
        Ok(items)
    } else {
        Err(raw.invalid("expected origins as a browser sends them, for example https://app.example.com"))
    }
}
