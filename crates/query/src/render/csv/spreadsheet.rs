//! `_csv=spreadsheet`: cells that no spreadsheet takes for a formula.
//!
//! A text that begins with `=`, `+`, `-` or `@` is a formula to Excel, LibreOffice and Google Sheets, and whoever may
//! publish an event may have written it. An apostrophe before it makes it a text. Quotes around every text keep it in its
//! cell for a reader that goes by commas. A reader that goes by another separator sees quotes within a cell, which keep
//! nothing together, so what follows a separator or a line break within a text is treated like its beginning. The reader
//! sees the apostrophes, so this is not the default.

use std::borrow::Cow;

/// The text with an apostrophe wherever a cell of a spreadsheet could begin as a formula: before the text, and after each
/// `;`, tab, `|` and line break in it, blanks and quotes between them included.
pub(super) fn inert(text: &str) -> Cow<'_, str> {
    let mut inert = String::new();
    let mut copied = 0;
    if is_formula(text) {
        inert.push('\'');
    }
    let mut begins_a_cell = false;
    for (index, c) in text.char_indices() {
        if is_separator(c) {
            begins_a_cell = true;
        } else if begins_a_cell && begins_a_formula(c) {
            inert.push_str(&text[copied..index]);
            inert.push('\'');
            copied = index;
            begins_a_cell = false;
        } else if c != '"' && !is_blank(c) {
            begins_a_cell = false;
        }
    }
    if inert.is_empty() {
        return Cow::Borrowed(text);
    }
    inert.push_str(&text[copied..]);
    Cow::Owned(inert)
}

/// Whether a spreadsheet may take the text for a formula. Blanks and marks that cannot be seen do not count, since
/// readers trim them; a text that begins with a tab or a line end counts by itself.
fn is_formula(text: &str) -> bool {
    let begins_a_cell = text.starts_with(['\t', '\r', '\n']);
    let first = text.chars().find(|c| !is_blank(*c));
    begins_a_cell || first.is_some_and(begins_a_formula)
}

/// What ends a cell or a line for some reader, the comma aside.
fn is_separator(c: char) -> bool {
    matches!(
        c,
        ';' | '|' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'
            ..='\u{1f}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
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
    use super::{inert, is_formula};

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
            assert!(is_formula(formula), "{formula:?}");
        }
        for text in
            ["", " ", "a=1", "1-1", "'=1", "\"=1", "Ana", "Peña", "{\"a\":\"=1\"}", "−1", "a\t=1", "(-1)"]
        {
            assert!(!is_formula(text), "{text:?}");
        }
    }

    #[test]
    fn what_follows_a_separator_is_no_formula() {
        for (text, expected) in [
            ("=1", "'=1"),
            ("x;=HYPERLINK(A1);y", "x;'=HYPERLINK(A1);y"),
            ("x|+1|-1", "x|'+1|'-1"),
            ("x\t@y", "x\t'@y"),
            ("x\n=1\r\n=2", "x\n'=1\r\n'=2"),
            ("x; \"\u{200b}\"=1", "x; \"\u{200b}\"'=1"),
            ("=1;=2", "'=1;'=2"),
            ("\t=1", "'\t'=1"),
            ("x;＝1", "x;'＝1"),
        ] {
            assert_eq!(inert(text), expected, "{text:?}");
        }
        for text in ["", "a;b", "a,=1", "a;1=1", "a;'=1", "1-1;2-1", "[1,-2]"] {
            assert_eq!(inert(text), text);
        }
    }
}
