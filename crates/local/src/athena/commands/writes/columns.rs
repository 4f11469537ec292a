//! The columns of what is inserted, against those of the table.

use domain::port::ResultColumn;
use serde_json::Value;

use crate::athena::{
    RunError,
    commands::{
        catalog::{self, items},
        failed, hive,
    },
};

/// The query whose columns are the table's, in its order and of its types, the keys at the end.
pub(super) fn inserted(
    table: &Value,
    columns: &[String],
    given: &[ResultColumn],
    query: &str,
) -> Result<String, RunError> {
    let declared: Vec<(&str, &str)> = items(&table["StorageDescriptor"]["Columns"])
        .chain(items(&table["PartitionKeys"]))
        .map(|column| (catalog::name(column), column["Type"].as_str().unwrap_or_default()))
        .collect();
    let named: Vec<&str> = match columns {
        [] => declared.iter().map(|(name, _)| *name).collect(),
        columns => columns.iter().map(String::as_str).collect(),
    };
    if let Some(unknown) = named.iter().find(|name| !declared.iter().any(|(known, _)| known == *name)) {
        return Err(failed(format!(
            "COLUMN_NOT_FOUND: Insert column name does not exist in target table: {unknown}"
        )));
    }
    if let Some(twice) = (1..named.len()).find(|at| named[..*at].contains(&named[*at])) {
        return Err(failed(format!(
            "DUPLICATE_COLUMN_NAME: Insert column name is specified more than once: {}",
            named[twice]
        )));
    }
    let type_of = |name: &str| declared.iter().find(|(known, _)| *known == name).map_or("", |(_, of)| *of);
    let mismatch = || {
        let wanted: Vec<&str> = named.iter().map(|name| type_of(name)).collect();
        let found: Vec<&str> = given.iter().map(|column| column.data_type.as_str()).collect();
        failed(format!(
            "TYPE_MISMATCH: Insert query has mismatched column types: Table: [{}], Query: [{}]",
            wanted.join(", "),
            found.join(", ")
        ))
    };
    if named.len() != given.len() {
        return Err(mismatch());
    }
    let mut selected = Vec::with_capacity(declared.len());
    for (name, wanted) in &declared {
        let value = match named.iter().position(|one| one == name) {
            None => format!("CAST(NULL AS {})", of_sql(wanted).ok_or_else(mismatch)?),
            Some(index) => {
                let found = given[index].data_type.as_str();
                match (hive::data_type(found), of_sql(wanted)) {
                    (Some(found), _) if found.eq_ignore_ascii_case(wanted) => format!("\"c{index}\""),
                    (_, Some(to)) if widens(found, to) => format!("CAST(\"c{index}\" AS {to})"),
                    _ => return Err(mismatch()),
                }
            }
        };
        selected.push(format!("{value} AS \"{}\"", name.replace('"', "\"\"")));
    }
    let aliases: Vec<String> = (0..given.len()).map(|index| format!("\"c{index}\"")).collect();
    // The query may end in a comment.
    Ok(format!("SELECT {} FROM ({query}\n) AS \"q\" ({})", selected.join(", "), aliases.join(", ")))
}

/// SQL's name for the catalog's type; `None` of one that is made of others, which is not converted.
fn of_sql(hive: &str) -> Option<&str> {
    match hive {
        "string" => Some("varchar"),
        "int" => Some("integer"),
        "float" => Some("real"),
        "binary" => Some("varbinary"),
        plain if plain.contains('<') => None,
        plain => Some(plain),
    }
}

/// Whether Trino converts a value of the first type to the second by itself.
fn widens(found: &str, to: &str) -> bool {
    let whole = ["tinyint", "smallint", "integer", "bigint"];
    let at = |name: &str| whole.iter().position(|one| *one == name);
    match (found, to) {
        ("unknown", _) => true,
        (_, "varchar") => found.starts_with("varchar(") || found.starts_with("char("),
        ("float", "double") | ("date", "timestamp") => true,
        (_, "real" | "double") if at(found).is_some() || found.starts_with("decimal(") => true,
        (_, decimal) if decimal.starts_with("decimal(") => decimal_holds(found, decimal, at(found)),
        _ => matches!((at(found), at(to)), (Some(found), Some(to)) if found <= to),
    }
}

/// Whether a decimal has room for every value of the type: as many digits before and behind the point.
fn decimal_holds(found: &str, decimal: &str, whole: Option<usize>) -> bool {
    let digits = |text: &str| {
        let (precision, scale) = text.strip_prefix("decimal(")?.strip_suffix(')')?.split_once(',')?;
        let (precision, scale): (u32, u32) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
        Some((precision.checked_sub(scale)?, scale))
    };
    let from = match whole {
        Some(index) => Some(([3, 5, 10, 19][index], 0)),
        None => digits(found),
    };
    match (from, digits(decimal)) {
        (Some((before, behind)), Some((room_before, room_behind))) => {
            before <= room_before && behind <= room_behind
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn column(data_type: &str) -> ResultColumn {
        ResultColumn { name: "x".to_owned(), data_type: data_type.to_owned() }
    }

    #[test]
    fn what_is_inserted_has_the_tables_columns() {
        let table = json!({"StorageDescriptor": {"Columns": [
            {"Name": "n", "Type": "bigint"}, {"Name": "s", "Type": "string"}, {"Name": "a", "Type": "array<int>"},
        ]}});
        let sql = |columns: &[&str], given: &[&str]| {
            let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
            let given: Vec<ResultColumn> = given.iter().map(|of| column(of)).collect();
            inserted(&table, &columns, &given, "q").map_err(|error| error.message)
        };
        let all = "SELECT CAST(\"c0\" AS bigint) AS \"n\", \"c1\" AS \"s\", \"c2\" AS \"a\" FROM (q\n) AS \"q\" (\"c0\", \"c1\", \"c2\")";
        assert_eq!(sql(&[], &["integer", "varchar", "array(integer)"]).unwrap(), all);
        assert!(sql(&["s", "n"], &["varchar(3)", "bigint"]).is_err(), "an array cannot be made of nothing");
        let mismatch = "TYPE_MISMATCH: Insert query has mismatched column types: Table: [bigint, string, array<int>], Query: [double, varchar, array(integer)]";
        assert_eq!(sql(&[], &["double", "varchar", "array(integer)"]).unwrap_err(), mismatch);
        assert!(sql(&[], &["bigint"]).unwrap_err().starts_with("TYPE_MISMATCH"));
        assert!(sql(&["x"], &["bigint"]).unwrap_err().starts_with("COLUMN_NOT_FOUND"));
        assert!(sql(&["n", "n"], &["bigint", "bigint"]).unwrap_err().starts_with("DUPLICATE_COLUMN_NAME"));
        let odd = json!({"StorageDescriptor": {"Columns": [{"Name": "a\"b", "Type": "bigint"}]}});
        let written = inserted(&odd, &[], &[column("bigint")], "q").unwrap();
        assert_eq!(written, "SELECT \"c0\" AS \"a\"\"b\" FROM (q\n) AS \"q\" (\"c0\")");
    }

    #[test]
    fn only_what_loses_nothing_is_converted() {
        for (found, to, expected) in [
            ("integer", "bigint", true),
            ("bigint", "integer", false),
            ("unknown", "date", true),
            ("varchar(3)", "varchar", true),
            ("bigint", "varchar", false),
            ("float", "double", true),
            ("double", "real", false),
            ("decimal(5,2)", "double", true),
            ("integer", "decimal(12,2)", true),
            ("bigint", "decimal(20,2)", false),
            ("decimal(5,2)", "decimal(5,1)", false),
            ("decimal(5,2)", "decimal(6,3)", true),
            ("date", "timestamp", true),
            ("timestamp", "date", false),
            ("boolean", "varchar", false),
        ] {
            assert_eq!(widens(found, to), expected, "{found} to {to}");
        }
    }
}
