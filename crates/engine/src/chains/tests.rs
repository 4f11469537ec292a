use datafusion::{
    arrow::datatypes::{DataType as Arrow, Field, Schema},
    common::DFSchema,
    logical_expr::{LogicalPlanBuilder, col},
};
use proptest::prelude::*;

use super::*;
use crate::stack;

/// What a tree of AND and OR says of columns that are true, false or null, by SQL's rules.
fn answer(expr: &Expr, values: &[Option<bool>]) -> Option<bool> {
    match expr {
        Expr::Column(column) => values[column.name[1..].parse::<usize>().unwrap()],
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            let decided = *op == Operator::Or;
            match (answer(left, values), answer(right, values)) {
                (Some(side), _) | (_, Some(side)) if side == decided => Some(decided),
                (Some(_), Some(_)) => Some(!decided),
                _ => None,
            }
        }
        other => panic!("{other}"),
    }
}

/// The columns from left to right.
fn order(expr: &Expr) -> Vec<String> {
    expr.to_string()
        .split(' ')
        .map(|word| word.trim_matches(['(', ')']))
        .filter(|word| word.starts_with('c'))
        .map(str::to_owned)
        .collect()
}

/// A chain that leans to one side, of columns or of chains of the other operator.
fn chain(lengths: &[usize], op: Operator, leans_left: bool, next: &mut usize) -> Expr {
    let (length, within) = lengths.split_first().unwrap();
    let other = if op == Operator::And { Operator::Or } else { Operator::And };
    let mut parts: Vec<Expr> = (0..*length)
        .map(|part| {
            // One part of each chain is a chain.
            if part == length / 2 && !within.is_empty() {
                return chain(within, other, !leans_left, next);
            }
            *next += 1;
            col(format!("c{}", *next - 1))
        })
        .collect();
    let both = |left, right| Expr::BinaryExpr(BinaryExpr::new(Box::new(left), op, Box::new(right)));
    if leans_left {
        parts.into_iter().reduce(both).unwrap()
    } else {
        parts.reverse();
        parts.into_iter().reduce(|right, left| both(left, right)).unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn balanced_chains_say_the_same_in_the_same_order(
        lengths in prop::collection::vec(1_usize..120, 1..4),
        is_and: bool,
        leans_left: bool,
        seed: [u8; 32],
    ) {
        let (op, mut columns) = (if is_and { Operator::And } else { Operator::Or }, 0);
        let written = chain(&lengths, op, leans_left, &mut columns);
        let balanced = flat(written.clone()).unwrap().data;
        prop_assert_eq!(order(&balanced), order(&written));
        // Of each chain: at most the levels that are left alone.
        prop_assert!(size(&balanced).unwrap().levels <= (MAX_CHAINED + 1) * lengths.len());
        for round in 0..16_usize {
            let value = |column: usize| {
                let drawn = seed[(column * 7 + round) % seed.len()].wrapping_mul(column as u8 | 1) as usize + round;
                // Most of them leave the answer open.
                [None, Some(is_and), Some(is_and), Some(is_and), Some(!is_and)][drawn % 5]
            };
            let values: Vec<Option<bool>> = (0..columns).map(value).collect();
            prop_assert_eq!(answer(&balanced, &values), answer(&written, &values));
        }
        // What is balanced stays as it is.
        prop_assert!(!flat(balanced).unwrap().transformed);
    }
}

fn plan() -> LogicalPlanBuilder {
    let schema = Schema::new(vec![Field::new("c0", Arrow::Boolean, true)]);
    let rows = LogicalPlan::EmptyRelation(datafusion::logical_expr::EmptyRelation {
        produce_one_row: false,
        schema: Arc::new(DFSchema::try_from(schema).unwrap()),
    });
    LogicalPlanBuilder::from(rows)
}

/// On a stack on which all of them fit.
#[tokio::test]
async fn what_is_deep_or_large_is_refused_by_name() {
    stack::deep(async { deep_or_large() }).await;
}

fn deep_or_large() {
    let nots = |levels: usize| (0..levels).fold(col("c0"), |inner, _| Expr::Not(Box::new(inner)));
    let wide = |parts: usize| joined(vec![col("c0"); parts], Operator::Or).unwrap();
    for (condition, reason) in [
        (nots(400), None),
        (nots(600), Some("nests more than 500 levels")),
        (wide(200_000), None),
        (wide(300_000), Some("more than 500000 parts")),
    ] {
        let found = size(&condition).unwrap();
        match (checked(found), reason) {
            (Ok(()), None) => {}
            (Err(error), Some(reason)) => assert!(error.to_string().contains(reason), "{error}"),
            (other, _) => panic!("{found:?}: {other:?}"),
        }
    }
    let deep = plan().filter(nots(600)).unwrap().build().unwrap();
    let error = balanced(deep).unwrap_err();
    assert!(matches!(&error, EngineError::Failed(failure) if failure.code == "NOT_SUPPORTED"), "{error:?}");
}

/// Between DataFusion's rules, over a condition of two hundred parts of which no two are the same.
#[test]
fn every_rule_leaves_little_depth() {
    let condition =
        |n: usize| col("c0").eq(lit(n.is_multiple_of(2))).or(lit(n as i64).lt(lit(3_i64)).and(col("c0")));
    let leaning = (0..200).map(condition).reduce(Expr::and).unwrap();
    let filtered = plan().filter(leaning).unwrap().build().unwrap();
    let found = node(filtered).unwrap().data;
    assert!(size_of_node(&found).unwrap().levels < 24);
    assert_eq!(rules().len(), 2 * Optimizer::new().rules.len());
    assert!(rules().iter().skip(1).step_by(2).all(|rule| rule.name() == "balance_chains"));
}
