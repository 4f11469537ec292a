//! Tables of files that are there already.

use serde_json::{Value, json};

use super::{
    Lines, Run,
    catalog::Catalog,
    failed,
    parse::{Column, ExternalTable, Files},
};
use crate::{
    athena::{RunError, service::Inner, writer::Written},
    glue::PARQUET_SERDE,
};

impl Inner {
    pub(super) async fn create_external_table(
        &self,
        run: &Run,
        catalog: &Catalog<'_>,
        table: ExternalTable,
    ) -> Result<Written, RunError> {
        if catalog.find(&table.name).await?.is_some() {
            if table.if_not_exists {
                return self.lines(run, Lines::default()).await;
            }
            return Err(failed(format!(
                "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. \
                 AlreadyExistsException(message:Table {} already exists)",
                table.name.table
            )));
        }
        let place = self.place(catalog, &table.location).await?;
        let input = table_input(&table, &format!("s3://{}/{}", place.bucket, place.key));
        catalog.create_table(catalog.database(&table.name), input).await?;
        self.lines(run, Lines::default()).await
    }
}

fn table_input(table: &ExternalTable, location: &str) -> Value {
    let mut parameters = json!({"EXTERNAL": "TRUE"});
    for (name, value) in &table.properties {
        parameters[name] = json!(value);
    }
    if let Some(comment) = &table.comment {
        parameters["comment"] = json!(comment);
    }
    let (input, output, serde) = match &table.files {
        Files::Parquet => (
            "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
            json!({"SerializationLibrary": PARQUET_SERDE, "Parameters": {"serialization.format": "1"}}),
        ),
        Files::Csv(properties) => (
            "org.apache.hadoop.mapred.TextInputFormat",
            "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            json!({"SerializationLibrary": engine::OPEN_CSV, "Parameters": properties}),
        ),
    };
    json!({
        "Name": table.name.table,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": parameters,
        "PartitionKeys": columns(&table.keys),
        "StorageDescriptor": {
            "Columns": columns(&table.columns),
            "Location": location,
            "InputFormat": input,
            "OutputFormat": output,
            "Compressed": false,
            "SerdeInfo": serde,
        },
    })
}

pub(super) fn columns(columns: &[Column]) -> Vec<Value> {
    let column = |column: &Column| {
        let mut input = json!({"Name": column.name, "Type": column.data_type});
        if let Some(comment) = &column.comment {
            input["Comment"] = json!(comment);
        }
        input
    };
    columns.iter().map(column).collect()
}
