//! The tokens that a query may be made of.

use sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan, Whitespace, Word},
};
use trino::keyword;

use super::{Refused, refused::not_supported, types};
use crate::problem::quote;

pub(super) const ONLY_QUERIES: &str = "only a query can be run: write SELECT, or WITH ... SELECT";

/// Words that Athena reserves and that no query here has a use for. (As a column's name they are quoted, in Athena too.)
const REFUSED: [&str; 13] = [
    "alter",
    "create",
    "deallocate",
    "delete",
    "describe",
    "drop",
    "execute",
    "insert",
    "into",
    "prepare",
    "recursive",
    "table",
    "uescape",
];

/// Words that Athena reads as calls, and the parser as columns: they tell who runs the query, and where.
const TELLING: [&str; 5] =
    ["current_catalog", "current_path", "current_role", "current_schema", "current_user"];

/// The statement's tokens without white space, comments and a last semicolon; and its parameters in order. A `:name` is
/// a `?` among the tokens.
pub(super) fn admit(sql: &str) -> Result<(Vec<TokenWithSpan>, Vec<Option<String>>), Refused> {
    let all = trino::tokenize(sql).map_err(|error| {
        let place = error.location;
        Refused::at(format!("it does not parse: {}", error.message), place)
    })?;
    let mut tokens: Vec<TokenWithSpan> = Vec::with_capacity(all.len());
    let mut parameters = Vec::new();
    // Of each parenthesis that is open, whether it is that of a `json_object`.
    let mut objects: Vec<bool> = Vec::new();
    let mut ended = false;
    let mut all = all.into_iter().peekable();
    while let Some(mut token) = all.next() {
        match &token.token {
            Token::Whitespace(Whitespace::MultiLineComment(text)) if text.contains("/*") => {
                return Err(Refused::at("a comment within a comment is not supported", token.span.start));
            }
            Token::Whitespace(_) | Token::EOF => continue,
            _ if ended => {
                return Err(Refused::at(
                    "exactly one statement can be run: write one SELECT",
                    token.span.start,
                ));
            }
            Token::SemiColon => {
                ended = true;
                continue;
            }
            Token::Colon => {
                // The name follows without a space. With one, it is that of a JSON object's member.
                let name = all.next_if(|next| is_bare_word(&next.token)).map(|next| next.token);
                let has_space = all.peek().is_some_and(|next| matches!(next.token, Token::Whitespace(_)));
                match name {
                    Some(Token::Word(Word { value, .. })) => {
                        parameters.push(Some(value));
                        token.token = Token::Placeholder("?".to_owned());
                    }
                    _ if has_space && objects.last() == Some(&true) => {}
                    _ => return Err(Refused::at("a colon begins a parameter, as :name", token.span.start)),
                }
            }
            Token::LParen => objects.push(tokens.last().is_some_and(|before| is_object(&before.token))),
            Token::RParen => {
                objects.pop();
            }
            Token::Placeholder(text) if text == "?" => parameters.push(None),
            other => check(other).map_err(|message| Refused::at(message, token.span.start))?,
        }
        tokens.push(token);
    }
    begins_like_a_query(tokens.first())?;
    let mut tokens = types::with_ends_apart(tokens)?;
    without_limit_all(&mut tokens);
    let all = tokens
        .windows(2)
        .find(|pair| is_keyword(&pair[0], Keyword::LIMIT) && is_keyword(&pair[1], Keyword::ALL));
    if let Some([limit, _]) = all {
        let message = "LIMIT ALL stands at the end of a query, behind OFFSET: leave it out";
        return Err(Refused::at(message, limit.span.start));
    }
    Ok((tokens, parameters))
}

/// Leaves out what says nothing at the end of a query. Elsewhere it stays, and is refused.
fn without_limit_all(tokens: &mut Vec<TokenWithSpan>) {
    let is_one = |at: usize| {
        tokens.get(at).is_some_and(|word| is_keyword(word, Keyword::LIMIT))
            && tokens.get(at + 1).is_some_and(|word| is_keyword(word, Keyword::ALL))
            && tokens.get(at + 2).is_none_or(|next| next.token == Token::RParen)
    };
    let found: Vec<usize> = (0..tokens.len()).filter(|at| is_one(*at)).collect();
    for at in found.into_iter().rev() {
        tokens.drain(at..at + 2);
    }
}

fn check(token: &Token) -> Result<(), String> {
    match token {
        Token::Word(word) => check_word(word),
        Token::Number(_, false)
        | Token::SingleQuotedString(_)
        | Token::Comma
        | Token::Eq
        | Token::Neq
        | Token::Lt
        | Token::Gt
        // Within a type: elsewhere it is refused, see `types`.
        | Token::ShiftRight
        | Token::LtEq
        | Token::GtEq
        | Token::Plus
        | Token::Minus
        | Token::Mul
        | Token::Div
        | Token::Mod
        | Token::StringConcat
        | Token::LParen
        | Token::RParen
        | Token::Period
        | Token::LBracket
        | Token::RBracket
        | Token::Arrow => Ok(()),
        Token::DoubleColon => Err(":: is not Athena's: write CAST(value AS type)".to_owned()),
        other => Err(not_supported(other)),
    }
}

fn check_word(word: &Word) -> Result<(), String> {
    if word.quote_style.is_some() {
        return match word.value.as_str() {
            "" => Err("a name in quotes has at least one character".to_owned()),
            // Athena's hidden columns and tables: "$path", "$bucket".
            hidden if hidden.starts_with('$') => Err(format!("there is nothing named {}", quote(hidden))),
            _ => Ok(()),
        };
    }
    let folded = word.value.to_ascii_lowercase();
    if REFUSED.contains(&folded.as_str()) {
        return Err(format!("{} is not part of a query that reads", folded.to_ascii_uppercase()));
    }
    if TELLING.contains(&folded.as_str()) {
        return Err(format!("{folded} is not available"));
    }
    Ok(())
}

fn begins_like_a_query(first: Option<&TokenWithSpan>) -> Result<(), Refused> {
    let Some(first) = first else {
        return Err(Refused::new("there is no statement: write one SELECT"));
    };
    match &first.token {
        Token::Word(word) if matches!(word.keyword, Keyword::SELECT | Keyword::VALUES | Keyword::WITH) => {
            Ok(())
        }
        Token::LParen => {
            let message = "a statement in parentheses loses its order: write it without the outermost ones, or begin \
                           with SELECT";
            Err(Refused::at(message, first.span.start))
        }
        other => {
            let message = format!("{ONLY_QUERIES}; found {}", quote(&other.to_string()));
            Err(Refused::at(message, first.span.start))
        }
    }
}

fn is_bare_word(token: &Token) -> bool {
    matches!(token, Token::Word(word) if word.quote_style.is_none())
}

fn is_object(token: &Token) -> bool {
    matches!(token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("json_object"))
}

fn is_keyword(token: &TokenWithSpan, expected: Keyword) -> bool {
    keyword(&token.token) == Some(expected)
}
