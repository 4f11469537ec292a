//! What the cells of a CSV file become in JSON, by the dataset's definition.

use domain::Dataset;
use serde::de::IgnoredAny;

use super::values::on_one_line;

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// The field of the event.
    pub(super) field: String,
    kind: Kind,
}

/// What a cell becomes where its text is one; else it stays text, for the lake to say why it does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Boolean,
    Nested,
}

/// The columns that a header names. A name is a field of the sender, or else the column that reads one.
pub(super) fn columns(header: &[String], definition: Option<&Dataset>) -> Result<Vec<Column>, String> {
    let mut columns: Vec<Column> = Vec::with_capacity(header.len());
    for (position, name) in header.iter().enumerate() {
        if name.is_empty() {
            return Err(format!("column {} of the header has no name", position + 1));
        }
        let known = definition.map_or(&[][..], Dataset::columns);
        let reads = |field: &str| header.iter().any(|name| name == field);
        let column = known
            .iter()
            .find(|column| column.field == *name)
            .or_else(|| known.iter().find(|column| column.name.as_str() == name && !reads(&column.field)));
        let field = column.map_or(name, |column| &column.field).clone();
        if columns.iter().any(|column| column.field == field) {
            return Err(format!("the header names {name} twice"));
        }
        let kind = column.map_or(Kind::Text, |column| Kind::of(&column.data_type.to_string()));
        columns.push(Column { field, kind });
    }
    Ok(columns)
}

impl Kind {
    /// By the type's name in a definition: what counts is which JSON it is read from.
    fn of(data_type: &str) -> Self {
        match data_type.split(['(', '<']).next().unwrap_or(data_type) {
            "boolean" => Self::Boolean,
            // A time may be counted from 1970; as text it is never a number.
            "int" | "bigint" | "float" | "double" | "decimal" | "timestamp" => Self::Number,
            "array" | "struct" | "map" => Self::Nested,
            _ => Self::Text,
        }
    }
}

impl Column {
    /// Writes the cell as a JSON value.
    pub(super) fn write(&self, cell: &str, json: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        let text = cell.trim_ascii();
        let is_json = || serde_json::from_str::<IgnoredAny>(text).is_ok();
        match self.kind {
            Kind::Boolean if text.eq_ignore_ascii_case("true") => json.extend(b"true"),
            Kind::Boolean if text.eq_ignore_ascii_case("false") => json.extend(b"false"),
            // The digits as they are, never by way of a float.
            Kind::Number if text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) && is_json() => {
                json.extend(text.as_bytes());
            }
            Kind::Nested if text.starts_with(['[', '{']) && is_json() => {
                json.extend_from_slice(&on_one_line(text.as_bytes()));
            }
            _ => return serde_json::to_writer(json, cell),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(kind: Kind, cell: &str) -> String {
        let mut json = Vec::new();
        Column { field: "f".to_owned(), kind }.write(cell, &mut json).unwrap();
        String::from_utf8(json).unwrap()
    }

    #[test]
    fn a_cell_is_what_its_column_says_or_stays_text() {
        for (data_type, cell, json) in [
            ("bigint", "12", "12"),
            ("bigint", " -7 ", "-7"),
            ("bigint", "007", "\"007\""),
            ("bigint", "twelve", "\"twelve\""),
            ("decimal(38,20)", "1.10000000000000000001", "1.10000000000000000001"),
            ("double", "1e400", "1e400"),
            ("double", "NaN", "\"NaN\""),
            ("boolean", "TRUE", "true"),
            ("boolean", "1", "\"1\""),
            ("string", "12", "\"12\""),
            ("string", "a\"\u{7}\n", r#""a\"\u0007\n""#),
            ("timestamp", "1700000000", "1700000000"),
            ("timestamp", "2026-11-23T10:00:00Z", "\"2026-11-23T10:00:00Z\""),
            ("array<string>", "[\"a\",\n \"b\"]", "[\"a\", \"b\"]"),
            ("struct<a:int>", "[1", "\"[1\""),
        ] {
            assert_eq!(written(Kind::of(data_type), cell), json, "{data_type} {cell:?}");
        }
    }

    #[test]
    fn a_header_names_fields_or_the_columns_that_read_them() {
        let definition = Dataset::from_json(
            br#"{"name": "d", "columns": [{"name": "at", "type": "timestamp", "from": "bookedAt"},
                {"name": "price", "type": "double"}]}"#,
        );
        let definition = definition.unwrap();
        let fields = |header: &[&str]| {
            let header: Vec<String> = header.iter().map(ToString::to_string).collect();
            columns(&header, Some(&definition)).map(|columns| {
                columns.into_iter().map(|column| (column.field, column.kind)).collect::<Vec<_>>()
            })
        };
        let field = |name: &str, kind| (name.to_owned(), kind);
        let other = field("note", Kind::Text);
        assert_eq!(fields(&["at", "note"]), Ok(vec![field("bookedAt", Kind::Number), other]));
        let both = vec![field("bookedAt", Kind::Number), field("at", Kind::Text)];
        assert_eq!(fields(&["bookedAt", "at"]), Ok(both));
        assert_eq!(fields(&["price", "price"]), Err("the header names price twice".to_owned()));
        assert_eq!(fields(&["price", ""]), Err("column 2 of the header has no name".to_owned()));
    }
}
