use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn a_mean_is_the_nearest_and_of_two_the_one_away_from_zero(
        total in -1_000_000_i128..1_000_000,
        count in 1_i64..1_000,
    ) {
        let found = mean(i256::from_i128(total), count).to_i128().unwrap();
        let count = i128::from(count);
        let off = total - found * count;
        prop_assert!(2 * off.abs() <= count);
        prop_assert!(2 * off.abs() < count || off.signum() != total.signum());
    }

    #[test]
    fn what_is_taken_off_again_was_never_there(
        values in prop::collection::vec(any::<Option<i64>>(), 1..50),
        kept in prop::collection::vec(-1_000_000_i64..1_000_000, 1..50),
    ) {
        let mut sums = Sums::new(&Arrow::Int64, &Arrow::Int64, false).unwrap();
        sums.grow(1);
        let column = |values: Int64Array| Arc::new(values) as ArrayRef;
        let passing = column(values.into_iter().collect());
        sums.add(&passing, |_| Some(0), false).unwrap();
        sums.add(&column(kept.iter().copied().map(Some).collect()), |_| Some(0), false).unwrap();
        sums.add(&passing, |_| Some(0), true).unwrap();
        let answer = sums.answers(0..1).unwrap();
        prop_assert_eq!(answer.as_primitive::<Int64Type>().value(0), kept.iter().sum::<i64>());
    }
}
