//! `order` held against a dataset and what is selected of it.

use std::collections::HashSet;

use domain::{Dataset, dataset::ID};

use super::{
    column::{Operand, TableColumn},
    incomparable, operand,
    select::{Expression, Selected},
};
use crate::{
    problem::{Problem, ProblemKind, quote},
    request::OrderTerm,
};

/// One term of the order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OrderBy {
    /// What decides.
    pub(crate) key: OrderKey,
    /// Whether the largest comes first.
    pub(crate) descending: bool,
    /// Whether nulls come first. As in PostgREST they count as the largest unless the caller says otherwise:
    /// last when ascending, first when descending. (Athena's own default is last in both.)
    pub(crate) nulls_first: bool,
}

/// What rows are ordered by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum OrderKey {
    /// A column of the table, or a field.
    Value(Operand),
    /// The column of the answer at this index; of rows that are not grouped, only one that was computed.
    Output(usize),
}

/// Rows of a table are ordered by its columns, else by names that the caller gave; groups only by what is selected
/// of them. Without `order`, rows come in the dataset's sort order and groups in that of their keys.
///
/// The order is total: after the caller's terms come the columns that tell any two rows apart ([`last`]). Without
/// them, Athena would return rows that tie in a different order each time, and a limit would keep different rows
/// under one `ETag`.
pub(super) fn order(
    dataset: &Dataset,
    columns: &[Selected],
    grouped: bool,
    terms: Option<&[OrderTerm]>,
) -> Result<Vec<OrderBy>, Problem> {
    let mut order = match terms {
        Some(terms) => asked(dataset, columns, grouped, terms)?,
        None if grouped => Vec::new(),
        None => of_table(dataset, dataset.sort_order()).map(ascending).collect(),
    };
    let tiebreak = if grouped { keys(columns) } else { of_table(dataset, last(dataset)).collect() };
    for key in tiebreak {
        if !order.iter().any(|term| is_same(columns, &term.key, &key)) {
            order.push(ascending(key));
        }
    }
    Ok(order)
}

/// The columns that no two rows have in common. Two events are the same if their identity and their partition are
/// equal, so one identity may be in several partitions.
fn last(dataset: &Dataset) -> Vec<&str> {
    let mut names: Vec<&str> = dataset.identity().map(|column| column.name.as_str()).collect();
    if names.is_empty() {
        names.push(ID);
    }
    names.extend(dataset.granularity().keys());
    names
}

fn of_table<'a>(dataset: &'a Dataset, names: Vec<&'a str>) -> impl Iterator<Item = OrderKey> {
    let columns = names.into_iter().filter_map(|name| TableColumn::find(dataset, name));
    columns.filter_map(|column| Operand::new(column, &[]).ok()).map(OrderKey::Value)
}

/// What groups are made by: no two groups have all of it in common.
fn keys(columns: &[Selected]) -> Vec<OrderKey> {
    let keys = columns.iter().enumerate().filter(|(_, selected)| !selected.is_aggregate());
    keys.map(|(index, _)| OrderKey::Output(index)).collect()
}

fn ascending(key: OrderKey) -> OrderBy {
    OrderBy { key, descending: false, nulls_first: false }
}

/// Whether both hold the same value in every row, under whatever names.
fn is_same(columns: &[Selected], one: &OrderKey, other: &OrderKey) -> bool {
    match (one, other) {
        (OrderKey::Output(one), OrderKey::Output(other)) => {
            columns[*one].expression == columns[*other].expression
        }
        _ => one == other,
    }
}

fn asked(
    dataset: &Dataset,
    columns: &[Selected],
    grouped: bool,
    terms: &[OrderTerm],
) -> Result<Vec<OrderBy>, Problem> {
    let mut seen = HashSet::new();
    let mut order = Vec::with_capacity(terms.len());
    for term in terms {
        let name = term.path.to_string();
        let key = key(dataset, columns, grouped, term)?;
        if !seen.insert(name.clone()) {
            let detail = format!("order names {name:?} twice: name it once");
            return Err(Problem::new(ProblemKind::InvalidValue, detail).with("parameter", "order"));
        }
        let nulls_first = term.nulls_first.unwrap_or(term.descending);
        order.push(OrderBy { key, descending: term.descending, nulls_first });
    }
    Ok(order)
}

fn key(
    dataset: &Dataset,
    columns: &[Selected],
    grouped: bool,
    term: &OrderTerm,
) -> Result<OrderKey, Problem> {
    let path = &term.path;
    let output = path
        .fields
        .is_empty()
        .then(|| columns.iter().position(|selected| selected.output.name == path.column));
    let output = output.flatten();
    if grouped {
        // The key of a group can be meant by its column's name too, where it was given another.
        let named = || {
            let wanted = operand(dataset, path).ok()?;
            columns.iter().position(
                |selected| matches!(&selected.expression, Expression::Value(operand) if *operand == wanted),
            )
        };
        return output.or_else(named).map(OrderKey::Output).ok_or_else(|| {
            let detail =
                format!("groups cannot be ordered by {}, which is not selected", quote(&path.to_string()));
            let names = columns.iter().map(|selected| selected.output.name.as_str());
            Problem::new(ProblemKind::UnknownColumn, detail).with("parameter", "order").suggesting(
                &path.column,
                "selected",
                names,
            )
        });
    }
    match (operand(dataset, path), output) {
        (Ok(operand), _) if operand.has_order() => Ok(OrderKey::Value(operand)),
        (Ok(operand), _) => {
            Err(incomparable(dataset, &operand, "rows cannot be ordered by it", Operand::has_order))
        }
        (Err(_), Some(index)) if columns[index].output.data_type.is_scalar() => {
            Ok(match &columns[index].expression {
                // By its values, and not by the text that bytes are selected as.
                Expression::Value(operand) => OrderKey::Value(operand.clone()),
                _ => OrderKey::Output(index),
            })
        }
        (Err(problem), _) => Err(problem),
    }
}
