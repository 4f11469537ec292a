//! Which column a caller means, or which field of a struct: `address->city`.

use std::fmt;

/// A column's name, then the names of the fields to go down by; not yet held against a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawPath {
    /// The column.
    pub(crate) column: String,
    /// The fields, outermost first; none for the column itself.
    pub(crate) fields: Vec<String>,
}

impl RawPath {
    /// Takes `address->city` apart. PostgREST's `->>`, which there makes text of JSON, means the same here: a
    /// struct's field has its type already.
    pub(crate) fn parse(text: &str) -> Self {
        let mut names = text.split("->").map(|name| name.strip_prefix('>').unwrap_or(name).to_owned());
        let column = names.next().unwrap_or_default();
        Self { column, fields: names.collect() }
    }
}

impl fmt::Display for RawPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.column)?;
        self.fields.iter().try_for_each(|field| write!(f, "->{field}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_arrows_go_down() {
        let path = RawPath::parse("address->geo->>lat");
        assert_eq!(
            (path.column.as_str(), path.fields.as_slice()),
            ("address", &["geo".into(), "lat".into()][..])
        );
        assert_eq!(path.to_string(), "address->geo->lat");
        assert_eq!(RawPath::parse("name").fields, [] as [String; 0]);
        assert_eq!(RawPath::parse("a->").fields, [""]);
    }
}
