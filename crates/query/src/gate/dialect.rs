use sqlparser::dialect::Dialect;

/// Athena's grammar as far as the parser asks: only double quotes quote a name, and an unquoted name is ASCII.
/// (The local engine has one of its own, by way of DataFusion, and fewer constructs behind it.)
#[derive(Debug)]
pub(super) struct Athena;

impl Dialect for Athena {
    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        ch == '"'
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        ch.is_ascii_alphabetic() || ch == '_'
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        ch.is_ascii_alphanumeric() || ch == '_'
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }

    fn supports_group_by_expr(&self) -> bool {
        true
    }

    fn supports_lambda_functions(&self) -> bool {
        true
    }
}
