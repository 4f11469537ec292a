//! How many different values a row group has, by a sample.

use super::trial::Trial;

/// Different values of one leaf column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Growth {
    /// Of the sample.
    pub(super) in_sample: f64,
    /// Of a row group, estimated.
    pub(super) in_row_group: f64,
}

impl Growth {
    /// From the dictionaries of half the sample and of all of it, for a row group that is `scale` times as long.
    pub(super) fn new(plain: &Trial, half: &Trial, whole: &Trial, scale: f64) -> Self {
        let values = plain.values as f64;
        // Entries are as long as values are on average.
        let distinct = |dictionary: u64| dictionary as f64 / plain.uncompressed.max(1) as f64 * values;
        let in_sample = distinct(whole.dictionary).clamp(1.0, values.max(1.0));
        let in_half = distinct(half.dictionary).clamp(1.0, in_sample);
        Self { in_sample, in_row_group: estimate(values, in_half, in_sample, scale) }
    }
}

/// Different values among `values * scale`, if there are `in_half` among `values / 2` and `in_sample` among `values`.
///
/// Two estimates are known. If all values are equally frequent, it follows how many there are in all: too few, if some
/// are rare. If the number goes on growing as it grew from half the sample to all of it, it becomes too many, if most
/// have been seen. The truth is between them.
fn estimate(values: f64, in_half: f64, in_sample: f64, scale: f64) -> f64 {
    let all = values * scale;
    if scale <= 1.0 {
        return in_sample.min(all.max(1.0));
    }
    let growing = in_sample * scale.powf((in_sample / in_half).log2().clamp(0.0, 1.0));
    // Beyond many times the row group's values, the number makes no difference.
    let population = population(values, in_sample, all * 16.0);
    let expected = population * (1.0 - (-all / population).exp());
    (growing * expected).sqrt().clamp(in_sample, all)
}

/// Of how many equally frequent values there are `distinct` among `values`; at most `most`.
fn population(values: f64, distinct: f64, most: f64) -> f64 {
    let (mut low, mut high) = (distinct, most.max(distinct));
    for _ in 0..48 {
        let middle = f64::midpoint(low, high);
        if middle * (1.0 - (-values / middle).exp()) < distinct {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::drawn::Random;

    use super::*;

    /// The estimate from a sample of 4,096 for 24 times as many, and the truth.
    fn compared(mut value: impl FnMut(&mut Random) -> u64) -> (f64, f64) {
        let mut random = Random::new(7);
        let values: Vec<u64> = (0..24 * 4_096).map(|_| value(&mut random)).collect();
        let distinct = |count: usize| values[..count].iter().collect::<BTreeSet<_>>().len() as f64;
        (estimate(4_096.0, distinct(2_048), distinct(4_096), 24.0), distinct(values.len()))
    }

    #[test]
    fn estimates_are_near_enough_to_decide_by() {
        for population in [1, 2, 10, 1_000, 10_000, 100_000, usize::MAX] {
            let (estimated, truth) = compared(|random| random.below(population) as u64);
            assert!((0.4..2.8).contains(&(estimated / truth)), "{population}: {estimated}, and {truth}");
        }
        // A few frequent values and many rare ones.
        let (estimated, truth) = compared(|random| {
            1_000_000 / (1 + random.below(1_000_000) as u64) * 100 + random.below(3) as u64
        });
        assert!((0.2..5.0).contains(&(estimated / truth)), "{estimated}, and {truth}");
    }

    #[test]
    fn a_row_group_that_is_shorter_than_the_sample_has_no_more_than_its_values() {
        assert_eq!(estimate(1_000.0, 400.0, 700.0, 0.5), 500.0);
        assert_eq!(estimate(1_000.0, 400.0, 300.0, 0.5), 300.0);
    }
}
