//! `(a, b) IN (SELECT ...)` and `NOT IN` among the conditions of a WHERE, written as `EXISTS` and `NOT EXISTS`. A row has three
//! values there, as its fields have: it is in the query if all of them equal those of a row, and is not if of each row one differs.
//! Nothing tells null and false apart among these conditions. Elsewhere it stays, and is refused.

use std::{convert::Infallible, ops::ControlFlow};

use datafusion::sql::sqlparser::{
    ast::{BinaryOperator, Expr, Query, Select, TableFactor, VisitMut, VisitorMut},
    parser::Parser,
};
use trino::Athena;

use super::{
    Result, bare,
    row::{MAX_COPIED, MAX_FIELDS, Parts},
};
use crate::{check::holds_query, error::EngineError};

/// How the names begin that stand in a template for the fields of the row, and of the query's columns.
const VALUE: &str = "?value";
const FIELD: &str = "?field";

/// The relation in a template in whose place the query comes.
const QUERY: &str = "?rows";

pub(super) fn rewrite(select: &mut Select, copied: &mut usize) -> Result<()> {
    match &mut select.selection {
        Some(condition) => among(condition, copied),
        None => Ok(()),
    }
}

fn among(condition: &mut Expr, copied: &mut usize) -> Result<()> {
    match condition {
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            among(left, copied)?;
            among(right, copied)
        }
        Expr::Nested(inner) => among(inner, copied),
        other => one(other, copied),
    }
}

fn one(condition: &mut Expr, copied: &mut usize) -> Result<()> {
    let Expr::InSubquery { expr, negated, .. } = &*condition else { return Ok(()) };
    let Expr::Tuple(fields) = bare(expr) else { return Ok(()) };
    if fields.is_empty() || holds_query(fields) {
        return Ok(());
    }
    if fields.len() > MAX_FIELDS {
        return Err(EngineError::unsupported(format!("a row value of more than {MAX_FIELDS} fields")));
    }
    let parts = Parts::of(fields);
    if parts.is_random {
        return Err(EngineError::unsupported("a random value on the left of IN of row values"));
    }
    *copied = copied.saturating_add(2 * parts.count);
    if *copied > MAX_COPIED {
        return Err(EngineError::unsupported(format!(
            "IN of row values whose left sides have more than {MAX_COPIED} parts"
        )));
    }
    let (fields, mut written) = (fields.clone(), template(fields.len(), *negated)?);
    let Expr::InSubquery { subquery, .. } = std::mem::replace(condition, Expr::Tuple(Vec::new())) else {
        return Ok(());
    };
    let mut put = Put { fields, query: Some(subquery) };
    let ControlFlow::Continue(()) = VisitMut::visit(&mut written, &mut put);
    *condition = written;
    Ok(())
}

/// Whether a query has a row like that. For `NOT IN`: whether it has none that may be like it.
fn template(fields: usize, negated: bool) -> Result<Expr> {
    let columns: Vec<String> = (0..fields).map(|index| format!("\"{FIELD}{index}\"")).collect();
    let same = columns.iter().enumerate().map(|(index, column)| {
        let value = format!("\"{VALUE}{index}\"");
        if negated {
            format!("({value} = {column} OR {value} IS NULL OR {column} IS NULL)")
        } else {
            format!("{value} = {column}")
        }
    });
    let same: Vec<String> = same.collect();
    let text = format!(
        "{}EXISTS (SELECT 1 FROM (SELECT 1) AS \"{QUERY}\" ({}) WHERE {})",
        if negated { "NOT " } else { "" },
        columns.join(", "),
        same.join(" AND ")
    );
    let athena = Athena::new(text.len());
    let parsed = Parser::new(&athena).try_with_sql(&text).and_then(|mut parser| parser.parse_expr());
    parsed.map_err(|error| EngineError::Internal(error.into()))
}

/// Puts the fields and the query into a template. What was put there is not looked at.
struct Put {
    fields: Vec<Expr>,
    query: Option<Box<Query>>,
}

impl VisitorMut for Put {
    type Break = Infallible;

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Infallible> {
        if let Expr::Identifier(name) = &*expr
            && let Some(Ok(index)) = name.value.strip_prefix(VALUE).map(str::parse::<usize>)
            && let Some(field) = self.fields.get(index)
        {
            *expr = Expr::Nested(Box::new(field.clone()));
        }
        ControlFlow::Continue(())
    }

    fn post_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<Infallible> {
        if let TableFactor::Derived { subquery, .. } = factor
            && let Some(query) = self.query.take()
        {
            *subquery = query;
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(condition: &str) -> std::result::Result<String, String> {
        let text = format!("SELECT 1 FROM t WHERE {condition}");
        let athena = Athena::new(10_000);
        let mut parsed = Parser::new(&athena).try_with_sql(&text).unwrap().parse_query().unwrap();
        crate::written::rewrite(&mut parsed).map_err(|error| error.to_string())?;
        Ok(parsed.to_string().split_once(" WHERE ").unwrap().1.to_owned())
    }

    #[test]
    fn a_row_is_looked_for_by_its_fields() {
        assert_eq!(
            written("c > 1 AND ((a, b + 1) IN (SELECT x, y FROM u))").unwrap(),
            "c > 1 AND (EXISTS (SELECT 1 FROM (SELECT x, y FROM u) AS \"?rows\" (\"?field0\", \"?field1\") \
             WHERE (a) = \"?field0\" AND (b + 1) = \"?field1\"))"
        );
        assert_eq!(
            written("(a, b) NOT IN (SELECT x, y FROM u)").unwrap(),
            "NOT EXISTS (SELECT 1 FROM (SELECT x, y FROM u) AS \"?rows\" (\"?field0\", \"?field1\") \
             WHERE ((a) = \"?field0\" OR (a) IS NULL OR \"?field0\" IS NULL) \
             AND ((b) = \"?field1\" OR (b) IS NULL OR \"?field1\" IS NULL))"
        );
        // Where null is told from false, it stays.
        for other in ["(a, b) IN (SELECT x, y FROM u) OR c", "NOT ((a, b) IN (SELECT x, y FROM u))"] {
            assert_eq!(written(other).unwrap(), other);
        }
        let error = written("(a, random()) IN (SELECT x, y FROM u)").unwrap_err();
        assert!(
            error.starts_with("NOT_SUPPORTED: a random value on the left of IN of row values "),
            "{error}"
        );
        let wide = vec!["a"; 21].join(", ");
        let error = written(&format!("({wide}) IN (SELECT x, y FROM u)")).unwrap_err();
        assert!(error.starts_with("NOT_SUPPORTED: a row value of more than 20 fields "), "{error}");
        let long = vec!["a"; 600].join(" + ");
        let error = written(&format!("({long}, b) NOT IN (SELECT x, y FROM u)")).unwrap_err();
        assert!(error.starts_with("NOT_SUPPORTED: IN of row values whose left sides have more"), "{error}");
    }
}
