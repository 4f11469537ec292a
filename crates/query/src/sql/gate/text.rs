//! Tokens as text, in the one spelling that every parser reads alike.

use domain::DatasetName;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan};

use super::{Refused, index};

/// Where among the tokens the number of the outermost LIMIT is, and the number.
pub(super) type Limit = Option<(usize, u64)>;

/// Writes every table in full: the database and the dataset, both in quotes. `limit` is a place among the tokens, and
/// moves with them.
pub(super) fn qualify(
    tokens: Vec<TokenWithSpan>,
    tables: &[(Location, usize, DatasetName)],
    database: &str,
    mut limit: Limit,
) -> Result<(Vec<Token>, Limit), Refused> {
    let mut places = Vec::with_capacity(tables.len());
    for (place, parts, name) in tables {
        let start = index(&tokens, *place);
        // A name of n parts is n words with n - 1 dots between them.
        let written = start.map(|start| (start, 2 * parts - 1)).filter(|(start, length)| {
            tokens.get(*start..start + length).is_some_and(|tokens| {
                let mut dotted = tokens.iter().enumerate();
                dotted.all(|(at, token)| match &token.token {
                    Token::Word(_) => at % 2 == 0,
                    Token::Period => at % 2 == 1,
                    _ => false,
                })
            })
        });
        let (start, length) =
            written.ok_or_else(|| Refused::at("a table's name is written in an unusual way", *place))?;
        places.push((start, length, name));
    }
    let mut tokens: Vec<Token> = tokens.into_iter().map(|token| token.token).collect();
    // From the last to the first, so that the places before stay what they are.
    places.sort_unstable_by_key(|(start, _, _)| std::cmp::Reverse(*start));
    for (start, length, name) in places {
        tokens.splice(start..start + length, [quoted(database), Token::Period, quoted(name.as_str())]);
        if let Some((index, _)) = limit.as_mut().filter(|(index, _)| *index > start) {
            *index = *index + 3 - length;
        }
    }
    Ok((tokens, limit))
}

/// Writes `(? || ?)` for the parameters that are made of several literals.
pub(super) fn spread(tokens: Vec<Token>, literals: &[usize]) -> Vec<Token> {
    let mut counts = literals.iter();
    let mut spread = Vec::with_capacity(tokens.len());
    for token in tokens {
        let count = if matches!(token, Token::Placeholder(_)) { counts.next().copied() } else { None };
        match count {
            Some(count) if count > 1 => {
                spread.extend([Token::LParen, token.clone()]);
                for _ in 1..count {
                    spread.extend([Token::StringConcat, token.clone()]);
                }
                spread.push(Token::RParen);
            }
            _ => spread.push(token),
        }
    }
    spread
}

/// A keyword.
pub(super) fn word(text: &str) -> Token {
    Token::make_word(text, None)
}

fn quoted(name: &str) -> Token {
    Token::make_word(name, Some('"'))
}

/// One space between any two tokens, but for those that nothing can join: so no comment can begin, and no operator or
/// number become another one.
pub(super) fn write(tokens: &[Token]) -> String {
    let mut text = String::new();
    let mut before: Option<&Token> = None;
    for token in tokens {
        if before.is_some_and(|before| needs_space(before, token)) {
            text.push(' ');
        }
        match token {
            Token::Word(word) if word.quote_style.is_some() => in_quotes(&mut text, '"', &word.value),
            Token::Word(word) => text.push_str(&word.value),
            Token::SingleQuotedString(string) => in_quotes(&mut text, '\'', string),
            // A plain one: the rest has one spelling.
            other => text.push_str(&other.to_string()),
        }
        before = Some(token);
    }
    text
}

fn needs_space(before: &Token, token: &Token) -> bool {
    match (before, token) {
        (Token::Word(_), Token::Period) | (Token::Period, Token::Word(_) | Token::Mul) => false,
        (Token::LParen, _) | (_, Token::RParen | Token::Comma) => false,
        // As a call is written.
        (Token::Word(word), Token::LParen) => word.keyword != sqlparser::keywords::Keyword::NoKeyword,
        _ => true,
    }
}

fn in_quotes(text: &mut String, quote: char, inner: &str) {
    text.push(quote);
    for character in inner.chars() {
        if character == quote {
            text.push(quote);
        }
        text.push(character);
    }
    text.push(quote);
}
