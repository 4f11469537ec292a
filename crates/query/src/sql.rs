//! A plan as Athena's SQL. Values stand beside the text, as literals for its `?`; the text holds nothing but
//! fixed words, quoted names of columns, and one integer.

use domain::DataType;

use crate::{
    column::TableColumn,
    literal::Literal,
    plan::RowsPlan,
    problem::{Kind, Problem},
};

/// A statement and what its `?` stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    /// One SELECT.
    pub(crate) sql: String,
    /// One literal for each `?`, in order.
    pub(crate) parameters: Vec<Literal>,
}

/// Writes the plan as a SELECT from its table in `database`.
pub(crate) fn compile(plan: &RowsPlan, database: &str) -> Result<Statement, Problem> {
    let columns: Vec<String> = plan.columns.iter().map(selected).collect();
    let mut sql = String::from("SELECT ");
    sql.push_str(&columns.join(", "));
    sql.push_str(" FROM ");
    sql.push_str(&identifier(database));
    sql.push('.');
    sql.push_str(&identifier(plan.dataset.as_str()));

    let mut parameters = Vec::with_capacity(plan.filters.len());
    let mut separator = " WHERE ";
    for filter in &plan.filters {
        sql.push_str(separator);
        sql.push_str(&identifier(filter.column.name()));
        sql.push(' ');
        sql.push_str(filter.operator.sql());
        sql.push_str(" ?");
        separator = " AND ";
        parameters.push(Literal::new(&filter.value).map_err(|too_long| {
            let name = filter.column.name();
            let detail = format!(
                "the value of the filter on {name:?} is too long: as a literal it has {} characters, and may have 1024",
                too_long.0
            );
            Problem::new(Kind::TooMuch, detail).with("column", name).with("maximum", 1024)
        })?);
    }

    let mut separator = " ORDER BY ";
    for term in &plan.order {
        sql.push_str(separator);
        if *term.column.data_type() == DataType::Binary {
            // Without the table's name it would be the selected text of that name.
            sql.push_str(&identifier(plan.dataset.as_str()));
            sql.push('.');
        }
        sql.push_str(&identifier(term.column.name()));
        sql.push_str(if term.descending { " DESC" } else { " ASC" });
        // Always written out: engines disagree on what goes without saying.
        sql.push_str(if term.nulls_first { " NULLS FIRST" } else { " NULLS LAST" });
        separator = ", ";
    }
    sql.push_str(" LIMIT ");
    sql.push_str(&plan.limit.to_string());
    Ok(Statement { sql, parameters })
}

/// A column as it is selected. In Athena's results nested values are ambiguous text and bytes are a dump: they come
/// as JSON and as base64 instead.
fn selected(column: &TableColumn) -> String {
    let name = identifier(column.name());
    let (before, after) = match column.data_type() {
        DataType::Binary => ("to_base64(", ") AS "),
        DataType::Array(_) | DataType::Struct(_) | DataType::Map(_) => {
            ("json_format(CAST(", " AS JSON)) AS ")
        }
        _ => return name,
    };
    [before, &name, after, &name].concat()
}

/// A name in double quotes, with those inside it doubled.
fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests;
