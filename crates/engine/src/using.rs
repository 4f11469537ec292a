//! `JOIN ... USING`, written as `ON`. In Athena the keys are columns of their own: they come first in `*`, belong to neither
//! relation, and after a RIGHT or FULL JOIN they have the value of the side that has one. DataFusion gives the left
//! side's.

mod inside;
mod join;
mod projected;
mod sides;

use std::collections::HashSet;

use datafusion::sql::sqlparser::ast::{OrderBy, Query, Select, SetExpr};

use self::{
    inside::Inside,
    join::of_element,
    projected::{bound, expanded, output},
    sides::Sides,
};
use crate::{
    columns::{Field, Scope, Tables},
    error::EngineError,
    grouping, nesting,
};

type Result<T> = std::result::Result<T, EngineError>;

/// Rewrites the joins of all queries, and checks what they group by. The tables are those that the statement names. Refuses
/// what becomes too large by that.
pub(crate) fn rewrite(query: &mut Query, tables: &Tables) -> Result<()> {
    let sides = Sides::default();
    of_query(query, &Scope::new(tables), &sides)?;
    // It was measured with every key as one column.
    if sides.are_written() { nesting::bound_inlined(query) } else { Ok(()) }
}

fn of_query(query: &mut Query, outer: &Scope<'_>, sides: &Sides) -> Result<()> {
    let mut scope = outer.clone();
    for cte in query.with.iter_mut().flat_map(|with| &mut with.cte_tables) {
        of_query(&mut cte.query, &scope, sides)?;
        scope.add(&cte.alias, &cte.query);
    }
    of_body(&mut query.body, query.order_by.as_mut(), &scope, sides)
}

fn of_body(
    body: &mut SetExpr,
    order_by: Option<&mut OrderBy>,
    scope: &Scope<'_>,
    sides: &Sides,
) -> Result<()> {
    match body {
        SetExpr::Select(select) => of_select(select, order_by, scope, sides),
        SetExpr::Query(query) => of_query(query, scope, sides),
        SetExpr::SetOperation { left, right, .. } => {
            of_body(left, None, scope, sides)?;
            of_body(right, None, scope, sides)
        }
        _ => Ok(()),
    }
}

fn of_select(
    select: &mut Select,
    order_by: Option<&mut OrderBy>,
    scope: &Scope<'_>,
    sides: &Sides,
) -> Result<()> {
    let mut hidden = HashSet::new();
    let mut fields = Some(Vec::new());
    for element in &mut select.from {
        let found = of_element(element, scope, sides, &mut hidden)?;
        fields = fields.zip(found).map(|(mut all, found)| {
            all.extend(found);
            all
        });
    }
    if let Some(fields) = &fields {
        bound(select, fields)?;
    }
    grouping::check(select, fields.as_deref())?;
    let keys = keys(fields.as_deref());
    let joins_using = fields.iter().flatten().any(|field| field.is_key);
    if let Some(fields) = fields.filter(|_| joins_using) {
        let items = std::mem::take(&mut select.projection);
        for item in items {
            select.projection.extend(expanded(item, &fields, &keys, sides)?);
        }
    }
    let outputs: HashSet<String> = select.projection.iter().filter_map(output).map(str::to_owned).collect();
    let mut inside = Inside { scope, sides, keys: &keys, hidden: &hidden, depth: 0 };
    inside.walk(&mut select.projection)?;
    inside.walk(&mut select.selection)?;
    inside.walk(&mut select.group_by)?;
    inside.walk(&mut select.having)?;
    if let Some(order_by) = order_by {
        // A name of the result comes first there.
        let keys: Vec<Field> = keys.iter().filter(|key| !outputs.contains(&key.name)).cloned().collect();
        Inside { scope, sides, keys: &keys, hidden: &hidden, depth: 0 }.walk(order_by)?;
    }
    Ok(())
}

/// The keys that can be named: where a column has the name of one, the name is ambiguous, which DataFusion finds.
fn keys(fields: Option<&[Field]>) -> Vec<Field> {
    let fields = fields.unwrap_or_default();
    let is_one = |key: &&Field| fields.iter().filter(|field| field.name == key.name).count() == 1;
    fields.iter().filter(|field| field.is_key).filter(is_one).cloned().collect()
}
