//! `EXPLAIN (TYPE IO)`: the tables that a statement reads, and the one that it writes.
//!
//! The answer is JSON in the form of Trino's `IoPlanPrinter`, in one line: a line is a row here. Trino breaks lines in it.

use domain::port::ResultColumn;
use engine::{Estimate, TableId};
use futures::TryStreamExt;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Lines, Run, catalog::Catalog, parse::Io};
use crate::athena::{RunError, RunForm, lifecycle::defect, service::Inner, writer::Written};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IoPlan {
    input_table_column_infos: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_table: Option<TableId>,
    estimate: Estimate,
}

impl Inner {
    pub(super) async fn explain_io(
        &self,
        run: &Run,
        catalog: &Catalog<'_>,
        of: Io,
    ) -> Result<Written, RunError> {
        let (query, output_table) = match of {
            Io::Query(query) => (Some(query), None),
            Io::Write(write) => match self.would_write(run, catalog, *write).await? {
                Some(planned) => {
                    let database = catalog.database(&planned.table);
                    let table = TableId::new(database, planned.table.table.as_str());
                    (Some(planned.query), Some(table))
                }
                None => (None, None),
            },
        };
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
}
