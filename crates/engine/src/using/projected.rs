//! What a SELECT answers: `*` is written out where a key is in it.

use datafusion::sql::sqlparser::ast::{Expr, Ident, Select, SelectItem};

use super::{Result, Sides};
use crate::{
    columns::{self, Field},
    error::EngineError,
};

/// The most columns of one SELECT: a `*` is short, stands for all columns of a hundred tables, and may be written a thousand
/// times.
const MAX_COLUMNS: usize = 20_000;

/// The most bytes of the names of these columns, each with the name of its relation before it.
const MAX_NAMES: usize = 4 << 20;

/// Refuses a SELECT of more columns than there may be, or of longer names, before they are written out.
pub(super) fn bound(select: &Select, fields: &[Field]) -> Result<()> {
    let all = size(fields.iter());
    let of_item = |item: &SelectItem| match item {
        SelectItem::Wildcard(_) => all,
        SelectItem::QualifiedWildcard(..) => {
            let relation = columns::wildcard_of(item);
            size(fields.iter().filter(|field| field.relation.as_deref() == relation))
        }
        // Its name is in the text.
        _ => (1, 0),
    };
    let (columns, names) = select.projection.iter().map(of_item).fold((0, 0), add);
    if columns > MAX_COLUMNS {
        let what = format!("a SELECT of {columns} columns (more than {MAX_COLUMNS})");
        return Err(EngineError::unsupported(what));
    }
    if names > MAX_NAMES {
        let what = format!("a SELECT of columns whose names have {names} bytes (more than {MAX_NAMES})");
        return Err(EngineError::unsupported(what));
    }
    Ok(())
}

/// How many columns these are, and the bytes of their names.
fn size<'f>(fields: impl Iterator<Item = &'f Field>) -> (usize, usize) {
    let of_field = |field: &Field| (1, field.name.len() + field.relation.as_ref().map_or(0, String::len));
    fields.map(of_field).fold((0, 0), add)
}

fn add(one: (usize, usize), other: (usize, usize)) -> (usize, usize) {
    (one.0.saturating_add(other.0), one.1.saturating_add(other.1))
}

/// `*` and `relation.*` as the columns that they are, and a key under its name.
pub(super) fn expanded(
    item: SelectItem,
    fields: &[Field],
    keys: &[Field],
    sides: &Sides,
) -> Result<Vec<SelectItem>> {
    match &item {
        SelectItem::Wildcard(_) => fields.iter().map(|field| named(field, sides)).collect(),
        SelectItem::QualifiedWildcard(..) => {
            let relation = columns::wildcard_of(&item);
            let own =
                fields.iter().filter(|field| relation.is_some() && field.relation.as_deref() == relation);
            let own = own.map(|field| named(field, sides)).collect::<Result<Vec<SelectItem>>>()?;
            Ok(if own.is_empty() { vec![item] } else { own })
        }
        SelectItem::UnnamedExpr(Expr::Identifier(name)) => {
            let Some(key) = keys.iter().find(|key| key.name == name.value) else { return Ok(vec![item]) };
            let expr = sides.copied(&key.value)?;
            Ok(vec![SelectItem::ExprWithAlias { expr, alias: name.clone() }])
        }
        _ => Ok(vec![item]),
    }
}

fn named(field: &Field, sides: &Sides) -> Result<SelectItem> {
    let expr = sides.copied(&field.value)?;
    Ok(if field.is_key {
        SelectItem::ExprWithAlias { expr, alias: Ident::with_quote('"', field.name.clone()) }
    } else {
        SelectItem::UnnamedExpr(expr)
    })
}

/// The name of a column of the result.
pub(super) fn output(item: &SelectItem) -> Option<&str> {
    match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.as_str()),
        SelectItem::UnnamedExpr(Expr::Identifier(name)) => Some(name.value.as_str()),
        SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => {
            parts.last().map(|name| name.value.as_str())
        }
        _ => None,
    }
}
