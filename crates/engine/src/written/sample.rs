//! `TABLESAMPLE BERNOULLI (p)`: each row of the relation is taken with the same chance, and by itself.

use std::{convert::Infallible, ops::ControlFlow};

use datafusion::sql::sqlparser::{
    ast::{
        Expr, Query, TableAlias, TableFactor, TableSample, TableSampleKind, TableSampleMethod,
        TableSampleQuantity, Value, ValueWithSpan, VisitMut, VisitorMut,
    },
    parser::Parser,
};
use trino::Athena;

use super::Result;
use crate::error::EngineError;

/// The relation in the template in whose place the sampled one comes.
const SAMPLED: &str = "?sampled";

/// Writes the relation as a query for some of its rows. Another sample stays, and is refused.
pub(super) fn rewrite(factor: &mut TableFactor) -> Result<()> {
    let (sample, alias) = match factor {
        TableFactor::Table { name, alias, sample, args: None, .. } => {
            let own = name.0.last().and_then(|part| part.as_ident().cloned());
            let own = own.map(|name| TableAlias { explicit: true, name, columns: Vec::new(), at: None });
            (sample, alias.clone().or(own))
        }
        TableFactor::Derived { alias, sample, .. } => (sample, alias.clone()),
        _ => return Ok(()),
    };
    let Some(percentage) = percentage(sample.as_ref())? else { return Ok(()) };
    *sample = None;
    if let TableFactor::Table { alias, .. } = factor {
        *alias = None;
    }
    let mut query = template(percentage / 100.0)?;
    let mut put = Put(Some(factor.clone()));
    let ControlFlow::Continue(()) = VisitMut::visit(&mut query, &mut put);
    *factor = TableFactor::Derived { lateral: false, subquery: query, alias, sample: None };
    Ok(())
}

/// Of a sample that can be taken here.
fn percentage(sample: Option<&TableSampleKind>) -> Result<Option<f64>> {
    let Some(TableSampleKind::AfterTableAlias(sample)) = sample else { return Ok(None) };
    let TableSample {
        name: Some(TableSampleMethod::Bernoulli),
        quantity,
        seed: None,
        bucket: None,
        offset: None,
        ..
    } = &**sample
    else {
        return Ok(None);
    };
    let Some(TableSampleQuantity { parenthesized: true, value, unit: None }) = quantity else {
        return Ok(None);
    };
    let Expr::Value(ValueWithSpan { value: Value::Number(digits, false), .. }) = value else {
        return Err(EngineError::unsupported("TABLESAMPLE with a percentage that is no literal"));
    };
    match digits.parse::<f64>() {
        Ok(percentage) if (0.0..=100.0).contains(&percentage) => Ok(Some(percentage)),
        _ => {
            let message = "Sample percentage must be between 0 and 100";
            Err(EngineError::failed("NUMERIC_VALUE_OUT_OF_RANGE", message))
        }
    }
}

fn template(share: f64) -> Result<Box<Query>> {
    let text = format!("SELECT * FROM \"{SAMPLED}\" WHERE random() < {share}e0");
    let athena = Athena::new(text.len());
    let parsed = Parser::new(&athena).try_with_sql(&text).and_then(|mut parser| parser.parse_query());
    parsed.map_err(|error| EngineError::Internal(error.into()))
}

/// Puts the relation into the template.
struct Put(Option<TableFactor>);

impl VisitorMut for Put {
    type Break = Infallible;

    fn post_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<Infallible> {
        if let Some(sampled) = self.0.take() {
            *factor = sampled;
        }
        ControlFlow::Continue(())
    }
}
