//! A request held against a dataset: every name is a column, every value has its column's type.

use domain::{Dataset, DatasetName};

use crate::{
    column::TableColumn,
    operator::{self, Operator},
    problem::{Kind, Problem, listing, nearest, quote},
    prune,
    request::{OrderTerm, RawFilter, RowsRequest, words},
    value::{self, Value},
};

/// What to read from one table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RowsPlan {
    /// The dataset, whose name is the table's.
    pub(crate) dataset: DatasetName,
    /// The columns of the result, in order; never empty, none twice.
    pub(crate) columns: Vec<TableColumn>,
    /// What a row must pass: the caller's filters, then those that only prune partitions.
    pub(crate) filters: Vec<Filter>,
    /// The order of rows; never empty.
    pub(crate) order: Vec<OrderBy>,
    /// The most rows.
    pub(crate) limit: u64,
}

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filter {
    /// The column.
    pub(crate) column: TableColumn,
    /// The comparison.
    pub(crate) operator: Operator,
    /// What it is compared with.
    pub(crate) value: Value,
}

/// One term of the order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OrderBy {
    /// The column.
    pub(crate) column: TableColumn,
    /// Whether the largest comes first.
    pub(crate) descending: bool,
    /// Whether nulls come first. As in PostgREST they count as the largest unless the caller says otherwise:
    /// last when ascending, first when descending. (Athena's own default is last in both.)
    pub(crate) nulls_first: bool,
}

/// How many rows a request gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Without `limit`.
    pub(crate) default_rows: u64,
    /// With any.
    pub(crate) max_rows: u64,
}

impl RowsPlan {
    /// Holds the request against the dataset.
    pub(crate) fn new(dataset: &Dataset, request: &RowsRequest, limits: Limits) -> Result<Self, Problem> {
        let columns = columns(dataset, request.select.as_deref())?;
        let mut filters =
            request.filters.iter().map(|raw| filter(dataset, raw)).collect::<Result<Vec<_>, _>>()?;
        filters.extend(prune::partition_filters(dataset, &filters));
        Ok(Self {
            dataset: dataset.name().clone(),
            columns,
            filters,
            order: order(dataset, request.order.as_deref())?,
            limit: limit(request.limit, limits)?,
        })
    }
}

fn columns(dataset: &Dataset, select: Option<&[String]>) -> Result<Vec<TableColumn>, Problem> {
    let Some(names) = select else {
        return Ok(TableColumn::defined(dataset).collect());
    };
    let mut columns: Vec<TableColumn> = Vec::with_capacity(names.len());
    for name in names {
        if name == "*" {
            columns.extend(TableColumn::defined(dataset));
        } else {
            columns.push(known(dataset, name)?);
        }
    }
    no_repetition("select", columns.iter())?;
    Ok(columns)
}

fn order(dataset: &Dataset, terms: Option<&[OrderTerm]>) -> Result<Vec<OrderBy>, Problem> {
    let by = |column, descending, nulls_first| OrderBy { column, descending, nulls_first };
    let Some(terms) = terms else {
        let columns = dataset.sort_order().into_iter().filter_map(|name| TableColumn::find(dataset, name));
        return Ok(columns.map(|column| by(column, false, false)).collect());
    };
    let order = terms
        .iter()
        .map(|term| {
            let column = known(dataset, &term.column)?;
            if !column.has_order() {
                return Err(incomparable(
                    dataset,
                    &column,
                    "rows cannot be ordered by it",
                    TableColumn::has_order,
                ));
            }
            Ok(by(column, term.descending, term.nulls_first.unwrap_or(term.descending)))
        })
        .collect::<Result<Vec<_>, Problem>>()?;
    no_repetition("order", order.iter().map(|term| &term.column))?;
    Ok(order)
}

fn filter(dataset: &Dataset, raw: &RawFilter) -> Result<Filter, Problem> {
    let Some(column) = TableColumn::find(dataset, &raw.name) else {
        return Err(unknown_name(dataset, raw));
    };
    if !column.is_comparable() {
        let what = "it cannot be filtered on";
        return Err(incomparable(dataset, &column, what, TableColumn::is_comparable));
    }
    let (operator, text) = operator::split(column.name(), &raw.value)?;
    let value = value::parse(&column, text)?;
    Ok(Filter { column, operator, value })
}

fn limit(asked: Option<u64>, limits: Limits) -> Result<u64, Problem> {
    let Limits { default_rows, max_rows } = limits;
    let Some(asked) = asked else {
        return Ok(default_rows.min(max_rows));
    };
    Some(asked).filter(|rows| *rows <= max_rows).ok_or_else(|| {
        let detail = format!("limit {asked} is more than the {max_rows} rows that one answer may have");
        Problem::new(Kind::TooMuch, detail).with("parameter", "limit").with("maximum", max_rows)
    })
}

fn known(dataset: &Dataset, name: &str) -> Result<TableColumn, Problem> {
    TableColumn::find(dataset, name).ok_or_else(|| unknown_column(dataset, name))
}

fn unknown_column(dataset: &Dataset, name: &str) -> Problem {
    Problem::new(Kind::UnknownColumn, format!("unknown column {}", quote(name)))
        .with("column", bounded(name))
        .suggesting(name, "columns", TableColumn::names(dataset))
}

/// Says which columns would do.
fn incomparable(
    dataset: &Dataset,
    column: &TableColumn,
    what: &str,
    would_do: fn(&TableColumn) -> bool,
) -> Problem {
    let (name, data_type) = (column.name(), column.data_type().to_string());
    let others = TableColumn::names(dataset)
        .filter(|other| TableColumn::find(dataset, other).as_ref().is_some_and(would_do));
    let detail = format!(
        "column {name:?} is of type {}: {what}; columns that can: {}",
        quote(&data_type),
        listing(others)
    );
    Problem::new(Kind::NotComparable, detail).with("column", name).with("column_type", data_type)
}

/// A parameter that is neither a word nor a column: which of the two it was meant to be shows in its value.
fn unknown_name(dataset: &Dataset, raw: &RawFilter) -> Problem {
    let RawFilter { name, value } = raw;
    if operator::is_filter(value) && nearest(name, words()).is_none() {
        return unknown_column(dataset, name);
    }
    Problem::new(Kind::UnknownParameter, format!("unknown query parameter {}", quote(name)))
        .with("parameter", bounded(name))
        .suggesting(name, "parameters and columns", words().chain(TableColumn::names(dataset)))
}

/// A member for programs, bounded as everything that goes back.
fn bounded(name: &str) -> String {
    name.chars().take(200).collect()
}

fn no_repetition<'a>(parameter: &str, columns: impl Iterator<Item = &'a TableColumn>) -> Result<(), Problem> {
    let mut seen = std::collections::HashSet::new();
    for column in columns {
        if !seen.insert(column.name()) {
            let detail = format!("{parameter} names {:?} twice: name it once", column.name());
            return Err(Problem::new(Kind::InvalidValue, detail).with("parameter", parameter));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
