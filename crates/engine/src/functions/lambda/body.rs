//! The body of a lambda expression, and how it is calculated for many elements.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, UInt64Array, new_empty_array},
        compute::{cast, concat, take},
        datatypes::SchemaRef,
    },
    common::{
        ScalarValue,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    error::Result,
    logical_expr::Expr,
    physical_expr::PhysicalExpr,
};

use crate::{
    cancel::Cancellation,
    functions::{self, argument::Argument, own::failure},
    guard::bytes,
    memory::EXCEEDED,
};

/// For how many elements a body is calculated at once.
const MAX_ELEMENTS: usize = 2_048;

/// About how many bytes are copied for that. One element has as many as it has.
const MAX_COPIED: usize = 16 << 20;

/// A body of columns: the parameters, then what it refers to outside.
#[derive(Debug)]
pub(super) struct Body {
    expr: Expr,
    physical: Arc<dyn PhysicalExpr>,
    schema: SchemaRef,
    /// The bytes of its literals, which are copied for each element.
    literals: usize,
}

/// What a parameter has for each element: the values at these places of an array, or none.
pub(super) struct Source<'a> {
    pub(super) array: &'a ArrayRef,
    pub(super) places: &'a [Option<u64>],
}

/// What bodies are calculated with.
pub(super) struct Evaluation<'a> {
    pub(super) function: &'static str,
    /// What bodies refer to outside.
    pub(super) outside: &'a [Argument],
    pub(super) cancellation: &'a Cancellation,
    /// The most bytes of the values that a body has for elements which are looked at together.
    pub(super) most: usize,
}

impl Body {
    pub(super) fn new(expr: Expr, physical: Arc<dyn PhysicalExpr>, schema: SchemaRef) -> Self {
        let literals = literals(&expr);
        Self { expr, physical, schema, literals }
    }

    pub(super) fn expr(&self) -> &Expr {
        &self.expr
    }

    pub(super) fn physical(&self) -> &Arc<dyn PhysicalExpr> {
        &self.physical
    }

    fn calculate(&self, columns: Vec<ArrayRef>, rows: usize) -> Result<ArrayRef> {
        let mut typed = Vec::with_capacity(columns.len());
        for (column, field) in columns.into_iter().zip(self.schema.fields()) {
            let fits = column.data_type() == field.data_type();
            typed.push(if fits { column } else { cast(&column, field.data_type())? });
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), typed, &options)?;
        self.physical.evaluate(&batch)?.into_array(rows)
    }
}

impl Evaluation<'_> {
    /// The values of the body for the elements, of which each belongs to one of `rows`. Fails where they are too many bytes,
    /// before there are many more.
    pub(super) fn of(&self, body: &Body, sources: &[Source<'_>], rows: &[u64]) -> Result<ArrayRef> {
        let mut parts = Vec::new();
        let (mut begin, mut made) = (0, 0_usize);
        while begin < rows.len() {
            self.cancellation.check()?;
            let end = self.end(body, sources, rows, begin);
            let mut columns = Vec::with_capacity(sources.len() + self.outside.len());
            for source in sources {
                let places = UInt64Array::from(source.places[begin..end].to_vec());
                columns.push(take(source.array, &places, None)?);
            }
            for outside in self.outside {
                let places = rows[begin..end].iter().map(|row| place(outside, *row) as u64);
                columns.push(take(outside.array(), &UInt64Array::from_iter_values(places), None)?);
            }
            let part = body.calculate(columns, end - begin)?;
            made = made.saturating_add(bytes(&part, 0..part.len()));
            if made > self.most {
                let Self { function, most, .. } = self;
                let what =
                    format!("{function} makes more than {most} bytes at once, the most of the local engine");
                return Err(failure(EXCEEDED, what));
            }
            parts.push(part);
            begin = end;
        }
        match parts.as_slice() {
            [] => Ok(new_empty_array(&body.physical.data_type(&body.schema)?)),
            [one] => Ok(Arc::clone(one)),
            all => {
                let all: Vec<&dyn Array> = all.iter().map(|part| &**part).collect();
                Ok(concat(&all)?)
            }
        }
    }

    /// Up to which element the body is calculated at once.
    fn end(&self, body: &Body, sources: &[Source<'_>], rows: &[u64], begin: usize) -> usize {
        let last = rows.len().min(begin + MAX_ELEMENTS);
        let mut copied = 0_usize;
        for (element, row) in rows.iter().enumerate().take(last).skip(begin) {
            let own = sources.iter().filter_map(|source| {
                let place = usize::try_from(source.places[element]?).ok()?;
                Some(bytes(source.array, place..place + 1))
            });
            let outside = self.outside.iter().map(|outside| {
                let place = place(outside, *row);
                bytes(outside.array(), place..place + 1)
            });
            copied = own.chain(outside).fold(copied.saturating_add(body.literals), usize::saturating_add);
            if copied > MAX_COPIED && element > begin {
                return element;
            }
        }
        last
    }
}

fn place(argument: &Argument, row: u64) -> usize {
    argument.place(usize::try_from(row).unwrap_or_default())
}

/// The bytes of the texts that are written in it.
fn literals(expr: &Expr) -> usize {
    let mut all = 0_usize;
    // It never fails: the closure does not.
    let _ = expr.apply(|part| {
        if let Expr::Literal(ScalarValue::Utf8(Some(text)), _) = part {
            all = all.saturating_add(text.len());
        }
        for body in functions::bodies(part) {
            all = all.saturating_add(literals(body));
        }
        Ok(TreeNodeRecursion::Continue)
    });
    all
}
