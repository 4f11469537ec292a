//! Rows as a table for a person.

use serde_json::{Value, value::RawValue};

use crate::{
    failure::Failure,
    output::{self, Side},
};

/// The widest a cell is shown.
const WIDEST: usize = 60;

/// The JSON records as aligned columns; numbers on the right, nothing where there is null.
pub(super) fn table(records: &[u8]) -> Result<String, Failure> {
    let unreadable = |error: serde_json::Error| Failure::NotDone(format!("the rows cannot be read: {error}"));
    let records: Vec<Record> = serde_json::from_slice(records).map_err(unreadable)?;
    let Some(first) = records.first() else {
        return Ok("(no rows)".to_owned());
    };
    let names: Vec<String> = first.0.iter().map(|(name, _)| output::one_line(&name.to_uppercase())).collect();
    let rows: Vec<Vec<String>> =
        records.iter().map(|record| record.0.iter().map(|(_, value)| cell(value)).collect()).collect();
    let sides = (0..names.len()).map(|index| side(&records, index));
    let mut lines = Vec::with_capacity(rows.len() + 1);
    let columns: Vec<(usize, Side)> = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let cells = rows.iter().filter_map(|row| row.get(index));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0).max(name.chars().count())
        })
        .zip(sides)
        .collect();
    for row in std::iter::once(&names).chain(&rows) {
        let cells = row.iter().zip(&columns).map(|(cell, (width, side))| match side {
            Side::Left => format!("{cell:<width$}"),
            Side::Right => format!("{cell:>width$}"),
        });
        lines.push(cells.collect::<Vec<_>>().join("  ").trim_end().to_owned());
    }
    let rows = if records.len() == 1 { "1 row".to_owned() } else { format!("{} rows", records.len()) };
    lines.push(format!("({rows})"));
    Ok(lines.join("\n"))
}

/// A record's members in their order, each value as it is written: a number keeps its digits.
struct Record(Vec<(String, Box<RawValue>)>);

impl<'de> serde::Deserialize<'de> for Record {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> serde::de::Visitor<'de> for Members {
            type Value = Record;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a record")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Record(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

fn cell(value: &RawValue) -> String {
    let text = match serde_json::from_str::<Value>(value.get()) {
        Ok(Value::Null) => String::new(),
        Ok(Value::String(text)) => text,
        _ => value.get().to_owned(),
    };
    let line = output::one_line(&text);
    if line.chars().count() <= WIDEST {
        return line;
    }
    line.chars().take(WIDEST - 1).chain(['…']).collect()
}

/// Numbers stand on the right, if a column has no others.
fn side(records: &[Record], index: usize) -> Side {
    let mut values = records.iter().filter_map(|record| record.0.get(index)).map(|(_, value)| value.get());
    let number = |text: &str| text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    if values.all(|text| text == "null" || number(text)) { Side::Right } else { Side::Left }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_columns_and_keep_their_digits() {
        let records = br#"[{"id":9007199254740993,"name":"Pe\u00f1a","fee":1.10,"tags":["a"]},
            {"id":2,"name":null,"fee":null,"tags":null}]"#;
        assert_eq!(
            table(records).unwrap(),
            "              ID  NAME   FEE  TAGS\n\
             9007199254740993  Peña  1.10  [\"a\"]\n\
             \x20              2\n\
             (2 rows)"
        );
        assert_eq!(table(b"[]").unwrap(), "(no rows)");
    }

    #[test]
    fn a_cell_is_one_line_and_not_too_long() {
        let text = table(format!(r#"[{{"a":"{}"}}]"#, "x".repeat(100)).as_bytes()).unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= WIDEST), "{text}");
        assert_eq!(table(br#"[{"a":"b\nc\u001b[2J"}]"#).unwrap().lines().count(), 3);
    }
}
