use datafusion::sql::sqlparser::ast::{Join, TableFactor, TableWithJoins};

use super::{Flow, holds_query, refuse, refuse_if};
use crate::unnest;

/// One relation of a FROM clause.
pub(super) fn check(factor: &TableFactor) -> Flow {
    match factor {
        // One that is taken here was written as a query.
        TableFactor::Table { sample: Some(_), .. } | TableFactor::Derived { sample: Some(_), .. } => {
            refuse("TABLESAMPLE")
        }
        // What is one was recognized.
        TableFactor::Table { args, .. } => refuse_if(args.is_some(), "this form of UNNEST"),
        TableFactor::NestedJoin { table_with_joins, .. } => check_joins(table_with_joins),
        TableFactor::UNNEST { array_exprs, .. } => {
            refuse_if(holds_query(array_exprs), "a subquery in UNNEST")
        }
        TableFactor::Derived { .. } => Flow::Continue(()),
        _ => refuse("this kind of relation in FROM"),
    }
}

/// The joins of one element of a FROM clause.
pub(super) fn check_joins(element: &TableWithJoins) -> Flow {
    element.joins.iter().try_for_each(check_join)
}

fn check_join(Join { relation, global: _, join_operator }: &Join) -> Flow {
    let is_unnest = matches!(relation, TableFactor::UNNEST { .. });
    refuse_if(
        is_unnest && !unnest::is_joined_by_nothing(join_operator),
        "a JOIN with UNNEST other than CROSS JOIN, LEFT JOIN ... ON true and INNER JOIN ... ON true",
    )
}
