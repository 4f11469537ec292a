//! How files are written, as the properties of a statement ask for it.

use crate::athena::{
    ParquetCompression, RunError,
    commands::{
        absent,
        parse::{Properties, Property},
    },
};

/// The properties of a statement that writes files, as far as they are understood.
#[derive(Debug)]
pub(super) struct Format {
    pub(super) compression: ParquetCompression,
    pub(super) location: Option<String>,
    /// The keys of the partitions, in order.
    pub(super) keys: Vec<String>,
}

impl Format {
    pub(super) fn of(properties: &Properties) -> Result<Self, RunError> {
        let mut format = Self { compression: ParquetCompression::Gzip, location: None, keys: Vec::new() };
        // The other properties of such a table have other names.
        if let Some(Property::Text(other)) = properties.get("table_type")
            && !other.eq_ignore_ascii_case("hive")
        {
            return Err(absent(&format!("the property table_type = '{other}' (use 'hive')")));
        }
        for (name, value) in properties {
            if let ("partitioned_by", Property::List(keys)) = (name.as_str(), value) {
                format.keys = keys.iter().map(|key| key.to_lowercase()).collect();
                continue;
            }
            let Property::Text(text) = value else { return Err(absent(&format!("the property {name}"))) };
            match name.as_str() {
                "format" if text.eq_ignore_ascii_case("parquet") => {}
                "format" => return Err(absent(&format!("the format {} (use PARQUET)", text.to_uppercase()))),
                "compression" | "write_compression" | "parquet_compression" => {
                    format.compression = compression(text)?;
                }
                "external_location" => format.location = Some(text.clone()),
                // Both say what every table here is.
                "is_external" if text.eq_ignore_ascii_case("true") => {}
                "table_type" => {}
                _ => return Err(absent(&format!("the property {name}"))),
            }
        }
        Ok(format)
    }

    /// What the catalog calls the compression.
    pub(super) fn compression(&self) -> &'static str {
        match self.compression {
            ParquetCompression::None => "NONE",
            ParquetCompression::Gzip => "GZIP",
            ParquetCompression::Snappy => "SNAPPY",
            ParquetCompression::Zstd => "ZSTD",
        }
    }
}

fn compression(text: &str) -> Result<ParquetCompression, RunError> {
    Ok(match text.to_uppercase().as_str() {
        "NONE" | "UNCOMPRESSED" => ParquetCompression::None,
        "GZIP" => ParquetCompression::Gzip,
        "SNAPPY" => ParquetCompression::Snappy,
        "ZSTD" => ParquetCompression::Zstd,
        other => return Err(absent(&format!("the compression {other} (use GZIP, SNAPPY, ZSTD or NONE)"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_understood_or_refused_by_name() {
        let of = |name: &str, value: &str| {
            let properties = Properties::from([(name.to_owned(), Property::Text(value.to_owned()))]);
            Format::of(&properties).map(|format| format.compression()).map_err(|error| error.message)
        };
        assert_eq!(of("format", "parquet"), Ok("GZIP"));
        assert_eq!(of("write_compression", "snappy"), Ok("SNAPPY"));
        for (name, value, named) in [
            ("format", "orc", "the format ORC"),
            ("compression", "LZ4", "the compression LZ4"),
            ("table_type", "ICEBERG", "the property table_type"),
            ("field_delimiter", ",", "the property field_delimiter"),
        ] {
            let error = of(name, value).unwrap_err();
            assert!(error.starts_with(&format!("NOT_SUPPORTED: {named}")), "{error}");
        }
        let iceberg = Properties::from([
            ("is_external".to_owned(), Property::Text("false".to_owned())),
            ("table_type".to_owned(), Property::Text("iceberg".to_owned())),
        ]);
        let error = Format::of(&iceberg).unwrap_err().message;
        assert!(error.starts_with("NOT_SUPPORTED: the property table_type = 'iceberg'"), "{error}");
        let list = |name: &str| {
            let keys = vec!["a".to_owned(), "B".to_owned()];
            Format::of(&Properties::from([(name.to_owned(), Property::List(keys))]))
        };
        assert_eq!(list("partitioned_by").unwrap().keys, ["a", "b"]);
        for name in ["bucketed_by", "format"] {
            assert!(
                list(name).unwrap_err().message.starts_with(&format!("NOT_SUPPORTED: the property {name}"))
            );
        }
        assert!(
            of("partitioned_by", "a").unwrap_err().starts_with("NOT_SUPPORTED: the property partitioned_by")
        );
    }
}
