//! `EXPLAIN` of a query, or of a statement that would write a query's rows: the plan, whether there is one (`TYPE VALIDATE`), or
//! the tables that the statement reads, and the one that it writes (`TYPE IO`).
//!
//! The answer of `TYPE IO` is JSON in the form of Trino's `IoPlanPrinter`, in one line: a line is a row here. Trino breaks lines in
//! it.

use domain::port::ResultColumn;
use engine::{Estimate, TableId};
use futures::TryStreamExt;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Lines, Run, catalog::Catalog, parse::Explained};
use crate::athena::{RunError, RunForm, runner::defect, service::Inner, writer::Written};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IoPlan {
    input_table_column_infos: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_table: Option<TableId>,
    estimate: Estimate,
}

/// What is planned in the place of a statement that would write nothing, since its table is there: Trino's planner takes one row
/// with the number of rows that are written (`LogicalPlanner`, `isCreateTableAsSelectNoOp`).
const WRITES_NOTHING: &str = "SELECT 0 AS \"rows\"";

impl Inner {
    /// The plan of the query.
    pub(super) async fn explain_plan(
        &self,
        run: &Run,
        catalog: &Catalog<'_>,
        of: Explained,
    ) -> Result<Written, RunError> {
        let (query, _) = self.explained(run, catalog, of).await?;
        let query = query.unwrap_or_else(|| WRITES_NOTHING.to_owned());
        let plan = self.rows(run, query, RunForm::Plan).await?;
        let chunks: Vec<_> = plan.chunks.try_collect().await?;
        let text: Vec<u8> = chunks.into_iter().flat_map(|chunk| chunk.bytes).collect();
        let text = String::from_utf8_lossy(&text);
        let lines = text.lines().map(str::to_owned).collect();
        self.lines(run, Lines { columns: plan.columns, lines }).await
    }

    /// Says `true`, unless the statement would fail before it writes.
    pub(super) async fn validate(
        &self,
        run: &Run,
        catalog: &Catalog<'_>,
        of: Explained,
    ) -> Result<Written, RunError> {
        match of {
            // What is wrong with it is found when it is planned.
            Explained::Query(query) => drop(self.rows(run, query, RunForm::Columns).await?),
            write @ Explained::Write(_) => drop(self.explained(run, catalog, write).await?),
        }
        let column = ResultColumn { name: "Valid".to_owned(), data_type: "boolean".to_owned() };
        let (columns, lines) = (vec![column], vec!["true".to_owned()]);
        self.lines(run, Lines { columns, lines }).await
    }

    pub(super) async fn explain_io(
        &self,
        run: &Run,
        catalog: &Catalog<'_>,
        of: Explained,
    ) -> Result<Written, RunError> {
        let (query, output_table) = self.explained(run, catalog, of).await?;
        let mut inputs = String::from("[]");
        if let Some(query) = query {
            let answer = self.rows(run, query, RunForm::Inputs).await?;
            let chunks: Vec<_> = answer.chunks.try_collect().await?;
            let bytes: Vec<u8> = chunks.into_iter().flat_map(|chunk| chunk.bytes).collect();
            inputs = String::from_utf8_lossy(&bytes).into_owned();
        }
        let broken = |_| defect("the plan is no JSON");
        let plan = IoPlan {
            input_table_column_infos: RawValue::from_string(inputs).map_err(broken)?,
            output_table,
            estimate: Estimate::unknown(),
        };
        let line = serde_json::to_string(&plan).map_err(broken)?;
        let column = ResultColumn { name: "Query Plan".to_owned(), data_type: "varchar".to_owned() };
        self.lines(run, Lines { columns: vec![column], lines: vec![line] }).await
    }

    /// The query whose rows a statement shows or would write, and the table to which it would write them. There is no query
    /// where the statement would write nothing.
    async fn explained(
        &self,
        run: &Run,
        catalog: &Catalog<'_>,
        of: Explained,
    ) -> Result<(Option<String>, Option<TableId>), RunError> {
        let write = match of {
            Explained::Query(query) => return Ok((Some(query), None)),
            Explained::Write(write) => write,
        };
        Ok(match self.would_write(run, catalog, *write).await? {
            Some(planned) => {
                let database = catalog.database(&planned.table);
                let table = TableId::new(database, planned.table.table.as_str());
                (Some(planned.query), Some(table))
            }
            None => (None, None),
        })
    }
}
