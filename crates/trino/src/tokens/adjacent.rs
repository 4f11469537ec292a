//! Text that Athena's lexer splits into other tokens than the parser's does.
//!
//! The parser ends a number where its digits end, and makes a name of the letters behind: `1_000` is 1 with the alias
//! `_000`. Trino's grammar (`SqlBase.g4`) reads a number or an identifier that begins with a digit there, and which of them
//! depends on its version. It also ends a comment that begins with `--` at a carriage return. Each of these would change an
//! answer without an error, so they are refused.
//!
//! A parameter is `?` there, and nothing else: `?1`, `$1` and `@name` are parameters of other databases, which the parser
//! takes wherever a value or a table may stand.

use sqlparser::tokenizer::{Token, TokenWithSpan, TokenizerError, Whitespace};

/// The most characters of a number that an error quotes.
const QUOTED: usize = 40;

/// The tokens are all that the text has, so that two neighbours have nothing between them.
pub(super) fn check(tokens: &[TokenWithSpan]) -> Result<(), TokenizerError> {
    let mut rest = tokens;
    while let [token, behind @ ..] = rest {
        if let Some(message) = fault(token, behind.first().map(|next| &next.token)) {
            return Err(TokenizerError { message, location: token.span.start });
        }
        rest = behind;
    }
    Ok(())
}

fn fault(token: &TokenWithSpan, next: Option<&Token>) -> Option<String> {
    match &token.token {
        Token::HexStringLiteral(digits) if is_number(token, digits) => Some(no_number("0x", digits)),
        // The parser's mark of a long integer.
        Token::Number(number, true) => Some(no_number(number, "L")),
        Token::Number(number, false) => joined(next).map(|more| no_number(number, more)),
        Token::Whitespace(Whitespace::SingleLineComment { comment, .. }) if has_line_end(comment) => Some(
            "a carriage return ends a comment in Athena: end the comment's line with a line feed".to_owned(),
        ),
        Token::Placeholder(text) if text != "?" => Some(no_parameter(text)),
        Token::AtSign => Some(no_parameter("@")),
        Token::DoubleEq => Some("== is no operator in Athena: write =".to_owned()),
        _ => None,
    }
}

/// What begins directly behind a number, and may not.
fn joined(next: Option<&Token>) -> Option<&str> {
    match next? {
        Token::Word(word) if word.quote_style.is_none() => Some(&word.value),
        Token::Number(more, _) => Some(more),
        Token::Period => Some("."),
        Token::SingleQuotedString(_) => Some("'"),
        Token::HexStringLiteral(_) => Some("x'"),
        Token::NationalStringLiteral(_) => Some("n'"),
        _ => None,
    }
}

/// Whether it is `0xFF`, of which the parser makes the same token as of `X'FF'`. That one is longer by a quote at least.
fn is_number(token: &TokenWithSpan, digits: &str) -> bool {
    let (start, end) = (token.span.start, token.span.end);
    let length = u64::try_from(digits.chars().count()).unwrap_or(u64::MAX);
    start.line == end.line && end.column.saturating_sub(start.column) == length.saturating_add(2)
}

/// Whether a line ends within the comment. Its last characters are the end of its own line.
fn has_line_end(comment: &str) -> bool {
    let text = comment.strip_suffix('\n').unwrap_or(comment);
    text.strip_suffix('\r').unwrap_or(text).contains('\r')
}

fn no_parameter(text: &str) -> String {
    let shown: String = text.chars().take(QUOTED).collect();
    format!("a parameter is written ?, not \"{shown}\"")
}

fn no_number(number: &str, more: &str) -> String {
    let shown: String = number.chars().chain(more.chars()).take(QUOTED).collect();
    format!(
        "\"{shown}\" is no number: write decimal digits without underscores and letters, as 1000 or 1.5e3, and a space \
         before what follows"
    )
}

#[cfg(test)]
mod tests;
