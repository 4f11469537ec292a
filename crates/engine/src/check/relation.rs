use datafusion::sql::sqlparser::ast::{
    Join, JoinConstraint, JoinOperator, TableAlias, TableFactor, TableWithJoins,
};

use super::{Flow, expression::holds_query, refuse, refuse_if};
use crate::unnest;

/// One relation of a FROM clause.
pub(super) fn check(factor: &TableFactor) -> Flow {
    let (alias, sample) = match factor {
        TableFactor::Table {
            name,
            alias,
            args,
            with_hints,
            version,
            with_ordinality,
            partitions,
            json_path,
            sample,
            index_hints,
        } => {
            let function =
                if name.to_string() == "unnest" { "this form of UNNEST" } else { "a table function" };
            refuse_if(args.is_some(), function)?;
            refuse_if(version.is_some(), "FOR VERSION or FOR TIMESTAMP")?;
            refuse_if(*with_ordinality, "WITH ORDINALITY")?;
            let hinted = !(with_hints.is_empty() && partitions.is_empty() && index_hints.is_empty());
            refuse_if(hinted || json_path.is_some(), "a hint after a table's name")?;
            (alias, sample)
        }
        TableFactor::Derived { lateral, subquery: _, alias, sample } => {
            refuse_if(*lateral, "LATERAL")?;
            (alias, sample)
        }
        TableFactor::NestedJoin { table_with_joins, alias } => {
            check_joins(table_with_joins)?;
            (alias, &None)
        }
        TableFactor::UNNEST { alias, array_exprs, .. } => {
            refuse_if(holds_query(array_exprs), "a subquery in UNNEST")?;
            (alias, &None)
        }
        TableFactor::TableFunction { .. } | TableFactor::Function { .. } => {
            return refuse("a table function");
        }
        TableFactor::JsonTable { .. } => return refuse("JSON_TABLE"),
        TableFactor::MatchRecognize { .. } => return refuse("MATCH_RECOGNIZE"),
        TableFactor::Pivot { .. } => return refuse("PIVOT"),
        TableFactor::Unpivot { .. } => return refuse("UNPIVOT"),
        _ => return refuse("this kind of relation in FROM"),
    };
    refuse_if(sample.is_some(), "TABLESAMPLE")?;
    refuse_if(alias.as_ref().is_some_and(|TableAlias { at, .. }| at.is_some()), "AT after a table's alias")
}

/// The joins of one element of a FROM clause.
pub(super) fn check_joins(element: &TableWithJoins) -> Flow {
    element.joins.iter().try_for_each(check_join)
}

fn check_join(Join { relation, global, join_operator }: &Join) -> Flow {
    refuse_if(*global, "GLOBAL JOIN")?;
    let is_unnest = matches!(relation, TableFactor::UNNEST { .. });
    refuse_if(
        is_unnest && !unnest::is_joined_by_nothing(join_operator),
        "a JOIN with UNNEST other than CROSS JOIN, LEFT JOIN ... ON true and INNER JOIN ... ON true",
    )?;
    match join_operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint)
        | JoinOperator::CrossJoin(constraint) => {
            refuse_if(matches!(constraint, JoinConstraint::Natural), "NATURAL JOIN")
        }
        JoinOperator::Semi(_) | JoinOperator::LeftSemi(_) | JoinOperator::RightSemi(_) => refuse("SEMI JOIN"),
        JoinOperator::Anti(_) | JoinOperator::LeftAnti(_) | JoinOperator::RightAnti(_) => refuse("ANTI JOIN"),
        JoinOperator::CrossApply | JoinOperator::OuterApply => refuse("APPLY"),
        JoinOperator::AsOf { .. } => refuse("ASOF JOIN"),
        JoinOperator::StraightJoin(_) => refuse("STRAIGHT_JOIN"),
        JoinOperator::ArrayJoin | JoinOperator::LeftArrayJoin | JoinOperator::InnerArrayJoin => {
            refuse("ARRAY JOIN")
        }
    }
}
