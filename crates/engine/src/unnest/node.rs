//! The node of a plan that is an `UNNEST` of something.

use std::{
    cmp::Ordering,
    collections::{HashMap, HashSet},
    fmt,
    sync::Arc,
};

use datafusion::{
    arrow::datatypes::{DataType as Arrow, Field},
    common::{DFSchema, DFSchemaRef, TableReference},
    error::{DataFusionError, Result},
    logical_expr::{Expr, ExprSchemable, LogicalPlan, UserDefinedLogicalNodeCore},
};

use crate::{error::Failure, names::UNNAMED, types};

/// The rows of its input, each with the elements of its arrays and the entries of its maps: one row for each of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Unnest {
    input: LogicalPlan,
    /// Arrays and maps, of the input's columns.
    exprs: Vec<Expr>,
    shape: Shape,
    /// The input's columns, then those of the elements.
    schema: DFSchemaRef,
}

/// What the text says of it besides its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Shape {
    pub(super) relation: String,
    /// The names of the columns; none where the text gives none.
    pub(super) columns: Vec<String>,
    /// Whether the last column counts the elements of a row from 1.
    pub(super) has_ordinality: bool,
    /// Whether a row without elements is kept, with nulls.
    pub(super) keeps_all: bool,
}

impl Unnest {
    pub(super) fn new(input: LogicalPlan, exprs: Vec<Expr>, shape: Shape) -> Result<Self> {
        let exprs: Vec<Expr> = exprs.into_iter().map(Expr::unalias).collect();
        let mut columns = Vec::new();
        for expr in &exprs {
            columns.extend(columns_of(&expr.get_type(input.schema())?)?);
        }
        if shape.has_ordinality {
            columns.push((None, Arrow::Int64));
        }
        if !shape.columns.is_empty() && shape.columns.len() != columns.len() {
            let (given, found, relation) = (shape.columns.len(), columns.len(), &shape.relation);
            let message = format!(
                "Column alias list has {given} entries but '{relation}' has {found} columns available"
            );
            return Err(failed("MISMATCHED_COLUMN_ALIASES", message));
        }
        let relation = TableReference::bare(shape.relation.as_str());
        let fields = input.schema().iter().map(|(relation, field)| (relation.cloned(), Arc::clone(field)));
        let own = columns.into_iter().enumerate().map(|(place, (name, data_type))| {
            let given = shape.columns.get(place).cloned().or(name);
            let name = given.unwrap_or_else(|| format!("{UNNAMED}u{place}"));
            (Some(relation.clone()), Arc::new(Field::new(name, data_type, true)))
        });
        let schema = DFSchema::new_with_metadata(fields.chain(own).collect(), HashMap::new())?;
        Ok(Self { input, exprs, shape, schema: Arc::new(schema) })
    }

    pub(super) fn input(&self) -> &LogicalPlan {
        &self.input
    }

    pub(super) fn exprs(&self) -> &[Expr] {
        &self.exprs
    }

    pub(super) fn shape(&self) -> &Shape {
        &self.shape
    }

    fn width_of_input(&self) -> usize {
        self.input.schema().fields().len()
    }
}

/// The columns that the elements of an array have, or the entries of a map, and their names, if they have any.
fn columns_of(found: &Arrow) -> Result<Vec<(Option<String>, Arrow)>> {
    let field = |field: &Arc<Field>| (Some(field.name().clone()), field.data_type().clone());
    match found {
        Arrow::List(element) => Ok(match element.data_type() {
            Arrow::Struct(fields) => fields.iter().map(field).collect(),
            other => vec![(None, other.clone())],
        }),
        Arrow::Map(entries, _) => match entries.data_type() {
            Arrow::Struct(pair) => Ok(pair.iter().map(|part| (None, part.data_type().clone())).collect()),
            other => Err(refused(other)),
        },
        other => Err(refused(other)),
    }
}

fn refused(found: &Arrow) -> DataFusionError {
    let name = types::name(found).unwrap_or_else(|| found.to_string());
    failed("TYPE_MISMATCH", format!("Cannot unnest type: {name}"))
}

fn failed(code: &'static str, message: String) -> DataFusionError {
    DataFusionError::External(Box::new(Failure::new(code, message)))
}

impl PartialOrd for Unnest {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self == other).then_some(Ordering::Equal)
    }
}

impl UserDefinedLogicalNodeCore for Unnest {
    fn name(&self) -> &str {
        "Unnest"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        self.exprs.clone()
    }

    // A condition of the input's columns alone keeps or drops a row with all of its elements.
    fn prevent_predicate_push_down_columns(&self) -> HashSet<String> {
        let own = self.schema.fields().iter().skip(self.width_of_input());
        own.map(|field| field.name().clone()).collect()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("Unnest")
    }

    fn with_exprs_and_inputs(&self, exprs: Vec<Expr>, mut inputs: Vec<LogicalPlan>) -> Result<Self> {
        let input = inputs.pop().unwrap_or_else(|| self.input.clone());
        Self::new(input, exprs, self.shape.clone())
    }

    fn necessary_children_exprs(&self, output_columns: &[usize]) -> Option<Vec<Vec<usize>>> {
        let width = self.width_of_input();
        Some(vec![output_columns.iter().copied().filter(|column| *column < width).collect()])
    }
}
