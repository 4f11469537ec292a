//! The tokens of a statement.

mod adjacent;

use sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan, Tokenizer, TokenizerError},
};

use crate::Athena;

/// The text as tokens, with their places; white space and comments are among them.
///
/// Text that Athena's lexer splits otherwise than the parser's is an error, with the place where it begins.
pub fn tokenize(sql: &str) -> Result<Vec<TokenWithSpan>, TokenizerError> {
    let tokens = Tokenizer::new(&Athena::new(0), sql).tokenize_with_location()?;
    adjacent::check(&tokens)?;
    Ok(tokens)
}

/// How many keywords and operators the text has; of what is no SQL, none.
pub fn operators(sql: &str) -> usize {
    let tokens = tokenize(sql).unwrap_or_default();
    tokens.iter().filter(|token| may_nest(&token.token)).count()
}

/// The meaning of a word that is not in quotes. One that has none in SQL is [`Keyword::NoKeyword`].
pub fn keyword(token: &Token) -> Option<Keyword> {
    match token {
        Token::Word(word) if word.quote_style.is_none() => Some(word.keyword),
        _ => None,
    }
}

/// Whether the parser may make a level of its tree of it.
pub(crate) fn may_nest(token: &Token) -> bool {
    match token {
        Token::Word(word) => !matches!(
            word.keyword,
            Keyword::NoKeyword
                | Keyword::AS
                | Keyword::DATE
                | Keyword::DECIMAL
                | Keyword::FALSE
                | Keyword::NULL
                | Keyword::REAL
                | Keyword::TIMESTAMP
                | Keyword::TRUE
        ),
        Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::Comma
        | Token::Period
        | Token::LParen
        | Token::RParen
        | Token::Placeholder(_)
        | Token::SemiColon
        | Token::Whitespace(_)
        | Token::EOF => false,
        _ => true,
    }
}
