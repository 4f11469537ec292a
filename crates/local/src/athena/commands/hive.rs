//! The columns of a result as the catalog has them.

use std::collections::HashSet;

use domain::{DataType, port::ResultColumn};
use serde_json::{Value, json};

use super::{absent, failed};
use crate::athena::RunError;

/// The columns of a table that is made of a result.
pub(super) fn columns(columns: &[ResultColumn]) -> Result<Vec<Value>, RunError> {
    let column = |column: &ResultColumn| {
        let data_type = data_type(&column.data_type).ok_or_else(|| match column.data_type.as_str() {
            "unknown" => failed(format!("COLUMN_TYPE_UNKNOWN: Column type is unknown: {}", column.name)),
            other => failed(format!("NOT_SUPPORTED: Unsupported Hive type: {other}")),
        })?;
        Ok(json!({"Name": column.name.to_lowercase(), "Type": data_type}))
    };
    columns.iter().map(column).collect()
}

/// Refuses columns that a file could have, and that no query reads here: their table would fail each SELECT. The last ones,
/// so many, are partition keys, which have types of their own.
pub(super) fn check_types(given: &[ResultColumn], keys: usize) -> Result<(), RunError> {
    columns(given)?;
    let of_files = given.iter().take(given.len().saturating_sub(keys));
    for ResultColumn { name, data_type: shown } in of_files {
        check_type(name, shown, &data_type(shown).unwrap_or_default())?;
    }
    Ok(())
}

/// Refuses one of them. `shown` is its type as the statement has it, and `hive` as the catalog has it.
pub(super) fn check_type(name: &str, shown: &str, hive: &str) -> Result<(), RunError> {
    let hive = hive.to_lowercase();
    let instead = match hive.parse::<DataType>() {
        Ok(_) => return Ok(()),
        // Hive's second name for a type that is there.
        Err(_) if hive == "integer" => return Ok(()),
        Err(_) if matches!(hive.as_str(), "tinyint" | "smallint") => {
            format!("write CAST({name} AS integer) AS {name}")
        }
        Err(why) => why.to_string(),
    };
    Err(absent(&domain::bounded(format!("the column {name} of the type {shown} ({instead})"))))
}

/// Every column of a table or view has a name of its own: `sql` is what gave them.
pub(super) fn check_names(columns: &[ResultColumn], sql: &str) -> Result<(), RunError> {
    let mut seen = HashSet::new();
    for (index, column) in columns.iter().enumerate() {
        if column.name == format!("_col{index}") && !sql.contains(&column.name) {
            return Err(failed(format!(
                "COLUMN_NAME_NOT_SPECIFIED: Column name not specified at position {}",
                index + 1
            )));
        }
        if !seen.insert(column.name.to_lowercase()) {
            return Err(failed(format!(
                "DUPLICATE_COLUMN_NAME: Column name '{}' specified more than once",
                column.name
            )));
        }
    }
    Ok(())
}

/// Hive's type for one of a result: `struct<a:string>` for `row(a varchar)`. `None` where Hive has none.
pub(super) fn data_type(shown: &str) -> Option<String> {
    let shown = shown.trim();
    if let Some(element) = inner(shown, "array") {
        return Some(format!("array<{}>", data_type(element)?));
    }
    if let Some(pair) = inner(shown, "map") {
        let [key, value] = parts(pair)[..] else { return None };
        return Some(format!("map<{},{}>", data_type(key)?, data_type(value)?));
    }
    if let Some(fields) = inner(shown, "row") {
        let field = |field: &&str| {
            let (name, of) = field.trim().split_once(' ')?;
            Some(format!("{}:{}", name.trim_matches('"'), data_type(of)?))
        };
        let fields: Option<Vec<String>> = parts(fields).iter().map(field).collect();
        return Some(format!("struct<{}>", fields?.join(",")));
    }
    Some(match shown {
        "varchar" => "string".to_owned(),
        "integer" => "int".to_owned(),
        "real" | "float" => "float".to_owned(),
        "varbinary" => "binary".to_owned(),
        "boolean" | "tinyint" | "smallint" | "bigint" | "double" | "date" | "timestamp" => shown.to_owned(),
        _ if ["decimal(", "varchar(", "char("].iter().any(|start| shown.starts_with(start)) => {
            shown.to_owned()
        }
        _ => return None,
    })
}

/// What is in the parentheses after the word.
fn inner<'t>(shown: &'t str, word: &str) -> Option<&'t str> {
    shown.strip_prefix(word)?.strip_prefix('(')?.strip_suffix(')')
}

/// The parts between the commas that are in no parentheses.
fn parts(list: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0usize);
    for (at, c) in list.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, data_type: &str) -> ResultColumn {
        ResultColumn { name: name.to_owned(), data_type: data_type.to_owned() }
    }

    #[test]
    fn types_are_hives() {
        for (shown, hive) in [
            ("varchar", Some("string")),
            ("varchar(5)", Some("varchar(5)")),
            ("integer", Some("int")),
            ("float", Some("float")),
            ("decimal(12,2)", Some("decimal(12,2)")),
            ("varbinary", Some("binary")),
            ("array(real)", Some("array<float>")),
            ("map(varchar, array(decimal(3,1)))", Some("map<string,array<decimal(3,1)>>")),
            (
                "row(a integer, b row(c date, d map(varchar, double)))",
                Some("struct<a:int,b:struct<c:date,d:map<string,double>>>"),
            ),
            ("unknown", None),
            ("json", None),
            ("timestamp with time zone", None),
            ("array(unknown)", None),
            ("interval day to second", None),
        ] {
            assert_eq!(data_type(shown).as_deref(), hive, "{shown}");
        }
    }

    #[test]
    fn columns_that_no_query_reads_are_refused() {
        for (shown, is_read) in [
            ("integer", true),
            ("varchar", true),
            ("decimal(12,2)", true),
            ("float", true),
            ("array(row(a integer, b map(varchar, date)))", true),
            ("tinyint", false),
            ("smallint", false),
            ("varchar(5)", false),
            ("char(5)", false),
            ("array(smallint)", false),
            ("array(varbinary)", false),
            ("map(integer, varchar)", false),
            ("map(varchar, map(bigint, varchar))", false),
            ("row(a map(date, integer))", false),
            ("json", false),
        ] {
            let columns = [column("n", "bigint"), column("x", shown)];
            let found = check_types(&columns, 0).err().map(|error| error.message);
            assert_eq!(found.is_none(), is_read, "{shown}: {found:?}");
            assert!(found.is_none_or(|message| message.starts_with("NOT_SUPPORTED: ")), "{shown}");
        }
        // A key has no column in the files.
        let columns = [column("n", "bigint"), column("k", "smallint")];
        assert!(check_types(&columns, 1).is_ok());
        assert_eq!(
            check_types(&columns, 0).unwrap_err().message,
            "NOT_SUPPORTED: the column k of the type smallint (write CAST(k AS integer) AS k) is not supported by the \
             local Athena"
        );
        assert!(check_type("n", "Int", "Int").is_ok());
        assert!(check_type("n", "integer", "integer").is_ok());
    }

    #[test]
    fn names_are_given_and_differ() {
        for (names, sql, expected) in [
            (&["a", "b"][..], "SELECT a, b", None),
            (
                &["a", "_col1"],
                "SELECT a, 1",
                Some("COLUMN_NAME_NOT_SPECIFIED: Column name not specified at position 2"),
            ),
            (&["a", "_col1"], "SELECT a, 1 AS _col1", None),
            (
                &["a", "A"],
                "SELECT a, A",
                Some("DUPLICATE_COLUMN_NAME: Column name 'A' specified more than once"),
            ),
        ] {
            let columns: Vec<ResultColumn> = names.iter().map(|name| column(name, "bigint")).collect();
            let found = check_names(&columns, sql).err().map(|error| error.message);
            assert_eq!(found.as_deref(), expected, "{sql}");
        }
        let error = super::columns(&[column("n", "unknown")]).unwrap_err();
        assert_eq!(error.message, "COLUMN_TYPE_UNKNOWN: Column type is unknown: n");
    }
}
