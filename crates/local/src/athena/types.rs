//! The columns of a result as `GetQueryResults` describes them.

use domain::port::ResultColumn;
use serde_json::{Value, json};

pub(super) fn column_info(column: &ResultColumn) -> Value {
    let (name, precision, scale) = shape(&column.data_type);
    json!({
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": column.name,
        "Label": column.name,
        "Type": name,
        "Precision": precision,
        "Scale": scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": matches!(name, "varchar" | "char" | "json" | "varbinary"),
    })
}

/// Name, precision and scale as Athena gives them: `decimal(12,2)` is `decimal`, 12 and 2.
fn shape(data_type: &str) -> (&str, u32, u32) {
    let (name, arguments) = data_type.split_once('(').unwrap_or((data_type, ""));
    let mut numbers = arguments.trim_end_matches(')').split(',').map(|number| number.trim().parse().ok());
    let (first, second) = (numbers.next().flatten(), numbers.next().flatten());
    match name {
        "decimal" => (name, first.unwrap_or(38), second.unwrap_or(0)),
        "varchar" | "char" => (name, first.unwrap_or(2_147_483_647), 0),
        "tinyint" => (name, 3, 0),
        "smallint" => (name, 5, 0),
        "integer" => (name, 10, 0),
        "bigint" => (name, 19, 0),
        "float" | "double" => (name, 17, 0),
        "varbinary" => (name, 1_073_741_824, 0),
        "timestamp" => (name, 3, 0),
        _ => (name, 0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::shape;

    #[test]
    fn types_have_the_shape_that_athena_gives_them() {
        assert_eq!(shape("decimal(12,2)"), ("decimal", 12, 2));
        assert_eq!(shape("varchar"), ("varchar", 2_147_483_647, 0));
        assert_eq!(shape("varchar(5)"), ("varchar", 5, 0));
        assert_eq!(shape("boolean"), ("boolean", 0, 0));
    }
}
