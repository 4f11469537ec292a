use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType as Arrow, Field, Schema, SchemaRef};
use domain::{
    data_type::DataType,
    port::{Table, TableColumn},
};

use crate::{error::EngineError, hidden::PATH, keys};

/// A table's columns in Arrow: those of its files, and its partition keys.
#[derive(Debug, Clone)]
pub(crate) struct TableSchemas {
    pub(crate) file: SchemaRef,
    pub(crate) keys: SchemaRef,
    /// What all rows of a file have in common: the keys, and `$path` where it is asked for.
    pub(crate) common: SchemaRef,
    /// The columns of the files, then what is common.
    pub(crate) whole: SchemaRef,
}

impl TableSchemas {
    pub(crate) fn of(table: &Table) -> Result<Self, EngineError> {
        let columns = table.columns.iter().map(|column| field(table, column));
        let file = Schema::new(columns.collect::<Result<Vec<_>, _>>()?);
        let types = keys::types(table)?;
        let keys = table.partition_keys.iter().zip(&types);
        let keys = keys.map(|(key, of)| Field::new(key.name.to_lowercase(), of.arrow(), true));
        let keys = Schema::new(keys.collect::<Vec<_>>());
        let whole = Schema::new(file.fields().iter().chain(keys.fields()).cloned().collect::<Vec<_>>());
        let keys = Arc::new(keys);
        Ok(Self { file: Arc::new(file), common: Arc::clone(&keys), keys, whole: Arc::new(whole) })
    }

    /// The same with the column `$path` behind the others.
    pub(crate) fn with_path(self) -> Self {
        let path = Arc::new(Field::new(PATH, Arrow::Utf8, true));
        let and_path = |schema: &SchemaRef| {
            let fields = schema.fields().iter().cloned().chain([Arc::clone(&path)]);
            Arc::new(Schema::new(fields.collect::<Vec<_>>()))
        };
        Self { common: and_path(&self.keys), whole: and_path(&self.whole), ..self }
    }
}

fn field(table: &Table, column: &TableColumn) -> Result<Field, EngineError> {
    let written = column.data_type.to_lowercase();
    // Hive's second name for the type.
    let name = if written == "integer" { "int" } else { &written };
    let data_type: DataType = name.parse().map_err(|_| {
        EngineError::unsupported(format!(
            "column {}.{} of type {}",
            table.name, column.name, column.data_type
        ))
    })?;
    Ok(Field::new(column.name.to_lowercase(), data_type.arrow(), true))
}
