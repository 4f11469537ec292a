use datafusion::{
    arrow::datatypes::{Field, Schema},
    logical_expr::{col, utils::split_conjunction},
};

use super::*;

#[test]
fn only_what_may_skip_row_groups_is_compared_twice() {
    let fields = ["x", "y"].map(|name| Field::new(name, Arrow::Float64, true));
    let schema = DFSchema::try_from(Schema::new(fields.to_vec())).unwrap();
    for (condition, in_a_filter) in [
        (col("x").gt(lit(1.5)), 2),
        (lit(1.5).lt_eq(col("x") + lit(1.5)), 2),
        (col("x").gt(col("y")), 1),
        ((col("x") + lit(2.5)).lt(col("y") * lit(1.5)), 1),
        (col("x").between(lit(0.5), lit(2.5)), 4),
        (col("x").between(col("y"), lit(2.5)), 3),
        (col("x").between(col("y"), col("y")), 2),
    ] {
        let calls = if matches!(condition, Expr::Between(_)) { 2 } else { 1 };
        for (is_filter, expected) in [(true, in_a_filter), (false, calls)] {
            let found = compared(condition.clone(), &Place { is_filter }, &schema).unwrap();
            assert_eq!(split_conjunction(&found).len(), expected, "{condition}: {found}");
        }
    }
}
