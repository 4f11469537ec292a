//! What may stand in a FROM clause: tables, names of WITH clauses, subqueries and `UNNEST`, joined.

use sqlparser::ast::{Join, JoinConstraint, JoinOperator, TableFactor, TableFunctionArgs, TableWithJoins};

use super::{
    Checked, Policy, Unsupported, Walk, called, clause::table_alias, fold, parts, refuse, refuse_if,
};

const NO_FUNCTION: &str = "table functions are not available";
const NO_RELATION: &str =
    "this kind of relation in FROM is not supported: name a dataset, or write a subquery";
const NO_JOIN: &str = "this kind of join is not supported: use JOIN, LEFT, RIGHT, FULL or CROSS JOIN";

impl<P: Policy> Walk<'_, P> {
    /// One element of a FROM clause, with what is joined to it.
    pub(super) fn joined(&mut self, TableWithJoins { relation, joins }: &TableWithJoins) -> Checked<P> {
        self.relation(relation)?;
        joins.iter().try_for_each(|join| self.join(join))
    }

    fn join(&mut self, Join { relation, global, join_operator }: &Join) -> Checked<P> {
        refuse_if(*global, "GLOBAL JOIN", "GLOBAL JOIN is not supported")?;
        self.relation(relation)?;
        let other = match join_operator {
            JoinOperator::Join(constraint)
            | JoinOperator::Inner(constraint)
            | JoinOperator::Left(constraint)
            | JoinOperator::LeftOuter(constraint)
            | JoinOperator::Right(constraint)
            | JoinOperator::RightOuter(constraint)
            | JoinOperator::FullOuter(constraint) => return self.constraint(constraint),
            JoinOperator::CrossJoin(JoinConstraint::None) => return Ok(()),
            JoinOperator::CrossJoin(_) => {
                let sentence = "CROSS JOIN takes no ON and no USING: write JOIN";
                return Ok(refuse("CROSS JOIN with ON or USING", sentence)?);
            }
            JoinOperator::Semi(_) | JoinOperator::LeftSemi(_) | JoinOperator::RightSemi(_) => "SEMI JOIN",
            JoinOperator::Anti(_) | JoinOperator::LeftAnti(_) | JoinOperator::RightAnti(_) => "ANTI JOIN",
            JoinOperator::CrossApply | JoinOperator::OuterApply => "APPLY",
            JoinOperator::AsOf { .. } => "ASOF JOIN",
            JoinOperator::StraightJoin(_) => "STRAIGHT_JOIN",
            JoinOperator::ArrayJoin | JoinOperator::LeftArrayJoin | JoinOperator::InnerArrayJoin => {
                "ARRAY JOIN"
            }
        };
        Ok(refuse(other, NO_JOIN)?)
    }

    fn constraint(&mut self, constraint: &JoinConstraint) -> Checked<P> {
        match constraint {
            JoinConstraint::On(condition) => self.expression(condition),
            JoinConstraint::Using(columns) => {
                columns.iter().try_for_each(|column| parts(column).map(drop))?;
                Ok(())
            }
            // Trino parses it, and plans it not.
            JoinConstraint::Natural => {
                Ok(refuse("NATURAL JOIN", "NATURAL JOIN is not supported by Athena: write JOIN ... USING")?)
            }
            JoinConstraint::None => {
                let construct = "a JOIN without ON or USING (write CROSS JOIN, or JOIN ... ON)";
                let sentence = "a JOIN has ON or USING behind its table: write one of them, or CROSS JOIN";
                Ok(refuse(construct, sentence)?)
            }
        }
    }

    fn relation(&mut self, relation: &TableFactor) -> Checked<P> {
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
                let versions = "FOR VERSION and FOR TIMESTAMP are not supported";
                refuse_if(version.is_some(), "FOR VERSION or FOR TIMESTAMP", versions)?;
                let is_sampled = sample.is_some() && !(P::SAMPLES && args.is_none());
                refuse_if(is_sampled, "TABLESAMPLE", "TABLESAMPLE is not supported")?;
                let plain = with_hints.is_empty() && partitions.is_empty() && index_hints.is_empty();
                refuse_if(
                    !plain || json_path.is_some(),
                    "a hint after a table's name",
                    "a hint after a table's name is not supported",
                )?;
                table_alias(alias.as_ref())?;
                match args {
                    None => {
                        refuse_if(*with_ordinality, "WITH ORDINALITY", "WITH ORDINALITY is for UNNEST")?;
                        self.table(name)
                    }
                    Some(TableFunctionArgs { args, settings: None }) => {
                        let is_unnest = called(name)?
                            .is_some_and(|name| name.quote_style.is_none() && fold(name) == "unnest");
                        refuse_if(!is_unnest, "a table function", NO_FUNCTION)?;
                        self.arguments("unnest", args)
                    }
                    Some(_) => Ok(refuse("a table function", NO_FUNCTION)?),
                }
            }
            TableFactor::UNNEST {
                alias,
                array_exprs,
                with_offset: false,
                with_offset_alias: None,
                with_ordinality: _,
            } => {
                table_alias(alias.as_ref())?;
                self.expressions(array_exprs)
            }
            TableFactor::Derived { lateral: false, subquery, alias, sample }
                if sample.is_none() || P::SAMPLES =>
            {
                table_alias(alias.as_ref())?;
                self.query(subquery, false)
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                table_alias(alias.as_ref())?;
                self.deeper(|walk| walk.joined(table_with_joins))
            }
            other => Ok(unsupported(other)?),
        }
    }
}

/// Names what is no relation here.
fn unsupported(relation: &TableFactor) -> Result<(), Unsupported> {
    let construct = match relation {
        TableFactor::TableFunction { .. } | TableFactor::Function { .. } => {
            return refuse("a table function", NO_FUNCTION);
        }
        TableFactor::Derived { lateral: true, .. } => "LATERAL",
        TableFactor::Derived { .. } => "TABLESAMPLE",
        TableFactor::UNNEST { .. } => "this form of UNNEST",
        TableFactor::JsonTable { .. } => "JSON_TABLE",
        TableFactor::MatchRecognize { .. } => "MATCH_RECOGNIZE",
        TableFactor::Pivot { .. } => "PIVOT",
        TableFactor::Unpivot { .. } => "UNPIVOT",
        _ => "this kind of relation in FROM",
    };
    refuse(construct, NO_RELATION)
}
