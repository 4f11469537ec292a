use std::sync::Arc;

use datafusion::arrow::array::Float64Array;
use proptest::prelude::*;

use super::*;

const ALL: [Statistic; 13] = [
    Statistic::Corr,
    Statistic::CovarPop,
    Statistic::CovarSamp,
    Statistic::Entropy,
    Statistic::GeometricMean,
    Statistic::Kurtosis,
    Statistic::RegrIntercept,
    Statistic::RegrSlope,
    Statistic::Skewness,
    Statistic::StddevPop,
    Statistic::StddevSamp,
    Statistic::VarPop,
    Statistic::VarSamp,
];

fn of(statistic: Statistic, pairs: &[(f64, f64)]) -> Numbers {
    let column = |numbers: Vec<f64>| Arc::new(Float64Array::from(numbers)) as ArrayRef;
    let mut columns = vec![column(pairs.iter().map(|pair| pair.0).collect())];
    if statistic.is_of_pairs() {
        columns.push(column(pairs.iter().map(|pair| pair.1).collect()));
    }
    let mut numbers = statistic.accumulator(&Arrow::Float64);
    numbers.update_batch(&columns).unwrap();
    numbers
}

/// By its definition, in two passes.
fn defined(statistic: Statistic, pairs: &[(f64, f64)]) -> Option<f64> {
    let n = pairs.len() as f64;
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let (mean_y, mean_x) = (mean(&|pair| pair.0), mean(&|pair| pair.1));
    let power = |exponent: i32| pairs.iter().map(|pair| (pair.0 - mean_y).powi(exponent)).sum::<f64>();
    let products: f64 = pairs.iter().map(|pair| (pair.0 - mean_y) * (pair.1 - mean_x)).sum();
    let squares_x: f64 = pairs.iter().map(|pair| (pair.1 - mean_x).powi(2)).sum();
    let slope = products / squares_x;
    let sum: f64 = pairs.iter().map(|pair| pair.0).sum();
    let at_least = |least: f64, answer: f64| (n >= least).then_some(answer);
    match statistic {
        Statistic::Corr => at_least(2.0, products / (squares_x * power(2)).sqrt()),
        Statistic::CovarPop => at_least(1.0, products / n),
        Statistic::CovarSamp => at_least(2.0, products / (n - 1.0)),
        Statistic::Entropy => {
            let part = |pair: &(f64, f64)| pair.0 / sum * (sum / pair.0).log2();
            Some(pairs.iter().map(part).sum())
        }
        Statistic::GeometricMean => {
            at_least(1.0, (pairs.iter().map(|pair| pair.0.ln()).sum::<f64>() / n).exp())
        }
        Statistic::Kurtosis => at_least(
            4.0,
            n * (n + 1.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0)) * power(4) / power(2).powi(2)
                - 3.0 * (n - 1.0).powi(2) / ((n - 2.0) * (n - 3.0)),
        ),
        Statistic::RegrIntercept => at_least(2.0, mean_y - slope * mean_x),
        Statistic::RegrSlope => at_least(2.0, slope),
        Statistic::Skewness => at_least(3.0, n.sqrt() * power(3) / power(2).powf(1.5)),
        Statistic::StddevPop => at_least(1.0, (power(2) / n).sqrt()),
        Statistic::StddevSamp => at_least(2.0, (power(2) / (n - 1.0)).sqrt()),
        Statistic::VarPop => at_least(1.0, power(2) / n),
        Statistic::VarSamp => at_least(2.0, power(2) / (n - 1.0)),
    }
}

fn is_near(found: Option<f64>, expected: Option<f64>) -> bool {
    match (found, expected) {
        (Some(found), Some(expected)) => (found - expected).abs() <= 1e-6 * expected.abs().max(1.0),
        (found, expected) => found == expected,
    }
}

proptest! {
    #[test]
    fn each_is_what_it_is_defined_to_be_and_merges(
        first in prop::collection::vec((1_u8..100, 1_u8..100), 0..30),
        second in prop::collection::vec((1_u8..100, 1_u8..100), 0..30),
    ) {
        let numbers = |pairs: &[(u8, u8)]| -> Vec<(f64, f64)> {
            pairs.iter().map(|pair| (pair.0.into(), pair.1.into())).collect()
        };
        let (first, second) = (numbers(&first), numbers(&second));
        let all = [first.clone(), second.clone()].concat();
        let varies = |of: &dyn Fn(&(f64, f64)) -> f64| all.iter().any(|pair| of(pair) != of(&all[0]));
        let varies = varies(&|pair| pair.0) && varies(&|pair| pair.1);
        let degenerate = !all.is_empty() && !varies;
        for statistic in ALL {
            let needs_variance = statistic.is_of_pairs()
                || matches!(statistic, Statistic::Kurtosis | Statistic::Skewness);
            if degenerate && needs_variance {
                continue;
            }
            let at_once = of(statistic, &all).answer();
            let expected = if all.is_empty() && statistic == Statistic::Entropy {
                Some(0.0)
            } else {
                defined(statistic, &all)
            };
            prop_assert!(is_near(at_once, expected), "{statistic:?}: {at_once:?}, {expected:?}");
            let mut merged = of(statistic, &first);
            merged.merge(of(statistic, &second).kept);
            prop_assert!(is_near(merged.answer(), expected), "{statistic:?} merged");
        }
    }
}
