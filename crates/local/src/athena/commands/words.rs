//! The words of a statement, with their places in its text.

use std::ops::Range;

/// One word, name, text or mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) what: What,
    /// Its bytes in the text.
    pub(super) place: Range<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// A word or a number outside of quotes, in lower case.
    Word(String),
    /// A name in double quotes or backticks.
    Name(String),
    /// A text in single quotes.
    Text(String),
    /// Any other character.
    Mark(char),
}

/// The statement without its blanks and comments. Fails with the place of a quote that does not end.
pub(super) fn tokens(sql: &str) -> Result<Vec<Token>, usize> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = sql[at..].chars().next() {
        let rest = &sql[at..];
        let (length, what) = if rest.starts_with("--") {
            (rest.find('\n').unwrap_or(rest.len()), None)
        } else if rest.starts_with("/*") {
            (rest.find("*/").map_or(rest.len(), |end| end + 2), None)
        } else if first.is_whitespace() {
            (first.len_utf8(), None)
        } else if matches!(first, '\'' | '"' | '`') {
            let (length, content) = quoted(rest, first).ok_or(at)?;
            (length, Some(if first == '\'' { What::Text(content) } else { What::Name(content) }))
        } else if is_word_part(first) {
            let length = rest.find(|c| !is_word_part(c)).unwrap_or(rest.len());
            (length, Some(What::Word(rest[..length].to_lowercase())))
        } else {
            (first.len_utf8(), Some(What::Mark(first)))
        };
        if let Some(what) = what {
            tokens.push(Token { what, place: at..at + length });
        }
        at += length;
    }
    Ok(tokens)
}

/// The length of what is quoted at the beginning of the text, and its content. A quote within is written twice.
fn quoted(text: &str, quote: char) -> Option<(usize, String)> {
    let mut content = String::new();
    let mut at = 1;
    loop {
        let end = at + text.get(at..)?.find(quote)?;
        content.push_str(&text[at..end]);
        if !text[end + 1..].starts_with(quote) {
            return Some((end + 1, content));
        }
        content.push(quote);
        at = end + 2;
    }
}

fn is_word_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_comments_hide_what_is_in_them() {
        let found = tokens("-- SHOW\nSelect/* x */ \"A\"\"b\", 'it''s; --', `T`").unwrap();
        let found: Vec<What> = found.into_iter().map(|token| token.what).collect();
        assert_eq!(
            found,
            [
                What::Word("select".into()),
                What::Name("A\"b".into()),
                What::Mark(','),
                What::Text("it's; --".into()),
                What::Mark(','),
                What::Name("T".into()),
            ]
        );
    }

    #[test]
    fn a_quote_has_to_end() {
        for (sql, place) in [("SELECT 'a", 7), ("\"", 0), ("é `x", 3), ("'a''", 0)] {
            assert_eq!(tokens(sql), Err(place), "{sql}");
        }
    }
}
