//! What the cells of a CSV file become in JSON, by the dataset's definition or by what the cells are.

use std::collections::HashSet;

use domain::Dataset;
use serde::de::IgnoredAny;

use crate::{number, values::on_one_line};

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The field of the event.
    pub field: String,
    /// What its cells are.
    pub kind: Kind,
}

/// What a cell becomes where its text is one; else it stays text, for the lake to say why it does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whatever it is.
    Text,
    /// A number, digit by digit.
    Number,
    /// `true` or `false`, in any case.
    Boolean,
    /// A JSON array or object.
    Nested,
}

/// The columns that a header names. A name is a field of the sender, or else the column that reads one; where neither
/// is there, upper and lower case make no difference. What no column of the definition reads is text.
pub fn columns(header: &[String], definition: Option<&Dataset>) -> Result<Vec<Column>, String> {
    let mut columns: Vec<Column> = Vec::with_capacity(header.len());
    // A header may have very many names: none of them is compared with all others.
    let names: HashSet<&str> = header.iter().map(String::as_str).collect();
    let mut taken: HashSet<String> = HashSet::with_capacity(header.len());
    for name in header {
        let known = definition.map_or(&[][..], Dataset::columns);
        let named = |field: &str| names.contains(field);
        let is_like = |field: &str| field.eq_ignore_ascii_case(name) && !named(field);
        let column = known
            .iter()
            .find(|column| column.field == *name)
            .or_else(|| known.iter().find(|column| column.name.as_str() == name && !named(&column.field)))
            .or_else(|| known.iter().find(|column| is_like(&column.field)));
        let field = column.map_or(name, |column| &column.field).clone();
        if !taken.insert(field.clone()) {
            return Err(format!("the header names {name} twice"));
        }
        let kind = column.map_or(Kind::Text, |column| Kind::of(&column.data_type.to_string()));
        columns.push(Column { field, kind });
    }
    Ok(columns)
}

impl Kind {
    /// What all of these cells are; text without any.
    pub fn of_cells<'c>(cells: impl Iterator<Item = &'c str>) -> Self {
        let mut possible = [Self::Number, Self::Boolean, Self::Nested].map(|kind| (kind, true));
        let mut some = false;
        for cell in cells {
            some = true;
            for (kind, is_possible) in &mut possible {
                *is_possible = *is_possible && kind.is_of(cell.trim_ascii());
            }
        }
        let found = possible.into_iter().find(|(_, is_possible)| *is_possible && some);
        found.map_or(Self::Text, |(kind, _)| kind)
    }

    /// Whether a cell is of the kind without any doubt.
    fn is_of(self, text: &str) -> bool {
        match self {
            Self::Text => true,
            Self::Number => number::json(text).is_some() && !number::may_be_code(text),
            Self::Boolean => text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false"),
            Self::Nested => text.starts_with(['[', '{']) && serde_json::from_str::<IgnoredAny>(text).is_ok(),
        }
    }

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
    pub(crate) fn write(&self, cell: &str, json: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        let text = cell.trim_ascii();
        let number = if self.kind == Kind::Number { number::json(text) } else { None };
        if let Some(number) = number {
            // The digits as they are, never by way of a float.
            json.extend(number.as_bytes());
            return Ok(());
        }
        let is_json = || serde_json::from_str::<IgnoredAny>(text).is_ok();
        match self.kind {
            Kind::Boolean if text.eq_ignore_ascii_case("true") => json.extend(b"true"),
            Kind::Boolean if text.eq_ignore_ascii_case("false") => json.extend(b"false"),
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
            ("double", ".90", "0.90"),
            ("decimal(18,2)", "8.", "8.0"),
            ("bigint", "12E4", "12E4"),
            ("string", "12E4", "\"12E4\""),
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
        // Case makes no difference where nothing else has the name.
        assert_eq!(fields(&["Price"]), Ok(vec![field("price", Kind::Number)]));
        assert_eq!(fields(&["BOOKEDAT"]), Ok(vec![field("bookedAt", Kind::Number)]));
        let both = vec![field("Price", Kind::Text), field("price", Kind::Number)];
        assert_eq!(fields(&["Price", "price"]), Ok(both));
        let twice = fields(&["PRICE", "Price"]);
        assert_eq!(twice, Err("the header names Price twice".to_owned()));
    }

    #[test]
    fn cells_are_a_kind_if_all_of_them_are() {
        for (cells, kind) in [
            (&["1", " -2.5", ".90", "8."][..], Kind::Number),
            (&["1", "x"], Kind::Text),
            (&["12E4", "7E2", "3E05"], Kind::Text),
            (&["1e-05", "2"], Kind::Number),
            (&["007"], Kind::Text),
            (&["TRUE", "false"], Kind::Boolean),
            (&["[1]", "{}"], Kind::Nested),
            (&["['345']"], Kind::Text),
            (&[], Kind::Text),
        ] {
            assert_eq!(Kind::of_cells(cells.iter().copied()), kind, "{cells:?}");
        }
    }
}
