//! The values of a column that a query reads: ranges of them, and null or not. Trino calls it `Domain`.
//!
//! All values of one domain have one type, and none of them is null or NaN.

use std::cmp::Ordering;

use datafusion::common::ScalarValue;

/// The most ranges that are shown. Of more, the range is shown that spans them (Trino's `Domain.simplify`).
const MOST_RANGES: usize = 32;

/// Where a range ends.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct End {
    pub(super) value: ScalarValue,
    /// Whether the value itself belongs to the range.
    pub(super) is_included: bool,
}

/// The values between two ends. Without an end, there is no bound.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Range {
    pub(super) low: Option<End>,
    pub(super) high: Option<End>,
}

impl Range {
    const WHOLE: Self = Self { low: None, high: None };

    fn is_empty(&self) -> bool {
        let (Some(low), Some(high)) = (&self.low, &self.high) else { return false };
        match compare(&low.value, &high.value) {
            Ordering::Less => false,
            Ordering::Equal => !(low.is_included && high.is_included),
            Ordering::Greater => true,
        }
    }
}

/// The values that a column may have.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Domain {
    pub(super) nulls: bool,
    /// In their order; no two of them have a value in common.
    ranges: Vec<Range>,
}

impl Domain {
    pub(super) fn not_null() -> Self {
        Self { nulls: false, ranges: vec![Range::WHOLE] }
    }

    pub(super) fn only_null() -> Self {
        Self { nulls: true, ranges: Vec::new() }
    }

    /// These values, and not null.
    pub(super) fn of(values: impl IntoIterator<Item = ScalarValue>) -> Self {
        let point = |value: ScalarValue| {
            let end = End { value, is_included: true };
            Range { low: Some(end.clone()), high: Some(end) }
        };
        Self { nulls: false, ranges: in_order(values).into_iter().map(point).collect() }
    }

    /// All values but these, and not null.
    pub(super) fn except(values: impl IntoIterator<Item = ScalarValue>) -> Self {
        let mut low = None;
        let mut ranges = Vec::new();
        for value in in_order(values) {
            let end = End { value, is_included: false };
            ranges.push(Range { low: low.take(), high: Some(end.clone()) });
            low = Some(end);
        }
        ranges.push(Range { low, high: None });
        Self { nulls: false, ranges }
    }

    /// The values of a range, and not null.
    pub(super) fn between(low: Option<End>, high: Option<End>) -> Self {
        let range = Range { low, high };
        Self { nulls: false, ranges: if range.is_empty() { Vec::new() } else { vec![range] } }
    }

    pub(super) fn or_null(self, nulls: bool) -> Self {
        Self { nulls: self.nulls || nulls, ..self }
    }

    pub(super) fn ranges(&self) -> &[Range] {
        &self.ranges
    }

    /// Whether there is no value, and no null.
    pub(super) fn is_none(&self) -> bool {
        !self.nulls && self.ranges.is_empty()
    }

    /// Whether it says nothing.
    pub(super) fn is_all(&self) -> bool {
        self.nulls && self.ranges == [Range::WHOLE]
    }

    /// What is in both.
    pub(super) fn intersect(&self, other: &Self) -> Self {
        let mut ranges = Vec::new();
        let (mut these, mut those) = (self.ranges.iter().peekable(), other.ranges.iter().peekable());
        while let (Some(this), Some(that)) = (these.peek(), those.peek()) {
            let low = if low_order(this, that).is_ge() { &this.low } else { &that.low };
            let ends_first = high_order(this, that).is_le();
            let high = if ends_first { &this.high } else { &that.high };
            let both = Range { low: low.clone(), high: high.clone() };
            if !both.is_empty() {
                ranges.push(both);
            }
            if ends_first {
                these.next();
            } else {
                those.next();
            }
        }
        Self { nulls: self.nulls && other.nulls, ranges }
    }

    /// What is in any of them.
    pub(super) fn union(domains: impl IntoIterator<Item = Self>) -> Self {
        let (mut nulls, mut all) = (false, Vec::new());
        for domain in domains {
            nulls |= domain.nulls;
            all.extend(domain.ranges);
        }
        all.sort_by(low_order);
        let mut ranges: Vec<Range> = Vec::with_capacity(all.len());
        for range in all {
            match ranges.last_mut() {
                Some(last) if meet(last, &range) => {
                    if high_order(last, &range).is_lt() {
                        last.high = range.high;
                    }
                }
                _ => ranges.push(range),
            }
        }
        Self { nulls, ranges }
    }

    /// Whether the value, which may be null, is in it.
    pub(super) fn contains(&self, value: &ScalarValue) -> bool {
        if value.is_null() {
            return self.nulls;
        }
        let is_below = |end: &End| match compare(&end.value, value) {
            Ordering::Less => true,
            Ordering::Equal => !end.is_included,
            Ordering::Greater => false,
        };
        let at = self.ranges.partition_point(|range| range.high.as_ref().is_some_and(is_below));
        let begins = |end: &End| match compare(&end.value, value) {
            Ordering::Less => true,
            Ordering::Equal => end.is_included,
            Ordering::Greater => false,
        };
        self.ranges.get(at).is_some_and(|range| range.low.as_ref().is_none_or(begins))
    }

    /// The same, or more, in as many ranges as are shown.
    pub(super) fn simplified(self) -> Self {
        let ranges = match self.ranges.as_slice() {
            [first, .., last] if self.ranges.len() > MOST_RANGES => {
                vec![Range { low: first.low.clone(), high: last.high.clone() }]
            }
            _ => self.ranges,
        };
        Self { ranges, ..self }
    }
}

/// The values, each once.
fn in_order(values: impl IntoIterator<Item = ScalarValue>) -> Vec<ScalarValue> {
    let mut values: Vec<ScalarValue> = values.into_iter().collect();
    values.sort_by(compare);
    values.dedup();
    values
}

fn compare(one: &ScalarValue, other: &ScalarValue) -> Ordering {
    // Values of one type have an order.
    one.partial_cmp(other).unwrap_or(Ordering::Equal)
}

/// Which range begins first.
fn low_order(one: &Range, other: &Range) -> Ordering {
    match (&one.low, &other.low) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(one), Some(other)) => {
            compare(&one.value, &other.value).then(other.is_included.cmp(&one.is_included))
        }
    }
}

/// Which range ends first.
fn high_order(one: &Range, other: &Range) -> Ordering {
    match (&one.high, &other.high) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(one), Some(other)) => {
            compare(&one.value, &other.value).then(one.is_included.cmp(&other.is_included))
        }
    }
}

/// Whether there is no value between two ranges. The first begins first.
fn meet(first: &Range, then: &Range) -> bool {
    let (Some(high), Some(low)) = (&first.high, &then.low) else { return true };
    match compare(&low.value, &high.value) {
        Ordering::Less => true,
        Ordering::Equal => low.is_included || high.is_included,
        Ordering::Greater => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the domains are compared on: the wholes, and what is between them.
    fn values() -> impl Iterator<Item = ScalarValue> {
        (-1..=9).map(|half| ScalarValue::from(f64::from(half) / 2.0)).chain([ScalarValue::Float64(None)])
    }

    fn whole(number: i32) -> ScalarValue {
        ScalarValue::from(f64::from(number))
    }

    fn domains() -> Vec<Domain> {
        let mut domains = vec![
            Domain::not_null(),
            Domain::only_null(),
            Domain::not_null().or_null(true),
            Domain::of([]),
            Domain::of([whole(3), whole(1), whole(3)]),
            Domain::except([whole(1)]),
            Domain::except([whole(4), whole(2)]).or_null(true),
        ];
        let ends = |value: i32| {
            [None, Some(true), Some(false)]
                .map(|included| included.map(|is_included| End { value: whole(value), is_included }))
        };
        for (low, high) in [(0, 2), (2, 4), (2, 2), (3, 1)] {
            for low in ends(low) {
                domains.extend(ends(high).into_iter().map(|high| Domain::between(low.clone(), high)));
            }
        }
        domains
    }

    #[test]
    fn ranges_are_the_sets_that_they_stand_for() {
        assert!(Domain::of([whole(3), whole(1)]).contains(&whole(1)));
        assert!(!Domain::of([whole(3), whole(1)]).contains(&whole(2)));
        assert!(!Domain::except([whole(1)]).contains(&whole(1)));
        let domains = domains();
        for one in &domains {
            for other in &domains {
                let both = one.intersect(other);
                let any = Domain::union([one.clone(), other.clone()]);
                for value in values() {
                    let (here, there) = (one.contains(&value), other.contains(&value));
                    assert_eq!(both.contains(&value), here && there, "{value}: {one:?} and {other:?}");
                    assert_eq!(any.contains(&value), here || there, "{value}: {one:?} or {other:?}");
                }
                let is_empty = values().all(|value| !both.contains(&value));
                assert_eq!(both.is_none(), is_empty, "{one:?} and {other:?}");
                for domain in [both, any] {
                    let apart = domain.ranges.windows(2).all(|pair| !meet(&pair[0], &pair[1]));
                    assert!(apart && domain.ranges.iter().all(|range| !range.is_empty()), "{domain:?}");
                }
            }
        }
    }

    #[test]
    fn what_says_nothing_is_all() {
        let below = Domain::between(None, Some(End { value: whole(1), is_included: false }));
        let from = Domain::between(Some(End { value: whole(1), is_included: true }), None);
        assert_eq!(Domain::union([from.clone(), below.clone()]), Domain::not_null());
        assert!(Domain::union([from, below, Domain::only_null()]).is_all());
        assert!(!Domain::not_null().is_all());
    }

    /// As in Trino's `testIoExplain`: 55 partitions are shown as one range.
    #[test]
    fn many_ranges_are_shown_as_one() {
        let few = Domain::of((0..32).map(whole));
        assert_eq!(few.clone().simplified(), few);
        let many = Domain::of((0..33).map(whole)).or_null(true).simplified();
        let end = |number| Some(End { value: whole(number), is_included: true });
        assert_eq!(many, Domain::between(end(0), end(32)).or_null(true));
    }
}
