//! How an `UNNEST` becomes a node of a plan, and the node an operator.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::{
    catalog::Session,
    error::{DataFusionError, Result},
    execution::context::QueryPlanner,
    logical_expr::{
        Extension, LogicalPlan, LogicalPlanBuilder, UserDefinedLogicalNode,
        physical_planning_context::PhysicalPlanningContext,
        planner::{PlannedRelation, RelationPlanner, RelationPlannerContext, RelationPlanning},
    },
    physical_plan::ExecutionPlan,
    physical_planner::{DefaultPhysicalPlanner, ExtensionPlanner, PhysicalPlanner},
    sql::sqlparser::ast::{Expr, Join, JoinOperator, TableAlias, TableFactor, TableWithJoins},
};

use super::{
    exec::UnnestExec,
    node::{Shape, Unnest},
};
use crate::error::EngineError;

/// Plans an `UNNEST`, with what is on its left: see [`super::fold`].
#[derive(Debug)]
pub(crate) struct Relations;

impl RelationPlanner for Relations {
    fn plan_relation(
        &self,
        relation: TableFactor,
        context: &mut dyn RelationPlannerContext,
    ) -> Result<RelationPlanning> {
        match relation {
            TableFactor::UNNEST { alias: Some(alias), array_exprs, with_ordinality, .. } => {
                let one_row = LogicalPlanBuilder::empty(true).build()?;
                planned(one_row, array_exprs, shape(alias, with_ordinality, false), context)
            }
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                let TableWithJoins { relation, mut joins } = *table_with_joins;
                match joins.pop() {
                    Some(join) if joins.is_empty() => match join.relation {
                        TableFactor::UNNEST { alias: Some(alias), array_exprs, with_ordinality, .. } => {
                            let keeps_all = matches!(
                                join.join_operator,
                                JoinOperator::Left(_) | JoinOperator::LeftOuter(_)
                            );
                            let left = context.plan(relation)?;
                            planned(left, array_exprs, shape(alias, with_ordinality, keeps_all), context)
                        }
                        other => {
                            joins.push(Join { relation: other, ..join });
                            Ok(original(relation, joins))
                        }
                    },
                    last => {
                        joins.extend(last);
                        Ok(original(relation, joins))
                    }
                }
            }
            other => Ok(RelationPlanning::Original(Box::new(other))),
        }
    }
}

fn original(relation: TableFactor, joins: Vec<Join>) -> RelationPlanning {
    let table_with_joins = Box::new(TableWithJoins { relation, joins });
    RelationPlanning::Original(Box::new(TableFactor::NestedJoin { table_with_joins, alias: None }))
}

fn shape(alias: TableAlias, has_ordinality: bool, keeps_all: bool) -> Shape {
    let columns = alias.columns.into_iter().map(|column| column.name.value).collect();
    Shape { relation: alias.name.value, columns, has_ordinality, keeps_all }
}

fn planned(
    input: LogicalPlan,
    arguments: Vec<Expr>,
    shape: Shape,
    context: &mut dyn RelationPlannerContext,
) -> Result<RelationPlanning> {
    let mut exprs = Vec::with_capacity(arguments.len());
    for argument in arguments {
        let expr = context.sql_to_expr(argument, input.schema())?;
        if expr.contains_outer() {
            let what = "an UNNEST of a column of the query around it (write a lambda expression, or join)";
            return Err(DataFusionError::External(Box::new(EngineError::unsupported(what))));
        }
        exprs.push(expr);
    }
    let node = Arc::new(Unnest::new(input, exprs, shape)?);
    let plan = LogicalPlan::Extension(Extension { node });
    Ok(RelationPlanning::Planned(Box::new(PlannedRelation::new(plan, None))))
}

/// DataFusion's planner, which knows the nodes of `UNNEST`.
#[derive(Debug)]
pub(crate) struct Planner;

#[async_trait]
impl QueryPlanner for Planner {
    async fn create_physical_plan(
        &self,
        logical_plan: &LogicalPlan,
        session: &dyn Session,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let planner = DefaultPhysicalPlanner::with_extension_planners(vec![Arc::new(Nodes)]);
        planner.create_physical_plan(logical_plan, session).await
    }
}

struct Nodes;

#[async_trait]
impl ExtensionPlanner for Nodes {
    async fn plan_extension(
        &self,
        planner: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        _logical: &[&LogicalPlan],
        inputs: &[Arc<dyn ExecutionPlan>],
        session: &dyn Session,
        context: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let (Some(node), [input]) = (node.as_any().downcast_ref::<Unnest>(), inputs) else {
            return Ok(None);
        };
        let schema = node.input().schema();
        let exprs = node.exprs().iter();
        let exprs = exprs.map(|expr| planner.create_physical_expr(expr, schema, session, context));
        let exprs = exprs.collect::<Result<Vec<_>>>()?;
        let output = Arc::clone(UserDefinedLogicalNode::schema(node).inner());
        let shape = node.shape();
        let exec = UnnestExec::new(Arc::clone(input), exprs, output, shape.has_ordinality, shape.keeps_all);
        Ok(Some(Arc::new(exec)))
    }
}
