//! A file's columns against the table's: a column that the file lacks is null, and so is a field that a struct of
//! the file lacks; one of another type is an error, as in Athena. (DataFusion alone would convert, and show wrong values as if they were right.)

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{DataType as Arrow, FieldRef, Schema, SchemaRef},
    common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion},
    error::{DataFusionError, Result},
    physical_expr::{PhysicalExpr, expressions::Column},
    physical_expr_adapter::{DefaultPhysicalExprAdapter, PhysicalExprAdapter, PhysicalExprAdapterFactory},
};
use domain::port::Table;

use crate::{
    conform::{self, Conformed},
    error::Failure,
    types::is_nested,
};

/// Makes the adapter of each file.
#[derive(Debug)]
pub(crate) struct StrictTypes {
    table: Arc<str>,
}

impl StrictTypes {
    pub(crate) fn of(table: &Table) -> Self {
        Self { table: Arc::from(table.name.as_str()) }
    }
}

impl PhysicalExprAdapterFactory for StrictTypes {
    fn create(&self, table: SchemaRef, file: SchemaRef) -> Result<Arc<dyn PhysicalExprAdapter>> {
        let inner = DefaultPhysicalExprAdapter::new(Arc::clone(&table), conformed(&table, &file));
        Ok(Arc::new(StrictAdapter { name: Arc::clone(&self.table), table, file, inner }))
    }
}

#[derive(Debug)]
struct StrictAdapter {
    name: Arc<str>,
    table: SchemaRef,
    file: SchemaRef,
    inner: DefaultPhysicalExprAdapter,
}

impl PhysicalExprAdapter for StrictAdapter {
    fn rewrite(&self, expr: Arc<dyn PhysicalExpr>) -> Result<Arc<dyn PhysicalExpr>> {
        expr.apply(|node| {
            if let Some(column) = node.downcast_ref::<Column>() {
                self.check(column.name()).map_err(|failure| DataFusionError::External(Box::new(failure)))?;
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
        self.inner.rewrite(expr)?.transform(|node| self.conform(node)).data()
    }
}

/// The file's schema as it is after [`Conformed`] has done its part. A column of the declared type is declared: what the
/// file says beside the type (its field id, that it is never null) would put a cast around the column, and DataFusion
/// looks at no bloom filter for a cast.
fn conformed(table: &SchemaRef, file: &SchemaRef) -> SchemaRef {
    let field = |found: &FieldRef| match table.field_with_name(found.name()) {
        Ok(declared) if is_nested(declared.data_type()) || declared.data_type() == found.data_type() => {
            Arc::new(declared.clone())
        }
        _ => Arc::clone(found),
    };
    Arc::new(Schema::new(file.fields().iter().map(field).collect::<Vec<_>>()))
}

impl StrictAdapter {
    /// Puts the conversion around a nested column that is of another type in the file.
    fn conform(&self, node: Arc<dyn PhysicalExpr>) -> Result<Transformed<Arc<dyn PhysicalExpr>>> {
        let Some(column) = node.downcast_ref::<Column>() else { return Ok(Transformed::no(node)) };
        let (Ok(found), Ok(declared)) =
            (self.file.field_with_name(column.name()), self.table.field_with_name(column.name()))
        else {
            return Ok(Transformed::no(node));
        };
        if !is_nested(declared.data_type()) || found == declared {
            return Ok(Transformed::no(node));
        }
        let field = Arc::new(declared.clone());
        Ok(Transformed::yes(Arc::new(Conformed { inner: node, field })))
    }

    fn check(&self, column: &str) -> std::result::Result<(), Failure> {
        // What is no column of the table's files is a partition key.
        let Ok(declared) = self.table.field_with_name(column) else { return Ok(()) };
        let Ok(found) = self.file.field_with_name(column) else { return self.check_case(column) };
        if conform::fits(found.data_type(), declared.data_type(), &reads_as) {
            return Ok(());
        }
        Err(Failure::new(
            "HIVE_BAD_DATA",
            format!(
                "column {column} of table {} has the type {} in a file, incompatible with {} in the catalog",
                self.name,
                found.data_type(),
                declared.data_type()
            ),
        ))
    }

    /// A column that differs only in case is not missing, and must not read as null.
    fn check_case(&self, column: &str) -> std::result::Result<(), Failure> {
        match self.file.fields().iter().find(|field| field.name().eq_ignore_ascii_case(column)) {
            None => Ok(()),
            Some(found) => Err(Failure::new(
                "NOT_SUPPORTED",
                format!(
                    "column {column} of table {} is written {:?} in a file, which is not supported by the \
                     local engine",
                    self.name,
                    found.name()
                ),
            )),
        }
    }
}

fn reads_as(found: &Arrow, declared: &Arrow) -> bool {
    match (found, declared) {
        (Arrow::LargeUtf8 | Arrow::Utf8View, Arrow::Utf8)
        | (Arrow::Int32, Arrow::Int64)
        | (Arrow::Float32, Arrow::Float64)
        | (Arrow::Timestamp(_, None), Arrow::Timestamp(_, None)) => true,
        (Arrow::Dictionary(_, value), _) => reads_as(value, declared),
        (found, declared) => found == declared,
    }
}
