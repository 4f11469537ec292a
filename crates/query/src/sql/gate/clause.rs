//! What a statement of the API may be besides what the grammar says, and which rows it gives.

use sqlparser::{
    ast::{Expr, Fetch, LimitClause, Offset, Query, SetExpr, Value, ValueWithSpan},
    tokenizer::Location,
};

use super::{Refused, token::ONLY_QUERIES};

/// A SELECT, rows of VALUES, or several that are put together: the gate lowers the LIMIT of one of these.
pub(super) fn statement(query: &Query) -> Result<(), Refused> {
    match &*query.body {
        SetExpr::Select(_) | SetExpr::SetOperation { .. } | SetExpr::Values(_) => Ok(()),
        SetExpr::Query(_) => Err(Refused::new(
            "a statement in parentheses loses its order: write it without the outermost ones, or begin with \
             SELECT",
        )),
        _ => Err(Refused::new(ONLY_QUERIES)),
    }
}

pub(super) fn has_offset(query: &Query) -> bool {
    matches!(&query.limit_clause, Some(LimitClause::LimitOffset { offset: Some(_), .. }))
}

/// The number of its LIMIT or its FETCH FIRST, and where it stands. It is written out: the gate lowers it, and what is no
/// number may be any.
pub(super) fn rows(query: &Query) -> Result<Option<(Location, u64)>, Refused> {
    let (limit, offset) = match &query.limit_clause {
        Some(LimitClause::LimitOffset { limit, offset, limit_by: _ }) => (limit.as_ref(), offset.as_ref()),
        // The grammar has none.
        Some(LimitClause::OffsetCommaLimit { .. }) | None => (None, None),
    };
    if limit.is_some() && query.fetch.is_some() {
        return Err(Refused::new("a query has a LIMIT or a FETCH FIRST, and not both"));
    }
    if let Some(Offset { value, rows: _ }) = offset {
        number(value, "OFFSET")?;
    }
    match (limit, &query.fetch) {
        (Some(limit), _) => number(limit, "LIMIT").map(Some),
        (None, Some(Fetch { with_ties: false, percent: false, quantity })) => match quantity {
            Some(rows) => number(rows, "FETCH FIRST").map(Some),
            None => Err(Refused::new("FETCH FIRST takes a number of rows: write FETCH FIRST 1 ROW ONLY")),
        },
        // The grammar has no other FETCH FIRST.
        (None, _) => Ok(None),
    }
}

fn number(expr: &Expr, clause: &str) -> Result<(Location, u64), Refused> {
    let number = match expr {
        Expr::Value(ValueWithSpan { value: Value::Number(digits, false), span }) => {
            digits.parse().ok().map(|number| (span.start, number))
        }
        _ => None,
    };
    number.ok_or_else(|| Refused::new(format!("{clause} takes a whole number, and no parameter")))
}
