//! Conditions that are a function's: that of a join, which fails once the query is cancelled, and those into which DataFusion
//! shall not look.

use datafusion::arrow::datatypes::DataType as Arrow;

use super::own::Own;

/// Answers its argument. A query cannot call it by its name.
pub(super) fn watched() -> Own {
    let takes = |given: &[Arrow]| (given.len() == 1).then(|| given.to_vec());
    Own::new("watched", takes, |given| given[0].clone(), |columns| Ok(columns[0].clone()))
}

/// Answers its argument, a boolean. A query cannot call it by its name.
pub(super) fn unseen() -> Own {
    let takes = |given: &[Arrow]| match given {
        [Arrow::Boolean | Arrow::Null] => Some(vec![Arrow::Boolean]),
        _ => None,
    };
    Own::new("unseen", takes, |_| Arrow::Boolean, |columns| Ok(columns[0].clone()))
}
