//! The compiler by itself: from a request's text to SQL, without an API around it.

use domain::Dataset;

use crate::{
    plan::{RowLimits, RowsPlan, with_one_more},
    request::RowsRequest,
    sql,
};

/// What a request for rows becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiled {
    /// One SELECT in Athena's SQL, with `?` where a value goes.
    pub sql: String,
    /// One SQL literal for each `?`, in order; each of 1 to 1,024 characters.
    pub parameters: Vec<String>,
    /// What the SELECT is made of.
    pub shape: Shape,
}

/// The parts of a SELECT, counted: what a reader of the SQL must find in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// The names of the columns, in order: those of the answer, then those that only say where the rows go on.
    pub columns: Vec<String>,
    /// How many conditions AND holds together in WHERE.
    pub filters: usize,
    /// How many of the columns are grouped by.
    pub keys: usize,
    /// How many terms ORDER BY has.
    pub order: usize,
    /// The most rows, of which one is not in the answer: it says that there are more.
    pub limit: u64,
}

/// Compiles the query string of `/v1/datasets/{dataset}/rows` (without its `?`) for the dataset's table in
/// `database`. `Err` is the sentence that a caller would be told.
pub fn compile(dataset: &Dataset, raw: &str, database: &str, max_rows: u64) -> Result<Compiled, String> {
    let limits = RowLimits { default_rows: max_rows.min(crate::settings::DEFAULT_ROWS), max_rows };
    let request = RowsRequest::parse(raw).map_err(|problem| problem.to_string())?;
    let plan = RowsPlan::new(dataset, &request, limits).map_err(|problem| problem.to_string())?;
    let statement = sql::compile(&plan, database).bounded().map_err(|problem| problem.to_string())?;
    let keys = plan.columns.iter().filter(|selected| !selected.is_aggregate()).count();
    Ok(Compiled {
        sql: statement.sql,
        parameters: statement.parameters.into_iter().map(crate::plan::literal::Literal::into_text).collect(),
        shape: Shape {
            columns: plan
                .columns
                .iter()
                .chain(&plan.keys.hidden)
                .map(|selected| selected.output.name.clone())
                .collect(),
            filters: plan.filters.len(),
            keys: if plan.grouped { keys } else { 0 },
            order: plan.order.len(),
            limit: with_one_more(plan.limit),
        },
    })
}
