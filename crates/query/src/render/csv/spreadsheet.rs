//! `_csv=spreadsheet`: cells that no spreadsheet takes for a formula.
//!
//! A text that begins with `=`, `+`, `-` or `@` is a formula to Excel, LibreOffice and Google Sheets, and whoever may
//! publish an event may have written it. An apostrophe before it makes it a text, and quotes around every text keep it
//! in its cell, whatever separator the reader goes by. The reader sees the apostrophe, so this is not the default.

/// Whether a spreadsheet may take the text for a formula. Blanks and marks that cannot be seen do not count, since
/// readers trim them; a text that begins with a tab or a line end counts by itself.
pub(super) fn is_formula(text: &[u8]) -> bool {
    let text = std::str::from_utf8(text).unwrap_or_default();
    let begins_a_cell = text.starts_with(['\t', '\r', '\n']);
    let first = text.chars().find(|c| !is_blank(*c));
    begins_a_cell || first.is_some_and(begins_a_formula)
}

fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The characters of ASCII, and their forms for East Asian text, which spreadsheets read alike.
fn begins_a_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
}

#[cfg(test)]
mod tests {
    use super::is_formula;

    #[test]
    fn formulas_are_told_from_texts() {
        for formula in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "=cmd|' /C calc'!A0",
            "\tx",
            "\rx",
            "\nx",
            " =1",
            "\u{a0}=1",
            "\u{feff}=1",
            "\u{200b}\u{0}-1",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "=",
        ] {
            assert!(is_formula(formula.as_bytes()), "{formula:?}");
        }
        for text in
            ["", " ", "a=1", "1-1", "'=1", "\"=1", "Ana", "Peña", "{\"a\":\"=1\"}", "−1", "a\t=1", "(-1)"]
        {
            assert!(!is_formula(text.as_bytes()), "{text:?}");
        }
    }
}
