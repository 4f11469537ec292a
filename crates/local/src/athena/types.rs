//! The columns of a result as `GetQueryResults` and the metadata object describe them.

use domain::port::ResultColumn;
use serde_json::{Value, json};

/// What Athena says about a type. Where it says nothing, the metadata object has no field, and the API the
/// least value; which types those are was measured against Athena by others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape<'a> {
    /// Without its arguments: `decimal(12,2)` is `decimal`.
    pub(super) name: &'a str,
    pub(super) precision: Option<u32>,
    pub(super) scale: Option<u32>,
    pub(super) case_sensitive: Option<bool>,
}

impl<'a> Shape<'a> {
    pub(super) fn of(data_type: &'a str) -> Self {
        let (name, arguments) = data_type.split_once('(').unwrap_or((data_type, ""));
        let mut numbers = arguments.trim_end_matches(')').split(',').map(|number| number.trim().parse().ok());
        let (first, second) = (numbers.next().flatten(), numbers.next().flatten());
        let (precision, scale, case_sensitive) = match name {
            "decimal" => (Some(first.unwrap_or(38)), Some(second.unwrap_or(0)), Some(false)),
            "varchar" | "char" => (Some(first.unwrap_or(2_147_483_647)), Some(0), Some(true)),
            "tinyint" => (Some(3), Some(0), Some(false)),
            "smallint" => (Some(5), Some(0), Some(false)),
            "integer" => (Some(10), Some(0), Some(false)),
            "bigint" => (Some(19), Some(0), Some(false)),
            "float" | "double" => (Some(17), Some(0), Some(false)),
            "varbinary" => (Some(1_073_741_824), Some(0), Some(false)),
            "timestamp" | "time" | "timestamp with time zone" | "time with time zone" => {
                (Some(3), Some(0), Some(false))
            }
            "date" => (None, Some(0), Some(false)),
            "boolean" => (None, None, Some(false)),
            // Arrays, maps, rows, json, and `unknown`.
            _ => (None, None, None),
        };
        Self { name, precision, scale, case_sensitive }
    }
}

pub(super) fn column_info(column: &ResultColumn) -> Value {
    let shape = Shape::of(&column.data_type);
    json!({
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": column.name,
        "Label": column.name,
        "Type": shape.name,
        "Precision": shape.precision.unwrap_or_default(),
        "Scale": shape.scale.unwrap_or_default(),
        "Nullable": "UNKNOWN",
        "CaseSensitive": shape.case_sensitive.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::Shape;

    #[test]
    fn types_have_the_shape_that_athena_gives_them() {
        for (data_type, name, precision, scale, case_sensitive) in [
            ("decimal(12,2)", "decimal", Some(12), Some(2), Some(false)),
            ("varchar", "varchar", Some(2_147_483_647), Some(0), Some(true)),
            ("varchar(5)", "varchar", Some(5), Some(0), Some(true)),
            ("integer", "integer", Some(10), Some(0), Some(false)),
            ("bigint", "bigint", Some(19), Some(0), Some(false)),
            ("float", "float", Some(17), Some(0), Some(false)),
            ("double", "double", Some(17), Some(0), Some(false)),
            ("varbinary", "varbinary", Some(1_073_741_824), Some(0), Some(false)),
            ("timestamp", "timestamp", Some(3), Some(0), Some(false)),
            ("date", "date", None, Some(0), Some(false)),
            ("boolean", "boolean", None, None, Some(false)),
            ("array(varchar)", "array", None, None, None),
            ("row(a decimal(12,2), b real)", "row", None, None, None),
            ("map(varchar, double)", "map", None, None, None),
            ("json", "json", None, None, None),
            ("unknown", "unknown", None, None, None),
        ] {
            assert_eq!(Shape::of(data_type), Shape { name, precision, scale, case_sensitive }, "{data_type}");
        }
    }
}
