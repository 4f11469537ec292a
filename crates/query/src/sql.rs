//! A plan as Athena's SQL. Values stand beside the text, as literals for its `?`; the text holds nothing but
//! fixed words, quoted names of columns and of the answer's columns, and one integer.
//!
//! SQL that people write comes by `free_sql` or `named`, and passes the `gate`.

mod condition;
pub(crate) mod free_sql;
pub(crate) mod free_sql_check;
pub(crate) mod gate;
pub(crate) mod named;
pub(crate) mod rows_compiler;
mod scalar;

use domain::DataType;
use trino::LOCAL;

use crate::{
    plan::{
        Aggregate, Expression, OrderKey, RowsPlan, Selected, bound, column::Operand, literal::Literal,
        with_one_more,
    },
    problem::{Problem, ProblemKind},
};

/// A statement and what its `?` stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    /// One SELECT.
    pub(crate) sql: String,
    /// One literal for each `?`, in order.
    pub(crate) parameters: Vec<Literal>,
}

/// The longest statement that Athena takes, in bytes.
const MAX_SQL: usize = LOCAL.bytes;

/// The most keywords and operators of a statement that the local engine takes. Lists of values have none.
const MAX_OPERATORS: usize = LOCAL.operators;

impl Statement {
    /// The statement, if it is no longer than every engine takes: a request for rows is short, and names what it asks for,
    /// which is long, once for each value that it looks for. A long text makes several literals, with operators between.
    pub(crate) fn bounded(self) -> Result<Self, Problem> {
        let length = self.sql.len();
        // Each of them takes one byte at least, and a space.
        if length <= MAX_SQL && (length < 2 * MAX_OPERATORS || trino::operators(&self.sql) <= MAX_OPERATORS) {
            return Ok(self);
        }
        if length <= MAX_SQL {
            let detail = format!(
                "the SQL for this request has more than {MAX_OPERATORS} keywords and operators: look for fewer values in \
                 arrays (cs), order by fewer columns, select fewer columns with nested values, or send shorter texts, since \
                 a long one is put together of several"
            );
            return Err(Problem::new(ProblemKind::TooMuch, detail).with("maximum", MAX_OPERATORS));
        }
        let detail = format!(
            "the SQL for this request has {length} bytes, and Athena takes {MAX_SQL}: look for fewer values, or select \
             fewer columns"
        );
        Err(Problem::new(ProblemKind::TooMuch, detail).with("maximum", MAX_SQL))
    }
}

/// Writes the plan as a SELECT from its table in `database`: of the answer's columns, then of those that only say where the
/// rows go on.
pub(crate) fn compile(plan: &RowsPlan, database: &str) -> Statement {
    let mut writer = Writer { table: plan.dataset.as_str(), sql: String::new(), parameters: Vec::new() };
    let selected: Vec<&Selected> = plan.columns.iter().chain(&plan.keys.hidden).collect();
    writer.separated(&selected, "SELECT ", ", ", |writer, selected| writer.selected(selected));
    writer.text(" FROM ");
    writer.name(database);
    writer.text(".");
    writer.name(plan.dataset.as_str());
    writer.separated(&plan.filters, " WHERE ", " AND ", Writer::condition);
    if plan.grouped {
        let keys = plan.columns.iter().enumerate().filter(|(_, selected)| !selected.is_aggregate());
        let keys: Vec<usize> = keys.map(|(index, _)| index).collect();
        writer.separated(&keys, " GROUP BY ", ", ", |writer, index| writer.position(*index));
    }
    writer.separated(&plan.order, " ORDER BY ", ", ", |writer, term| {
        match &term.key {
            OrderKey::Output(index) => writer.position(*index),
            OrderKey::Value(operand) if hidden(plan, operand) => writer.qualified(operand),
            OrderKey::Value(operand) => writer.operand(operand),
        }
        writer.text(if term.descending { " DESC" } else { " ASC" });
        // Always written out: engines disagree on what goes without saying.
        writer.text(if term.nulls_first { " NULLS FIRST" } else { " NULLS LAST" });
    });
    if let Some(rows) = bound(with_one_more(plan.limit)) {
        writer.text(" LIMIT ");
        writer.text(&rows.to_string());
    }
    Statement { sql: writer.sql, parameters: writer.parameters }
}

/// Whether a column of the answer has the column's name and is something else: in ORDER BY the name alone would
/// mean that.
fn hidden(plan: &RowsPlan, operand: &Operand) -> bool {
    plan.columns.iter().any(|Selected { output, expression }| {
        output.name == operand.column().name()
            && !matches!(expression, Expression::Value(same) if same == operand && is_plain(operand))
    })
}

/// Whether the column is selected by its name alone.
fn is_plain(operand: &Operand) -> bool {
    operand.has_order() && *operand.data_type() != DataType::Binary
}

/// What is written so far.
struct Writer<'a> {
    table: &'a str,
    sql: String,
    parameters: Vec<Literal>,
}

impl Writer<'_> {
    fn text(&mut self, text: &str) {
        self.sql.push_str(text);
    }

    /// A name in double quotes, with those inside it doubled.
    fn name(&mut self, name: &str) {
        self.sql.push('"');
        self.sql.push_str(&name.replace('"', "\"\""));
        self.sql.push('"');
    }

    /// The items with `first` before the first of them and `between` before each other; nothing if there is none.
    fn separated<T>(
        &mut self,
        items: &[T],
        first: &str,
        between: &str,
        mut write: impl FnMut(&mut Self, &T),
    ) {
        for (index, item) in items.iter().enumerate() {
            self.text(if index == 0 { first } else { between });
            write(self, item);
        }
    }

    /// A column by its name. A field has the table's name before it: without, a table might be found by the name of
    /// the struct.
    fn operand(&mut self, operand: &Operand) {
        if operand.fields().is_empty() {
            self.name(operand.column().name());
        } else {
            self.qualified(operand);
        }
    }

    fn qualified(&mut self, operand: &Operand) {
        self.name(self.table);
        self.text(".");
        self.name(operand.column().name());
        for field in operand.fields() {
            self.text(".");
            self.name(field);
        }
    }

    /// A column of the answer by where it stands.
    fn position(&mut self, index: usize) {
        self.text(&(index + 1).to_string());
    }

    fn selected(&mut self, selected: &Selected) {
        let named = match &selected.expression {
            Expression::Value(operand) => {
                let (before, behind) = as_text(operand.data_type());
                self.wrapped(before, operand, behind);
                is_plain(operand)
                    && operand.fields().is_empty()
                    && operand.column().name() == selected.output.name
            }
            Expression::Bucket(operand, unit) => {
                self.text("date_trunc('");
                self.text(unit.name());
                self.wrapped("', ", operand, ")");
                false
            }
            Expression::Aggregate(_, None) => {
                self.text("count(*)");
                false
            }
            Expression::Aggregate(aggregate, Some(operand)) => {
                let before = match aggregate {
                    Aggregate::Count => "count(",
                    Aggregate::CountDistinct => "count(DISTINCT ",
                    Aggregate::ApproxCountDistinct => "approx_distinct(",
                    Aggregate::Sum => "sum(",
                    Aggregate::Avg => "avg(",
                    Aggregate::Min => "min(",
                    Aggregate::Max => "max(",
                };
                self.wrapped(before, operand, ")");
                false
            }
        };
        if !named {
            self.text(" AS ");
            self.name(&selected.output.name);
        }
    }

    fn wrapped(&mut self, before: &str, operand: &Operand, behind: &str) {
        self.text(before);
        self.operand(operand);
        self.text(behind);
    }
}

/// In Athena's results nested values are ambiguous text and bytes are a dump: they come as JSON and as base64.
fn as_text(data_type: &DataType) -> (&'static str, &'static str) {
    match data_type {
        DataType::Binary => ("to_base64(", ")"),
        DataType::Array(_) | DataType::Struct(_) | DataType::Map(_) => ("json_format(CAST(", " AS JSON))"),
        _ => ("", ""),
    }
}

#[cfg(test)]
mod tests;
