//! What a key with a daily budget, or a bound on its queries, has used: one small object for each such key, changed only
//! in the version that was read. So it holds for every process that answers, and keys without such limits cost nothing.
//! The queries of all callers together are counted in the same way, if they are bounded: in several objects, each with a
//! few places, since all processes change them ([`Holder::Running`]).
//!
//! A query is entered before it starts, and its whole bound is set aside. When it is over, the entry goes, and what the
//! engine billed counts instead. An entry that nobody settles (its process died, or nobody came back for its rows) counts
//! in full until it expires, and is charged in full then: what is not known is never taken for nothing.

mod holder;
mod share;
mod store;

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::LEAST_BILLED;

pub use holder::Holder;
pub use share::entry_id;
pub use store::{Changed, UsageError, load, update};

/// The newest format of the object that this code writes and reads.
pub const FORMAT: u32 = 1;

/// The most queries of one key at a time, whatever the key allows: it bounds the object.
pub const MOST_OPEN: usize = 100;

const MIB: u64 = 1 << 20;

/// What the engine bills for a query that scanned so many bytes, in bytes: rounded up to the next MiB, 10 MiB at least.
pub fn billed(bytes_scanned: u64) -> u64 {
    bytes_scanned.max(LEAST_BILLED).div_ceil(MIB).saturating_mul(MIB)
}

/// What a key has used, and the queries of it that are not settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// See [`FORMAT`].
    pub format: u32,
    /// The UTC day that is counted.
    pub day: NaiveDate,
    /// Bytes that were charged for queries of this day.
    pub charged: u64,
    /// The queries that are not settled, in the order in which they were entered.
    pub open: Vec<OpenQuery>,
}

/// A query that is not settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenQuery {
    /// Names the entry; nobody else's has it.
    pub id: String,
    /// The day that it counts on: the one on which it was entered.
    pub day: NaiveDate,
    /// Bytes that are set aside for it.
    pub reserved: u64,
    /// When it is charged in full, if nobody has settled it.
    pub expires_at: DateTime<Utc>,
    /// The engine's id, once the query goes on without its request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution: Option<String>,
}

/// What a key may use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UsageLimits {
    /// The most queries at a time.
    pub max_queries: Option<u32>,
    /// The most bytes of a UTC day.
    pub daily_bytes: Option<u64>,
}

/// A query that is to be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewQuery {
    /// Names the entry; nobody else's has it.
    pub id: String,
    /// Bytes to set aside.
    pub reserved: u64,
    /// When it is charged in full, if nobody has settled it.
    pub expires_at: DateTime<Utc>,
}

/// Why a query may not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// As many queries as the key may have are open.
    #[error("{maximum} queries are open already")]
    TooMany {
        /// How many there may be.
        maximum: u32,
    },
    /// As many queries of one API key as it may have of those of all callers are open.
    #[error("{maximum} queries of the key are open already, which is its share")]
    Share {
        /// How many there may be.
        maximum: u32,
    },
    /// Too little of the day's budget is left.
    #[error("of {budget} bytes, {charged} are used and {reserved} set aside; {wanted} are wanted")]
    Budget {
        /// The bytes of a day.
        budget: u64,
        /// Bytes that were charged.
        charged: u64,
        /// Bytes that are set aside for queries that are open.
        reserved: u64,
        /// Bytes that the query wants set aside.
        wanted: u64,
        /// When the next day begins.
        resets_at: DateTime<Utc>,
    },
}

impl Usage {
    /// Nothing used on this day.
    pub fn new(day: NaiveDate) -> Self {
        Self { format: FORMAT, day, charged: 0, open: Vec::new() }
    }

    /// Enters a query if the limits allow it. One that is entered already stays as it is: a repeated call changes
    /// nothing.
    pub fn begin(&mut self, now: DateTime<Utc>, limits: UsageLimits, new: &NewQuery) -> Result<(), Refused> {
        if self.open.iter().any(|query| query.id == new.id) {
            return Ok(());
        }
        self.advance(now);
        let most = u32::try_from(MOST_OPEN).unwrap_or(u32::MAX);
        let maximum = limits.max_queries.map_or(most, |maximum| maximum.min(most));
        if self.open.len() >= maximum as usize {
            return Err(Refused::TooMany { maximum });
        }
        let reserved = self.reserved();
        if let Some(budget) = limits.daily_bytes
            && self.charged.saturating_add(reserved).saturating_add(new.reserved) > budget
        {
            let (charged, wanted, resets_at) = (self.charged, new.reserved, self.resets_at());
            return Err(Refused::Budget { budget, charged, reserved, wanted, resets_at });
        }
        self.open.push(OpenQuery {
            id: new.id.clone(),
            day: self.day,
            reserved: new.reserved,
            expires_at: new.expires_at,
            execution: None,
        });
        Ok(())
    }

    /// Notes that the query goes on as this execution, and until when it may. Answers whether it is entered.
    pub fn hand_over(&mut self, id: &str, execution: &str, expires_at: DateTime<Utc>) -> bool {
        let Some(query) = self.open.iter_mut().find(|query| query.id == id) else { return false };
        query.execution = Some(execution.to_owned());
        query.expires_at = expires_at;
        true
    }

    /// Takes out each query that `is` says is meant, and charges so many bytes for each; without a number what was set
    /// aside. A query of an earlier day is taken out and not charged. Answers whether there was one.
    pub fn settle(&mut self, bytes: Option<u64>, is: impl Fn(&OpenQuery) -> bool) -> bool {
        let before = self.open.len();
        let (day, charged) = (self.day, &mut self.charged);
        self.open.retain(|query| {
            let goes = is(query);
            if goes && query.day == day {
                *charged = charged.saturating_add(bytes.unwrap_or(query.reserved));
            }
            !goes
        });
        self.open.len() < before
    }

    /// Bytes that are set aside on this day.
    pub fn reserved(&self) -> u64 {
        let of_day = self.open.iter().filter(|query| query.day == self.day);
        of_day.fold(0, |sum: u64, query| sum.saturating_add(query.reserved))
    }

    /// Charges what has expired, and begins another day when it has come. It never goes back a day: of two processes one
    /// may have a clock that is somewhat behind.
    fn advance(&mut self, now: DateTime<Utc>) {
        self.settle(None, |query| query.expires_at <= now);
        if now.date_naive() > self.day {
            self.day = now.date_naive();
            self.charged = 0;
        }
    }

    fn resets_at(&self) -> DateTime<Utc> {
        let next = self.day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
        next.and_time(chrono::NaiveTime::MIN).and_utc()
    }
}

#[cfg(test)]
mod tests;
