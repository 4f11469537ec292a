//! The query of a view, as Athena keeps it in the catalog.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

/// What stands before the definition in `ViewOriginalText`, and behind it. Between them is JSON in base64.
pub(crate) const VIEW_START: &str = "/* Presto View: ";
pub(crate) const VIEW_END: &str = " */";

/// The SQL of the catalog's table, if it is a view of Athena's.
pub(crate) fn view_query(table: &Value) -> Option<String> {
    let text = table["ViewOriginalText"].as_str()?.trim();
    let encoded = text.strip_prefix(VIEW_START)?.strip_suffix(VIEW_END)?;
    let definition: Value = serde_json::from_slice(&STANDARD.decode(encoded).ok()?).ok()?;
    definition["originalSql"].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_query_is_in_the_text() {
        let view = |text: &str| view_query(&json!({ "ViewOriginalText": text }));
        let encoded = STANDARD.encode(r#"{"originalSql": "SELECT 'é'", "columns": []}"#);
        assert_eq!(view(&format!("/* Presto View: {encoded} */")).as_deref(), Some("SELECT 'é'"));
        for odd in ["", "SELECT 1", "/* Presto View: ! */", "/* Presto View: e30= */", "/* Presto View */"] {
            assert_eq!(view(odd), None, "{odd}");
        }
        assert_eq!(view_query(&json!({})), None);
    }
}
