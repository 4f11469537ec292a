//! A request held against a dataset: every name is a column (`column`), every value has its column's type (`value`) and is sent
//! as a literal (`literal`).

mod between;
pub(crate) mod column;
mod condition;
mod depth;
mod filters;
pub(crate) mod literal;
mod order;
pub(crate) mod pattern;
mod prune;
mod seek;
mod select;
pub(crate) mod value;

use domain::{Dataset, DatasetName};

use crate::{
    problem::{Problem, ProblemKind, listing, quote},
    request::{RawPath, RowsRequest},
};
use column::{Operand, OutputColumn, TableColumn};

pub(crate) use condition::{Comparison, Condition};
pub(crate) use order::{OrderBy, OrderKey};
pub(crate) use seek::Keys;
pub(crate) use select::{Aggregate, Expression, Selected};

/// What to read from one table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RowsPlan {
    /// The dataset, whose name is the table's.
    pub(crate) dataset: DatasetName,
    /// The columns of the answer, in order; never empty, no two of one name.
    pub(crate) columns: Vec<Selected>,
    /// What a row must pass, all of it: the caller's filters, then those that only prune partitions.
    pub(crate) filters: Vec<Condition>,
    /// Whether rows are grouped, by every column of the answer that is no aggregate.
    pub(crate) grouped: bool,
    /// The order of rows, in which no two of them tie; empty only for the one row of aggregates alone.
    pub(crate) order: Vec<OrderBy>,
    /// The most rows of the answer. The statement gives one more, which says whether there are more.
    pub(crate) limit: u64,
    /// What says where the rows go on that the answer has no room for.
    pub(crate) keys: Keys,
}

/// How many rows a request gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowLimits {
    /// Without `limit`.
    pub(crate) default_rows: u64,
    /// With any.
    pub(crate) max_rows: u64,
}

impl RowsPlan {
    /// Holds the request against the dataset.
    pub(crate) fn new(dataset: &Dataset, request: &RowsRequest, limits: RowLimits) -> Result<Self, Problem> {
        let columns = select::columns(dataset, request.select.as_deref())?;
        let grouped = columns.iter().any(Selected::is_aggregate);
        if grouped {
            select::groupable(dataset, &columns)?;
        }
        let mut filters = filters::filters(dataset, request)?;
        let order = order::order(dataset, &columns, grouped, request.order.as_deref())?;
        if let Some(texts) = &request.after {
            filters.push(seek::after(&order, texts)?);
        }
        filters.extend(prune::partition_filters(dataset, &filters));
        depth::check(&filters)?;
        let limit = limit(request.limit, limits)?;
        let keys = if grouped || limit == 0 { Keys::default() } else { seek::keys(&columns, &order) };
        Ok(Self { dataset: dataset.name().clone(), columns, filters, grouped, order, limit, keys })
    }

    /// The columns of the answer, as the renderers know them.
    pub(crate) fn outputs(&self) -> Vec<OutputColumn> {
        self.columns.iter().map(|selected| selected.output.clone()).collect()
    }
}

/// How many rows a statement gives for an answer of at most `rows`: one more, and if it comes, there are more. It is not in
/// the answer. For no rows nothing is read, so nothing is known.
pub(crate) fn with_one_more(rows: u64) -> u64 {
    if rows == 0 { 0 } else { rows.saturating_add(1) }
}

/// The LIMIT of a statement that gives so many rows. There is none above what Athena takes behind an ORDER BY: it refuses more
/// than 32 bits count. A result may have any length, and an answer ends where its limit is.
pub(crate) fn bound(rows: u64) -> Option<u64> {
    i32::try_from(rows).is_ok().then_some(rows)
}

/// The most rows of an answer to who asked for so many.
pub(crate) fn limit(asked: Option<u64>, limits: RowLimits) -> Result<u64, Problem> {
    let RowLimits { default_rows, max_rows } = limits;
    let Some(asked) = asked else {
        return Ok(default_rows.min(max_rows));
    };
    Some(asked).filter(|rows| *rows <= max_rows).ok_or_else(|| {
        let detail = format!("limit {asked} is more than the {max_rows} rows that one answer may have");
        Problem::new(ProblemKind::TooMuch, detail).with("parameter", "limit").with("maximum", max_rows)
    })
}

/// The column, or the field of a struct column, that the caller means.
fn operand(dataset: &Dataset, path: &RawPath) -> Result<Operand, Problem> {
    let column =
        TableColumn::find(dataset, &path.column).ok_or_else(|| unknown_column(dataset, &path.column))?;
    Operand::new(column.clone(), &path.fields).map_err(|found| {
        let reached = RawPath { column: path.column.clone(), fields: path.fields[..found].to_vec() };
        let outer = Operand::new(column, &reached.fields).ok();
        let data_type = outer.as_ref().map(Operand::data_type);
        let field = &path.fields[found];
        let problem = match data_type {
            Some(domain::DataType::Struct(fields)) => {
                let names = fields.iter().map(|field| field.name.as_str());
                let detail = format!("{:?} has no field {}", reached.to_string(), quote(field));
                Problem::new(ProblemKind::UnknownColumn, detail).suggesting(field, "fields", names)
            }
            _ => {
                let detail = format!(
                    "{:?} is no struct, and so has no field {}: -> goes down into structs",
                    reached.to_string(),
                    quote(field)
                );
                Problem::new(ProblemKind::UnknownColumn, detail)
            }
        };
        problem.with("column", bounded(&path.to_string()))
    })
}

fn unknown_column(dataset: &Dataset, name: &str) -> Problem {
    let problem = |detail| Problem::new(ProblemKind::UnknownColumn, detail).with("column", bounded(name));
    let detail = format!("unknown column {}", quote(name));
    // A field that is asked for as other languages do.
    if let Some((column, fields)) = name.split_once('.')
        && TableColumn::find(dataset, column).is_some()
    {
        let path = bounded(&format!("{column}->{}", fields.replace('.', "->")));
        return problem(format!("{detail}: did you mean {}?", quote(&path))).with("suggestion", path);
    }
    problem(detail).suggesting(name, "columns", TableColumn::names(dataset))
}

/// Says which columns would do.
fn incomparable(dataset: &Dataset, operand: &Operand, what: &str, would_do: fn(&Operand) -> bool) -> Problem {
    let (name, data_type) = (operand.to_string(), operand.data_type().to_string());
    let others = TableColumn::names(dataset).filter(|other| {
        let column = TableColumn::find(dataset, other).and_then(|column| Operand::new(column, &[]).ok());
        column.as_ref().is_some_and(would_do)
    });
    let others = match listing(others) {
        none if none.is_empty() => "no column here can".to_owned(),
        names => format!("columns that can: {names}"),
    };
    let detail = format!("column {name:?} is of type {}: {what}; {others}", quote(&data_type));
    Problem::new(ProblemKind::NotComparable, detail).with("column", name).with("column_type", data_type)
}

/// A member for programs, bounded as everything that goes back.
fn bounded(name: &str) -> String {
    name.chars().take(200).collect()
}

#[cfg(test)]
mod forged_cursors;
#[cfg(test)]
mod tests;
