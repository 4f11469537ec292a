//! `order` held against a dataset and what is selected of it.

use std::collections::HashSet;

use domain::Dataset;

use super::{incomparable, operand, select::Selected};
use crate::{
    column::{Operand, TableColumn},
    problem::{Kind, Problem, quote},
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
    /// The column of the answer at this index.
    Output(usize),
}

/// Rows of a table are ordered by its columns, else by names that the caller gave; groups only by what is
/// selected of them. Without `order`, rows come in the dataset's sort order and groups in that of their keys.
pub(super) fn order(
    dataset: &Dataset,
    columns: &[Selected],
    grouped: bool,
    terms: Option<&[OrderTerm]>,
) -> Result<Vec<OrderBy>, Problem> {
    let ascending = |key| OrderBy { key, descending: false, nulls_first: false };
    let Some(terms) = terms else {
        if grouped {
            let keys = columns.iter().enumerate().filter(|(_, selected)| !selected.is_aggregate());
            return Ok(keys.map(|(index, _)| ascending(OrderKey::Output(index))).collect());
        }
        let columns = dataset.sort_order().into_iter().filter_map(|name| TableColumn::find(dataset, name));
        let operands = columns.filter_map(|column| Operand::new(column, &[]).ok());
        return Ok(operands.map(|operand| ascending(OrderKey::Value(operand))).collect());
    };
    let mut seen = HashSet::new();
    let mut order = Vec::with_capacity(terms.len());
    for term in terms {
        let name = term.path.to_string();
        let key = key(dataset, columns, grouped, term)?;
        if !seen.insert(name.clone()) {
            let detail = format!("order names {name:?} twice: name it once");
            return Err(Problem::new(Kind::InvalidValue, detail).with("parameter", "order"));
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
            columns.iter().position(|selected| {
                matches!(&selected.expression, super::Expression::Value(operand) if *operand == wanted)
            })
        };
        return output.or_else(named).map(OrderKey::Output).ok_or_else(|| {
            let detail =
                format!("groups cannot be ordered by {}, which is not selected", quote(&path.to_string()));
            let names = columns.iter().map(|selected| selected.output.name.as_str());
            Problem::new(Kind::UnknownColumn, detail).with("parameter", "order").suggesting(
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
        (Err(_), Some(index)) if columns[index].output.data_type.is_scalar() => Ok(OrderKey::Output(index)),
        (Err(problem), _) => Err(problem),
    }
}
