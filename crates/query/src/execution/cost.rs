//! What an answer cost, and where it came from.
//!
//! Dollars are an estimate: Athena charges for the bytes that a query scanned, rounded up to the next megabyte and
//! 10 MB at least (<https://aws.amazon.com/athena/pricing/>, $5 per TB in us-west-2 and most regions). Megabytes
//! and terabytes are taken as powers of two. A failed query is not charged, a cancelled one for what it scanned.

use chrono::{DateTime, Utc};
use domain::{
    access::{Dollars, usage},
    port::QueryStatus,
};

use crate::lake::generations::Generations;

const MIB: u64 = 1 << 20;

/// Where an answer came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CacheState {
    /// A query ran for it.
    Miss,
    /// A query that ran for another request at the same time.
    Shared,
    /// The engine answered an earlier result.
    Reused,
    /// No query: the caller has the answer already, or it is a page of a result that lies there.
    Hit,
}

impl CacheState {
    /// The value of `Tributary-Cache`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Miss => "miss",
            Self::Shared => "shared",
            Self::Reused => "reused",
            Self::Hit => "hit",
        }
    }
}

/// What happened for one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cost {
    /// Where it came from.
    pub(crate) cache: CacheState,
    /// Rows in the answer, if it has any.
    pub(crate) rows: Option<u64>,
    /// The engine's id, unless no query was needed.
    pub(crate) query_id: Option<String>,
    /// Bytes that the query read.
    pub(crate) bytes_scanned: u64,
    /// Milliseconds that the engine worked on it.
    pub(crate) engine_millis: u64,
    /// What the answer added to the bill: nothing, unless a query ran for it.
    pub(crate) price: Price,
    /// The generations that it was read from, in one digest.
    pub(crate) generation: Option<String>,
    /// When the newest of them was committed.
    pub(crate) freshness: Option<DateTime<Utc>>,
}

impl Cost {
    /// Of an answer that the caller has already.
    pub(crate) fn without_query(generations: &Generations) -> Self {
        Self {
            cache: CacheState::Hit,
            rows: None,
            query_id: None,
            bytes_scanned: 0,
            engine_millis: 0,
            price: Price::default(),
            generation: Some(generations.digest.clone()),
            freshness: generations.freshness,
        }
    }
}

/// Bytes that count for a query in this state, as the engine bills them: also of one that failed, which Athena does not
/// bill, since it read them all the same.
pub(crate) fn billed(status: &QueryStatus) -> u64 {
    if status.reused { 0 } else { usage::billed(status.bytes_scanned) }
}

/// How many bytes may be scanned for so much, by the price per TB in millionths of a dollar. Without a price, any number.
pub(crate) fn bytes_for(dollars: Dollars, per_tb: u64) -> u64 {
    if per_tb == 0 {
        return u64::MAX;
    }
    let bytes = (u128::from(dollars.micros()) << 40) / u128::from(per_tb);
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

/// Billionths of a dollar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Price(u64);

impl Price {
    /// The price of a query that scanned so many bytes, by the price per TB in millionths of a dollar.
    pub(crate) fn of_query(bytes_scanned: u64, per_tb: u64) -> Self {
        let mebibytes = usage::billed(bytes_scanned).div_ceil(MIB);
        // A TB has 2^20 MB.
        let nanos = u128::from(mebibytes) * u128::from(per_tb) * 1_000 / u128::from(MIB);
        Self(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// The price of both.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// In billionths of a dollar.
    #[cfg(feature = "lambda")]
    pub(crate) fn nanodollars(self) -> u64 {
        self.0
    }

    /// In dollars, as a decimal number.
    pub(crate) fn dollars(self) -> String {
        let text = format!("{}.{:09}", self.0 / 1_000_000_000, self.0 % 1_000_000_000);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use domain::port::{Fault, QueryState};

    use super::*;

    const FIVE: u64 = 5_000_000;
    const MINIMUM: u64 = 10 * MIB;

    #[test]
    fn the_least_is_ten_megabytes_and_the_rest_by_the_megabyte() {
        let dollars = |bytes| Price::of_query(bytes, FIVE).dollars();
        assert_eq!(dollars(0), "0.000047683");
        assert_eq!(dollars(MINIMUM), "0.000047683");
        assert_eq!(dollars(MINIMUM + 1), dollars(11 * MIB));
        assert_eq!(dollars(1 << 40), "5");
        assert_eq!(dollars(3 << 39), "7.5");
        assert_eq!(Price::default().dollars(), "0");
        assert_eq!(Price::of_query(u64::MAX, u64::MAX), Price(u64::MAX));
    }

    #[test]
    fn dollars_buy_bytes() {
        let bytes = |text: &str, per_tb| bytes_for(text.parse().unwrap(), per_tb);
        assert_eq!(bytes("5", FIVE), 1 << 40);
        assert_eq!(bytes("2.5", FIVE), 1 << 39);
        assert_eq!(bytes("0", FIVE), 0);
        assert_eq!(bytes("0.000001", 0), u64::MAX);
        assert_eq!(bytes("18446744073709", 1), u64::MAX);
    }

    #[test]
    fn a_failed_query_counts_and_an_earlier_result_does_not() {
        let of = |state, reused| {
            let (bytes_scanned, engine_millis) = (MINIMUM + 1, 0);
            billed(&QueryStatus { state, bytes_scanned, engine_millis, submitted_at: None, reused })
        };
        assert_eq!(of(QueryState::Cancelled, false), 11 * MIB);
        assert_eq!(
            of(QueryState::Failed { reason: String::new(), retryable: false, fault: Fault::Engine }, false),
            11 * MIB
        );
        assert_eq!(of(QueryState::Succeeded, true), 0);
    }
}
