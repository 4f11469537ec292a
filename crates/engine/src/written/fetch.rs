use datafusion::sql::sqlparser::ast::{Expr, Fetch, LimitClause, Query, Value, ValueWithSpan};

use super::Result;
use crate::error::EngineError;

/// Writes `FETCH FIRST n ROWS ONLY` as a LIMIT. Any other one was refused.
pub(super) fn rewrite(query: &mut Query) -> Result<()> {
    let Some(Fetch { with_ties: false, percent: false, quantity }) = query.fetch.take() else {
        return Ok(());
    };
    let rows =
        quantity.unwrap_or_else(|| Expr::Value(Value::Number("1".to_owned(), false).with_empty_span()));
    match &rows {
        Expr::Value(ValueWithSpan { value: Value::Number(digits, _), .. }) => {
            if digits.chars().all(|digit| digit == '0') {
                let message = "FETCH FIRST row count must be positive (actual value: 0)";
                return Err(EngineError::failed("NUMERIC_VALUE_OUT_OF_RANGE", message));
            }
            // As of a LIMIT, which the check after this one knows, and names in its words.
            let is_above = digits.parse::<i64>().is_ok_and(|rows| rows > i64::from(i32::MAX));
            if query.order_by.is_some() && is_above {
                return Err(EngineError::unsupported("ORDER BY with a FETCH FIRST above 2147483647"));
            }
        }
        Expr::Value(ValueWithSpan { value: Value::Placeholder(_), .. }) => {}
        _ => return Err(EngineError::unsupported("FETCH FIRST with an expression")),
    }
    let clause = query.limit_clause.get_or_insert_with(|| LimitClause::LimitOffset {
        limit: None,
        offset: None,
        limit_by: Vec::new(),
    });
    match clause {
        LimitClause::LimitOffset { limit: limit @ None, .. } => {
            *limit = Some(rows);
            Ok(())
        }
        _ => Err(EngineError::rejected("a query has a LIMIT or a FETCH FIRST, and not both")),
    }
}
