//! `order`: columns or names of the answer, each with its direction and where nulls go.

use crate::problem::{Problem, ProblemKind, nearest, quote};

use super::{RawPath, items};

/// One term of `order`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OrderTerm {
    /// What the caller wrote before the first dot.
    pub(crate) path: RawPath,
    /// Whether the largest comes first.
    pub(crate) descending: bool,
    /// Where nulls go, if the caller says so.
    pub(crate) nulls_first: Option<bool>,
}

pub(super) fn parse(value: &str) -> Result<Vec<OrderTerm>, Problem> {
    items("order", value)?.into_iter().map(term).collect()
}

fn term(item: &str) -> Result<OrderTerm, Problem> {
    const MODIFIERS: [&str; 4] = ["asc", "desc", "nullsfirst", "nullslast"];
    let mut parts = item.split('.');
    let path = RawPath::parse(parts.next().unwrap_or_default());
    let mut term = OrderTerm { path, descending: false, nulls_first: None };
    let mut directed = false;
    for part in parts {
        match part {
            // The direction comes first and once, the place of nulls last and once.
            "asc" | "desc" if !directed && term.nulls_first.is_none() => {
                directed = true;
                term.descending = part == "desc";
            }
            "nullsfirst" | "nullslast" if term.nulls_first.is_none() => {
                term.nulls_first = Some(part == "nullsfirst");
            }
            _ if part.ends_with("()") => {
                let detail = format!(
                    "{} in order is a call: give it a name in select, as total:price.sum(), and order by that name",
                    quote(item)
                );
                return Err(Problem::new(ProblemKind::InvalidValue, detail).with("parameter", "order"));
            }
            _ => {
                let meant = nearest(part, MODIFIERS.into_iter().filter(|known| *known != part));
                let meant = meant.map(|word| format!(" (did you mean {word:?}?)")).unwrap_or_default();
                let detail = format!(
                    "{} in order{meant}: write column, column.asc or column.desc, then .nullsfirst or .nullslast",
                    quote(item),
                );
                return Err(Problem::new(ProblemKind::InvalidValue, detail).with("parameter", "order"));
            }
        }
    }
    Ok(term)
}
