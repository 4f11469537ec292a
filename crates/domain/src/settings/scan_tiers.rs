//! The workgroups that stop a query at a bound on the bytes that it may scan.

use super::{
    InvalidSetting,
    raw::{Raw, is_workgroup},
};

/// The lowest cutoff that Athena takes for a workgroup, in bytes.
const LEAST_CUTOFF: u64 = 10_000_000;

/// One workgroup, and where it stops a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanTier {
    /// The workgroup's name.
    pub workgroup: String,
    /// Its cutoff, in bytes: Athena cancels a query of it that scans more.
    pub cutoff: u64,
}

/// All of them, the lowest cutoff first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanTiers(Vec<ScanTier>);

impl ScanTiers {
    /// The tiers in the order of their cutoffs.
    pub fn new(mut tiers: Vec<ScanTier>) -> Self {
        tiers.sort_by(|one, other| (one.cutoff, &one.workgroup).cmp(&(other.cutoff, &other.workgroup)));
        Self(tiers)
    }

    /// The tier with the highest cutoff that is not above `bound` bytes. `None` if every cutoff is above it.
    pub fn within(&self, bound: u64) -> Option<&ScanTier> {
        self.0.iter().rev().find(|tier| tier.cutoff <= bound)
    }

    /// The lowest cutoff there is, in bytes.
    pub fn lowest(&self) -> Option<u64> {
        self.0.first().map(|tier| tier.cutoff)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &ScanTier> {
        self.0.iter()
    }

    pub(super) fn read(raw: &Raw) -> Result<Self, InvalidSetting> {
        let mut tiers: Vec<ScanTier> = Vec::new();
        for item in raw.value.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let expected = || {
                raw.invalid("expected workgroups and bytes, for example tributary-scan-100000000=100000000")
            };
            let (workgroup, cutoff) = item.split_once('=').ok_or_else(expected)?;
            let cutoff: u64 = cutoff.parse().map_err(|_| expected())?;
            if !is_workgroup(workgroup) {
                return Err(expected());
            }
            if cutoff < LEAST_CUTOFF {
                return Err(
                    raw.invalid("a workgroup stops queries at 10000000 bytes or more: Athena takes no less")
                );
            }
            if tiers.iter().any(|tier| tier.workgroup == workgroup) {
                return Err(raw.invalid("every workgroup may be named once"));
            }
            tiers.push(ScanTier { workgroup: workgroup.to_owned(), cutoff });
        }
        Ok(Self::new(tiers))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(value: &str) -> Result<ScanTiers, InvalidSetting> {
        ScanTiers::read(&Raw { name: "TIERS", value: value.to_owned() })
    }

    #[test]
    fn tiers_are_read_in_any_order() {
        let tiers = read("b=200000000, a=10000000,main=10000000000").unwrap();
        let cutoffs: Vec<u64> = tiers.iter().map(|tier| tier.cutoff).collect();
        assert_eq!(cutoffs, [10_000_000, 200_000_000, 10_000_000_000]);
        assert_eq!(tiers.lowest(), Some(10_000_000));
        assert_eq!(read("").unwrap(), ScanTiers::default());
    }

    #[test]
    fn what_is_no_tier_is_refused() {
        for (value, words) in [
            ("a", "expected workgroups and bytes"),
            ("a=", "expected workgroups and bytes"),
            ("a=1GB", "expected workgroups and bytes"),
            ("a b=10000000", "expected workgroups and bytes"),
            ("=10000000", "expected workgroups and bytes"),
            ("a=9999999", "10000000 bytes or more"),
            ("a=10000000,a=20000000", "named once"),
        ] {
            let message = read(value).unwrap_err().to_string();
            assert!(message.contains(words), "{message}");
        }
    }

    proptest! {
        #[test]
        fn the_tier_is_the_highest_that_the_bound_allows(
            cutoffs in prop::collection::vec(1_u64..100, 0..6),
            bound in 0_u64..110,
        ) {
            let tier = |(at, cutoff): (usize, &u64)| ScanTier { workgroup: format!("w{at}"), cutoff: *cutoff };
            let tiers = ScanTiers::new(cutoffs.iter().enumerate().map(tier).collect());
            let expected = cutoffs.iter().filter(|cutoff| **cutoff <= bound).max();
            prop_assert_eq!(tiers.within(bound).map(|tier| &tier.cutoff), expected);
        }
    }
}
