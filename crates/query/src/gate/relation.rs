//! What may stand in a FROM clause: datasets, names of WITH clauses, subqueries and `UNNEST`, joined.

use sqlparser::ast::{Join, JoinConstraint, JoinOperator, TableFactor, TableFunctionArgs, TableWithJoins};

use super::{
    Refused,
    clause::{refuse, refuse_if},
    scope::{Walk, fold, parts},
};

type Checked = Result<(), Refused>;

impl Walk<'_> {
    /// One element of a FROM clause, with what is joined to it.
    pub(super) fn joined(&mut self, TableWithJoins { relation, joins }: &TableWithJoins) -> Checked {
        self.relation(relation)?;
        joins.iter().try_for_each(|join| self.join(join))
    }

    fn join(&mut self, Join { relation, global, join_operator }: &Join) -> Checked {
        refuse_if(*global, "GLOBAL JOIN is not supported")?;
        self.relation(relation)?;
        match join_operator {
            JoinOperator::Join(constraint)
            | JoinOperator::Inner(constraint)
            | JoinOperator::Left(constraint)
            | JoinOperator::LeftOuter(constraint)
            | JoinOperator::Right(constraint)
            | JoinOperator::RightOuter(constraint)
            | JoinOperator::FullOuter(constraint)
            | JoinOperator::CrossJoin(constraint) => match constraint {
                JoinConstraint::On(condition) => self.expression(condition),
                JoinConstraint::Using(columns) => {
                    columns.iter().try_for_each(|column| parts(column).map(drop))
                }
                JoinConstraint::Natural | JoinConstraint::None => Ok(()),
            },
            _ => refuse("this kind of join is not supported: use JOIN, LEFT, RIGHT, FULL or CROSS JOIN"),
        }
    }

    fn relation(&mut self, relation: &TableFactor) -> Checked {
        match relation {
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
                refuse_if(version.is_some(), "FOR VERSION and FOR TIMESTAMP are not supported")?;
                refuse_if(sample.is_some(), "TABLESAMPLE is not supported")?;
                let hinted = !(with_hints.is_empty() && partitions.is_empty() && index_hints.is_empty());
                refuse_if(hinted || json_path.is_some(), "a hint after a table's name is not supported")?;
                self.alias(alias.as_ref())?;
                match args {
                    None => {
                        refuse_if(*with_ordinality, "WITH ORDINALITY is for UNNEST")?;
                        self.table(name)
                    }
                    Some(TableFunctionArgs { args, settings: None }) => {
                        let unnest = matches!(parts(name)?.as_slice(), [name] if name.quote_style.is_none() && fold(name) == "unnest");
                        refuse_if(!unnest, "table functions are not available")?;
                        self.arguments(args)
                    }
                    Some(_) => refuse("table functions are not available"),
                }
            }
            TableFactor::UNNEST {
                alias,
                array_exprs,
                with_offset: false,
                with_offset_alias: None,
                with_ordinality: _,
            } => {
                self.alias(alias.as_ref())?;
                self.expressions(array_exprs)
            }
            TableFactor::Derived { lateral: false, subquery, alias, sample: None } => {
                self.alias(alias.as_ref())?;
                self.query(subquery)
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                self.alias(alias.as_ref())?;
                self.deeper(|walk| walk.joined(table_with_joins))
            }
            TableFactor::TableFunction { .. } | TableFactor::Function { .. } => {
                refuse("table functions are not available")
            }
            _ => {
                refuse("this kind of relation in FROM is not supported: name a dataset, or write a subquery")
            }
        }
    }
}
